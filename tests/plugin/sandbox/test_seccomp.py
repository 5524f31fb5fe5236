"""The filter of system calls: what it refuses, and what has to work."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.sandboxed import Ran

from mkdocs_wakepoint.engine.sandbox import End, SandboxError

Run = Callable[..., Ran]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")

STATUS = """
print(*(line for line in open("/proc/self/status").read().splitlines()
        if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp:"))))
"""
NO_PRIVILEGE = "\t".join(
    f"{name}:\t{value}"
    for name, value in (
        *((name, "0" * 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")),
        ("NoNewPrivs", "1"),
        ("Seccomp", "2"),
    )
)


def test_no_process_or_thread_has_a_privilege_or_none_of_the_filter(run: Run) -> None:
    ran = run(
        f"""
        import subprocess, sys, threading
        source = {STATUS!r}
        exec(source)
        sys.stdout.flush()
        thread = threading.Thread(target=exec, args=(source.replace("self", "thread-self"),))
        thread.start()
        thread.join()
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", source])
        """
    )
    assert ran.output.replace(" ", "\t").splitlines() == [NO_PRIVILEGE] * 3


def test_refused_calls_are_refused(run: Run) -> None:
    from mkdocs_wakepoint.engine.sandbox import seccomp

    column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    calls = {**seccomp.REFUSED, **seccomp.IO_URING}
    numbers = {name: each[column] for name, each in calls.items() if each[column]}
    assert len(numbers) > 60
    ran = run(
        f"""
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {numbers!r}.items():
            ctypes.set_errno(0)
            result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
            if (result, ctypes.get_errno()) != (-1, errno.EPERM):
                print(name, result, errno.errorcode.get(ctypes.get_errno()))
        """
    )
    assert (ran.output, ran.end) == ("", End(0))


def test_some_arguments_of_other_calls_are_refused(run: Run) -> None:
    ran = run(
        f"""
        import ctypes, errno, fcntl, socket
        libc = ctypes.CDLL(None, use_errno=True)

        def call(number, *arguments):
            ctypes.set_errno(0)
            result = libc.syscall(number, *map(ctypes.c_long, arguments))
            return errno.errorcode[ctypes.get_errno()] if result < 0 else "done"

        clone, unknown = {56 if platform.machine() == "x86_64" else 220}, 5000
        print(*(call(clone, 1 << bit | 17) for bit in (17, 25, 26, 27, 28, 29, 30)))
        print(call(435, 0, 0), call(unknown))
        for family, kind in ((40, 1), (17, 3), (38, 5), (31, 3), (16, 3)):
            try:
                socket.socket(family, kind, 9)
                print("made", family)
            except OSError as error:
                print(errno.errorcode[error.errno])
        for request in (0x5412, 0x541C, 0x1_0000_5412):
            try:
                fcntl.ioctl(0, request if request < 1 << 32 else 0x5412, b"x")
                print("made", request)
            except OSError as error:
                print(errno.errorcode[error.errno])
        """
    )
    assert ran.output.splitlines() == [
        " ".join(["EPERM"] * 7),
        "ENOSYS ENOSYS",
        *["EPERM"] * 8,
    ]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other entries are x86's")
def test_the_other_entries_of_the_kernel_are_refused(run: Run) -> None:
    """The 32-bit one has other numbers, and that of x32 one bit more."""
    ran = run(
        """
        import ctypes, mmap, os
        code = bytes.fromhex("53 b8 14 00 00 00 cd 80 5b c3")  # getpid, by int 0x80
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.syscall(0x40000000 + 39), ctypes.get_errno())
        os._exit(0)
        """
    )
    assert ran.output == "-1\n-1 1\n" or ran.end == End(-11)  # a kernel without that entry


HEADERS = [
    (Path(f"/usr/include/{platform.machine()}-linux-gnu/asm/unistd_64.h"), 0),
    (Path("/usr/include/asm-generic/unistd.h"), 1),
]


@pytest.mark.parametrize("header, column", HEADERS, ids=["x86-64", "AArch64"])
def test_the_numbers_are_those_of_the_systems_headers(header: Path, column: int) -> None:
    from mkdocs_wakepoint.engine.sandbox import seccomp

    if not header.exists():
        pytest.skip(f"there is no {header}")
    text = header.read_text()
    numbers = {**seccomp.REFUSED, **seccomp.IO_URING, **seccomp.ARGUED}
    stated = {
        name: int(number)
        for name, number in re.findall(r"define __NR(?:3264)?_(\w+)\s+(\d+)", text)
        if name in numbers
    }
    assert len(stated) > 60
    assert {name: numbers[name][column] for name in stated} == stated


def test_a_machine_without_a_list_has_no_filter() -> None:
    from mkdocs_wakepoint.engine.sandbox import seccomp

    with pytest.raises(SandboxError, match="there is no list of system calls for riscv64"):
        seccomp.program("riscv64")


def test_what_programs_use_works(run: Run) -> None:
    ran = run(
        """
        import ctypes, multiprocessing, os, select, signal, socket, subprocess, sys, tempfile, time
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        from multiprocessing import shared_memory

        if __name__ == "__main__":
            with ThreadPoolExecutor(2) as threads:
                print(*threads.map(abs, (-1, -2)))
            with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
                print(*pool.map(abs, (-1, -2)))
            block = shared_memory.SharedMemory(create=True, size=4096)
            block.close()
            block.unlink()
            print(subprocess.run(["sh", "-c", "echo shell"], capture_output=True).stdout)
            print(subprocess.run([sys.executable, "-c", "print('python')"],
                                 capture_output=True).stdout)
            libc = ctypes.CDLL(None, use_errno=True)
            for name, arguments in (
                ("eventfd", (0, 0)), ("timerfd_create", (1, 0)), ("inotify_init1", (0,)),
                ("epoll_create1", (0,)), ("signalfd", (-1, bytes(128), 0)),
            ):
                assert getattr(libc, name)(*arguments) >= 0, name
            child = os.fork()
            if child == 0:
                signal.pause()
            descriptor = os.pidfd_open(child)
            signal.pidfd_send_signal(descriptor, signal.SIGTERM)
            select.select([descriptor], [], [])
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            reader, writer = os.pipe()
            with tempfile.TemporaryFile() as file:
                file.write(b"spliced")
                file.seek(0)
                print(os.splice(file.fileno(), writer, 7))
            os.mkfifo("fifo")
            started = os.nice(0)  # whoever runs this may be nice himself
            print(os.nice(1) - started, socket.gethostname(), time.tzname)
            import getpass
            print(getpass.getuser() in ("snippet", "nobody"))
        """
    )
    assert ran.output.splitlines() == [
        "1 2",
        "1 2",
        "b'shell\\n'",
        "b'python\\n'",
        "-15",
        "7",
        "1 snippet ('UTC', 'UTC')",
        "True",
    ]


RING = Path(__file__).parents[1] / "hostile" / "snippets" / "network" / "ring.py"


def test_io_uring_is_refused(run: Run) -> None:
    ran = run(RING.read_text())
    assert (ran.output, ran.end) == ("none\n", End(0))


@pytest.mark.io_uring
def test_where_it_is_allowed_it_works_and_makes_the_sockets_that_are_refused(run: Run) -> None:
    ran = run(RING.read_text(), io_uring=True)
    assert "ESCAPED" in ran.output
