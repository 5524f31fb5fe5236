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
from mkdocs_wakepoint.engine import (
    Pool,
    Settings,
    problems,
    session_failed,
    unavailable,
    why_not,
)
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
    with opening.pool(options, pages) as pool:
        pages.convert(snippets)
        return _run_snippets(options, pool, snippets.all, wrong)


def _run_script(options: argparse.Namespace) -> int:
    """As its author's own program, unless the sandbox is asked for: there it is a snippet."""
    if reason := why_not(options.backend):
        raise ValueError(reason)
    path: Path = options.file
    shown = Options(show=_VIEWS, backend=options.backend)
    snippet = Snippet(reading.python(path), shown, Location(path.as_posix(), 0), "script")
    if options.sandbox in ("auto", "required"):
        if options.arguments:
            raise ValueError("in the sandbox a script has no arguments; leave them or it out")
        with opening.pool(options) as pool:
            return _run_snippets(options, pool, [snippet], [])
    if options.timeout is not None:
        Settings.of({"timeout": options.timeout})  # which says what cannot be
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    program = Program(snippet.source, path, arguments, options.backend, options.timeout)
    recording, status = program.run(shown=not options.json)
    if options.json:
        print(dumps(recording), end="")
    elif not options.html:
        print(f"\n{summary(recording)}")
    _write_report(options, [Item(snippet, recording, ())])
    return status


def _run_snippets(
    options: argparse.Namespace, pool: Pool, snippets: Sequence[Snippet], wrong: list[Problem]
) -> int:
    """Prints what each did, and at the end what is wrong, also what was found before."""
    missing = [unavailable(one, pool.settings) for one in snippets]
    wrong += filter(None, missing)
    running = [
        (one, pool.submit(one))
        for one, problem in zip(snippets, missing, strict=True)
        if one.options.run and problem is None
    ]
    items = []
    for snippet, future in running:
        recording = future.result()
        shown = None if session_failed(snippet, recording) else recording
        items.append(Item(snippet, shown, tuple(problems(snippet, recording))))
        if options.json:
            print(dumps(recording), end="")
        elif not options.html:
            print(_told(items[-1]))
    wrong += [problem for item in items for problem in item.problems]
    for problem in wrong:
        print(problem, file=sys.stderr if options.json else sys.stdout)
    _write_report(options, items)
    return 1 if wrong else 0


def _told(item: Item) -> str:
    snippet = item.snippet
    told = "not run" if item.recording is None else text(item.recording, partial(_line, snippet))
    if not snippet.location.line:
        return told
    name = f"{snippet.location}  {snippet.options.title}".rstrip()
    return f"{visible(name, keep='')}\n\n{told}\n"


def _line(snippet: Snippet, number: int) -> str:
    """A line of what ran as its author finds it."""
    place = snippet.at(number)
    return str(place.line) if place.file == snippet.location.file else str(place)


def _write_report(options: argparse.Namespace, items: Sequence[Item]) -> None:
    if options.html:
        page = report(options.file.name, items)
        options.html.write_text(page, encoding="utf-8", errors="replace")
        print(f"the report is in {options.html}", file=sys.stderr)
