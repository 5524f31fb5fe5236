"""``mkdocs-wakepoint lower``: what one would have written without ``async def``; runs nothing."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.commands import opening
from mkdocs_wakepoint.pages import Snippets
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from wakepoint.machine import MachineError, analyze_source, lower, lower_source


def main(options: argparse.Namespace) -> int:
    """Prints the lowered form of a script, or of each snippet of a page.

    Returns:
        The exit status: 1 if there is something that cannot be lowered, which is told.

    Raises:
        ValueError: If there is no such file, or no coroutine function in it, or not that one.
    """
    wrong: list[Problem] = []
    forms = []
    for snippet in _snippets(options.file, wrong):
        try:
            ast.parse(snippet.source)
            for form in _forms(snippet, options.function):
                head = f"# {snippet.location}\n" if snippet.location.line else ""
                forms.append(f"{head}{form}")
        except MachineError as error:
            place = snippet.at(error.line or 0)
            wrong.append(Problem(place, str(error), "only this one is left out"))
        except (SyntaxError, ValueError) as error:  # ValueError: a null character, before 3.12
            if snippet.options.run:
                place = snippet.at(getattr(error, "lineno", None) or 1)
                what = f"SyntaxError: {getattr(error, 'msg', error)}"
                wrong.append(Problem(place, what, "correct the syntax"))
    print("\n\n".join(forms), end="")
    for problem in wrong:
        print(problem, file=sys.stderr)
    if not forms and not wrong:
        what = repr(options.function) if options.function else "coroutine function"
        raise ValueError(f"there is no {what} in {options.file}")
    return 1 if wrong else 0


def _snippets(path: Path, wrong: list[Problem]) -> list[Snippet]:
    if not reading.is_markdown(path):
        place = Location(path.as_posix(), 0)
        return [Snippet(reading.python(path), Options(), place, "script")]
    snippets = Snippets(wrong.append)
    pages = opening.pages(path)
    opening.tell(pages)
    pages.convert(snippets)
    return snippets.all


def _forms(snippet: Snippet, name: str | None) -> Iterator[str]:
    """The whole snippet if it has a coroutine function, or the functions of a name in it."""
    file = snippet.location.file
    if name is None:
        form = lower_source(snippet.source, file)
        if form.machines:
            yield form.text
        return
    for analysis in analyze_source(snippet.source, file):
        if name in (analysis.machine.name, analysis.machine.qualname):
            yield lower(analysis)
