"""Follows the polls of futures that are no coroutines."""

from __future__ import annotations

import inspect
import os
from _thread import get_ident
from types import CodeType, FrameType
from typing import Any

from wakepoint.cancelling import Ending
from wakepoint.combinators import Combined
from wakepoint.coroutine import CoroutineFuture
from wakepoint.executor import Executor
from wakepoint.future import Future
from wakepoint.join import TryJoin
from wakepoint.recording.executor import RecordingExecutor
from wakepoint.recording.foreign_repr import is_a, type_name
from wakepoint.recording.leaf_names import LIBRARY, leaf_name
from wakepoint.recording.log import Shape
from wakepoint.recording.safe_repr import message_of
from wakepoint.recording.states import AWAIT_CODE, States, awaiting
from wakepoint.recording.watched import Watched, address
from wakepoint.shield import Shield
from wakepoint.task import PENDING, Ready
from wakepoint.task_local import Scoped
from wakepoint.time.timeouts import Timeout

_NO_LEAVES = frozenset(
    inspect.getfile(each) for each in (CoroutineFuture, Executor, RecordingExecutor)
)
"""Where no poll is a leaf's: what these resume or poll is told itself."""
_POLLERS = (*_NO_LEAVES, inspect.getfile(Ending), f"{LIBRARY}machine{os.sep}running{os.sep}")
"""Where futures are polled on somebody's behalf, besides these methods."""
_POLLING = frozenset(
    id(each.__code__)
    for each in (
        Future.__await__,
        Combined.poll,
        Combined.poll_running,
        TryJoin.poll,
        Shield.poll,
        Scoped.poll,
        Timeout.poll,
    )
)

# These poll other futures on the snippet's behalf, so what they poll is worth telling; any other
# leaf of the library is told as one piece.
_TRANSPARENT = (Combined, Scoped, Shield, Timeout)

_POLLED = ("future.polled", "future", "type", "instance", "outcome")
_PENDING = Shape(*_POLLED)
_READY = Shape(*_POLLED, "value")


class Leaves:
    """The polls of futures that go on, the innermost last."""

    def __init__(self, states: States) -> None:
        self.states = states
        self.opaque: FrameType | None = None  # somebody's leaf whose inside is not told
        self.polls: list[tuple[FrameType, object]] = []
        self.number = states.recorder.numbering("future")

    def polled(
        self, future: object, by: int | None, value: Any, error: BaseException | None
    ) -> None:
        """A poll is over.

        Args:
            future: What was polled.
            by: The number of the instance that awaits it.
            value: What the poll gave.
            error: What it raised.
        """
        number, kind = self.number(future), leaf_name(future)
        if value is PENDING:
            recorder = self.states.recorder
            recorder.log.add((_PENDING, recorder.actors[-1], number, kind, by, "pending"))
        else:
            self.over(number, kind, by, value, error)

    def over(
        self, number: int, kind: str, by: int | None, value: Any, error: BaseException | None
    ) -> None:
        """As `polled`, of a future whose number and type are known, and which has ended."""
        recorder = self.states.recorder
        actor = recorder.actors[-1]
        if type(value) is Ready or is_a(value, Ready):
            text = "None" if value.value is None else recorder.value(value.value)
            recorder.log.add((_READY, actor, number, kind, by, "ready", text))
        else:
            message = message_of(error)
            text = f"{type_name(error)}: {message}" if message else type_name(error)
            recorder.log.add((_READY, actor, number, kind, by, "raised", text))


