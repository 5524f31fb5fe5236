"""Makes a recording of what has come of a run, whatever that is."""

from __future__ import annotations

import json
import platform
import signal
from dataclasses import replace
from typing import Any

from mkdocs_wakepoint.engine.limits import KEPT_OUTPUT, Limits
from mkdocs_wakepoint.engine.output import pieces_of
from mkdocs_wakepoint.engine.paths import FOLDER, SCRIPT, Paths
from mkdocs_wakepoint.engine.protocol import Job
from mkdocs_wakepoint.engine.result import Phase
from mkdocs_wakepoint.engine.running import PREPARE, WRITE, Collected, Kept
from mkdocs_wakepoint.engine.sandbox import End
from wakepoint.recording import Environment, Outcome, Recording, RecordingError, loads
from wakepoint.recording.names import Names
from wakepoint.recording.writes import Write, of_data

_CUT = f"\n… cut after {KEPT_OUTPUT} bytes\n"


def recording_of(job: Job, collected: Collected, paths: Paths) -> Recording:
    """The recording of a run, however that ended.

    Args:
        job: What ran.
        collected: What came of it; any of that may be of the snippet's own making.
        paths: Renames those of the run.
    """
    answer = collected.result.answer
    names, recording, writes = Names(), None, list[Write]()
    if answer is None:
        outcome = _lost(job.limits, collected)
    else:
        try:
            names, recording, writes = _read(answer, paths)
            outcome = _amended(recording.outcome, job.limits, collected)
        except (RecordingError, ValueError, RecursionError) as error:
            outcome = Outcome("killed", "answer", f"what came back is no recording: {error}")
    if recording is None:
        recording = _empty(job.script, outcome)
    streams = {stream: _marked(kept) for stream, kept in collected.output.items()}

    def cleaned(text: str) -> str:
        return names.normalise(paths.renamed(text.replace("\r\n", "\n")))

    return replace(recording, outcome=outcome, output=pieces_of(streams, writes, "utf-8", cleaned))


def not_started(job: Job, reason: str) -> Recording:
    """What is said of a run that could not begin."""
    return _empty(job.script, Outcome("killed", message=f"it was not started: {reason}"))


def ended_with_the_build(job: Job) -> Recording:
    """What is said of a run that the build gave up."""
    return _empty(job.script, Outcome("killed", message="the build was ended"))


def inputs_of(collected: Collected) -> list[str] | None:
    """The files of its author's that a run says it has imported; None if it says nothing of use."""
    answer = collected.result.answer
    try:
        inputs = _facts(answer or b"").get("inputs")
    except (ValueError, RecursionError):
        return None
    if type(inputs) is not list or not all(type(path) is str for path in inputs):
        return None
    return inputs


def _read(answer: bytes, paths: Paths) -> tuple[Names, Recording, list[Write]]:
    _, _, text = answer.decode().partition("\n")
    recording, facts = loads(paths.renamed(text)), _facts(answer)
    writes = of_data(facts.get("writes"), len(recording.events))
    return Names(_ports(facts.get("ports"))), recording, writes


def _facts(answer: bytes) -> dict[str, Any]:
    """What the first line says."""
    facts = json.loads(answer.partition(b"\n")[0])
    if type(facts) is not dict:
        raise ValueError("it does not begin with facts")
    return facts


def _ports(ports: Any) -> dict[int, int]:
    """The ports that the system chose, and what they are called."""
    if type(ports) is not dict or not all(type(name) is int for name in ports.values()):
        raise ValueError("its ports are none")
    return {int(port): name for port, name in ports.items()}


def _empty(source: str, outcome: Outcome) -> Recording:
    environment = Environment(None, platform.system(), f"CPython {platform.python_version()}")
    return Recording(source, environment, (), (), (), outcome)


def _marked(kept: Kept) -> bytes:
    return bytes(kept.data) + (_CUT.encode() if kept.cut else b"")


def was_cut(text: str) -> bool:
    """True for what was written to a stream, if there was more than is kept."""
    return text.endswith(_CUT)


def _amended(outcome: Outcome, limits: Limits, collected: Collected) -> Outcome:
    """What became of a script that has reached its end."""
    if outcome.kind != "finished":
        return outcome
    if collected.late is not None:
        message = "a thread or an exit handler was still running"
        return Outcome("timeout", message=f"not done after {limits.seconds:g} s: {message}")
    if collected.flooded or (collected.end is not None and collected.end.limit):
        return _lost(limits, collected)
    return outcome


def _lost(limits: Limits, collected: Collected) -> Outcome:
    """How a run ended that could not say so itself."""
    end = collected.end
    if collected.flooded:
        most = limits.recording if collected.result.too_long else limits.written
        what = "a recording of more than" if collected.result.too_long else "more than"
        return Outcome("killed", "output", f"it wrote {what} {most >> 20} MiB")
    match collected.late:
        case Phase.PREPARING:
            return Outcome("timeout", message=f"not read and analysed after {PREPARE:g} s")
        case Phase.WRITING:
            return Outcome("timeout", message=f"recorded, but not written down after {WRITE:g} s")
        case Phase.RUNNING:
            frames = collected.result.stack(f"{FOLDER}/{SCRIPT}")
            return Outcome("timeout", message=f"not done after {limits.seconds:g} s", frames=frames)
    if end is None:
        return Outcome("killed", message="nobody was left to tell how")
    if end.limit:
        return Outcome("killed", end.limit, _beyond(end.limit, limits))
    return Outcome("killed", message=_status(end))


def _beyond(limit: str, limits: Limits) -> str:
    match limit:
        case "memory":
            return f"it used more than {limits.memory} MiB of memory"
        case "processes":
            return f"it had more than {limits.processes} processes and threads"
        case "cpu":
            return f"it used more than {limits.cpu:g} s of processor time"
        case _:
            return f"it used up its {limit}"


def _status(end: End) -> str:
    if end.status >= 0:
        return f"exit code {end.status}"
    try:
        return f"signal {signal.Signals(-end.status).name}"
    except ValueError:  # most real-time signals have none
        return f"signal {-end.status}"
