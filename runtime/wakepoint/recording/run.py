"""Runs a snippet in this process and records it."""

from __future__ import annotations

import builtins
import linecache
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from itertools import accumulate
from types import CodeType, ModuleType
from typing import Generic, TypeVar

from wakepoint.kernel import Kernel
from wakepoint.machine import Analysis, MachineError, analyze, coroutines
from wakepoint.machine.lowering import lower_source
from wakepoint.machine.model import Machine, Unanalysed
from wakepoint.machine.sizes import MACHINES, Room
from wakepoint.recording import seams
from wakepoint.recording.ending import outcome_of, syntax_error
from wakepoint.recording.limit import time_limit
from wakepoint.recording.lowered import LoweredTracer
from wakepoint.recording.model import Environment, Outcome, Recording
from wakepoint.recording.prelude import Prelude, compiled, line_count, run_before, whole
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.sizes import bounded
from wakepoint.recording.tracer import Tracer
from wakepoint.recording.writes import Writes
from wakepoint.runtime import builder, run

T = TypeVar("T")


def record(
    source: str,
    *,
    filename: str = "<snippet>",
    backend: str = "auto",
    timeout: float | None = None,
    recorder: Recorder | None = None,
    main: ModuleType | None = None,
    prelude: Sequence[Prelude] = (),
    on_error: Callable[[BaseException], None] | None = None,
    on_start: Callable[[], None] | None = None,
    writes: Writes | None = None,
) -> Recording:
    """Runs a script as ``__main__`` and records what it does.

    Example:
        >>> source = "import wakepoint; wakepoint.run(wakepoint.sleep(0.001))"
        >>> recording = record(source, backend="simulated")
        >>> recording.outcome.kind, recording.events[0].kind
        ('finished', 'task.spawned')

    Whatever the script raises ends up in the recording's outcome. It runs in this process and may
    do to it what any code may; what it prints goes where this process prints.

    Args:
        source: The script.
        filename: What tracebacks call it.
        backend: Which backend `wakepoint.run` uses unless the script names one itself.
        timeout: Seconds after which the script is interrupted. It takes effect where there are
            interval timers (not on Windows) and on the main thread only.
        recorder: Takes the events; one of your own lets you ask for names afterwards.
        main: The module that the script becomes. Without one, it is a module that is ``__main__``
            until the script's last line; threads and exit handlers may run for longer.
        prelude: Scripts that run before, in the same module and within the same time limit, and are
            not recorded; what they write is thrown away. The recording's source is all of them, one
            below the other, and its lines are counted there. If one of them fails, the script is
            not run, and the outcome is the end of that one: its outermost frame tells which.
        on_error: Called with what ended the script, also a syntax error, for who would print its
            traceback, say.
        on_start: Called when the time limit begins to run, just before the first line.
        writes: Notes what the script writes, and when. The recording has no output: what is
            written below ``sys.stdout`` is seen from outside alone.
    """
    recorder = recorder or Recorder()
    text = whole(prelude, source) if prelude else source
    behind = list(accumulate((line_count(each.source) for each in prelude), initial=0))
    try:
        codes = [
            compiled(each, filename, lines)
            for each, lines in zip((*(p.source for p in prelude), source), behind, strict=True)
        ]
    except (SyntaxError, RecursionError, MemoryError) as error:  # nested deeper than Python can
        if on_error is not None:
            on_error(error)
        return _recording(text, recorder, [], syntax_error(error))
    code = codes.pop()
    with _backend(backend), _as_main(text, filename, main) as module:
        # In here, since labels are cut from the source text.
        analyses, left_out = _analyse(each for part in (*codes, code) for each in coroutines(part))
        tracer = Tracer(recorder, _numbered(analyses), filename)

        def execute() -> None:
            if on_start is not None:
                on_start()
            with time_limit(timeout, filename), _handed_to(on_error):
                for before, its_code in zip(prelude, codes, strict=True):
                    run_before(its_code, before, module)
                with _recording_executors(recorder):
                    _execute(code, module, tracer, writes)

        outcome = outcome_of(execute, recorder, filename)
    machines = [analysis.machine for analysis in analyses]
    return _recording(text, recorder, machines, outcome, left_out)