class LeafCode(Watched):
    """``poll`` of a future of the library. What it polls itself is not told."""

    asks_for_start = asks_for_resumption = False
    tells_errors = True

    def __init__(self, code: CodeType, leaves: Leaves) -> None:
        super().__init__(code)
        self._leaves = leaves
        self._find = leaves.states.instances.get
        self._add = leaves.states.recorder.log.add
        self._actors = leaves.states.recorder.actors

    def started(self, frame: FrameType) -> bool:
        return True

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self.returned(frame, None, error)

    def returned(self, frame: FrameType, value: Any, error: BaseException | None = None) -> None:
        leaves, caller = self._leaves, frame.f_back
        if leaves.opaque is not None or caller is None:
            return
        instance = self._find(awaiting(caller))  # type: ignore[arg-type]  # nobody's is None
        if instance is not None and instance.awaits == address(caller):
            # It is awaited on our thread, by the snippet.
            kind, number = instance.awaited, instance.future
            if number is None:
                future = frame.f_locals["self"]
                number, kind = leaves.number(future), leaf_name(future)
                if kind == instance.awaited:  # else it is another's poll that is called there
                    instance.future = number
            if value is PENDING:
                self._add((_PENDING, self._actors[-1], number, kind, instance.number, "pending"))
                return
            instance.awaits = 0
            if type(value) is Ready and value.value is None:
                by = instance.number
                self._add((_READY, self._actors[-1], number, kind, by, "ready", "None"))
            else:
                leaves.over(number, kind, instance.number, value, error)
        elif instance is not None and caller.f_code is AWAIT_CODE:
            leaves.polled(frame.f_locals["self"], instance.number, value, error)
        elif _is_told_to(caller.f_code) and get_ident() == leaves.states.thread:
            future = frame.f_locals.get("self")
            if is_a(future, Future):
                leaves.polled(future, leaves.states.polled_by(caller), value, error)


def _is_told_to(code: CodeType) -> bool:
    """True if who polls may be told of: not a leaf of the library, nor what such a one calls."""
    known = _told_to.get(id(code))
    if known is None or known[0] is not code:
        file = code.co_filename
        is_leaf = file.startswith(LIBRARY) and not file.startswith(_POLLERS)
        told = not is_leaf or id(code) in _POLLING
        known = _told_to[id(code)] = code, told
    return known[1]


_told_to: dict[int, tuple[CodeType, bool]] = {}


class PollCode(Watched):
    """A method ``poll``, perhaps of a future: the snippet's, or of one that polls others for it."""

    tells_errors = True

    def __init__(self, code: CodeType, leaves: Leaves, *, is_own: bool) -> None:
        super().__init__(code)
        self._leaves = leaves
        self._is_own = is_own

    def started(self, frame: FrameType) -> bool:
        leaves = self._leaves
        if leaves.opaque is not None or get_ident() != leaves.states.thread:
            return False
        future = frame.f_locals.get("self")
        if leaves.polls and leaves.polls[-1][1] is future:
            return False  # the method of its base class: it is one poll
        if self._is_own:
            if future is None:
                return False
        elif not is_a(future, Future):
            return False
        elif not is_a(future, _TRANSPARENT):
            leaves.opaque = frame
        leaves.polls.append((frame, future))
        return True

    def returned(self, frame: FrameType, value: Any) -> None:
        self._over(frame, value, None)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self._over(frame, None, error)

    def _over(self, frame: FrameType, value: Any, error: BaseException | None) -> None:
        leaves = self._leaves
        if leaves.polls and leaves.polls[-1][0] is frame:
            future = leaves.polls.pop()[1]
            if leaves.opaque is frame:
                leaves.opaque = None
            leaves.polled(future, leaves.states.polled_by(frame.f_back), value, error)


def watch_poll(code: CodeType, leaves: Leaves, filename: str) -> Watched | None:
    """Who follows a method ``poll``.

    Args:
        code: Its code object.
        leaves: The polls that go on.
        filename: ``co_filename`` of the snippet.
    """
    if "self" not in code.co_varnames + code.co_cellvars:
        return None
    file = code.co_filename
    if file in _NO_LEAVES:
        return None
    if file.startswith(LIBRARY) and id(code) not in _POLLING:
        return LeafCode(code, leaves)
    return PollCode(code, leaves, is_own=file == filename)
