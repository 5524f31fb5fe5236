"""What a snippet and all that it starts may use together, and that none of them can lift it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from tools.sandboxed import Ran

from mkdocs_wakepoint.engine.sandbox import End

Run = Callable[..., Ran]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")

KILLED = -9


def test_memory_is_shared(run: Run) -> None:
    ran = run(
        """
        import os, signal
        for _ in range(3):
            if os.fork() == 0:
                held = bytearray(100 << 20)
                signal.pause()
        held = bytearray(100 << 20)
        signal.pause()
        """,
        memory=256,
    )
    assert ran.end == End(KILLED, "memory")


def test_memory_without_a_file_that_processes_share_counts(run: Run) -> None:
    ran = run(
        """
        import mmap, os, signal
        for _ in range(3):
            if os.fork() == 0:
                mapped = mmap.mmap(-1, 100 << 20)
                mapped[::4096] = b"x" * len(mapped[::4096])
                signal.pause()
        signal.pause()
        """,
        memory=256,
    )
    assert ran.end == End(KILLED, "memory")


def test_memory_of_a_process_that_lets_nobody_look_counts(run: Run) -> None:
    ran = run(
        """
        import ctypes, os, signal
        for _ in range(3):
            if os.fork() == 0:
                ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
                held = bytearray(100 << 20)
                signal.pause()
        signal.pause()
        """,
        memory=256,
    )
    assert ran.end == End(KILLED, "memory")


def test_what_forks_share_counts_once(run: Run) -> None:
    ran = run(
        """
        import os
        held = bytearray(100 << 20)
        held[::4096] = bytes(len(held[::4096]))
        children = []
        for _ in range(4):
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                for _, other in [*children, (0, writer)]:
                    os.close(other)
                os.read(reader, 1)  # ends when all of them have been counted
                os._exit(0)
            os.close(reader)
            children.append((child, writer))
        import time
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
        for _, writer in children:
            os.close(writer)
        for child, _ in children:
            os.waitpid(child, 0)
        """,
        memory=256,
    )
    assert ran.end == End(0)


def test_one_process_reserves_no_more_than_all_may_hold(run: Run) -> None:
    ran = run(
        """
        try:
            bytearray(300 << 20)
        except MemoryError:
            print("none")
        """,
        memory=256,
    )
    assert (ran.output, ran.end) == ("none\n", End(0))


def test_processor_time_is_shared(run: Run) -> None:
    ran = run(
        """
        import os
        os.fork()
        os.fork()
        while True:
            pass
        """,
        cpu=1,
    )
    assert ran.end is not None
    assert ran.end.limit == "cpu"


def test_processor_time_of_those_that_ended_counts(run: Run) -> None:
    ran = run(
        """
        import os, time
        while True:
            if os.fork() == 0:
                while time.process_time() < 0.1:
                    pass
                os._exit(0)
            os.wait()
        """,
        cpu=1,
    )
    assert ran.end is not None
    assert ran.end.limit == "cpu"


def test_processes_and_threads_are_counted_together(run: Run) -> None:
    ran = run(
        """
        import os, threading
        hold, release = threading.Event(), []
        children = 0
        try:
            while True:
                reader, writer = os.pipe()
                if os.fork() == 0:
                    os.close(writer)
                    os.read(reader, 1)
                    os._exit(0)
                os.close(reader)
                release.append(writer)
        except BlockingIOError:
            print("no more processes", len(release) < 40)
        try:
            threading.Thread(target=hold.wait, daemon=True).start()
            print("a thread")
        except RuntimeError:
            print("no more threads")
        """,
        processes=30,
    )
    assert ran.output == "no more processes True\nno more threads\n"


def test_descriptors_are_few_and_shared(run: Run) -> None:
    ran = run(
        """
        import os, signal
        try:
            while True:
                os.dup(0)
        except OSError as error:
            print(error.errno, flush=True)
        for _ in range(5):
            if os.fork() == 0:
                signal.pause()
        signal.pause()
        """,
        descriptors=64,
    )
    assert (ran.output, ran.end) == ("24\n", End(KILLED, "descriptors"))


def test_a_file_is_small(run: Run) -> None:
    ran = run(
        """
        import errno
        for size in (9, 7):
            try:
                with open("/tmp/file", "wb", 0) as file:
                    written = 0
                    while written < size << 20:
                        written += file.write(bytes(1 << 20))
                    print("written")
            except OSError as error:
                print(errno.errorcode[error.errno])
        """,
        file_size=8,
    )
    assert (ran.output, ran.end) == ("EFBIG\nwritten\n", End(0))


def test_a_file_that_is_too_many_finds_no_space(run: Run) -> None:
    ran = run(
        """
        import errno, itertools
        try:
            for number in itertools.count():
                with open(f"/tmp/{number}", "wb") as file:
                    file.write(bytes(8 << 20))
        except OSError as error:
            print(errno.errorcode[error.errno], number)
        """
    )
    assert ran.output.startswith("ENOSPC 1"), ran.output  # 128 MiB, so 15 or 16
    assert ran.end == End(0)


def test_no_limit_can_be_lifted(run: Run) -> None:
    ran = run(
        """
        import resource
        for name in ("AS", "CPU", "FSIZE", "MEMLOCK", "NOFILE", "NPROC", "MSGQUEUE", "RTPRIO"):
            kind = getattr(resource, f"RLIMIT_{name}")
            soft, hard = resource.getrlimit(kind)
            if soft != hard or hard == resource.RLIM_INFINITY:
                print(name, soft, hard)
            try:
                resource.setrlimit(kind, (hard, hard + 1))
                print("could lift", name)
            except (ValueError, PermissionError):
                pass
        """
    )
    assert (ran.output, ran.end) == ("", End(0))


def test_waking_the_supervisor_does_not_keep_it_from_counting(run: Run) -> None:
    ran = run(
        """
        import os, signal
        while True:
            os.kill(1, signal.SIGCHLD)
        """,
        cpu=1,
    )
    assert ran.end is not None
    assert ran.end.limit == "cpu"
