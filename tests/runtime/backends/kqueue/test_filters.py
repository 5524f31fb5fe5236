"""The filters that are about no stream of bytes: users, processes, signals, files."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.kqueues import SHORT, Kqueue, Pair, read

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_ERROR,
    EV_ONESHOT,
    EVFILT_PROC,
    EVFILT_SIGNAL,
    EVFILT_USER,
    EVFILT_VNODE,
    NOTE_ATTRIB,
    NOTE_DELETE,
    NOTE_EXIT,
    NOTE_EXTEND,
    NOTE_RENAME,
    NOTE_TRIGGER,
    NOTE_WRITE,
    Kevent,
)

if sys.platform == "win32":
    pytest.skip("Windows has no kqueue", allow_module_level=True)


@pytest.mark.skipif(EVFILT_USER is None, reason="this platform has no EVFILT_USER")
def test_a_user_event_is_triggered_from_another_thread(kq: Kqueue) -> None:
    assert EVFILT_USER is not None
    kq.change(Kevent(7, EVFILT_USER, EV_ADD | EV_CLEAR))
    trigger = Kevent(7, EVFILT_USER, 0, NOTE_TRIGGER)
    thread = threading.Thread(target=kq.change, args=(trigger,))
    thread.start()
    (event,) = kq.wait()
    assert event[:2] == (7, EVFILT_USER)
    thread.join()
    assert kq.none()
    kq.change(trigger, trigger)  # before the wait, and twice
    assert len(kq.wait()) == 1
    assert kq.none()


def test_a_change_by_another_thread_holds_for_a_wait_under_way(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"1")
    thread = threading.Timer(SHORT, kq.change, (read(one),))
    thread.start()
    assert len(kq.wait()) == 1
    thread.join()


def test_the_end_of_a_child_with_its_status(kq: Kqueue) -> None:
    with subprocess.Popen(["sh", "-c", "read line; exit 3"], stdin=subprocess.PIPE) as child:
        kq.change(Kevent(child.pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT))
        assert kq.none()
        assert child.stdin is not None
        child.stdin.close()
        (event,) = kq.wait()
        assert event[:2] == (child.pid, EVFILT_PROC)
        assert event.fflags & NOTE_EXIT
        assert os.waitstatus_to_exitcode(event.data & 0xFFFF) == 3
        assert child.wait() == 3
        assert kq.none()


def test_a_process_that_there_is_not(kq: Kqueue) -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
    (event,) = kq.wait(Kevent(child.pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT))
    assert event.flags & EV_ERROR
    assert event.data == errno.ESRCH


def test_a_signal_is_counted_and_its_handler_runs(kq: Kqueue) -> None:
    if threading.active_count() > 1 or "PYTEST_XDIST_WORKER" in os.environ:
        kq.libkqueue_differs("hears nothing of what another thread may take")
    handled = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: handled.append(number))
    try:
        kq.change(Kevent(signal.SIGUSR1, EVFILT_SIGNAL, EV_ADD | EV_CLEAR))
        assert kq.none()
        os.kill(os.getpid(), signal.SIGUSR1)
        (event,) = kq.wait()
        assert event[:2] == (signal.SIGUSR1, EVFILT_SIGNAL)
        assert event.data == 1
        kq.change(Kevent(signal.SIGUSR1, EVFILT_SIGNAL, EV_DELETE))
        kq.libkqueue_differs("takes the signal, so a handler does not run")
        assert handled == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_what_happens_to_a_file(kq: Kqueue, tmp_path: Path) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"1")
    fd = os.open(path, os.O_RDONLY)
    notes = NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_RENAME | NOTE_DELETE
    kq.change(Kevent(fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, notes))
    assert kq.none()

    def told(act: Callable[[], object]) -> int:
        act()
        return kq.wait()[0].fflags

    with path.open("ab", buffering=0) as opened:
        assert told(lambda: opened.write(b"23")) == NOTE_WRITE | NOTE_EXTEND
        kq.wait(timeout=0)
    assert told(lambda: path.chmod(0o600)) == NOTE_ATTRIB
    assert told(lambda: path.rename(other)) & NOTE_RENAME
    assert told(other.unlink) & NOTE_DELETE
    kq.kernel.close_fd(fd)


def test_only_the_notes_that_were_asked_for(kq: Kqueue, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1")
    fd = os.open(path, os.O_RDONLY)
    kq.change(Kevent(fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_ATTRIB))
    path.write_bytes(b"22")
    assert kq.none()
    path.chmod(0o600)
    assert kq.wait()[0].fflags == NOTE_ATTRIB
    kq.kernel.close_fd(fd)
