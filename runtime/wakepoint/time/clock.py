"""The clock of an executor, which timers go by; tests may stop it and set it forward."""

from __future__ import annotations

from wakepoint import executor
from wakepoint.time.sleeping import Sleep


def pause() -> None:
    """Stops this executor's clock (``tokio::time::pause``); for tests.

    From now on no timer takes time: when every task waits, and no call of `spawn_blocking` is under
    way, the clock jumps to the next timer by itself. So a test of hours takes milliseconds and goes
    the same way each time. Events of the kernel come as ever; so a task that waits for another
    program, beside one that sleeps, is overtaken by the sleep.

    It works on every backend. The simulated one is paused from the beginning, but for the time in
    which a call of `spawn_blocking` runs: there the clock goes as the real one, until this.

    Example:
        >>> from wakepoint import now, run, sleep
        >>> async def main():
        ...     pause()
        ...     began = now()
        ...     await sleep(3600)
        ...     return round(now() - began)
        >>> run(main())
        3600

    Raises:
        RuntimeError: Outside of `run`, or if the clock is paused already.
    """
    executor.current().reactor.kernel.pause_clock()


def resume() -> None:
    """Lets the clock run again, from where it stands (``tokio::time::resume``).

    Example:
        >>> from wakepoint import now, run
        >>> async def main():
        ...     pause()
        ...     await advance(3600)
        ...     resume()
        >>> run(main())

    Raises:
        RuntimeError: Outside of `run`, or if the clock is not paused.
    """
    executor.current().reactor.kernel.resume_clock()


async def advance(seconds: float) -> None:
    """Sets a paused clock forward at once (``tokio::time::advance``).

    It is as if nobody had come to look at the clock for so long: timers that were due meanwhile are
    late, in the order in which they were due, and whoever waited for one is polled before this
    returns. To see each of them come in time, `sleep` instead, which a paused clock lets pass in no
    time.

    Cancel safety: the clock is set forward in any case.

    Example:
        >>> from wakepoint import run, sleep, spawn
        >>> async def alarm():
        ...     await sleep(60)
        ...     print("late")
        >>> async def main():
        ...     pause()
        ...     handle = spawn(alarm())
        ...     await sleep(0)
        ...     await advance(3600)
        ...     print("an hour later")
        >>> run(main())
        late
        an hour later

    Args:
        seconds: From 0 up.

    Raises:
        ValueError: If ``seconds`` is negative or NaN.
        TypeError: If it is no number.
        RuntimeError: Outside of `run`, or if the clock is not paused.
    """
    Sleep(seconds)  # refuses what is no time
    executor.current().reactor.advance(seconds)
    await Sleep(0.0)  # behind every timer that is due
