"""What a snippet finds: nothing of the machine, nothing of those who use it."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.sandboxed import Ran

Run = Callable[..., Ran]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def printed(ran: Ran) -> str:
    """What a run wrote that ended well."""
    assert ran.end is not None, ran.output
    assert (ran.end.status, ran.end.limit) == (0, ""), ran.output
    return ran.output


def test_no_file_of_a_user_is_there(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    tmp_path.chmod(0o755)
    secret.chmod(0o644)
    output = printed(
        run(
            f"""
            import os
            from pathlib import Path
            mine = [name for name in os.listdir("/tmp") if name in {str(secret)!r}.split("/")]
            print(Path({str(secret)!r}).exists(), mine, os.getcwd())
            print(Path("/etc/shadow").exists(), Path("/var").exists(), Path("/sys").exists())
            home = {str(Path.home())!r}
            print([name for name in (".ssh", ".bash_history", ".profile", ".cache", ".config")
                   if Path(home, name).exists()])
            """
        )
    )
    assert output == "False [] /tmp\nFalse False False\n[]\n"


def test_what_may_be_read_may_lie_below_tmp(run: Run) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "package").mkdir()
        Path(folder, "package", "module.py").write_text("x = 1")
        Path(folder, "secret").write_text("a secret")
        output = printed(
            run(
                f"""
                import os
                print(os.listdir({folder!r}), os.listdir({folder!r} + "/package"))
                for path in ("/package/module.py", "/package/new"):
                    try:
                        with open({folder!r} + path, "a"):
                            print("written", path)
                    except OSError as error:
                        print(error.strerror)
                open("own", "w").close()
                """,
                readable=[Path(folder, "package")],
            )
        )
    assert output.splitlines()[0] == "['package'] ['module.py']"
    assert "written" not in output


def test_nothing_but_the_private_folders_can_be_written_to(run: Run) -> None:
    output = printed(
        run(
            """
            import errno, os
            for folder, names, files in os.walk("/"):
                if folder == "/":
                    names.remove("proc")
                try:
                    descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR)
                except OSError as error:
                    allowed = (errno.EROFS, errno.EACCES, errno.EOPNOTSUPP)
                    if error.errno not in allowed:
                        print(folder, error)
                else:
                    os.close(descriptor)
                    print(folder)
            """,
            seconds=60,
        )
    )
    # What lies below the private one, since a Python does, is private as well.
    places = [line for line in output.splitlines() if not line.startswith("/tmp/")]
    assert sorted(places) == ["/dev/shm", "/tmp"]


def test_no_setting_of_the_kernel_can_be_written_to(run: Run) -> None:
    output = printed(
        run(
            """
            import os
            for folder, _, files in os.walk("/proc/sys"):
                for file in files:
                    try:
                        with open(os.path.join(folder, file), "r+b", 0) as setting:
                            setting.write(setting.read())
                        print(folder, file)
                    except OSError:
                        pass
            """
        )
    )
    assert output == ""


def test_the_environment_is_a_fixed_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "a secret")
    output = printed(
        run(
            """
            import os
            from pathlib import Path
            print(sorted(os.environ))
            for process in ("self", "1"):
                try:
                    print(b"secret" in Path("/proc", process, "environ").read_bytes())
                except OSError as error:
                    print(type(error).__name__)
            """
        )
    )
    names = "['HOME', 'LANG', 'NO_COLOR', 'PATH', 'PYTHONHASHSEED', 'TZ']"
    assert output == f"{names}\nFalse\nPermissionError\n"


def test_other_processes_are_out_of_sight_and_reach(run: Run) -> None:
    output = printed(
        run(
            f"""
            import os
            print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
            try:
                os.kill({os.getpid()}, 0)
            except ProcessLookupError:
                print("none")
            """
        )
    )
    assert output == "[1, 2]\nnone\n"


def test_the_supervisor_can_be_neither_read_nor_ended_nor_held_up(run: Run) -> None:
    output = printed(
        run(
            """
            import os, resource, signal
            for number in range(1, 65):
                os.kill(1, number)
            attempts = [
                lambda: os.listdir("/proc/1/fd"),
                lambda: open("/proc/1/mem"),
                lambda: os.listdir("/proc/1/root"),
                lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)),
                lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
                lambda: os.setpriority(os.PRIO_PGRP, 1, 19),
                lambda: os.setpriority(os.PRIO_USER, 0, 19),
                lambda: os.sched_setaffinity(1, {0}),
                lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
            ]
            for number, attempt in enumerate(attempts):
                try:
                    attempt()
                    print("could do", number)
                except PermissionError:
                    pass
            """
        )
    )
    assert output == ""


def test_the_machines_network_is_out_of_reach(run: Run) -> None:
    unix: int = getattr(socket, "AF_UNIX", -1)  # Windows has none
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(unix) as abstract,
    ):
        abstract.bind("")  # Linux chooses an abstract name
        abstract.listen()
        output = printed(
            run(
                f"""
                import socket
                for family, address in (
                    (socket.AF_INET, {tcp.getsockname()!r}),
                    (socket.AF_UNIX, {abstract.getsockname()!r}),
                    (socket.AF_INET, ("192.0.2.1", 9)),
                ):
                    with socket.socket(family) as stream:
                        try:
                            stream.connect(address)
                            print("connected", address)
                        except OSError as error:
                            print(type(error).__name__)
                """
            )
        )
    assert output == "ConnectionRefusedError\nConnectionRefusedError\nOSError\n"


def test_the_loopback_is_its_own_and_works(run: Run) -> None:
    output = printed(
        run(
            """
            import socket
            for host in ("127.0.0.1", "localhost"):
                with socket.create_server((host, 0)) as server:
                    with socket.create_connection(server.getsockname()) as client:
                        accepted, _ = server.accept()
                        with accepted:
                            client.sendall(b"hello")
                            print(accepted.recv(5))
            print(socket.if_nameindex())
            """
        )
    )
    assert output == "b'hello'\nb'hello'\n[(1, 'lo')]\n"


def test_it_is_not_root_and_cannot_become_it(run: Run) -> None:
    output = printed(
        run(
            """
            import os
            print(0 in os.getresuid() + os.getresgid())
            for change in (os.setuid, os.setgid, lambda _: os.setgroups([0])):
                try:
                    change(0)
                    print("became root")
                except OSError:
                    pass
            """
        )
    )
    assert output == "False\n"


@pytest.mark.namespaces
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="root alone can look")
def test_where_root_builds_snippets_are_nobodys() -> None:
    from tools.sandboxed import started

    with started("namespaces", "import os\nprint(os.getppid(), flush=True)\ninput()") as running:
        assert running.line() == "1"
        mine = _descendants(running.process.pid)
        owners = {path.stat().st_uid for pid in mine if (path := Path("/proc", str(pid))).exists()}
        in_the_middle = {_real_uid(pid) for pid in mine}
    assert 65534 in owners
    assert in_the_middle in ({0, 65534}, {65534})


def _real_uid(process: int) -> int:
    status = Path("/proc", str(process), "status").read_text()
    return int(status.partition("\nUid:")[2].split()[0])


def _descendants(process: int) -> list[int]:
    children = Path("/proc", str(process), "task", str(process), "children").read_text().split()
    return [pid for child in map(int, children) for pid in (child, *_descendants(child))]
