"""What time it is."""

from __future__ import annotations

from wakepoint import executor


def now() -> float:
    """What the executor's clock says, in seconds (``tokio::time::Instant::now``).

    It counts from a point that means nothing, as `time.monotonic` does, and never goes back. Only
    the difference of two times says something; on the simulated backend and while the clock is
    paused it is not the time on the wall.

    Example:
        >>> from wakepoint import run, sleep
        >>> async def main():
        ...     began = now()
        ...     await sleep(0.001)
        ...     return now() - began >= 0.001
        >>> run(main())
        True

    Raises:
        RuntimeError: Outside of `run`.
    """
    return executor.current().reactor.kernel.monotonic()
