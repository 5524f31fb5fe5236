"""Runs a command and waits for everything that it has started, also what has outlived it.

``python orphans.py SECONDS COMMAND…`` prints how the command ended, then what was still running
SECONDS later; see PR_SET_CHILD_SUBREAPER in prctl(2).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def left_by(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[int, list[str]]:
    """How a command ended, and the command lines of what outlived it by 10 seconds."""
    ran = subprocess.run(
        [sys.executable, __file__, "10", *command],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    status, *left = ran.stdout.splitlines()
    return int(status), left


def main() -> None:
    """Runs the command, and prints what has outlived it."""
    if sys.platform != "linux":
        sys.exit("only Linux hands orphans over")
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    seconds, command = float(sys.argv[1]), sys.argv[2:]
    started = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    print(started.wait(), flush=True)
    signal.signal(signal.SIGALRM, lambda *_: _tell())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _tell() -> None:
    own = str(os.getpid())
    for path in Path("/proc").glob("[0-9]*/stat"):
        parent = path.read_text().rpartition(")")[2].split()[1]
        if parent == own:
            print((path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
