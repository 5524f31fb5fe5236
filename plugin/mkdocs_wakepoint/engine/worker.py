"""The process in which one snippet runs; see `mkdocs_wakepoint.engine.process` for its command.

JOB is a file with the snippet and its limits; the recording goes to a file named in it. What the
snippet prints, on whatever way, goes to this process's stdout and stderr, which the pool reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from wakepoint.recording import Outcome, Prelude, Recorder, Recording, dumps, record, record_lowered


def main() -> None:
    """Runs the job named on the command line."""
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = Path(job["result"]).absolute()  # the snippet may go to another folder, or drive
    script = Path(job["script"]).absolute()
    sys.argv[:] = [script.name]  # the snippet sees a command line of its own
    main = ModuleType("__main__")
    # For good: a thread or an exit handler of the snippet's may start a process, which imports the
    # module's file, and pickle what the module defines.
    sys.modules["__main__"] = main
    _limit_memory(job["memory"])
    recorder = Recorder()
    process, started = os.getpid(), time.monotonic()
    prelude = [Prelude(*each) for each in job["prelude"]]
    run = record_lowered if job["lowered"] else partial(record, prelude=prelude)
    recording = run(
        job["source"],
        filename=str(script),
        backend=job["backend"],
        timeout=job["timeout"],
        recorder=recorder,
        main=main,
    )
    if os.getpid() != process:
        return  # a child that the snippet forked has come here as well
    for name in ("stdout", "stderr"):
        with contextlib.suppress(Exception):  # the snippet may have closed or replaced it
            getattr(sys, name).flush()
    ports = recorder.names.ports
    _write(result, recording, ports)
    if recording.outcome.kind == "finished":
        left = job["timeout"] - (time.monotonic() - started)
        _watch(max(left, 0.0), result, _late(recording, job["timeout"]), ports)


def _write(result: Path, recording: Recording, ports: dict[int, int]) -> None:
    # Whole or not at all: the pool takes a missing file for a process that was ended early.
    unfinished = result.with_suffix(".part")
    # Half of a surrogate pair, in the text of an exception for instance, is no text for a page.
    text = f"{json.dumps(ports)}\n{dumps(recording)}"
    unfinished.write_text(text, encoding="utf-8", errors="replace")
    unfinished.replace(result)


def _watch(seconds: float, result: Path, late: Recording, ports: dict[int, int]) -> None:
    """Ends a process that its threads or exit handlers keep alive behind the script's end."""

    def end() -> None:
        _write(result, late, ports)
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _late(recording: Recording, timeout: float) -> Recording:
    message = f"not done after {timeout:g} s: a thread or an exit handler was still running"
    return replace(recording, outcome=Outcome("timeout", message=message))


def _limit_memory(mebibytes: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has none

        size = mebibytes << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
