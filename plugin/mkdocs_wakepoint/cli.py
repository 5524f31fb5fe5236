"""Runs, checks, records and shows executed snippets, and prints what they are lowered to.

What a command needs is imported when it is chosen: `--help` needs neither the runtime nor MkDocs.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

from mkdocs_wakepoint.arguments import parser
from mkdocs_wakepoint.text import in_one_line

INTERRUPTED = 130
"""The exit status after Ctrl-C, and what a shell gives a command that it ended: 128 + SIGINT."""

NO_READER = 141
"""The exit status if nobody reads what is printed: 128 + SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit status: 0, 1 for problems in snippets, 2 for a command that cannot be. That of a
        script which `run` has run is the script's own.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know few characters
    try:
        try:
            return _command(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return NO_READER
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return _cannot_be(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except ValueError as error:
        return _cannot_be(str(error))


def _command(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    command = importlib.import_module(f"mkdocs_wakepoint.commands.{options.command}")
    status: int = command.main(options)
    return status


def _cannot_be(why: str) -> int:
    print(f"mkdocs-wakepoint: {in_one_line(why)}", file=sys.stderr)
    return 2


def _forget_output() -> None:
    """Lets Python flush what is left, at its end, to where it does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
