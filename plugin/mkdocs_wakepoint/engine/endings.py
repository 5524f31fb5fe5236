"""What is wrong with how a run ended."""

from __future__ import annotations

from collections.abc import Sequence

from mkdocs_wakepoint.outcome import exception_name, last_line
from mkdocs_wakepoint.snippet import Location, Problem, Snippet, stands_for_more
from mkdocs_wakepoint.text import in_one_line, lines_of
from wakepoint.catching import CATCHES
from wakepoint.recording import Outcome

LISTED = 20
"""Tasks that a problem names, and lines of a traceback that it shows."""
LONGEST = 200
"""Characters of an exception's text that the log shows; the page shows all that there is."""

_USE_LESS = {
    "memory": "hold less at a time, or allow more with the setting memory (MiB)",
    "processes": "have fewer of them at a time",
    "cpu": "compute less",
    "output": "write less",
}
"""What to do about a limit that a run has used up."""


def of_outcome(snippet: Snippet, outcome: Outcome) -> Problem | None:
    """What is wrong with an end that was not announced; None if nothing is."""
    place = _place(snippet, outcome)
    message = f": {shortened(outcome.message)}" if outcome.message else ""
    match outcome.kind:
        case "finished":
            return None
        case "syntax-error":
            return _no_python(snippet, outcome, message)
        case "raised" if outcome.error == "MemoryError":
            return Problem(place, "the snippet ran out of memory", "hold less at a time")
        case "raised":
            announced = f'mend it, or announce it with expect_error="{outcome.error}"'
            return Problem(
                place,
                f"the snippet raised {outcome.error}{message}",
                _to_fill(snippet, outcome) or announced,
                _traceback(snippet, outcome),
            )
        case "timeout" if outcome.goes_on:
            return _goes_on(snippet, outcome, place)
        case "timeout":
            return Problem(
                place,
                f"the snippet was {outcome.message}",
                'let it end, or allow more with timeout="…" (seconds)',
                _traceback(snippet, outcome),
            )
        case "deadlock":
            return _deadlock(snippet, outcome, place)
        case "exited":
            return Problem(
                place, f"the snippet called sys.exit({outcome.message})", "let it run to its end"
            )
        case _:
            return _killed(snippet, outcome, place)


def unmet(snippet: Snippet, outcome: Outcome, expected: str) -> Problem | None:
    """What is wrong if the end is not the exception that was announced."""
    actual = exception_name(outcome)
    if actual == expected.rpartition(".")[2]:  # a recording has the type's own name
        return None
    place = _place(snippet, outcome)
    if outcome.kind == "finished":
        return Problem(
            place,
            f"the snippet was to raise {expected} and did not raise",
            "remove expect_error, or mend the snippet",
        )
    return Problem(
        place,
        f"the snippet was to raise {expected} and ended with {actual or outcome.message}",
        "correct expect_error, or mend the snippet",
        _traceback(snippet, outcome),
    )


def _killed(snippet: Snippet, outcome: Outcome, place: Location) -> Problem:
    """One that could not tell itself how it ended."""
    if outcome.error == "answer":
        remedy = "leave alone what records it, and the descriptors that it did not open"
        return Problem(place, f"the snippet's run is lost: {outcome.message}", remedy)
    if outcome.error:
        remedy = _USE_LESS.get(outcome.error, "use less")
        return Problem(place, f"the snippet was ended: {outcome.message}", remedy)
    also = ", also not earlier in its session" if snippet.earlier else ""
    return Problem(
        place,
        f"the snippet's process ended early ({outcome.message})",
        f"do not call os._exit or kill it{also}; a recording is written at the end",
    )


def _no_python(snippet: Snippet, outcome: Outcome, message: str) -> Problem:
    place = _place(snippet, outcome)
    if outcome.error in ("RecursionError", "MemoryError"):
        what = f"Python cannot compile the snippet ({outcome.error}{message})"
        return Problem(place, what, "nest it less deeply")
    remedy = _to_fill(snippet, outcome) or "correct the snippet's syntax"
    return Problem(place, f"{outcome.error}{message}", remedy)


def _to_fill(snippet: Snippet, outcome: Outcome) -> str:
    """What to do if the line that failed is one that another extension should have replaced."""
    source = lines_of(snippet.script)
    number = outcome.frames[-1].line if outcome.frames else 0
    if not (0 < number <= len(source) and stands_for_more(source[number - 1])):
        return ""
    return (
        "this line names what is to be put in its place and nothing did so: list the extension "
        "that does (pymdownx.snippets) or the plugin (include-markdown, macros) in mkdocs.yml"
    )


def _deadlock(snippet: Snippet, outcome: Outcome, place: Location) -> Problem:
    waiting = [
        f"task {task.task} ({task.name})"
        + ("" if task.line is None else f" in {line_in_words(snippet, task.line)}")
        + f" waits for {task.waits_for}"
        for task in outcome.waiting
    ]
    lines = [task.line for task in outcome.waiting if task.line is not None]
    if lines:
        place = snippet.at(lines[0])
    return Problem(
        place,
        f"deadlock: {in_few(waiting, ', and ')}",
        'wake them, give them a timeout, or announce it with expect_error="Deadlock"',
        in_few(waiting, "\n"),
    )


def _goes_on(snippet: Snippet, outcome: Outcome, place: Location) -> Problem:
    """Not more time is what it needs: it was cancelled, and does not end."""
    lines = [each.line for each in outcome.goes_on if each.line is not None]
    if lines:
        place = snippet.at(lines[0])
    texts = [
        f"{each.what}, and goes on: "
        + ("" if each.line is None else f"{line_in_words(snippet, each.line)} ")
        + each.how
        for each in outcome.goes_on
    ]
    catches = any(CATCHES in each.how for each in outcome.goes_on)
    return Problem(
        place,
        f"the snippet was {shortened(outcome.message)}: {in_few(texts, '; ')}",
        "catch Cancelled only to clean up, and raise it again"
        if catches
        else 'let it end, or allow more with timeout="…" (seconds)',
        _traceback(snippet, outcome),
    )


def _place(snippet: Snippet, outcome: Outcome) -> Location:
    """The page's line of the innermost line of the snippet that takes part."""
    return snippet.at(outcome.frames[-1].line if outcome.frames else 0)


def line_in_words(snippet: Snippet, number: int) -> str:
    """A line within a sentence of the page; one of another file is named with that."""
    place = snippet.at(number)
    return f"line {place.line}" if place.file == snippet.location.file else str(place)


def _traceback(snippet: Snippet, outcome: Outcome) -> str:
    """The snippet's own frames; those of the runtime are left out."""
    source = lines_of(snippet.script)
    half = LISTED // 2
    frames, fewer = list(outcome.frames), len(outcome.frames) - LISTED
    lines = []
    for number, frame in enumerate(frames):
        if fewer > 0 and half <= number < half + fewer:
            lines += [f"… {fewer} more …"] if number == half else []
            continue
        text = source[frame.line - 1].strip() if frame.line <= len(source) else ""
        where = line_in_words(snippet, frame.line)
        lines.append(f"{where}, in {shortened(frame.function)}\n    {text}")
    if outcome.error:
        lines.append(last_line(outcome))
    return "\n".join(lines)


def in_few(texts: Sequence[str], between: str) -> str:
    """The texts, or the first ones and how many more there are."""
    more = len(texts) - LISTED
    told = [shortened(text) for text in texts[:LISTED]]
    return between.join([*told, f"{more} more"] if more > 0 else told)


def shortened(text: str) -> str:
    """A text for a line of the log."""
    line = in_one_line(text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
