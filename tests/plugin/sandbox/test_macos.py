"""The sandbox of macOS: how it is taken on, that it fails closed, and what it keeps in."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tools.snippets import run

from mkdocs_wakepoint.engine import Settings, pool
from mkdocs_wakepoint.engine.sandbox import Sandbox, SandboxError, choice, choose

if sys.platform == "win32":
    pytest.skip("it takes fork", allow_module_level=True)

from mkdocs_wakepoint.engine.sandbox import macos, trial_on_macos

ELSEWHERE = pytest.mark.skipif(sys.platform == "darwin", reason="here it works")


class System:
    """Stands for the system's library.

    Attributes:
        profiles: What was to be applied.
    """

    def __init__(self, refusal: bytes = b"") -> None:
        self.profiles: list[tuple[bytes, int]] = []

        def sandbox_init(text: bytes, flags: int, reason: Any) -> int:
            self.profiles.append((text, flags))
            if refusal:
                ctypes.cast(reason, ctypes.POINTER(ctypes.c_char_p))[0] = refusal
            return -1 if refusal else 0

        self.sandbox_init = sandbox_init


def confine(monkeypatch: pytest.MonkeyPatch, system: object) -> None:
    monkeypatch.setattr(macos, "system_library", lambda: system)
    macos.confine("(version 1)")


def test_the_profile_is_handed_to_the_system_as_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System()
    confine(monkeypatch, system)
    assert system.profiles == [(b"(version 1)", 0)]


def test_why_the_system_refuses_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxError, match=r"profile: no such filter: 12$"):
        confine(monkeypatch, System(b"no such\nfilter: 12\n"))
    with pytest.raises(SandboxError, match="this system has no sandbox_init"):
        confine(monkeypatch, SimpleNamespace())


@pytest.mark.parametrize("why, chosen", [(None, Sandbox.MACOS), ("a reason", Sandbox.PLAIN)])
def test_macos_has_the_one_that_a_trial_has_found_to_work(
    monkeypatch: pytest.MonkeyPatch, why: str | None, chosen: Sandbox
) -> None:
    monkeypatch.setattr(choice, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(choice, "why_not", {Sandbox.MACOS: why}.__getitem__)
    assert choose("auto") is chosen
    assert choose("off") is Sandbox.PLAIN
    assert choice.unavailable() == why
    if why is None:
        assert choose("required") is chosen
    else:
        with pytest.raises(SandboxError, match="there is none here: a reason"):
            choose("required")


def test_one_that_keeps_nothing_in_does_not_count() -> None:
    program = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from mkdocs_wakepoint.engine.sandbox import macos, trial_on_macos\n"
        "macos.confine = lambda _: None\n"
        "trial_on_macos.macos()\n"
    )
    command = [sys.executable, "-I", "-c", program]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tried.stderr.splitlines()[-1] == "the sandbox lets a file outside be read"
    assert tried.returncode == 1


def test_what_a_snippet_needs_can_be_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert trial_on_macos.lack() is None
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert "does not work in the sandbox of this macOS" in str(trial_on_macos.lack())


@ELSEWHERE
def test_elsewhere_there_is_none() -> None:
    assert str(choice.why_not(Sandbox.MACOS)).endswith("this system has no sandbox_init")


@ELSEWHERE
def test_where_it_cannot_be_taken_on_nothing_of_a_snippet_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "choose", lambda _: Sandbox.MACOS)
    ran = run(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nprint('ran')")
    assert len(ran.problems) == 1
    assert ran.written() == ""
    assert not (tmp_path / "ran").exists()


# -- on a Mac --------------------------------------------------------------------------------------

REQUIRED = Settings(sandbox="required")


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    """A file that everybody may read and write."""
    path = tmp_path.resolve() / "secret"
    path.write_text("a secret")
    path.chmod(0o666)
    yield path
    assert path.read_text() == "a secret"
    assert [*path.parent.iterdir()] == [path]


ATTEMPTS = """
import os, sys
from pathlib import Path

