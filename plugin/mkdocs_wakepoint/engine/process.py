"""One run of a snippet in a process of its own."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import IO

import mkdocs_wakepoint
import wakepoint
from mkdocs_wakepoint.engine.folder import Folder
from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet
from wakepoint.recording import Environment, Outcome, Output, Recording, RecordingError, loads
from wakepoint.recording.names import Names

OUTPUT_LIMIT = 64 * 1024
"""Bytes of each stream that are kept."""

CUT = f"\n… cut after {OUTPUT_LIMIT} bytes\n"
"""The end of a stream that was longer."""

GRACE = 10.0
"""Seconds beyond the time limit, for starting the interpreter and writing the recording."""

LINGER = 0.5
"""Seconds for what the snippet left running to end by itself, once it is asked to."""

FLED = 1.0
"""Seconds that a stream is read on after the snippet and all that it started were killed."""


class Process:
    """Runs a snippet to its end, or kills it.

    Args:
        snippet: What to run.
        settings: The site's; the snippet's own time limit goes first.
        python: The command that starts Python; it need not have this package installed.
        lowered: Run the snippet's lowered form instead.
    """

    def __init__(
        self,
        snippet: Snippet,
        settings: Settings,
        python: Sequence[str] = (sys.executable,),
        *,
        lowered: bool = False,
    ) -> None:
        self._lowered = lowered
        self._snippet = snippet
        self._settings = settings
        self._python = python
        self._timeout = _timeout(snippet, settings)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._killed = False

    def run(self) -> Recording:
        """The recording of the run, however that ended."""
        with tempfile.TemporaryDirectory(prefix="wakepoint-") as path:
            folder = Folder(Path(path).resolve())
            folder.write(self._snippet.script, self._job())
            with self._lock:
                if self._killed:
                    return self._lost(Outcome("killed", message="the build was ended"), ())
                self._process = _start(self._python, folder.job)
            timed_out, output = self._collect(self._process)
            return self._recording(folder, timed_out, output)

    def kill(self) -> None:
        """Ends the process and all that it started. Any thread may call it."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()  # whoever waits for it ends the others

    def _job(self) -> dict[str, object]:
        return {
            "source": self._snippet.source,
            "prelude": self._snippet.prelude,
            "lowered": self._lowered,
            "backend": self._snippet.options.backend,
            "timeout": self._timeout,
            "memory": self._settings.memory,
        }

    def _collect(self, process: subprocess.Popen[bytes]) -> tuple[bool, dict[str, bytes]]:
        """Waits for the end; returns whether it had to be forced, and what was written."""
        assert process.stdout is not None
        assert process.stderr is not None
        readers = {"stdout": _Reader(process.stdout), "stderr": _Reader(process.stderr)}
        timed_out = False
        try:
            process.wait(self._timeout + GRACE)
        except subprocess.TimeoutExpired:
            timed_out = True
        _end(process, readers.values())
        return timed_out, {stream: reader.finish() for stream, reader in readers.items()}

    def _recording(self, folder: Folder, timed_out: bool, output: dict[str, bytes]) -> Recording:
        texts = {name: folder.without_paths(_text(data)) for name, data in output.items()}
        try:
            ports, _, text = folder.result.read_text(encoding="utf-8").partition("\n")
            recording = loads(folder.without_paths(text))
            names = Names({int(real): name for real, name in json.loads(ports).items()})
        except (OSError, RecordingError, ValueError):
            return self._lost(self._ended(timed_out), _pieces(texts, Names()))
        return replace(recording, output=_pieces(texts, names))

    def _ended(self, timed_out: bool) -> Outcome:
        assert self._process is not None
        if timed_out:
            return Outcome("timeout", message=f"not done after {self._timeout:g} s")
        code = self._process.returncode
        if code < 0:
            return Outcome("killed", message=f"signal {_signal_name(-code)}")
        return Outcome("killed", message=f"exit code {code}")

    def _lost(self, outcome: Outcome, output: tuple[Output, ...]) -> Recording:
        environment = Environment(None, platform.system(), f"CPython {platform.python_version()}")
        return Recording(self._snippet.script, environment, (), (), output, outcome)


def _timeout(snippet: Snippet, settings: Settings) -> float:
    """The limit of a run: the longest that is allowed to a snippet of its session so far."""
    return max(each.options.timeout or settings.timeout for each in (*snippet.earlier, snippet))


def _start(python: Sequence[str], job: Path) -> subprocess.Popen[bytes]:
    # -P keeps the current folder off the module path, so a page's neighbours are not imported by
    # accident; hash seed 0 makes the order of sets the same in every run.
    return subprocess.Popen(
        [*python, "-P", "-s", "-u", "-X", "utf8", "-c", _BOOTSTRAP, str(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": "0", "NO_COLOR": "1"},
        start_new_session=True,
    )


def own_backend(python: Sequence[str]) -> str:
    """The backend that a Python takes if nobody names one.

    Raises:
        OSError: If the Python does not start.
        ValueError: If it cannot run the runtime.
    """
    program = f"{_PATHS}; from wakepoint.backends import resolve; print(resolve(None))"
    ran = subprocess.run([*python, "-c", program], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise ValueError(f"{' '.join(python)} cannot run the runtime: {ran.stderr.strip()}")
    return ran.stdout.strip()


def _home(package: ModuleType) -> str:
    """The folder that has to be on the module path for a package."""
    assert package.__file__ is not None
    return Path(package.__file__).parents[1].as_posix()


# The paths come last: another Python (under Wine, say) finds the two packages here and everything
# else at home.
_PATHS = f"import sys; sys.path += {[_home(wakepoint), _home(mkdocs_wakepoint)]!r}"
_BOOTSTRAP = f"{_PATHS}; from mkdocs_wakepoint.engine.worker import main; main()"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return str(number)


def _end(process: subprocess.Popen[bytes], readers: Iterable[_Reader]) -> None:
    """Ends a process, and what it left running.

    The others are asked first, which multiprocessing's resource tracker does not listen to: it ends
    when it is the last one, and takes away the semaphores and the memory that they shared.
    """
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(process.pid, signal.SIGTERM)
            deadline = time.monotonic() + LINGER
            for reader in readers:  # whoever lives holds the pipes open
                reader.wait(max(deadline - time.monotonic(), 0))
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


class _Reader:
    """Reads a stream to its end on a thread, and keeps the beginning."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._cut = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(8192):  # type: ignore[attr-defined]
                room = OUTPUT_LIMIT - len(self._kept)
                self._kept += chunk[:room]
                self._cut = self._cut or len(chunk) > room

    def wait(self, seconds: float) -> None:
        """Waits until the writers are gone, for so long at most."""
        self._thread.join(seconds)

    def finish(self) -> bytes:
        """What was written, once the writers are gone; one that fled the process group may stay."""
        self.wait(FLED)
        return bytes(self._kept) + (CUT.encode() if self._cut else b"")


def _pieces(texts: dict[str, str], names: Names) -> tuple[Output, ...]:
    # In which order two streams were written cannot be told from outside, so each is kept whole.
    return tuple(Output(stream, names.normalise(text)) for stream, text in texts.items() if text)


def _text(data: bytes) -> str:
    """What was written, with our own files named as they are imported: a warning names them."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    for package in (wakepoint, mkdocs_wakepoint):
        text = text.replace(f"{_home(package)}/", "")
    return text
