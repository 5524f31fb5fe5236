"""`run`: an executor and a reactor are built, and driven until a future has ended.

tokio's ``runtime::Builder`` and ``Runtime::block_on``.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wakepoint import backends
from wakepoint.debugging.watchful import WatchfulExecutor
from wakepoint.executor import Executor, running
from wakepoint.failure import begin_at_users
from wakepoint.reactor import Reactor

T = TypeVar("T")


def build(backend: str | None = None) -> Executor:
    """An executor and a reactor of the usual kind; see `run` for the backends."""
    return Executor(_reactor(backends.resolve(backend)))


def build_watchful(slow_poll: float) -> Callable[[str], Executor]:
    """What makes executors that warn of what goes wrong in silence."""
    return lambda backend: WatchfulExecutor(_reactor(backend), slow_poll)


def _reactor(backend: str) -> Reactor:
    return Reactor(backends.factory(backend), backends.make_kernel(backend))


class Builder:
    """Who makes executors for `run`; the recorder puts its own here."""

    def __init__(self) -> None:
        self.make: Callable[[str], Executor] = build


builder = Builder()


def run(
    future: Awaitable[T],
    *,
    backend: str | None = None,
    debug: bool | None = None,
    slow_poll: float = 0.1,
) -> T:
    """Drives a future to its end and returns its result (tokio's ``block_on``).

    Example:
        >>> async def main():
        ...     return 42
        >>> run(main())
        42

    Args:
        future: A coroutine, a `Future`, or any object with ``poll(cx)``.
        backend: ``auto``, ``epoll``, ``kqueue``, ``iocp``, ``io_uring`` or ``simulated``; by
            default what ``WAKEPOINT_BACKEND`` names, or else the platform's own.
        debug: Whether to warn of what goes wrong in silence, see
            `wakepoint.debugging.WatchfulExecutor`; by default if ``WAKEPOINT_DEBUG`` is set in the
            environment, to anything but 0. What is watched so is not recorded.
        slow_poll: Seconds that a poll may take with that.

    Raises:
        Deadlock: If every task is pending and nobody is left to wake one of them.
        RuntimeError: If this thread runs an executor already.
        ValueError: If there is no such backend, or ``slow_poll`` is not above 0.
        BaseException: Whatever the future raises.
    """
    if running.executor is not None and not running.executor.forked:
        raise RuntimeError("this thread runs an executor already; await the future, or spawn it")
    make = build_watchful(slow_poll) if _watches(debug) else builder.make
    executor = make(backends.resolve(backend))
    try:
        return executor.block_on(future)
    except BaseException as error:
        begin_at_users(error)
        raise  # not `raise error`, which would put a frame of ours before the user's again
    finally:
        executor.reactor.shut_down()


def _watches(debug: bool | None) -> bool:
    if debug is None:
        # A recording is made of what a page shows, whatever the environment of its build is.
        return builder.make is build and os.environ.get("WAKEPOINT_DEBUG", "") not in {"", "0"}
    return debug
