"""Follows the snippet's coroutines through their states.

The executor's seam shows tasks; what happens inside one, which coroutine awaits which and which
awaits went straight on, only the interpreter knows. ``sys.settrace`` tells: it reports each time
a frame is entered or resumed, left or suspended, and what it raises, on every supported version
in the same way. Line events are switched off.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from wakepoint.combinators import Join, Select
from wakepoint.coroutine import CoroutineFuture
from wakepoint.machine import Analysis
from wakepoint.machine.model import StateKind, VariableKind
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.safe_repr import message_of
from wakepoint.recording.trace_function import Tracing
from wakepoint.task import PENDING, Future, Ready
from wakepoint.time import Timeout

_YIELD = dis.opmap["YIELD_VALUE"]
_RESUME = dis.opmap["RESUME"]
_RETURNS = {op for name, op in dis.opmap.items() if name in ("RETURN_VALUE", "RETURN_CONST")}
_AWAIT_CODE = Future.__await__.__code__
_POLL_COROUTINE = CoroutineFuture.poll.__code__

# These poll other futures on the snippet's behalf, so what they poll is worth telling; any other
# leaf of the library is told as one piece.
_TRANSPARENT = (Join, Select, Timeout)

_SUSPENDS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_GENERATOR

Local = Callable[[FrameType, str, Any], Any]


class _Instance:
    """One run of a machine."""

    __slots__ = ("analysis", "frames", "number", "raised_at", "state", "suspended")

    def __init__(self, number: int, analysis: Analysis, frame: FrameType) -> None:
        self.number = number
        self.analysis = analysis
        # Its own and those of the async comprehensions in it that have one (CPython 3.11).
        self.frames = [frame]
        self.state: int | None = None  # where it stands, while it awaits
        self.suspended = 0  # where it was suspended last
        self.raised_at = -1  # the instruction that raised last


class Tracer:
    """Reports states to the recorder while it is active.

    Args:
        recorder: Takes the events.
        analyses: The machine of each code object of the snippet, and its index in the recording.
        filename: ``co_filename`` of the snippet.
    """

    def __init__(
        self, recorder: Recorder, analyses: dict[CodeType, tuple[int, Analysis]], filename: str
    ) -> None:
        self._recorder = recorder
        self._analyses = analyses
        self._filename = filename
        self._tracing = Tracing(self._on_call, filename)
        self._instances: dict[FrameType, _Instance] = {}
        self._count = 0
        self._raised: dict[FrameType, BaseException] = {}
        self._uncertain: dict[str, Any] | None = None  # not sure yet which exception it was
        self._opaque: FrameType | None = None  # the library's leaf whose inside is not told
        self._starting: tuple[FrameType, dict[str, Any]] | None = None  # what is told once it runs

    def start(self) -> None:
        """Begins to follow this thread."""
        self._tracing.set()

    def stop(self) -> None:
        """Stops following, and tells if that was lost; called on the same thread."""
        self._tracing.restore()
        if self._tracing.replaced_in is not None:
            self._recorder.emit("trace.replaced", line=self._tracing.replaced_in)

    # -- every Python call or resumption on the thread comes here ------------------------------

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> Local | None:
        self._uncertain = None
        self._tell_started()
        code = frame.f_code
        caller = frame.f_back
        awaiting = self._instances.get(caller) if caller is not None else None
        if awaiting is not None and _is_resumed(frame) and not self._is_let_go(frame, awaiting):
            assert caller is not None
            self._maybe_entered(caller, awaiting, _awaited_type(frame))
        if code in self._analyses:
            frame.f_trace_lines = False
            if code is not self._analyses[code][1].code:
                return self._entered_part(frame, awaiting)
            self._entered_or_resumed(frame, awaiting)
            return self._on_machine_event
        if code is _POLL_COROUTINE:
            frame.f_trace_lines = False
            return self._on_caller_event
        if code.co_name == "poll" and self._is_told(frame):
            if code.co_filename != self._filename and not isinstance(
                frame.f_locals["self"], _TRANSPARENT
            ):
                self._opaque = frame
            frame.f_trace_lines = False
            return self._on_poll_event
        if awaiting is not None:
            frame.f_trace_lines = False
            return self._on_awaited_event
        return None

    def _is_let_go(self, frame: FrameType, caller: _Instance) -> bool:
        """True for an async generator that ends because the exception has left its loop."""
        instance = self._instances.get(frame)
        if instance is None or frame.f_back is None:
            return False
        stands_at = instance.analysis.machine.states[instance.suspended].kind
        return stands_at is StateKind.YIELD and frame.f_back.f_lasti == caller.raised_at

    # -- a coroutine of the snippet --------------------------------------------------------------

    def _entered_or_resumed(self, frame: FrameType, awaiting: _Instance | None) -> None:
        instance = self._instances.get(frame)
        if instance is not None:
            facts = {"instance": instance.number, "state": instance.suspended}
            self._recorder.emit("state.resumed", **facts)
            if self._kind(instance) is StateKind.YIELD:
                instance.state = None
            return
        index, analysis = self._analyses[frame.f_code]
        self._count += 1
        instance = self._instances[frame] = _Instance(self._count, analysis, frame)
        started: dict[str, Any] = {
            "instance": instance.number,
            "machine": index,
            "task": self._task(),
            "parent": awaiting.number if awaiting else None,
            "variables": self._variables(instance, 0),
        }
        self._starting = frame, started

    def _tell_started(self) -> None:
        if self._starting is not None:
            self._recorder.emit("machine.started", **self._starting[1])
            self._starting = None

    def _is_closed_unstarted(self, frame: FrameType, error: BaseException) -> bool:
        """True if nothing of it has run: 3.11 resumes what is closed even before its start."""
        is_starting = self._starting is not None and self._starting[0] is frame
        is_closed = isinstance(error, GeneratorExit)
        return is_starting and is_closed and frame.f_lasti <= _beginning(frame.f_code)

    def _on_machine_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        if frame not in self._instances:  # it was closed
            return self._on_machine_event
        if event == "exception" and self._is_closed_unstarted(frame, arg[1]):
            self._starting = None
            self._count -= 1
            del self._instances[frame]
            return self._on_machine_event
        self._tell_started()
        if event == "exception":
            self._on_caller_event(frame, event, arg)
            instance = self._instances[frame]
            instance.state = None  # whatever was awaited is over
            # A StopIteration is how an await gives its value. Where it awaits in a cleanup, the
            # frame itself is told of one from 3.12 on, behind what has brought it there.
            gives = frame in self._raised or self._state_at(frame, instance) is not None
            if arg[0] is not StopIteration or not gives:
                self._raised[frame] = arg[1]
            if arg[0] is not StopIteration:
                instance.raised_at = frame.f_lasti
        elif event == "return":
            self._machine_left(frame, self._instances[frame], arg)
        return self._on_machine_event

    def _on_caller_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        """Learns from the caller what really left a coroutine.

        The coroutine's own frame is not told of an exception that is raised again, at the end of
        a ``finally`` for instance; what it was told of last may have been handled.
        """
        fact, self._uncertain = self._uncertain, None
        if event == "exception" and fact is not None:
            fact |= self._error(arg[1])
        return self._on_caller_event

    def _error(self, raised: BaseException | None) -> dict[str, str]:
        message = self._recorder.names.normalise(message_of(raised))
        return {"error": type(raised).__name__, "message": message}

    def _machine_left(self, frame: FrameType, instance: _Instance, value: Any) -> None:
        how = _how_left(frame, value)
        if how == "yielded":
            self._suspended(frame, instance)
            return
        del self._instances[frame]
        raised = self._raised.pop(frame, None)
        self._visit_over(frame.f_back)
        number, line = instance.number, frame.f_lineno
        if how == "returned":
            text = self._recorder.value(value)
            self._recorder.emit("machine.returned", instance=number, line=line, value=text)
        elif isinstance(raised, GeneratorExit):
            self._recorder.emit("machine.dropped", instance=number, state=instance.suspended)
        else:
            self._uncertain = self._recorder.emit(
                "machine.raised", instance=number, line=line, **self._error(raised)
            )

    def _suspended(self, frame: FrameType, instance: _Instance) -> None:
        if instance.state is None:
            self._entered(instance, self._state_at(frame, instance), "")
        self._recorder.emit("state.suspended", instance=instance.number, state=instance.state)
        instance.suspended = instance.state or 0
        if self._kind(instance) is StateKind.YIELD:
            self._visit_over(frame.f_back)  # the consumer of the generator has what it awaited

    # -- an async comprehension that has a frame of its own (CPython 3.11) -----------------------

    def _entered_part(self, frame: FrameType, awaiting: _Instance | None) -> Local | None:
        """It is part of the machine that it stands in, which itself tells when it suspends."""
        if awaiting is not None and frame not in self._instances:
            self._instances[frame] = awaiting
            awaiting.frames.append(frame)
        return self._on_part_event

    def _on_part_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        instance = self._instances.get(frame)
        if event != "return" or instance is None:
            return self._on_part_event
        if _how_left(frame, arg) != "yielded":
            del self._instances[frame]
            instance.frames.remove(frame)
        elif instance.state is None:
            self._entered(instance, self._state_at(frame, instance), "")
        return self._on_part_event

    # -- what a coroutine of the snippet awaits ---------------------------------------------------

    def _maybe_entered(self, frame: FrameType, instance: _Instance, awaited: str) -> None:
        if instance.state is None:
            state = self._state_at(frame, instance)
            if state is not None:  # otherwise an ordinary call between two awaits
                self._entered(instance, state, awaited)

    @staticmethod
    def _state_at(frame: FrameType, instance: _Instance) -> int | None:
        return instance.analysis.state_at(frame.f_lasti, frame.f_code)

    def _entered(self, instance: _Instance, state: int | None, awaited: str) -> None:
        instance.state = state
        self._recorder.emit(
            "state.entered",
            instance=instance.number,
            state=state,
            variables=self._variables(instance, state or 0),
            awaiting=awaited,
        )

    def _on_awaited_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        if event == "return" and _how_left(frame, arg) != "yielded":
            self._visit_over(frame.f_back)
        return self._on_awaited_event

    def _visit_over(self, frame: FrameType | None) -> None:
        instance = self._instances.get(frame) if frame is not None else None
        if instance is not None:
            instance.state = None

    # -- leaf futures -----------------------------------------------------------------------------

    def _is_told(self, frame: FrameType) -> bool:
        future = frame.f_locals.get("self")
        if self._opaque is not None:
            return False
        if frame.f_code.co_filename == self._filename:
            return future is not None
        # CoroutineFuture and the private wrapper beside it are no leaves: what they resume or poll
        # is told itself.
        return isinstance(future, Future) and type(future).__module__ != CoroutineFuture.__module__

    def _on_poll_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        future = frame.f_locals.get("self")
        if event == "exception":
            self._raised[frame] = arg[1]
        elif event == "return":
            raised = self._raised.pop(frame, None)
            if self._opaque is frame:
                self._opaque = None
            facts: dict[str, Any] = {
                "future": self._recorder.number("future", future),
                "type": type(future).__name__,
                "instance": self._polled_by(frame),
            }
            if arg is PENDING:
                facts["outcome"] = "pending"
            elif isinstance(arg, Ready):
                facts |= {"outcome": "ready", "value": self._recorder.value(arg.value)}
            else:
                facts |= {
                    "outcome": "raised",
                    "value": f"{type(raised).__name__}: {message_of(raised)}",
                }
            self._recorder.emit("future.polled", **facts)
        return self._on_poll_event

    def _polled_by(self, frame: FrameType) -> int | None:
        caller = frame.f_back
        if caller is not None and caller.f_code is _AWAIT_CODE:
            instance = self._instances.get(caller.f_back) if caller.f_back else None
            return instance.number if instance else None
        return None

    # -- small things -----------------------------------------------------------------------------

    def _task(self) -> int | None:
        sort, _, number = self._recorder.actor.partition(" ")
        return int(number) if sort == "task" else None

    @staticmethod
    def _kind(instance: _Instance) -> StateKind | None:
        if instance.state is None:
            return None
        return instance.analysis.machine.states[instance.state].kind

    def _variables(self, instance: _Instance, state: int) -> list[dict[str, str]]:
        values: dict[str, Any] = {}
        for frame in instance.frames:
            values |= frame.f_locals
        variables = instance.analysis.machine.states[state].variables
        return [
            {"name": variable.name, "value": self._recorder.value(values[variable.name])}
            for variable in variables
            # The value of an operand is on the stack, where nothing shows it.
            if variable.name in values and variable.kind is not VariableKind.OPERAND
        ]


@lru_cache(maxsize=512)
def _bytecode(code: CodeType) -> bytes:
    return code.co_code  # made anew at each access


@lru_cache(maxsize=512)
def _beginning(code: CodeType) -> int:
    """The offset of the instruction before a coroutine's body."""
    return next(each.offset for each in dis.get_instructions(code) if each.opcode == _RESUME)


