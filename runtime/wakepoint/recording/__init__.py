"""Recordings: what a run did, as plain data; making, saving and loading them."""

from wakepoint.recording.codec import dumps, loads
from wakepoint.recording.limit import TimeLimitExceeded
from wakepoint.recording.model import (
    FORMAT_VERSION,
    Environment,
    Event,
    Frame,
    GoesOn,
    Outcome,
    Output,
    Recording,
    Waiting,
)
from wakepoint.recording.prelude import Prelude
from wakepoint.recording.reading import RecordingError
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.run import RecordedFuture, record, record_future, record_lowered
from wakepoint.recording.safe_repr import safe_repr

__all__ = [
    "FORMAT_VERSION",
    "Environment",
    "Event",
    "Frame",
    "GoesOn",
    "Outcome",
    "Output",
    "Prelude",
    "RecordedFuture",
    "Recorder",
    "Recording",
    "RecordingError",
    "TimeLimitExceeded",
    "Waiting",
    "dumps",
    "loads",
    "record",
    "record_future",
    "record_lowered",
    "safe_repr",
]
