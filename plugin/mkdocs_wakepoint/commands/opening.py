"""What a command is given: pages, and a pool that runs their snippets as their site says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.site import pages_at
from mkdocs_wakepoint.text import in_one_line


def pages(path: Path) -> Pages:
    """The pages in a file or a folder.

    Raises:
        ValueError: If there are none, or their site cannot be.
    """
    if not path.is_dir():
        reading.content(path)
        if not reading.is_markdown(path):
            script = path.suffix == ".py"
            hint = f": `mkdocs-wakepoint run {path}` runs a script" if script else ""
            raise ValueError(f"{path} is no Markdown page{hint}")
    return pages_at(path)


def tell(read: Pages) -> None:
    """Says what is not seen of the pages."""
    if read.note:
        _say(read.note)


def _say(text: str) -> None:
    print(f"mkdocs-wakepoint: {in_one_line(text)}", file=sys.stderr)


@contextmanager
def pool(
    options: argparse.Namespace,
    read: Pages | None = None,
    python: Sequence[str] = (sys.executable,),
) -> Iterator[Pool]:
    """A pool until the block ends.

    Args:
        options: What the command line says goes first. Whoever names the backend io_uring there
            lets snippets use it.
        read: The pages whose snippets it is to run, as their site says; None for a script.
        python: The command that starts Python.

    Raises:
        SettingsError: If one of these cannot be.
        SandboxError: If there is not the sandbox that they require.
    """
    names = ("timeout", "concurrency", "sandbox")
    said = {name: value for name in names if (value := getattr(options, name)) is not None}
    if getattr(options, "backend", None) == "io_uring":
        said["io_uring"] = True
    settings = Settings.of({**(read.settings if read else {}), **said})
    if read is not None:
        tell(read)
    with closing(Pool(settings, python)) as opened:
        yield opened
        if opened.unshielded:
            _say(f"snippets ran without a sandbox: {opened.unshielded}")


def none_in(path: Path) -> ValueError:
    """What is raised if there turns out to be no page."""
    return ValueError(f"there is no Markdown page in {path}")
