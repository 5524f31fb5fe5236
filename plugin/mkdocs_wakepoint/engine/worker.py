"""What runs in a snippet's process: the snippet, and its recorder, which sends what it recorded."""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from mkdocs_wakepoint.engine.imported import imported
from mkdocs_wakepoint.engine.paths import FOLDER, SCRIPT
from mkdocs_wakepoint.engine.protocol import BEGAN, ENDED, Job, head
from wakepoint.recording import Prelude, Recorder, Recording, dumps, record, record_lowered
from wakepoint.recording.writes import Writes, as_data

Send = Callable[[bytes], None]


def run(job: Job, send: Send) -> None:
    """Runs a job; the current folder is private to it.

    Args:
        job: What to run.
        send: Takes what is for the build.
    """
    script = _script(job.script)
    sys.argv[:] = [SCRIPT]  # the snippet sees a command line of its own
    main = ModuleType("__main__")
    # For good: a thread or an exit handler of the snippet's may start a process, which imports the
    # module's file, and pickle what the module defines.
    sys.modules["__main__"] = main
    recorder, writes = Recorder(), Writes(job.limits.output)
    process = os.getpid()
    prelude = [Prelude(*each) for each in job.prelude]
    recording = (record_lowered if job.lowered else partial(record, prelude=prelude))(
        job.source,
        filename=str(script),
        backend=job.backend,
        timeout=job.limits.seconds,
        recorder=recorder,
        main=main,
        on_start=lambda: send(BEGAN),
        writes=writes,
    )
    if os.getpid() != process:
        return  # a child that the snippet forked has come here as well
    send(ENDED)
    _flush()
    facts = {
        "ports": recorder.names.ports,
        "inputs": imported(script.parent),
        "writes": as_data(writes.noted()),
    }
    send(_answer(recording, facts))


def leave() -> NoReturn:
    """Ends a forked process as an interpreter ends, in the order in which that does it.

    What is not the snippet's, and was there before it, is not taken down: that would write to every
    page which the forks have in common, and cost more than the snippet.
    """
    main = sys.modules.get("__main__")
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else waits so
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()  # noqa: SLF001 - nor calls these
    _flush()
    with contextlib.suppress(BaseException):
        names = vars(main)
        for private in (True, False):  # as a module is taken down
            for name in [each for each in names if each.startswith("_") is private]:
                if name != "__builtins__":
                    names[name] = None
        gc.collect()
    _flush()
    os._exit(0)


def _flush() -> None:
    for name in ("stdout", "stderr"):
        with contextlib.suppress(Exception):  # the snippet may have closed or replaced it
            getattr(sys, name).flush()


def _script(source: str) -> Path:
    """The snippet as a file.

    What a reader copies runs as a file, and much of what a file can do takes one: a process pool
    imports it anew, ``inspect`` and ``linecache`` read it, ``__file__`` names it. The file has a
    folder of its own, where the snippet finds nothing of ours.
    """
    folder = Path.cwd() / FOLDER
    folder.mkdir()
    os.chdir(folder)
    script = folder / SCRIPT
    script.write_text(source, encoding="utf-8", errors="surrogatepass", newline="\n")
    return script


def _answer(recording: Recording, facts: Mapping[str, object]) -> bytes:
    # Half of a surrogate pair, in the text of an exception for instance, is no text for a page.
    body = f"{json.dumps(facts)}\n{dumps(recording)}".encode(errors="replace")
    return head(body) + body
