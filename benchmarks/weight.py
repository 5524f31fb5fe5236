"""What one snippet adds to a page: bytes that a reader's browser fetches, gzipped.

A page has a snippet with the views that it has if its fence asks for none; its twin has the same
Python in a plain fence. What is counted is the difference of the two pages, and the style sheet and
the script, which come along once for the whole site.

    python benchmarks/weight.py      prints a table, and whether the aim is met

A server compresses as gzip does at its usual level, 6.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

AIM = 30 * 1024
"""Bytes."""

SNIPPET = """\
import wakepoint


async def fetch(name, seconds):
    print("asking", name)
    await wakepoint.sleep(seconds)
    return f"{name} after {seconds} s"


async def main():
    found = []
    for name in ("one", "two"):
        found.append(await wakepoint.timeout(1, fetch(name, 0.01)))
    print(*found, sep="\\n")


wakepoint.run(main())
"""

CONFIG = "site_name: A site\nplugins: [search, wakepoint]\n"
CONFIG += "markdown_extensions: [pymdownx.superfences]\ntheme: {name: material, font: false}\n"


def built(folder: Path, fence: str) -> Path:
    """A site of one page, with the snippet in such a fence; where its pages are."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    page = f"# A page\n\nProse before.\n\n```{fence}\n{SNIPPET}```\n\nProse behind.\n"
    (folder / "docs" / "index.md").write_text(page, encoding="utf-8")
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    subprocess.run(command, cwd=folder, env=env, check=True)
    return folder / "site"


def weight(path: Path) -> int:
    """Bytes of a file, gzipped."""
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def added(folder: Path) -> dict[str, int]:
    """What a snippet adds, by what it is part of."""
    plain, executed = built(folder / "plain", "python"), built(folder / "run", "python wakepoint")
    ours = sorted((executed / "assets").glob("wakepoint.*"))
    page = weight(executed / "index.html") - weight(plain / "index.html")
    return {"the page": page, **{f"assets/{path.name}": weight(path) for path in ours}}


def main() -> None:
    """Measures, and prints."""
    with tempfile.TemporaryDirectory(prefix="weight-benchmark-") as folder:
        parts = added(Path(folder))
    whole = sum(parts.values())
    verdict = "met" if whole <= AIM else "missed"
    print(f"| {'added by one snippet':30} | {'KB':>6} | {'aim':>4} |        |")
    print(f"| :{'-' * 29} | {'-' * 5}: | {'-' * 3}: | ------ |")
    for name, size in parts.items():
        print(f"| {name:30} | {size / 1024:6.1f} | {'':4} | {'':6} |")
    print(f"| {'all of it':30} | {whole / 1024:6.1f} | {AIM / 1024:4.0f} | {verdict:6} |")


if __name__ == "__main__":
    main()
