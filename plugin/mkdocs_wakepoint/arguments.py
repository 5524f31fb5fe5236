"""The arguments of each command; nothing is imported here that takes time."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any, Final

from mkdocs_wakepoint.engine.settings import SANDBOX
from mkdocs_wakepoint.fence.options import BACKENDS

FORMATS: Final = ("text", "github", "gitlab", "json")
SHELLS: Final = ("bash", "zsh", "fish")


def parser() -> argparse.ArgumentParser:
    """The arguments of each command."""
    whole = argparse.ArgumentParser(
        "mkdocs-wakepoint",
        description="Runs, checks, records and shows executed snippets.",
        epilog="`mkdocs-wakepoint COMMAND --help` tells more of a command.",
    )
    whole.add_argument(
        "--version", action=_Version, help="print the versions of the packages and of Python"
    )
    whole.add_argument(
        "--completion",
        action=_Completion,
        choices=SHELLS,
        help="print what a shell needs to complete this command",
    )
    each = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _run(each)
    _check(each)
    _record(each)
    _show(each)
    _lower(each)
    _policy(each)
    return whole


def _run(each: Any) -> None:
    one = _command(each, "run", "run a script or a page's snippets, and tell what happened")
    one.usage = "%(prog)s [options] FILE [ARGS ...]"
    _path(one, "file", "FILE", "a Python script, or a Markdown page")
    rest = one.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        metavar="ARGS",
        help="the script's own; options of this command stand before FILE",
    )
    rest.required = False  # argparse names it among what is missing, before 3.13
    one.add_argument("--json", action="store_true", help="print the recordings instead")
    _path(one, "--html", "FILE", "write a report with diagrams to this file instead")
    _backend(one, "the mechanism that runs a script; a page's fences name their own")
    _engine(one, "what keeps snippets in, and a script too if this is `auto` or `required`")


def _check(each: Any) -> None:
    one = _command(each, "check", "run every snippet of a site, and tell what is wrong")
    _path(one, "docs", "DOCS", "a folder of pages, or a page")
    one.add_argument(
        "--repeat",
        type=_times,
        default=1,
        metavar="N",
        help="run each snippet N times, and tell where runs differ",
    )
    one.add_argument(
        "--format",
        choices=FORMATS,
        help="of what is printed; `github` without it in a workflow of GitHub's, else `text`",
    )
    _engine(one)


def _record(each: Any) -> None:
    one = _command(each, "record", "keep what the snippets of a site do on this platform")
    _path(one, "docs", "DOCS", "a folder of pages")
    _path(one, "--out", "FOLDER", "where the recordings are kept", required=True)
    _backend(one, "the mechanism to record; without it, the platform's own")
    one.add_argument("--python", metavar="COMMAND", help="another Python to run the snippets")
    _engine(one)


def _show(each: Any) -> None:
    one = _command(each, "show", "print a recording")
    _path(one, "recording", "RECORDING", "what `run --json` printed, or `record` kept")
    one.add_argument("--html", action="store_true", help="as a page, with diagrams")


def _lower(each: Any) -> None:
    one = _command(each, "lower", "print what one would have written without `async def`")
    _path(one, "file", "FILE", "a Python script, or a Markdown page; nothing of it is run")
    one.add_argument(
        "--function", metavar="NAME", help="this coroutine alone: `fetch`, or `Client.fetch`"
    )


def _policy(each: Any) -> None:
    one = _command(each, "policy", "print the Content-Security-Policy of a built site")
    _path(one, "site", "SITE", "the folder that a build has written")


def _command(each: Any, name: str, summary: str) -> argparse.ArgumentParser:
    described = f"{summary[0].upper()}{summary[1:]}."
    one: argparse.ArgumentParser = each.add_parser(name, help=summary, description=described)
    return one


def _path(one: argparse.ArgumentParser, name: str, metavar: str, text: str, **how: Any) -> None:
    one.add_argument(name, type=Path, metavar=metavar, help=text, **how)


def _backend(one: argparse.ArgumentParser, text: str) -> None:
    one.add_argument("--backend", choices=BACKENDS, default="auto", help=text)


def _engine(
    one: argparse.ArgumentParser, sandbox: str = "what keeps snippets in, if not as the site says"
) -> None:
    one.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help="that one snippet may take, if it names no limit of its own",
    )
    one.add_argument("--concurrency", type=int, metavar="N", help="how many run at a time")
    one.add_argument("--sandbox", choices=SANDBOX, help=sandbox)


def _times(text: str) -> int:
    times = int(text)
    if times < 1:
        raise argparse.ArgumentTypeError("it has to be 1 or more")
    return times


class _Version(argparse.Action):
    """Prints the versions and ends."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from_metadata = importlib.import_module("importlib.metadata").version
        python = ".".join(map(str, sys.version_info[:3]))
        names = ("mkdocs-wakepoint", "wakepoint")
        versions = [f"{name} {from_metadata(name)}" for name in names]
        print(*versions, f"Python {python}", sep=", ")
        parser.exit()


class _Completion(argparse.Action):
    """Prints what a shell needs and ends."""

    def __call__(self, parser: argparse.ArgumentParser, _: Any, shell: Any, *__: Any) -> None:
        print(importlib.import_module("mkdocs_wakepoint.completion").script(parser, shell))
        parser.exit()
