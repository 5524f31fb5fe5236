"""What went wrong in a run, in one line for the log and some more for the page."""

from __future__ import annotations

from dataclasses import asdict

from mkdocs_wakepoint.engine.answer import was_cut
from mkdocs_wakepoint.engine.endings import in_few, line_in_words, of_outcome, shortened, unmet
from mkdocs_wakepoint.engine.limits import KEPT_OUTPUT
from mkdocs_wakepoint.outcome import last_line
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.text import in_one_line
from wakepoint.recording import Outcome, Recording
from wakepoint.recording.figures import figures

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
    problem = unmet(snippet, outcome, error_name) if error_name else of_outcome(snippet, outcome)
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
            f"the snippet wrote more than {KEPT_OUTPUT} bytes to {stream}",
            "print less",
        )
        for stream, text in recording.written().items()
        if was_cut(text)
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
        f"{line_in_words(snippet, outcome.frames[0].line)} ended with {shortened(text)}",
        f"mend {place} first",
    )


def not_implemented(snippet: Snippet, recording: Recording) -> bool:
    """True if the snippet needs what this platform does not have, and did not announce that."""
    lacks = recording.outcome.error == "NotImplementedError"
    return lacks and _unannounced(snippet, recording.outcome)


def _unannounced(snippet: Snippet, outcome: Outcome) -> bool:
    error_name = snippet.options.expect_error
    return not error_name or unmet(snippet, outcome, error_name) is not None


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
    remedy = f"write {in_few(names, ' or ')}" if names else "leave out machine"
    what = f"there is no coroutine function {name!r} in the snippet"
    return [Problem(snippet.at(0), what, remedy)]


_OF_THE_SNIPPET = {
    "MemoryError": "let the snippet use less memory",
    "RecursionError": "let the snippet call less deep",
}
"""What to do where the recorder fails since the snippet leaves it no room."""


def _untraced(snippet: Snippet, recording: Recording) -> list[Problem]:
    """Figures and machines of a run are wrong, without a sign, if the recorder lost sight of it."""
    if not recording.machines or not (_TRACED & {*snippet.options.show} or snippet.options.expect):
        return []
    without = f"leave {', '.join(sorted(_TRACED))} and expect out"
    problems = []
    for event in recording.events:
        if event.kind == "trace.replaced":
            what = (
                "the snippet traces itself in the recorder's place; machines are not recorded from "
                "here on"
            )
            problems.append(Problem(snippet.at(event["line"]), what, f"remove it, or {without}"))
        elif event.kind == "trace.failed":
            error = ": ".join(filter(None, (event["error"], event["message"])))
            what = f"the recorder failed, so that machines are not recorded to the end: {error}"
            mend = _OF_THE_SNIPPET.get(event["error"])
            remedy = f"{mend}, or {without}" if mend else f"report it, and {without} until then"
            problems.append(Problem(snippet.at(0), what, remedy))
    return problems


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
