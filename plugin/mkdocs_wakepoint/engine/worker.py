"""The process in which one snippet runs; see `mkdocs_wakepoint.engine.process` for its command.

JOB is a file with the snippet and its limits; the recording goes to a file named in it. What the
snippet prints, on whatever way, goes to this process's stdout and stderr, which the pool reads.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from wakepoint.recording import Recorder, dumps, record


def main() -> None:
    """Runs the job named on the command line."""
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = Path(job["result"]).absolute()  # the snippet may go to another folder, or drive
    sys.argv[:] = [job["filename"]]  # the snippet sees a command line of its own
    _limit_memory(job["memory"])
    recorder = Recorder()
    recording = record(
        job["source"],
        filename=job["filename"],
        backend=job["backend"],
        timeout=job["timeout"],
        recorder=recorder,
    )
    sys.stdout.flush()
    sys.stderr.flush()
    # Whole or not at all: the pool takes a missing file for a process that was ended early.
    unfinished = result.with_suffix(".part")
    ports = json.dumps(recorder.names.ports)
    # Half of a surrogate pair, in the text of an exception for instance, is no text for a page.
    unfinished.write_text(f"{ports}\n{dumps(recording)}", encoding="utf-8", errors="replace")
    unfinished.replace(result)


def _limit_memory(mebibytes: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has none

        size = mebibytes << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
