"""What Windows' job objects and a token without privileges, of low integrity, keep a run from."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from tools.snippets import run, snippet

from mkdocs_wakepoint.engine import Pool, SandboxError, Settings
from mkdocs_wakepoint.engine.limits import Limits

if sys.platform != "win32":
    pytest.skip("only Windows has job objects", allow_module_level=True)

from mkdocs_wakepoint.engine.sandbox import windows
from wakepoint.backends.iocp import kernel

enforced = pytest.mark.skipif(
    kernel.wine_version() is not None, reason="Wine knows of this and does not enforce it"
)

SETTINGS = Settings(concurrency=1, timeout=30.0)

STARTS = """
import subprocess, sys
for_ever = "import threading; threading.Event().wait()"
print(subprocess.Popen([sys.executable, "-c", for_ever]).pid, flush=True)
"""

_kernel32 = ctypes.WinDLL("kernel32")
_kernel32.OpenProcess.restype = ctypes.c_void_p
_kernel32.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint]
_kernel32.CloseHandle.argtypes = [ctypes.c_void_p]
_SYNCHRONIZE = 0x0010_0000


def ends(pid: int) -> bool:
    """True once a process has ended; it has 20 seconds."""
    handle = _kernel32.OpenProcess(_SYNCHRONIZE, False, pid)
    if not handle:
        return True
    try:
        return bool(_kernel32.WaitForSingleObject(handle, 20_000) == 0)
    finally:
        _kernel32.CloseHandle(handle)


def test_what_a_run_started_ends_with_it() -> None:
    ran = run(STARTS, SETTINGS)
    assert ran.recording.outcome.kind == "finished"
    assert ends(int(ran.written()))


def test_what_a_run_started_ends_with_its_time() -> None:
    ran = run(f"{STARTS}\nwhile True: pass\n", SETTINGS, timeout=3.0)
    assert ran.recording.outcome.kind == "timeout"
    assert ends(int(ran.written()))


BUILD = """
import sys
sys.path.append(sys.argv[2])
from tools.snippets import run
from mkdocs_wakepoint.engine import Settings
source = open(sys.argv[1], encoding="utf-8").read()
if __name__ == "__main__":
    run(source, Settings(concurrency=1, timeout=100.0))
"""


def test_it_ends_with_a_build_that_is_killed(tmp_path: Path) -> None:
    source, build, told = (tmp_path / name for name in ("snippet", "build.py", "pids"))
    tell = f"""
    import os, pathlib
    child = subprocess.Popen([sys.executable, "-c", for_ever])
    pathlib.Path({str(told)!r}).write_text(f"{{os.getpid()}} {{child.pid}}.")
    while True: pass
    """
    source.write_text(STARTS + dedent(tell), encoding="utf-8")
    build.write_text(BUILD, encoding="utf-8")
    tests = Path(__file__).parents[2]
    command = [sys.executable, str(build), str(source), str(tests)]
    with subprocess.Popen(command) as process:
        try:
            deadline = time.monotonic() + 120
            while not (told.exists() and told.read_text(encoding="utf-8").endswith(".")):
                assert process.poll() is None
                assert time.monotonic() < deadline
        finally:
            process.kill()
    for pid in told.read_text(encoding="utf-8").strip(".").split():
        assert ends(int(pid))


def test_nothing_breaks_away() -> None:
    source = """
    import subprocess, sys
    away = subprocess.CREATE_BREAKAWAY_FROM_JOB
    try:
        subprocess.run([sys.executable, "-c", ""], creationflags=away)
    except PermissionError:
        print("refused")
    """
    assert run(source, SETTINGS).written() == "refused\n"


@enforced
def test_a_run_has_the_memory_that_the_settings_give_it() -> None:
    source = """
    try:
        bytearray(400 << 20)
    except MemoryError:
        print("refused")
    """
    ran = run(source, Settings(concurrency=1, timeout=30.0, memory=300))
    assert ran.written() == "refused\n"


@pytest.fixture
def waiting() -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts four others once it reads a line, and says how many it could."""
    source = """
    import subprocess, sys
    input()
    children = []
    try:
        for _ in range(4):
            children.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1))
    except OSError:
        pass
    print(len(children))
    """
    # A virtual environment's is a program that starts this one.
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-c", dedent(source)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


@enforced
def test_there_are_so_many_processes_and_no_more(waiting: subprocess.Popen[bytes]) -> None:
    job = windows.confine(waiting.pid, Limits(seconds=60, memory=2048, cpu=60, processes=3))
    assert job is not None
    out, _ = waiting.communicate(b"\n")
    job.close()
    assert out.strip() == b"2"


def test_it_has_no_privilege_but_to_pass_through_folders() -> None:
    source = """
    import ctypes
    from ctypes import wintypes

    kernel32, advapi32 = ctypes.WinDLL("kernel32"), ctypes.WinDLL("advapi32")
    kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    advapi32.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID]
    token, size = wintypes.HANDLE(), wintypes.DWORD()
    advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), 8, ctypes.byref(token))
    data = (wintypes.DWORD * 1000)()
    advapi32.GetTokenInformation(token, 3, data, ctypes.sizeof(data), ctypes.byref(size))
    name, length = ctypes.create_unicode_buffer(100), wintypes.DWORD(100)
    advapi32.LookupPrivilegeNameW(
        None, ctypes.byref(data, 4), name, ctypes.byref(length)
    )
    print(data[0], name.value)
    """
    assert run(source, SETTINGS).written() == "1 SeChangeNotifyPrivilege\n"


@enforced
def test_it_writes_into_its_own_folder_and_nowhere_else(tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("as it was", encoding="utf-8")
    source = f"""
    import pathlib, subprocess, sys, tempfile

    def refused(path):
        try:
            path.write_text("changed")
        except PermissionError:
            return True
        return False

    print(*[refused(pathlib.Path(path)) for path in ({str(kept)!r}, {str(new)!r})])
    child = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('changed')"
    print(subprocess.run([sys.executable, "-c", child, {str(new)!r}], stderr=-3).returncode)
    print(refused(pathlib.Path("beside")), pathlib.Path("beside").read_text())
    with tempfile.TemporaryFile() as file:
        print(file.write(b"four"))
    """
    assert run(source, SETTINGS).written() == "True True\n1\nFalse changed\n4\n"
    assert kept.read_text(encoding="utf-8") == "as it was"
    assert not new.exists()


def test_that_is_no_sandbox_and_is_not_taken_for_one() -> None:
    with pytest.raises(SandboxError, match="a snippet can read the files of its user"):
        Pool(Settings(sandbox="required"))
    pool = Pool(SETTINGS)
    try:
        pool.submit(snippet("print()")).result()
        assert pool.unshielded is not None
    finally:
        pool.close()