def attempt(what):
    try:
        print("ESCAPED", what())
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.seatbelt
def test_programs_do_there_what_programs_do() -> None:
    ran = run(
        """
        import asyncio, multiprocessing, os, pwd, subprocess, sys, tempfile
        import wakepoint
        from multiprocessing import shared_memory

        async def answer(listener):
            stream, _ = await listener.accept()
            await stream.write_all(b"hello")

        async def main():
            listener = wakepoint.TcpListener.bind("127.0.0.1")
            task = wakepoint.spawn(answer(listener))
            stream = await wakepoint.TcpStream.connect(*listener.local_addr)
            print(await stream.read(5))
            await task

        wakepoint.run(main())
        print(subprocess.run(["sh", "-c", "echo shell"], capture_output=True).stdout)
        print(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout)
        with multiprocessing.Lock():
            block = shared_memory.SharedMemory(create=True, size=4096)
            block.close()
            block.unlink()
        with tempfile.TemporaryFile() as file:
            print(file.write(b"own"))
        print(os.getcwd(), __file__, pwd.getpwuid(os.getuid()).pw_uid == os.getuid())
        """,
        REQUIRED,
        timeout=20,
    )
    assert ran.problems == []
    assert ran.written().splitlines() == [
        "b'hello'",
        r"b'shell\n'",
        r"b'1\n'",
        "3",
        ". snippet.py True",
    ]


@pytest.mark.seatbelt
def test_no_file_of_a_user_is_within_reach(secret: Path) -> None:
    ran = run(
        f"""{ATTEMPTS}
import subprocess
secret = Path({str(secret)!r})
home = Path({str(Path.home())!r})
for path in (secret, Path(f"/System/Volumes/Data{{secret}}")):
    attempt(path.read_text)
    attempt(lambda: path.write_text("changed"))
attempt(lambda: os.listdir(secret.parent))
attempt(lambda: os.listdir(home))
attempt((secret.parent / "new").touch)
attempt(lambda: secret.rename("moved"))
attempt(secret.unlink)
attempt(lambda: secret.chmod(0o777))
def linked():
    os.link(secret, "link")
    return Path("link").read_text()
attempt(linked)
def followed():
    os.symlink(secret, "symbolic")
    return Path("symbolic").read_text()
attempt(followed)
print(subprocess.run(["cat", str(secret)], capture_output=True).stdout)
""",
        REQUIRED,
    )
    assert ran.problems == []
    assert ran.written().splitlines() == ["PermissionError"] * 12 + ["b''"]


@pytest.mark.seatbelt
def test_no_other_process_can_be_signalled_or_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "a secret")
    ran = run(
        f"""{ATTEMPTS}
import ctypes, signal
print("SECRET_TOKEN" in os.environ)
for pid in (os.getppid(), {os.getpid()}):
    attempt(lambda: os.kill(pid, 0))
libc = ctypes.CDLL(None, use_errno=True)
def arguments(pid):
    size = ctypes.c_size_t(1 << 16)
    into = ctypes.create_string_buffer(size.value)
    name = (ctypes.c_int * 3)(1, 49, pid)  # CTL_KERN, KERN_PROCARGS2
    if libc.sysctl(name, 3, into, ctypes.byref(size), None, 0) != 0:
        raise OSError(ctypes.get_errno(), "sysctl")
    return into.raw[: size.value]
attempt(lambda: arguments({os.getpid()}))
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGKILL)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""",
        REQUIRED,
    )
    assert ran.problems == []
    assert ran.written().splitlines() == ["False", *["PermissionError"] * 3, "-9"]


@pytest.mark.seatbelt
def test_nothing_beyond_this_machine_is_within_reach(secret: Path) -> None:
    ran = run(
        f"""{ATTEMPTS}
import socket
def connect(family, kind, address):
    with socket.socket(family, kind) as one:
        one.connect(address)
        one.send(b"x")
attempt(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 9)))
attempt(lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 9)))
attempt(lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "/private/var/run/mDNSResponder"))
attempt(lambda: connect(socket.AF_UNIX, socket.SOCK_DGRAM, "/private/var/run/syslog"))
""",
        REQUIRED,
        timeout=20,
    )
    assert ran.problems == []
    assert ran.written().splitlines() == ["PermissionError"] * 4


@pytest.mark.seatbelt
def test_a_program_with_the_rights_of_another_does_not_start() -> None:
    ran = run(
        f"""{ATTEMPTS}
import subprocess
attempt(lambda: subprocess.run(["/usr/bin/su", "-l"], stdin=subprocess.DEVNULL).returncode)
""",
        REQUIRED,
    )
    assert ran.written() == "PermissionError\n"
