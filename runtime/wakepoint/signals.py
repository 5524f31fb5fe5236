"""Signals as something to await, as in ``tokio::signal``.

kqueue has a filter for signals, ``EVFILT_SIGNAL``. Elsewhere Python's handler, which runs in C,
writes the signal's number into a socket (`signal.set_wakeup_fd`), and the other end of it is read
like any socket. Linux has signalfd(2), a descriptor for the same purpose, and we leave it: it hears
of a signal only while *every* thread blocks that signal, and a blocked signal stays blocked in the
programs that this one starts. (The pair is a socket pair, since an eventfd takes no single bytes.)

Either way the signal's usual effect is off while somebody listens, and comes back afterwards.
"""

from __future__ import annotations

import contextlib
import signal as signals
import socket
import threading
import warnings
from types import FrameType
from typing import Any

from wakepoint import executor
from wakepoint.contract import SignalFeed
from wakepoint.errors import ClosedResourceError
from wakepoint.future import Future, Once
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.streams import Closing
from wakepoint.task import PENDING, Context, Poll, Ready, Waker


class _SocketFeed:
    """Without a filter: Python writes each signal's number into one socket, we read the other."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        reader, self._writer = reactor.kernel.socketpair()
        self._source = Source(reader)
        self._before = signals.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def listen(self, number: int) -> None:
        """Python writes every signal that has a handler."""

    def ignore(self, number: int) -> None:
        """As `listen`: the handler goes, and with it the writing."""

    def numbers(self) -> Future[list[int]]:
        return _Numbers(self._reactor.backend.recv(self._source, 4096))

    def close(self) -> None:
        signals.set_wakeup_fd(self._before)
        self._reactor.close(self._source)
        reader: socket.socket = self._source.io
        self._reactor.kernel.close(reader)
        self._reactor.kernel.close(self._writer)


class _Numbers(Future[list[int]]):
    """Bytes that are received, as numbers."""

    __slots__ = ("_receiving",)

    def __init__(self, receiving: Future[bytes]) -> None:
        self._receiving = receiving

    def poll(self, cx: Context) -> Poll[list[int]]:
        polled = self._receiving.poll(cx)
        return PENDING if polled is PENDING else Ready(list(polled.value))

    def drop(self) -> None:
        self._receiving.drop()


class _Hub:
    """One feed, shared by all who listen."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self._listeners: dict[int, list[Signal]] = {}
        self._handlers: dict[int, Any] = {}
        filters = reactor.backend.filters
        self._feed: SignalFeed = _SocketFeed(reactor) if filters is None else filters.signals()
        self._receiving: Future[list[int]] | None = None

    def join(self, listener: Signal) -> None:
        number = listener.number
        if number not in self._listeners:
            # Without a handler of its own the signal would still have its effect.
            self._handlers[number] = signals.signal(number, _handled)
            try:
                self._feed.listen(number)
            except BaseException:
                self._restore(number)
                raise
        self._listeners.setdefault(number, []).append(listener)

    def leave(self, listener: Signal) -> None:
        number = listener.number
        self._listeners[number].remove(listener)
        if not self._listeners[number]:
            del self._listeners[number]
            self._feed.ignore(number)
            self._restore(number)
        self.close_if_idle()

    def close_if_idle(self) -> None:
        """Gives everything back once nobody listens."""
        if not self._listeners:
            if self._receiving is not None:
                self._receiving.drop()
            self._feed.close()
            _open.hub = None

    def _restore(self, number: int) -> None:
        before = self._handlers.pop(number)
        # None is a handler that C code installed; Python cannot put it back.
        signals.signal(number, signals.SIG_DFL if before is None else before)

    def look(self, listener: Signal, waker: Waker) -> None:
        """Takes what has come, until something is for the listener or it has to wait."""
        others = any(each.waits for each in self._all() if each is not listener)
        woken = Waker(self._wake) if others else waker
        while not listener.count:
            if self._receiving is None:
                self._receiving = self._feed.numbers()
            polled = self._receiving.poll(Context(woken))
            if polled is PENDING:
                return
            self._receiving = None
            for number in polled.value:
                for each in self._listeners.get(number, ()):
                    each.count += 1
                    if each is not listener:  # which is polled just now
                        each.wake()

    def _all(self) -> list[Signal]:
        return [each for these in self._listeners.values() for each in these]

    def rest(self) -> None:
        """Nobody waits just now, so the executor has to see that no signal is waited for."""
        idle = not any(each.waits for each in self._all())
        if idle and self._receiving is not None:
            self._receiving.drop()  # what it may have brought is kept for the next
            self._receiving = None

    def _wake(self) -> None:
        # Whoever polls first takes what has come for all.
        for each in self._all():
            each.wake()


