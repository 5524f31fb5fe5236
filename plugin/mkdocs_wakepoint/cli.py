"""Runs, checks, records and shows executed snippets."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from mkdocs_wakepoint.commands.check import check
from mkdocs_wakepoint.commands.record import record
from mkdocs_wakepoint.commands.run import run
from mkdocs_wakepoint.commands.show import show
from mkdocs_wakepoint.engine import Pool, Settings, SettingsError, own_backend, why_not
from mkdocs_wakepoint.fence.options import BACKENDS
from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.site import pages_at
from mkdocs_wakepoint.text import in_one_line
from wakepoint.recording import RecordingError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit status: 0, 1 for problems in snippets, 2 for a command that cannot be.
    """
    options = parser().parse_args(arguments)
    try:
        if options.command == "show":
            return show(options.recording, as_html=options.html)
        return _with_pool(options)
    except (OSError, RecordingError, SettingsError, UnicodeDecodeError, ValueError) as error:
        print(f"mkdocs-wakepoint: {in_one_line(str(error))}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The arguments of each command."""
    whole = argparse.ArgumentParser("mkdocs-wakepoint", description=__doc__)
    each = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    one = each.add_parser("run", help="run a script or a page's snippets, and tell what happened")
    one.add_argument("path", type=Path, metavar="FILE.py|PAGE.md")
    one.add_argument("--json", action="store_true", help="print the recordings instead")
    one.add_argument("--backend", choices=BACKENDS, default="auto", help="for a script")
    _engine(one)

    one = each.add_parser("check", help="run every snippet of a site, and tell what is wrong")
    one.add_argument("docs", type=Path, metavar="DOCS")
    one.add_argument(
        "--repeat", type=_times, default=1, metavar="N", help="tell as well where N runs differ"
    )
    _engine(one)

    one = each.add_parser("record", help="keep what the snippets of a site do on this platform")
    one.add_argument("docs", type=Path, metavar="DOCS")
    one.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="of recordings")
    one.add_argument("--backend", choices=BACKENDS, default="auto")
    one.add_argument("--python", metavar="COMMAND", help="another Python to run the snippets")
    _engine(one)

    one = each.add_parser("show", help="print a recording")
    one.add_argument("recording", type=Path, metavar="RECORDING.json")
    one.add_argument("--html", action="store_true", help="as a page, with diagrams")
    return whole


def _engine(one: argparse.ArgumentParser) -> None:
    one.add_argument("--timeout", type=float, metavar="SECONDS", help="for one snippet")
    one.add_argument("--concurrency", type=int, metavar="N", help="how many run at a time")


def _times(text: str) -> int:
    times = int(text)
    if times < 1:
        raise argparse.ArgumentTypeError("it has to be 1 or more")
    return times


def _backend(options: argparse.Namespace, python: Sequence[str]) -> str:
    """The backend to record; what ``auto`` is, the Python says that runs the snippets.

    Raises:
        ValueError: If it cannot be had.
    """
    if options.python:
        return own_backend(python) if options.backend == "auto" else str(options.backend)
    if reason := why_not(options.backend):
        raise ValueError(reason)
    return str(options.backend)


def _with_pool(options: argparse.Namespace) -> int:
    script = options.command == "run" and options.path.suffix != ".md"
    pages = None if script else _pages(options)
    values = {"timeout": options.timeout, "concurrency": options.concurrency}
    values = {name: value for name, value in values.items() if value is not None}
    settings = Settings.of({**(pages.settings if pages else {}), **values})
    python = shlex.split(getattr(options, "python", None) or "") or [sys.executable]
    with closing(Pool(settings, python)) as pool:
        if pages is None:
            return run(options.path, pool, options.backend, as_json=options.json)
        backend = _backend(options, python) if options.command == "record" else "auto"
        if pages.note:
            print(f"mkdocs-wakepoint: {in_one_line(pages.note)}", file=sys.stderr)
        match options.command:
            case "run":
                return run(pages, pool, options.backend, as_json=options.json)
            case "check":
                return check(pages, pool, options.repeat)
            case _:
                return record(pages, options.out, pool, backend)


def _pages(options: argparse.Namespace) -> Pages:
    """The pages that a command is about.

    Raises:
        OSError: If there are none, or one where a folder is asked for.
        SiteError: If their site cannot be.
    """
    path = options.path if options.command == "run" else options.docs
    if options.command == "record" and not path.is_dir():
        raise NotADirectoryError(f"{path} is no folder")
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}")
    return pages_at(path)
