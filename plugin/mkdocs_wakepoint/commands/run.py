"""``mkdocs-wakepoint run``: runs a script, or the snippets of a page, and tells what happened."""

from __future__ import annotations

import tokenize
from pathlib import Path

from mkdocs_wakepoint.commands.text import text
from mkdocs_wakepoint.engine import Pool, problems, unavailable
from mkdocs_wakepoint.pages import Pages, Snippets
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.text import visible
from wakepoint.recording import Recording, dumps


def run(source: Pages | Path, pool: Pool, backend: str, *, as_json: bool) -> int:
    """Runs and prints.

    Args:
        source: A page with fences, or a Python file.
        pool: Runs the snippets.
        backend: For a Python file, which has no header to name one.
        as_json: Print the recordings themselves, one after another.

    Returns:
        The exit status: 1 if there was a problem.
    """
    wrong: list[Problem] = []
    snippets = Snippets(wrong.append)
    if isinstance(source, Path):
        snippets.all.append(_script(source, backend))
    else:
        source.convert(snippets)
    collected = snippets.all
    missing = [unavailable(one) for one in collected]
    wrong += filter(None, missing)
    running = [
        (one, pool.submit(one))
        for one, problem in zip(collected, missing, strict=True)
        if one.options.run and problem is None
    ]
    for snippet, future in running:
        recording = future.result()
        if as_json:
            print(dumps(recording), end="")
        else:
            print(_printed(snippet, recording))
        wrong += problems(snippet, recording)
    for problem in wrong:
        print(problem)
    return 1 if wrong else 0


def _printed(snippet: Snippet, recording: Recording) -> str:
    if not snippet.location.line:
        return text(recording)
    head = visible(f"{snippet.location}  {snippet.options.title}".rstrip(), keep="")
    return f"{head}\n\n{text(recording)}\n"


def _script(path: Path, backend: str) -> Snippet:
    """A file as a snippet: its first line is line 1, as if the fence stood in line 0."""
    with tokenize.open(path) as file:
        source = file.read()
    return Snippet(source, Options(backend=backend), Location(path.as_posix(), 0), "script")
