"""Holds a lowered script's recording to the original's."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

from wakepoint.recording.equality import machine_facts
from wakepoint.recording.model import Recording
from wakepoint.recording.run import record, record_lowered


def both(source: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What the original and the lowered script do: output, outcome, and events of machines."""
    return _run(record, source), _run(record_lowered, source)


def _run(how: Callable[..., Recording], source: str) -> tuple[Any, ...]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        recording = how(source, backend="simulated")
    outcome = recording.outcome
    end = (outcome.kind, outcome.error, outcome.message)
    return output.getvalue(), end, machine_facts(recording)
