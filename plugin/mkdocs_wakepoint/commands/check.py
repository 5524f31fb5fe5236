"""``mkdocs-wakepoint check``: runs every snippet of a site, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mkdocs_wakepoint.engine import Pool, problems, unavailable
from mkdocs_wakepoint.record import snippets
from mkdocs_wakepoint.snippet import Problem, Snippet
from wakepoint.recording import Event, Recording


def check(docs: Path, pool: Pool, repeat: int) -> int:
    """Runs and prints one line for each problem.

    Args:
        docs: A folder of Markdown files, or one of them.
        pool: Runs the snippets.
        repeat: How often each snippet is run; runs that differ are a problem as well.

    Returns:
        The exit status: 1 if there was a problem.
    """
    wrong: list[Problem] = []
    found = [one for one in snippets(docs, wrong.append) if one.options.run]
    missing = [unavailable(one) for one in found]
    wrong += filter(None, missing)
    running = [
        (one, [pool.submit(one) for _ in range(repeat)])
        for one, problem in zip(found, missing, strict=True)
        if problem is None
    ]
    for snippet, futures in running:
        recordings = [future.result() for future in futures]
        wrong += problems(snippet, recordings[0])
        wrong += differences(snippet, recordings)
    for problem in sorted(wrong, key=lambda one: (one.location.file, one.location.line)):
        print(problem)
    return 1 if wrong else 0


def differences(snippet: Snippet, recordings: list[Recording]) -> Iterator[Problem]:
    """The first run that is not what the first one was, if there is one."""
    first = recordings[0]
    for number, recording in enumerate(recordings[1:], 2):
        if recording != first:
            yield Problem(
                snippet.at(0),
                f"run {number} of {len(recordings)} was not as the first: "
                f"{_difference(first, recording)}",
                "what the kernel decides is told differently by each build; show less of it",
            )
            return


def _difference(one: Recording, other: Recording) -> str:
    if one.outcome != other.outcome:
        return f"it ended as {other.outcome.kind}, not as {one.outcome.kind}"
    for first, second in zip(one.events, other.events, strict=False):
        if first != second:
            return f"event {first.n} is {_event(second)}, not {_event(first)}"
    if len(one.events) != len(other.events):
        return f"it had {len(other.events)} events, not {len(one.events)}"
    return "it wrote something else"


def _event(event: Event) -> str:
    facts = " ".join(f"{name}={value}" for name, value in event.facts.items() if value is not None)
    told = f"{event.kind} {facts}".strip()
    return told if len(told) <= 60 else f"{told[:60]}…"
