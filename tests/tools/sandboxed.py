"""Runs Python source in a sandbox, as the engine does, without the rest of the engine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import ENVIRONMENT, End

LIMITS = Limits(seconds=30, memory=1024, cpu=30)

USERS = ["this user"]
"""As whom sandboxes are made: where that is root, as an ordinary user too."""
if sys.platform == "linux" and os.geteuid() == 0:
    USERS.append("nobody")

_IMPORTS = """\
import json, os, sys
control, source = int(sys.argv[1]), sys.argv[2]
limits, readable, io_uring = map(json.loads, sys.argv[3:6])
sys.path += sys.argv[6:]
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import bubblewrap, namespaces
"""

_PROGRAMS = {
    "namespaces": """
from pathlib import Path
namespaces.enter([Path(path) for path in readable], io_uring=io_uring)
supervisor = namespaces.spawn(Limits(**limits), control, io_uring=io_uring)
if supervisor:
    os.close(control)
    os.waitpid(supervisor, 0)
    sys.exit()
""",
    "bubblewrap": """
bubblewrap.spawn(Limits(**limits), control, io_uring=io_uring)
""",
}

_SNIPPET = """
os.closerange(3, 1024)
exec(compile(source, "snippet.py", "exec"), {"__name__": "__main__"})
"""


@dataclass(frozen=True)
class Ran:
    """What came of it.

    Attributes:
        output: What it wrote to stdout and stderr.
        end: How it ended; None if nobody lived to tell.
    """

    output: str
    end: End | None


class Running:
    """One that runs.

    Attributes:
        process: The first process of the sandbox, as this one sees it.
        control: The build's end of the run's control socket.
    """

    def __init__(self, process: subprocess.Popen[str], control: socket.socket) -> None:
        self.process = process
        self.control = control

    def line(self) -> str:
        """The next line that it writes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def finish(self) -> Ran:
        """Waits for its end."""
        output, _ = self.process.communicate()
        with self.control:
            return Ran(output, End.decode(self.control.recv(4096)))


@contextmanager
def started(
    kind: str,
    source: str,
    limits: Limits = LIMITS,
    user: str = "this user",
    readable: Sequence[Path] = (),
    *,
    io_uring: bool = False,
    **environment: str,
) -> Iterator[Running]:
    """Starts source in a sandbox, and ends it at the end.

    Args:
        kind: Which sandbox: ``namespaces`` or ``bubblewrap``.
        source: What to run in it.
        limits: What it may use.
        user: One of `USERS`.
        readable: What it may read besides.
        io_uring: It may use that.
        environment: Variables besides those that every snippet has.
    """
    ours, control = socket.socketpair()
    python, prefix = (sys.executable, []) if user == "this user" else _as_nobody()
    root = Path(__file__).resolve().parents[2]
    paths = [str(root / "runtime"), str(root / "plugin")]
    program = _IMPORTS + _PROGRAMS[kind] + _SNIPPET
    shown = [str(path) for path in readable]
    values = [json.dumps(value) for value in (asdict(limits), shown, io_uring)]
    arguments = [str(control.fileno()), dedent(source), *values, *paths]
    process = subprocess.Popen(
        [*prefix, *_wrapped(kind, python, prefix, shown), "-Iuc", program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**ENVIRONMENT, **environment},
        pass_fds=[control.fileno()],
        text=True,
        cwd="/",
    )
    control.close()
    assert process.stdout is not None
    try:
        yield Running(process, ours)
    finally:
        ours.close()
        process.kill()
        process.wait()
        process.stdout.close()


def run(
    kind: str,
    source: str,
    user: str = "this user",
    readable: Sequence[Path] = (),
    environment: dict[str, str] | None = None,
    *,
    io_uring: bool = False,
    **limits: Any,
) -> Ran:
    """Runs source in a sandbox to its end.

    Args:
        kind: Which sandbox.
        source: What to run in it.
        user: One of `USERS`.
        readable: What it may read besides.
        environment: Variables besides those that every snippet has.
        io_uring: It may use that.
        limits: Where it is to have others than `LIMITS`.
    """
    chosen = replace(LIMITS, **limits)
    variables = environment or {}
    with started(kind, source, chosen, user, readable, io_uring=io_uring, **variables) as running:
        return running.finish()


def _wrapped(kind: str, python: str, prefix: list[str], readable: list[str]) -> list[str]:
    """The command that starts Python, in bubblewrap if that is asked for."""
    if kind != "bubblewrap":
        return [python]
    root = Path(__file__).resolve().parents[2]
    program = (
        f"import sys; sys.path += {[str(root / 'runtime'), str(root / 'plugin')]!r}; import json; "
        "from mkdocs_wakepoint.engine.sandbox import bubblewrap; "
        "from mkdocs_wakepoint.engine.limits import Limits; from pathlib import Path; "
        f"shown = [*map(Path, {readable!r})]; "
        f"print(json.dumps(bubblewrap.command(shown, Limits(**{asdict(LIMITS)!r}))))"
    )
    made = subprocess.run(
        [*prefix, python, "-Ic", program], capture_output=True, text=True, check=True, cwd="/"
    )
    return [*json.loads(made.stdout), python]


@cache
def _as_nobody() -> tuple[str, list[str]]:
    """A Python that an ordinary user may run, and what makes its process that user's."""
    setpriv = shutil.which("setpriv")
    assert setpriv is not None
    prefix = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    # setpriv itself still finds what only root may: not what it starts, but what that starts tells.
    program = (
        "import subprocess, sys; sys.version_info < (3, 11) and sys.exit(1); "
        "sys.exit(subprocess.run([sys.executable, '-Ic', 'import ctypes']).returncode)"
    )
    for python in (sys.executable, "/usr/bin/python3"):
        with_it = [*prefix, python, "-Ic", program]
        if subprocess.run(with_it, capture_output=True, check=False, cwd="/").returncode == 0:
            return python, prefix
    raise AssertionError("an ordinary user may run no Python here; put one where all may read it")