def _handled(number: int, frame: FrameType | None) -> None:
    """Does nothing; the signal comes through the feed."""


class _Open:
    hub: _Hub | None = None


_open = _Open()


class Signal(Closing):
    """Listens for one signal; made by `signal`. Close it, or use it in ``with``.

    Attributes:
        number: Which signal.
        count: How many have come that `recv` did not give yet.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0
        self._waker: Waker | None = None
        reactor = executor.current().reactor
        if _open.hub is None or _open.hub.reactor is not reactor:
            _open.hub = _Hub(reactor)
        hub = _open.hub
        try:
            hub.join(self)
        except BaseException:
            hub.close_if_idle()
            raise
        self._hub: _Hub | None = hub

    def __repr__(self) -> str:
        return f"Signal({signals.Signals(self.number).name})"

    def __del__(self) -> None:
        if getattr(self, "_hub", None) is not None:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, stacklevel=2, source=self)
            self.close()

    def recv(self) -> Future[int]:
        """How often the signal came since the last time; waits until it did.

        Signals that come in quick succession may arrive as one: a kernel keeps one of each.
        Cancel safe: if it is dropped, no signal is lost.
        """
        return Recv(self)

    def close(self) -> None:
        """Stops listening; the signal has its usual effect again. Twice is fine."""
        hub, self._hub = self._hub, None
        if hub is not None:
            hub.leave(self)
            self.wake()

    def wake(self) -> None:
        """Wakes who waits in `recv`."""
        waker, self._waker = self._waker, None
        if waker is not None:
            waker.wake()

    def take(self, waker: Waker) -> int:
        """What has come; if nothing has, the waker is woken when something does."""
        if self._hub is None:
            raise ClosedResourceError(f"{self!r} is closed")
        self._hub.look(self, waker)
        count, self.count = self.count, 0
        self._waker = None if count else waker.clone()
        return count

    @property
    def waits(self) -> bool:
        """True while somebody waits in `recv`."""
        return self._waker is not None

    def forget(self) -> None:
        """Nobody waits any more."""
        self._waker = None
        if self._hub is not None:
            self._hub.rest()


class Recv(Once[int]):
    """See `Signal.recv`."""

    __slots__ = ("_signal",)

    def __init__(self, signal: Signal) -> None:
        self._signal = signal

    def __repr__(self) -> str:
        return f"{self._signal!r}.recv()"

    def advance(self, cx: Context) -> Poll[int]:
        count = self._signal.take(cx.waker)
        return Ready(count) if count else PENDING

    def drop(self) -> None:
        self._signal.forget()


def signal(number: int) -> Signal:
    """Listens for a signal from now on (``tokio::signal::unix::signal``).

    While somebody listens, the signal does nothing else: it ends no process and raises no
    KeyboardInterrupt.

    Example:
        >>> import os, signal as signals
        >>> from wakepoint import run
        >>> async def main():
        ...     with signal(signals.SIGTERM) as terminated:
        ...         os.kill(os.getpid(), signals.SIGTERM)
        ...         return await terminated.recv()
        >>> run(main())
        1

    Raises:
        RuntimeError: Outside of `run`, or when that was not called on the main thread, where
            Python handles signals.
        OSError: If the signal cannot be handled (SIGKILL).
        NotImplementedError: On the simulated backend, whose kernel has no signals.
    """
    reactor = executor.current().reactor
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("signals are handled on the main thread; run the executor there")
    if not reactor.kernel.has_signals:
        raise NotImplementedError(f"the {reactor.backend.name} backend has no signals")
    return Signal(number)


async def ctrl_c() -> None:
    """Waits for Ctrl-C, which then raises no KeyboardInterrupt (``tokio::signal::ctrl_c``).

    Cancel safe. It listens from the first poll on, and no longer than it is awaited: who waits for
    it again and again keeps a `signal`.

    Raises:
        RuntimeError: As `signal`.
    """
    with contextlib.closing(signal(signals.SIGINT)) as interrupted:
        await interrupted.recv()