def record_lowered(
    source: str,
    *,
    filename: str = "<snippet>",
    backend: str = "auto",
    timeout: float | None = None,
    recorder: Recorder | None = None,
    main: ModuleType | None = None,
    on_start: Callable[[], None] | None = None,
    writes: Writes | None = None,
) -> Recording:
    """Runs a script whose coroutines are lowered, and records it as `record` does the original.

    The recording has the original's machines, and of the variables in a state those that are
    live: a lowered machine keeps no others. If a coroutine of the script cannot be lowered, nothing
    is run and the outcome says why.
    """
    recorder = recorder or Recorder()
    try:
        lowered = lower_source(source, filename)
        code = compile(lowered.text, filename, "exec", dont_inherit=True)
        room = Room()
        for machine in lowered.machines.values():
            room.take(machine)
    except MachineError as error:
        return _recording(source, recorder, [], Outcome("not-lowered", message=str(error)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _recording(source, recorder, [], syntax_error(error))
    with _backend(backend), _as_main(lowered.text, filename, main) as module:
        tracer = LoweredTracer(recorder, lowered, filename)

        def execute() -> None:
            if on_start is not None:
                on_start()
            with time_limit(timeout, filename), _recording_executors(recorder):
                _execute(code, module, tracer, writes)

        outcome = outcome_of(execute, recorder, filename)
    recording = _recording(lowered.text, recorder, list(lowered.machines.values()), outcome)
    return replace(recording, origins=lowered.origins)


@dataclass(slots=True)
class RecordedFuture(Generic[T]):
    """A future that was driven to its end.

    Attributes:
        recording: What it did.
        value: Its result, if it has one.
        error: What it raised, if it did.
    """

    recording: Recording
    value: T | None = None
    error: BaseException | None = None


def record_future(
    future: Awaitable[T],
    functions: Iterable[CodeType],
    filename: str,
    *,
    backend: str = "auto",
    timeout: float | None = None,
) -> RecordedFuture[T]:
    """Drives a future of this program as `wakepoint.run` does, and records that.

    Args:
        future: As `wakepoint.run` takes it.
        functions: The code of the coroutines and async generators whose states are followed.
        filename: The file whose lines the recording's outcome names.
        backend: Which backend runs it.
        timeout: Seconds, as those of `record`.
    """
    recorder = Recorder()
    analyses, left_out = _analyse(functions)
    tracer = Tracer(recorder, _numbered(analyses), filename)
    recorded: RecordedFuture[T] = RecordedFuture(_recording("", recorder, [], Outcome("finished")))

    def drive() -> None:
        with time_limit(timeout, filename), _recording_executors(recorder):
            tracer.start()
            try:
                recorded.value = run(future)
            finally:
                tracer.stop()

    def noting_errors() -> None:
        try:
            drive()
        except BaseException as error:
            recorded.error = error
            raise

    with _backend(backend):
        outcome = outcome_of(noting_errors, recorder, filename)
    source = "".join(linecache.getlines(filename))
    machines = [analysis.machine for analysis in analyses]
    recorded.recording = _recording(source, recorder, machines, outcome, left_out)
    return recorded


def _numbered(analyses: Iterable[Analysis]) -> dict[CodeType, tuple[int, Analysis]]:
    """Of each code object the machine that it is part of, and that one's index."""
    return {
        each: (index, analysis)
        for index, analysis in enumerate(analyses)
        for each in analysis.codes
    }


def _analyse(functions: Iterable[CodeType]) -> tuple[list[Analysis], list[Unanalysed]]:
    """The machines of coroutines and async generators, in source order.

    One that has none still runs; only its machine is not shown.
    """
    analyses: list[Analysis] = []
    left_out: list[Unanalysed] = []
    room = Room()
    for each in sorted(functions, key=lambda each: each.co_firstlineno):
        try:
            analysis = analyze(each)
            room.take(analysis.machine)
            analyses.append(analysis)
        except MachineError as error:
            left_out.append(Unanalysed(each.co_qualname, each.co_firstlineno, str(error)))
    return analyses, left_out[:MACHINES]


def _execute(code: CodeType, module: ModuleType, tracer: Tracer, writes: Writes | None) -> None:
    if writes is not None:
        writes.begin(tracer.recorder.log)
    tracer.start()
    try:
        exec(code, module.__dict__)
    finally:
        tracer.stop()


@contextmanager
def _recording_executors(recorder: Recorder) -> Iterator[None]:
    """Makes `wakepoint.run` build executors that record."""
    plain, builder.make = builder.make, lambda name: seams.build(name, recorder)
    try:
        yield
    finally:
        builder.make = plain


@contextmanager
def _backend(backend: str) -> Iterator[None]:
    """Makes `wakepoint.run` take the given backend."""
    before = os.environ.get("WAKEPOINT_BACKEND")
    if backend != "auto":
        os.environ["WAKEPOINT_BACKEND"] = backend
    try:
        yield
    finally:
        if before is not None:
            os.environ["WAKEPOINT_BACKEND"] = before
        elif backend != "auto":
            del os.environ["WAKEPOINT_BACKEND"]


@contextmanager
def _as_main(source: str, filename: str, module: ModuleType | None) -> Iterator[ModuleType]:
    """A ``__main__`` as the interpreter makes one of a file, whose source tracebacks find."""
    module = module or ModuleType("__main__")
    module.__file__ = filename
    module.__loader__ = SourceFileLoader("__main__", filename)
    module.__dict__["__builtins__"] = builtins
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        yield module
    finally:
        sys.modules["__main__"] = before


@contextmanager
def _handed_to(on_error: Callable[[BaseException], None] | None) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if on_error is not None:
            on_error(error)
        raise


def _recording(
    source: str,
    recorder: Recorder,
    machines: list[Machine],
    outcome: Outcome,
    unanalysed: Sequence[Unanalysed] = (),
) -> Recording:
    implementation = {"cpython": "CPython", "pypy": "PyPy"}.get(
        sys.implementation.name, sys.implementation.name
    )
    version = ".".join(map(str, sys.version_info[:3]))
    environment = Environment(
        backend=recorder.backend,
        system=recorder.system or Kernel.system,
        python=f"{implementation} {version}",
        clock=recorder.clock,
        emulation=recorder.emulation,
    )
    events, beyond = recorder.log.events()
    recording = Recording(
        source=source,
        environment=environment,
        machines=tuple(machines),
        events=events,
        output=(),
        outcome=outcome,
        truncated=beyond + recorder.truncated,
        unanalysed=tuple(unanalysed),
    )
    return bounded(recording)
