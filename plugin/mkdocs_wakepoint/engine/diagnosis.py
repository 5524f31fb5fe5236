"""What went wrong in a run, in one line for the log and some more for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from mkdocs_wakepoint.engine.answer import was_cut
from mkdocs_wakepoint.engine.limits import KEPT_OUTPUT
from mkdocs_wakepoint.outcome import exception_name, last_line
from mkdocs_wakepoint.snippet import Location, Problem, Snippet, stands_for_more
from mkdocs_wakepoint.text import in_one_line, lines_of
from wakepoint.catching import CATCHES
from wakepoint.recording import Outcome, Recording
from wakepoint.recording.figures import figures

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

_TRACED = frozenset({"lowered", "machine", "table", "timeline"})
"""Views of what the recorder's trace function sees."""


def problems(snippet: Snippet, recording: Recording) -> list[Problem]:
    """Everything about a run that its author should know, in the order of importance."""
    failed = session_failed(snippet, recording)
    if failed is not None:
        return [failed]
    all_problems = []
    error_name = snippet.options.expect_error
    outcome = recording.outcome
    problem = _unmet(snippet, outcome, error_name) if error_name else _of_outcome(snippet, outcome)
    if problem is not None:
        all_problems.append(problem)
    if problem is None or error_name:
        all_problems += _unmet_figures(snippet, recording)
    all_problems += _missing_machine(snippet, recording)
    all_problems += _untraced(snippet, recording)
    all_problems += _cut_output(snippet, recording)
    if recording.truncated:
        all_problems.append(
            Problem(
                snippet.at(0),
                f"the run had at least {recording.truncated} events more than a recording holds",
                "shorten it, or show less of it",
            )
        )
    return all_problems


def _cut_output(snippet: Snippet, recording: Recording) -> list[Problem]:
    """One for each stream of which the end is left out, unless the run was ended for that."""
    if (recording.outcome.kind, recording.outcome.error) == ("killed", "output"):
        return []
    return [
        Problem(
            snippet.at(0),
            f"the snippet wrote more than {KEPT_OUTPUT} bytes to {piece.stream}",
            "print less",
        )
        for piece in recording.output
        if was_cut(piece.text)
    ]


def session_failed(snippet: Snippet, recording: Recording) -> Problem | None:
    """That a snippet was not run, since one before it in its session failed; None if none did."""
    outcome = recording.outcome
    if not outcome.frames or outcome.frames[0].line > snippet.lines_before:
        return None
    if outcome.kind == "finished":
        return None
    place = snippet.at(outcome.frames[0].line)
    text = in_one_line(last_line(outcome))
    return Problem(
        snippet.at(0),
        f"it was not run: earlier in session {snippet.options.session!r}, "
        f"{_line(snippet, outcome.frames[0].line)} ended with {_shortened(text)}",
        f"mend {place} first",
    )


def not_implemented(snippet: Snippet, recording: Recording) -> bool:
    """True if the snippet needs what this platform does not have, and did not announce that."""
    lacks = recording.outcome.error == "NotImplementedError"
    return lacks and _unannounced(snippet, recording.outcome)


def _unannounced(snippet: Snippet, outcome: Outcome) -> bool:
    error_name = snippet.options.expect_error
    return not error_name or _unmet(snippet, outcome, error_name) is not None


def _missing_machine(snippet: Snippet, recording: Recording) -> list[Problem]:
    name = snippet.options.machine
    names = [machine.qualname for machine in recording.machines]
    plain = [machine.name for machine in recording.machines]
    without = [each.name for each in recording.unanalysed]  # the page says why
    plain += (*without, *(each.rpartition(".")[2] for each in without))
    if not name or name in names or name in plain:
        return []
    if recording.outcome.kind in ("syntax-error", "killed"):
        return []  # which says why there is none
    remedy = f"write {_in_few(names, ' or ')}" if names else "leave out machine"
    what = f"there is no coroutine function {name!r} in the snippet"
    return [Problem(snippet.at(0), what, remedy)]


def _untraced(snippet: Snippet, recording: Recording) -> list[Problem]:
    """Figures and machines of a run are wrong, without a sign, if the recorder lost sight of it."""
    if not recording.machines or not (_TRACED & {*snippet.options.show} or snippet.options.expect):
        return []
    return [
        Problem(
            snippet.at(event.facts["line"]),
            "the snippet traces itself in the recorder's place; machines are not recorded from "
            "here on",
            f"remove it, or leave {', '.join(sorted(_TRACED))} and expect out",
        )
        for event in recording.events
        if event.kind == "trace.replaced"
    ]


def _of_outcome(snippet: Snippet, outcome: Outcome) -> Problem | None:
    place = _place(snippet, outcome)
    message = f": {_shortened(outcome.message)}" if outcome.message else ""
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
        + ("" if task.line is None else f" in {_line(snippet, task.line)}")
        + f" waits for {task.waits_for}"
        for task in outcome.waiting
    ]
    lines = [task.line for task in outcome.waiting if task.line is not None]
    if lines:
        place = snippet.at(lines[0])
    return Problem(
        place,
        f"deadlock: {_in_few(waiting, ', and ')}",
        'wake them, give them a timeout, or announce it with expect_error="Deadlock"',
        _in_few(waiting, "\n"),
    )


def _goes_on(snippet: Snippet, outcome: Outcome, place: Location) -> Problem:
    """Not more time is what it needs: it was cancelled, and does not end."""
    lines = [each.line for each in outcome.goes_on if each.line is not None]
    if lines:
        place = snippet.at(lines[0])
    texts = [
        f"{each.what}, and goes on: "
        + ("" if each.line is None else f"{_line(snippet, each.line)} ")
        + each.how
        for each in outcome.goes_on
    ]
    catches = any(CATCHES in each.how for each in outcome.goes_on)
    return Problem(
        place,
        f"the snippet was {_shortened(outcome.message)}: {_in_few(texts, '; ')}",
        "catch Cancelled only to clean up, and raise it again"
        if catches
        else 'let it end, or allow more with timeout="…" (seconds)',
        _traceback(snippet, outcome),
    )


def _unmet(snippet: Snippet, outcome: Outcome, expected: str) -> Problem | None:
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


def _unmet_figures(snippet: Snippet, recording: Recording) -> list[Problem]:
    counted = asdict(figures(recording))
    return [
        Problem(
            snippet.at(0),
            f"expected {name}={expected} and counted {counted.get(name)}",
            "correct the figure in expect, or mend the snippet",
        )
        for name, expected in snippet.options.expect.items()
        if counted.get(name) != expected
    ]


def _place(snippet: Snippet, outcome: Outcome) -> Location:
    """The page's line of the innermost line of the snippet that takes part."""
    return snippet.at(outcome.frames[-1].line if outcome.frames else 0)


def _line(snippet: Snippet, number: int) -> str:
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
        where = _line(snippet, frame.line)
        lines.append(f"{where}, in {_shortened(frame.function)}\n    {text}")
    if outcome.error:
        lines.append(last_line(outcome))
    return "\n".join(lines)


def _in_few(texts: Sequence[str], between: str) -> str:
    """The texts, or the first ones and how many more there are."""
    more = len(texts) - LISTED
    told = [_shortened(text) for text in texts[:LISTED]]
    return between.join([*told, f"{more} more"] if more > 0 else told)


def _shortened(text: str) -> str:
    line = in_one_line(text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
