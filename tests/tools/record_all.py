"""Records the book's snippets on every backend that this machine has or can emulate.

    python tests/tools/record_all.py

On Linux these are epoll, io_uring, kqueue through libkqueue (``WAKEPOINT_LIBKQUEUE`` names it) and
IOCP through Windows' CPython under Wine (`make windows-python`). What is missing is told, and the
recordings that are there of it stay as they are.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # this is a program: nobody has done it yet

from tools import find, windows_python

ROOT = Path(__file__).resolve().parents[2]
DOCS, OUT = "docs", "docs/recordings"


@dataclass(frozen=True)
class Platform:
    """A backend, and how it is had here.

    Attributes:
        name: For people.
        missing: What has to be done to have it; None if nothing.
        arguments: More arguments of ``mkdocs-wakepoint record``.
        variables: What it needs in its environment.
    """

    name: str
    missing: str | None
    arguments: list[str]
    variables: dict[str, str] = field(default_factory=dict)


def platforms() -> Iterator[Platform]:
    """Those of Linux; elsewhere, the platform's own is recorded by `make record`."""
    yield Platform("epoll", None, ["--backend", "epoll"])
    yield Platform("io_uring", find.missing_io_uring(), ["--backend", "io_uring"])
    yield Platform(
        "kqueue (libkqueue)",
        find.missing_libkqueue(),
        ["--backend", "kqueue"],
        {"WAKEPOINT_LIBKQUEUE": find.libkqueue() or ""},
    )
    # One at a time: Wine's programs share one server, and wait for each other there.
    command = [str(windows_python.wine()), str(windows_python.HOME / "python.exe")]
    yield Platform(
        "IOCP (Wine)",
        windows_python.missing(),
        ["--python", shlex.join(command), "--concurrency", "1"],
        windows_python.environment(),
    )


def record(platform: Platform, tell: Callable[[str], None] = print) -> bool:
    """Records a platform; returns False if a snippet failed there."""
    if platform.missing:
        tell(f"{platform.name}: not recorded: {platform.missing}")
        return True
    program = str(Path(sys.executable).with_name("mkdocs-wakepoint"))
    command = [program, "record", DOCS, "--out", OUT]
    ran = subprocess.run(
        [*command, *platform.arguments],
        cwd=ROOT,
        env={**os.environ, **platform.variables},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    for line in ran.stdout.splitlines():
        # Which snippets are another backend's is known, and told four times over.
        if "this records" not in line:
            tell(f"{platform.name}: {line}")
    return ran.returncode == 0


def main() -> int:
    """Records all that there is."""
    if sys.platform != "linux":
        print("record_all: the others are emulated on Linux only; use `make record`")
        return 1
    recorded = [record(platform) for platform in platforms()]
    return 0 if all(recorded) else 1


if __name__ == "__main__":
    sys.exit(main())
