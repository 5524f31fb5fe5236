"""Notifying and sending from a signal handler of the program's own."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from wakepoint import join, run, spawn, spawn_blocking, yield_now
from wakepoint.sync import Notify, mpsc

if sys.platform == "win32":
    pytest.skip("Windows sends a thread no signals", allow_module_level=True)

EACH = 300


@contextmanager
def handled(handler: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Calls it in the main thread at each SIGUSR1; gives what sends one."""
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    before = signal.signal(signal.SIGUSR1, lambda *_: handler())
    try:
        yield lambda: signal.pthread_kill(main_thread, signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_signal_handler_notifies() -> None:
    notify = Notify()

    async def main() -> None:
        for _ in range(EACH):
            await join(notify.notified(), spawn_blocking(send_signal))

    with handled(notify.notify_one) as send_signal:
        run(main())


def test_a_signal_handler_sends_in_the_middle_of_receiving() -> None:
    sender, receiver = mpsc.unbounded_channel()
    handled_signals: list[int] = []

    def handler() -> None:
        sender.send(len(handled_signals))
        handled_signals.append(1)

    def storm() -> None:
        for _ in range(EACH):
            send_signal()

    async def receive() -> list[int]:
        return [number async for number in receiver]

    async def main() -> list[int]:
        receiving = spawn(receive())
        await spawn_blocking(storm)
        await yield_now()  # by now every signal that was sent was handled
        sender.close()
        return await receiving

    with handled(handler) as send_signal:
        received = run(main())
    assert received == list(range(len(handled_signals)))
