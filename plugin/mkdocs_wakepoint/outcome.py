"""How a run ended, by the name of an exception."""

from __future__ import annotations

from wakepoint.recording import Outcome

_EXCEPTIONS = {"deadlock": "Deadlock", "exited": "SystemExit", "timeout": "TimeoutError"}


def exception_name(outcome: Outcome) -> str | None:
    """The type that ``expect_error`` announces this end with; None if there is none."""
    return _EXCEPTIONS.get(outcome.kind, outcome.error)


def last_line(outcome: Outcome) -> str:
    """The last line of the traceback that Python would write."""
    name = exception_name(outcome) or outcome.kind
    return f"{name}: {outcome.message}" if outcome.message else name
