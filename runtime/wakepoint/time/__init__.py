"""Time: waiting for it, limits of it, and the clock that tells it (``tokio::time``)."""

from wakepoint.time.clock import advance, pause, resume
from wakepoint.time.instant import now
from wakepoint.time.intervals import Interval, MissedTickBehavior, interval, interval_at
from wakepoint.time.sleeping import sleep, sleep_until
from wakepoint.time.timeouts import timeout, timeout_at

__all__ = [
    "Interval",
    "MissedTickBehavior",
    "advance",
    "interval",
    "interval_at",
    "now",
    "pause",
    "resume",
    "sleep",
    "sleep_until",
    "timeout",
    "timeout_at",
]
