"""Puts the seams together at which a run is watched: executor, wakers, reactor, kernel."""

from __future__ import annotations

from wakepoint.executor import Executor
from wakepoint.recording.executor import RecordingExecutor
from wakepoint.recording.reactor import RecordingReactor
from wakepoint.recording.recorder import Recorder


def build(backend: str, recorder: Recorder) -> Executor:
    """An executor as `wakepoint.runtime.build` makes it, with every seam recorded."""
    return RecordingExecutor(RecordingReactor(backend, recorder), recorder)
