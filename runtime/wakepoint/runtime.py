"""`run`: an executor and a reactor are built, and driven until a future has ended.

tokio's ``runtime::Builder`` and ``Runtime::block_on``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from wakepoint import backends
from wakepoint.executor import Executor, running
from wakepoint.failure import begin_at_users
from wakepoint.reactor import Reactor

T = TypeVar("T")


def build(backend: str | None = None) -> Executor:
    """An executor and a reactor of the usual kind; see `run` for the backends."""
    name = backends.resolve(backend)
    return Executor(Reactor(backends.factory(name), backends.make_kernel(name)))


class Builder:
    """Who makes executors for `run`; the recorder puts its own here."""

    def __init__(self) -> None:
        self.make: Callable[[str], Executor] = build


builder = Builder()


def run(future: Awaitable[T], *, backend: str | None = None) -> T:
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

    Raises:
        Deadlock: If every task is pending and nobody is left to wake one of them.
        RuntimeError: If this thread runs an executor already.
        ValueError: If there is no such backend.
        BaseException: Whatever the future raises.
    """
    if running.executor is not None and not running.executor.forked:
        raise RuntimeError("this thread runs an executor already; await the future, or spawn it")
    executor = builder.make(backends.resolve(backend))
    try:
        return executor.block_on(future)
    except BaseException as error:
        begin_at_users(error)
        raise  # not `raise error`, which would put a frame of ours before the user's again
    finally:
        executor.reactor.shut_down()
