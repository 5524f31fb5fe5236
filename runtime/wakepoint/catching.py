"""Which line of a function stops an exception that one of its ``await`` raised.

A traceback says how far an exception came, so it is certain which function stopped it, but not
which of the blocks around the ``await`` did. The compiler's handlers say what each block does with
an exception. One that raises it again in any case hands it to the next; a ``with`` is taken last,
since few of them swallow anything.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import CodeType, ModuleType
from typing import Any, NamedTuple

CATCHES = "catches Cancelled"
"""What a line does that stops a cancellation."""
LEAVES = f"leaves its finally, and so {CATCHES}"
"""So does the end of a ``finally`` that is left by ``return``, ``break`` or ``continue``."""
_REPLACES = f"raises another exception, and so {CATCHES}"

_UNKNOWN = object()
"""Stands for what only the running function knows: a variable of its own, the result of a call."""
_RAISES_AGAIN = {"RERAISE", "RAISE_VARARGS", "END_ASYNC_FOR", "CLEANUP_THROW"}
_JUMPS = {*dis.hasjrel, *dis.hasjabs}
_NO_FALLING_THROUGH = ("RETURN_", "JUMP_", "RERAISE", "RAISE_")


class Stop(NamedTuple):
    """A line that stops an exception.

    Attributes:
        line: Its number.
        how: What it does, in words.
    """

    line: int
    how: str


class _Path(NamedTuple):
    """A way through a handler.

    Attributes:
        at: The offset that is reached.
        begins: True where a handler or the next ``except`` of it begins.
        line: Line of the ``except`` whose block this is; None in a ``finally`` and in a ``with``.
        loads: What the expression of the ``except`` consists of, as far as it is evaluated.
        group: True behind an ``except*`` that does not match.
    """

    at: int
    begins: bool
    line: int | None = None
    loads: tuple[object, ...] = ()
    group: bool = False


class _Handler:
    """What one handler of a function does with an exception of a type.

    Attributes:
        stop: Its ``except`` that takes the exception, or where its ``finally`` is left otherwise.
        manager: The ``with`` that it ends; that takes exceptions if its manager does.
        certain: True if that ``with`` names a type that the exception is of.
        again: Where it is raised once more, to be handled by the next.
        reached: Every offset of its code.
    """

    def __init__(self, function: _Function, target: int) -> None:
        self._function = function
        self.stop: Stop | None = None
        self.manager: Stop | None = None
        self.certain = False
        self.again: list[int] = []
        self.reached: set[int] = set()
        # What the compiler puts around a handler begins otherwise: it only restores things.
        self._handles = function.instructions[target].opname == "PUSH_EXC_INFO"
        self._paths = [_Path(target, begins=True)]
        while self._paths:
            path = self._paths.pop()
            if path.at not in self.reached:
                self.reached.add(path.at)
                self._step(path, function.instructions[path.at])

    def _step(self, path: _Path, each: dis.Instruction) -> None:
        if each.opname in {"CHECK_EXC_MATCH", "CHECK_EG_MATCH"}:
            self._clause(path, each)
        elif not self._ends(path, each):
            self._go_on(self._behind(path, each), each)

    def _ends(self, path: _Path, each: dis.Instruction) -> bool:
        """True if an instruction leads out of the handler; notes how."""
        if each.opname == "POP_EXCEPT" and path.group:
            after = self._function.following[each.offset]
            if self._function.instructions[after].opname == "RERAISE":
                self.again.append(after)
        elif each.opname == "POP_EXCEPT" and self._handles:
            if self.manager is None:
                self._stops(path.line or _line(each), CATCHES if path.line else LEAVES)
        elif each.opname == "RAISE_VARARGS" and each.arg:
            self._stops(path.line or _line(each), CATCHES if path.line else _REPLACES)
        elif each.opname in _RAISES_AGAIN:
            self.again.append(each.offset)
        else:
            return False
        return True

    def _behind(self, path: _Path, each: dis.Instruction) -> _Path:
        """The same way behind an instruction that does not lead out."""
        match each.opname:
            case "PUSH_EXC_INFO" | "EXTENDED_ARG":
                return path
            case "WITH_EXCEPT_START":
                self.manager = Stop(_line(each), CATCHES)
                self.certain = self._function.catches(self._function.loads_at(each)) is True
                return path
            case "POP_TOP" if path.begins and self._handles:  # an except without a type
                return path._replace(begins=False, line=_line(each))
        loads = (*path.loads, *self._function.loaded(each, path.loads))
        return path._replace(begins=False, loads=loads)

    def _stops(self, line: int, how: str) -> None:
        self.stop = self.stop or Stop(line, how)

    def _clause(self, path: _Path, each: dis.Instruction) -> None:
        """An ``except`` with a type: which ways lead on from it."""
        matches = self._function.catches(path.loads)
        group = each.opname == "CHECK_EG_MATCH"
        jump = self._function.jump_behind(each)
        if matches is not True:
            self._paths.append(_Path(jump.argval, begins=True, group=group))
        if matches is not False and group:
            self._stops(_line(each), CATCHES)
        elif matches is not False:
            behind = self._function.following[jump.offset]
            self._paths.append(_Path(behind, begins=False, line=_line(each)))

    def _go_on(self, path: _Path, each: dis.Instruction) -> None:
        if each.opcode in _JUMPS:
            self._paths.append(path._replace(at=each.argval))
        if not each.opname.startswith(_NO_FALLING_THROUGH):
            self._paths.append(path._replace(at=self._function.following[each.offset]))


class _Function:
    """A function's code, and what the names in it mean.

    Args:
        code: The function's.
        variables: Its global variables.
        kind: The type of the exception.
    """

    def __init__(
        self, code: CodeType, variables: Mapping[str, Any], kind: type[BaseException]
    ) -> None:
        decoded = dis.Bytecode(code)
        self._entries = decoded.exception_entries  # type: ignore[attr-defined]
        self._variables = variables
        self._kind = kind
        self._list = list(decoded)
        self.instructions = {each.offset: each for each in self._list}
        self.following = dict(pairwise(self.instructions))

    def handler_of(self, offset: int) -> int | None:
        """Where an exception goes that is raised at an instruction; None: out of the function."""
        return next(
            (each.target for each in self._entries if each.start <= offset < each.end), None
        )

    def jump_behind(self, check: dis.Instruction) -> dis.Instruction:
        """The jump that a comparison of types decides."""
        at = check.offset
        while self.instructions[at].opcode not in _JUMPS:
            at = self.following[at]
        return self.instructions[at]

    def loaded(self, each: dis.Instruction, before: tuple[object, ...]) -> Iterator[object]:
        """What an instruction puts on the stack, if that may be a type of exceptions."""
        name = each.opname
        if name in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield self._variables.get(each.argval, getattr(builtins, each.argval, _UNKNOWN))
        elif name in {"LOAD_ATTR", "LOAD_METHOD"}:
            owner = before[-1] if before else None
            # Only a module's, since any other might run code.
            yield getattr(owner, each.argval, None) if isinstance(owner, ModuleType) else _UNKNOWN
        elif name.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "CALL")):
            yield _UNKNOWN

    def loads_at(self, item: dis.Instruction) -> tuple[object, ...]:
        """What the expression of a ``with`` consists of."""
        place = item.positions
        loads: tuple[object, ...] = ()
        for each in self._list:
            if place is not None and _within(each.positions, place):
                loads += tuple(self.loaded(each, loads))
        return loads

    def catches(self, loads: tuple[object, ...]) -> bool | None:
        """True if one of these types takes the exception; None if that is not known."""
        if any(self._takes(each) for each in loads):
            return True
        return None if any(each is _UNKNOWN for each in loads) else False

    def _takes(self, thing: object) -> bool:
        if isinstance(thing, tuple):
            return any(map(self._takes, thing))
        return isinstance(thing, type) and issubclass(self._kind, thing)


def stop_of(
    kind: type[BaseException],
    code: CodeType,
    offset: int,
    variables: Mapping[str, Any],
    now: int | None,
) -> Stop | None:
    """The line of a function that stopped what was raised at an instruction of it.

    Args:
        kind: The type of the exception.
        code: The function's.
        offset: The instruction's, in bytes (`traceback.tb_lasti`).
        variables: The function's global variables.
        now: The offset where the function stands now; None if it has ended.

    Returns:
        None if no block around it does, or if the function has not come out of such a block yet: it
        waits in the ``finally`` or at the end of the ``with``.
    """
    function = _Function(code, variables, kind)
    uncertain: Stop | None = None
    raised, seen = [offset], set[int]()
    while raised:
        target = function.handler_of(raised.pop(0))
        if target is None or target in seen:
            continue
        seen.add(target)
        handler = _Handler(function, target)
        stop = handler.stop
        if now in handler.reached:
            return stop if stop is not None and stop.how == CATCHES else None
        if handler.certain:
            return handler.manager
        if stop is not None and stop.how != _REPLACES:
            return stop
        uncertain = uncertain or handler.manager or stop
        raised += handler.again
    return uncertain


def _line(each: dis.Instruction) -> int:
    return (each.positions and each.positions.lineno) or 0


def _within(inner: dis.Positions | None, outer: dis.Positions) -> bool:
    if inner is None or inner.lineno is None or outer.lineno is None:
        return False
    begins = (inner.lineno, inner.col_offset or 0) >= (outer.lineno, outer.col_offset or 0)
    ends = (inner.end_lineno or 0, inner.end_col_offset or 0) <= (
        outer.end_lineno or 0,
        outer.end_col_offset or 0,
    )
    return begins and ends
