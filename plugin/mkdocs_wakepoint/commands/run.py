"""``mkdocs-wakepoint run``: runs a script, or the snippets of a page, and tells what happened."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.commands import opening
from mkdocs_wakepoint.commands.report import report
from mkdocs_wakepoint.commands.text import summary, text
from mkdocs_wakepoint.engine import Settings, problems, session_failed, unavailable, why_not
from mkdocs_wakepoint.pages import Snippets
from mkdocs_wakepoint.program import Program
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.text import visible
from mkdocs_wakepoint.views import Item
from wakepoint.recording import dumps

_VIEWS = ("code", "output", "machine", "table", "timeline", "kernel")
"""What the report of a script has."""


def main(options: argparse.Namespace) -> int:
    """Runs and prints.

    Returns:
        The exit status: for a page 1 if there was a problem; for a script its own.

    Raises:
        ValueError: If it cannot be run.
    """
    if options.file.is_dir():
        remedy = f"name a page of it, or run all with `mkdocs-wakepoint check {options.file}`"
        if (options.file / "__main__.py").is_file():
            remedy = f"name the script in it: {options.file / '__main__.py'}"
        raise ValueError(f"{options.file} is a folder; {remedy}")
    if options.html and not options.html.absolute().parent.is_dir():
        raise ValueError(f"{options.html}: there is no such folder to put it in")
    if options.json and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal takes
    return _run_page(options) if reading.is_markdown(options.file) else _run_script(options)


def _run_page(options: argparse.Namespace) -> int:
    if options.arguments:
        given = " ".join(options.arguments)
        raise ValueError(f"a page takes no arguments ({given}); options stand before it")
    pages = opening.pages(options.file)
    wrong: list[Problem] = []
    snippets = Snippets(wrong.append)
    items = []
    with opening.pool(options, pages) as pool:
        pages.convert(snippets)
        missing = [unavailable(one) for one in snippets.all]
        wrong += filter(None, missing)
        running = [
            (one, pool.submit(one))
            for one, problem in zip(snippets.all, missing, strict=True)
            if one.options.run and problem is None
        ]
        for snippet, future in running:
            recording = future.result()
            failed = session_failed(snippet, recording)
            shown = None if failed else recording
            items.append(Item(snippet, shown, tuple(problems(snippet, recording))))
            if options.json:
                print(dumps(recording), end="")
            elif not options.html:
                name = f"{snippet.location}  {snippet.options.title}".rstrip()
                told = "not run" if failed else text(recording, partial(_line, snippet))
                print(f"{visible(name, keep='')}\n\n{told}\n")
    wrong += [problem for item in items for problem in item.problems]
    for problem in wrong:
        print(problem, file=sys.stderr if options.json else sys.stdout)
    _write_report(options, items)
    return 1 if wrong else 0


def _line(snippet: Snippet, number: int) -> str:
    """A line of what ran as its author finds it."""
    place = snippet.at(number)
    return str(place.line) if place.file == snippet.location.file else str(place)


def _run_script(options: argparse.Namespace) -> int:
    if reason := why_not(options.backend):
        raise ValueError(reason)
    if options.timeout is not None:
        Settings.of({"timeout": options.timeout})  # which says what cannot be
    path: Path = options.file
    source = reading.python(path)
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    program = Program(source, path, arguments, options.backend, options.timeout)
    recording, status = program.run(shown=not options.json)
    if options.json:
        print(dumps(recording), end="")
    elif not options.html:
        print(f"\n{summary(recording)}")
    snippet = Snippet(source, Options(show=_VIEWS), Location(path.as_posix(), 0), "script")
    _write_report(options, [Item(snippet, recording, ())])
    return status


def _write_report(options: argparse.Namespace, items: Sequence[Item]) -> None:
    if options.html:
        page = report(options.file.name, items)
        options.html.write_text(page, encoding="utf-8", errors="replace")
        print(f"the report is in {options.html}", file=sys.stderr)
