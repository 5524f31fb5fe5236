"""The process in which a script runs as its author's own program; see `mkdocs_wakepoint.program`.

JOB is a file with the script and its arguments, RESULT the file for the recording.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from wakepoint.recording import Recorder, Recording, dumps, record
from wakepoint.recording.writes import Writes, as_data


def main() -> None:
    """Runs the job named on the command line, and ends as the script ends."""
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = Path(sys.argv[2]).absolute()  # the script may go to another folder
    path = job["path"]
    sys.argv[:] = [path, *job["arguments"]]
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))  # noqa: PTH120 - as Python does
    # For good: a thread or an exit handler may start a process, which imports the module's file.
    main = sys.modules["__main__"] = ModuleType("__main__")
    recorder, writes = Recorder(), Writes(job["output"])
    process = os.getpid()
    errors: list[BaseException] = []
    filename = os.path.abspath(path)  # noqa: PTH100 - no link is followed
    recording = record(
        job["source"],
        filename=filename,
        backend=job["backend"],
        timeout=job["timeout"],
        recorder=recorder,
        main=main,
        on_error=errors.append,
        writes=writes,
    )
    if os.getpid() == process:  # else it is a child that the script has forked
        facts = {"ports": recorder.names.ports, "writes": as_data(writes.noted())}
        _write(result, recording, facts)
    if errors:
        _end(errors[0], filename)


def _write(result: Path, recording: Recording, facts: Mapping[str, object]) -> None:
    text = f"{json.dumps(facts)}\n{dumps(recording)}"
    # Half of a surrogate pair, in the text of an exception for instance, is no text for a file.
    result.write_text(text, encoding="utf-8", errors="replace")


def _end(error: BaseException, filename: str) -> None:
    """Ends the process as Python ends for what the script did not catch."""
    if isinstance(error, SystemExit):
        raise error.with_traceback(None)
    if isinstance(error, KeyboardInterrupt):
        sys.exit(130)
    error = error.with_traceback(_own(error.__traceback__, filename))
    sys.excepthook(type(error), error, error.__traceback__)
    sys.exit(1)


def _own(traceback: TracebackType | None, filename: str) -> TracebackType | None:
    """A traceback from the script's first line on; of a syntax error, nothing."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename != filename:
        traceback = traceback.tb_next
    return traceback


if __name__ == "__main__":
    main()
