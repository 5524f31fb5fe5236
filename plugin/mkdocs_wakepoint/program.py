"""A script as its author's own program: run as ``python script.py`` would, and recorded.

It is not a snippet of a page. It has the author's folder, arguments, environment and terminal, it
may take its time, and nothing shields the system from it; nor does anything if Python runs it.
"""

from __future__ import annotations

import json
import locale
import platform
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TextIO

from mkdocs_wakepoint.engine.output import pieces_of
from wakepoint.recording import Environment, Outcome, Recording, loads
from wakepoint.recording.names import Names
from wakepoint.recording.writes import Write, of_data

OUTPUT_LIMIT = 1 << 20
"""Bytes of each stream that the recording keeps; all of them are shown."""

CUT = f"\n… cut after {OUTPUT_LIMIT} bytes\n"

GRACE = 5.0
"""Seconds beyond the time limit, for a script that does not listen to it."""

LINGER = 0.5
"""Seconds in which a stream is read on that somebody holds open behind the script's end."""


class Program:
    """Runs a script to its end, in a Python of its own.

    Args:
        source: Its text.
        path: Its file.
        arguments: What it finds in ``sys.argv[1:]``.
        backend: What `wakepoint.run` uses unless the script names one itself.
        timeout: Seconds that it may take; None sets no limit.
    """

    def __init__(
        self,
        source: str,
        path: Path,
        arguments: Sequence[str],
        backend: str = "auto",
        timeout: float | None = None,
    ) -> None:
        self._source = source
        self._job = {
            "source": source,
            "path": str(path),
            "arguments": [*arguments],
            "backend": backend,
            "timeout": timeout,
            "output": OUTPUT_LIMIT,
        }
        self._timeout = timeout

    def run(self, *, shown: bool) -> tuple[Recording, int]:
        """The recording of the run, and its exit status, as a shell would have it.

        Args:
            shown: Let what the script writes be seen while it runs.
        """
        with tempfile.TemporaryDirectory(prefix="wakepoint-") as home:
            job, result = Path(home, "job.json"), Path(home, "recording.json")
            job.write_text(json.dumps(self._job), encoding="utf-8")
            command = [sys.executable, "-P", "-u", "-m", "mkdocs_wakepoint.program_worker"]
            pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with _signals() as forward:
                process = subprocess.Popen([*command, str(job), str(result)], **pipes)
                forward.append(process)
                output, timed_out = self._wait(process, shown=shown)
            code = process.returncode
            try:
                recording, names, writes = _read(result)
            except (OSError, ValueError, LookupError, RecursionError):
                recording, names, writes = self._lost(code, timed_out=timed_out), Names(), []

        def cleaned(text: str) -> str:
            return names.normalise(text.replace("\r\n", "\n"))

        written = pieces_of(output, writes, _encoding(), cleaned)
        return replace(recording, output=written), 128 - code if code < 0 else code

    def _wait(
        self, process: subprocess.Popen[bytes], *, shown: bool
    ) -> tuple[dict[str, bytes], bool]:
        """What was written, once the script has ended, and whether it had to be ended."""
        assert process.stdout is not None
        assert process.stderr is not None
        tees = {
            "stdout": _Tee(process.stdout, sys.stdout if shown else None),
            "stderr": _Tee(process.stderr, sys.stderr if shown else None),
        }
        timed_out = False
        try:
            process.wait(self._timeout and self._timeout + GRACE)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            process.kill()
            process.wait()
        return {name: tee.finish() for name, tee in tees.items()}, timed_out

    def _lost(self, code: int, *, timed_out: bool) -> Recording:
        """A run that left no recording: it was killed, or called ``os._exit``."""
        outcome = Outcome("killed", message=_how(code))
        if timed_out:
            outcome = Outcome("timeout", message=f"not done after {self._timeout:g} s")
        environment = Environment(None, platform.system(), f"CPython {platform.python_version()}")
        return Recording(self._source, environment, (), (), (), outcome)


@contextmanager
def _signals() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Leaves Ctrl-C to the script, which gets it too, and hands on what ends this process.

    The recording of a script that was interrupted is told like any other.
    """
    processes: list[subprocess.Popen[bytes]] = []
    if threading.current_thread() is not threading.main_thread():
        yield processes
        return

    def hand_on(number: int, _: object) -> None:
        for process in processes:
            process.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),  # none, so the script has one
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
    }
    try:
        yield processes
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Tee:
    """Reads a stream to its end on a thread, hands it on at once, and keeps the beginning."""

    def __init__(self, stream: IO[bytes], to: TextIO | None) -> None:
        self._stream = stream
        self._to = to
        self._kept = bytearray()
        self._cut = False
        self._read_bytes = self._shown_bytes = 0
        self._last = b"\n"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(8192):  # type: ignore[attr-defined]
                self._read_bytes += len(chunk)
                room = OUTPUT_LIMIT - len(self._kept)
                self._kept += chunk[:room]
                self._cut = self._cut or len(chunk) > room
                try:
                    self._show(chunk)
                except (OSError, ValueError):  # nobody reads it any more: the script is to know
                    return
                self._shown_bytes += len(chunk)

    def _show(self, chunk: bytes) -> None:
        if self._to is not None:
            self._to.buffer.write(chunk)
            self._to.buffer.flush()
            self._last = chunk[-1:]

    def finish(self) -> bytes:
        """What was written, once the writers are gone; one that the script left may stay."""
        before = -1
        # Whoever reads what we show may take his time.
        while self._read_bytes != before or self._shown_bytes != before:
            before = self._read_bytes
            self._thread.join(LINGER)
            if not self._thread.is_alive():
                break
        if self._to is not None and self._last != b"\n":
            print(file=self._to, flush=True)
        return bytes(self._kept) + (CUT.encode() if self._cut else b"")


def _read(result: Path) -> tuple[Recording, Names, list[Write]]:
    line, _, text = result.read_text(encoding="utf-8").partition("\n")
    recording, facts = loads(text), json.loads(line)
    names = Names({int(real): name for real, name in facts["ports"].items()})
    return recording, names, of_data(facts["writes"], len(recording.events))


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:  # most real-time signals have none
        return f"signal {-code}"


def _encoding() -> str:
    """That in which Python writes into a pipe."""
    return "utf-8" if sys.flags.utf8_mode else locale.getencoding()