def _how_left(frame: FrameType, value: object) -> str:
    """``yielded``, ``returned`` or ``raised``, from the instruction that the frame stands at."""
    code = _bytecode(frame.f_code)
    instruction = code[frame.f_lasti]
    if instruction in _RETURNS:
        return "returned"
    suspended = instruction == _YIELD or (
        instruction == _RESUME and frame.f_lasti >= 2 and code[frame.f_lasti - 2] == _YIELD
    )
    # An exception that is thrown in while the frame is suspended leaves it at the same place, and
    # the tracer is given None. What is yielded is never None: a future, or a generator's value,
    # which the interpreter wraps.
    return "yielded" if suspended and value is not None else "raised"


def _is_resumed(frame: FrameType) -> bool:
    """True for what an await can call; a ``__del__`` for instance runs beside it."""
    code = frame.f_code
    return bool(code.co_flags & _SUSPENDS) or code.co_name in {"send", "__next__"}


def _awaited_type(frame: FrameType) -> str:
    if frame.f_code is _AWAIT_CODE:
        return type(frame.f_locals["self"]).__name__
    if frame.f_code.co_flags & inspect.CO_COROUTINE:
        return f"coroutine {frame.f_code.co_name}"
    if frame.f_code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return f"async generator {frame.f_code.co_name}"
    owner = frame.f_locals.get("self")
    return frame.f_code.co_name if owner is None else type(owner).__name__
