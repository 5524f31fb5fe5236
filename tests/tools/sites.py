"""Builds a site as its author does: in a folder of its own, by the command ``mkdocs``."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

BARE = "site_name: A site\nplugins:\n  - wakepoint\n"
"""All that a site needs."""

UNSHIELDED = "site_name: A site\nplugins:\n  - wakepoint:\n      sandbox: off\n"
"""Its snippets see the processes and the network of this machine, as the test does."""

ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1700000000"}
"""Material's banner off, and a date for the site map that does not change."""


@dataclass(frozen=True)
class Built:
    """What a build said and made."""

    status: int
    log: list[str]
    folder: Path

    @property
    def warnings(self) -> list[str]:
        """Each warning and error, without its level."""
        return [
            line.partition("-")[2].strip()
            for line in self.log
            if line.startswith(("WARNING", "ERROR"))
        ]

    def page(self, name: str) -> BeautifulSoup:
        """A page of the site: ``page`` for page.md, empty for index.md."""
        html = (self.folder / name / "index.html").read_text(encoding="utf-8")
        return BeautifulSoup(html, "html.parser")


def write(
    folder: Path, pages: dict[str, str], config: str = BARE, file: str = "mkdocs.yml"
) -> None:
    """Writes a site.

    Args:
        folder: The folder for mkdocs.yml.
        pages: The text of each file below docs/.
        config: The text of mkdocs.yml.
        file: What that is called for others than MkDocs.
    """
    (folder / file).write_text(config, encoding="utf-8")
    for name, text in pages.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def build(
    folder: Path,
    *flags: str,
    into: str = "site",
    python: str | Path = sys.executable,
    host: str = "mkdocs",
    **environment: str,
) -> Built:
    """Runs ``mkdocs build``.

    Args:
        folder: The folder of mkdocs.yml.
        flags: More arguments of the command.
        into: The folder for what it makes, seen from `folder`.
        python: Which Python's MkDocs.
        host: ``properdocs`` runs that instead.
        environment: Variables to set besides.
    """
    command = [python, "-m", host, "build", "--site-dir", into, *flags]
    env = {**ENVIRONMENT, **environment}
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return Built(ran.returncode, (ran.stderr + ran.stdout).splitlines(), folder / into)
