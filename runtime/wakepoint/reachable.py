"""Whether somebody outside of this thread may come to an object: a question for the collector.

The search goes from the objects to whoever refers to them (`gc.get_referrers`), on to those who
refer to those, and so on. It has one of two ends. Everything that was met is held by what was met
as well, and by variables of this thread, which waits for the answer: then nobody else comes to it.
Or something that was met can be had elsewhere:

- it is a module or a class, which any code may look up by its name;
- it is a function whose address C code has;
- it has more references than are known. A function that runs in another thread shows the collector
  neither its variables nor the operands of the expression that it is in, and C keeps what it likes.
  CPython's collector finds by the same subtraction what it must not free.

It errs on one side: what it does not know is elsewhere.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR, CO_OPTIMIZED
from types import CellType, CodeType, FrameType, FunctionType, ModuleType

MOST = 10_000
"""More objects than this are not looked at, and counted as elsewhere."""
FARTHEST = 50
"""Nor are those that are more references away: each step is one look at all objects."""

_OF_C = ("_ctypes", "_cffi_backend")
"""Modules whose objects stand for Python functions that C code may call."""

_SUSPENDED = CO_COROUTINE | CO_GENERATOR | CO_ASYNC_GENERATOR


def reachable_elsewhere(things: list[object], no_ways: Iterable[object] = ()) -> bool:
    """True if code of other threads or of C may come to one of these things.

    Args:
        things: What they would have to come to.
        no_ways: Those who refer to something that may be met, and through whom nobody comes to it.
    """
    with _variables_of(sys._getframe(1)) as held_here:  # noqa: SLF001
        met = {id(thing): thing for thing in things}
        level = tuple(met.values())
        closed = {id(things), id(met), *map(id, no_ways), *held_here.snapshots}
        for _ in range(FARTHEST):
            # The tuple is that of the call's arguments, and not always among those who are given.
            holders = [each for each in gc.get_referrers(*level) if each is not level]
            if len(met) > MOST or _has_other_holders(level, holders, held_here):
                return True
            level = _not_met(level, holders, closed, met)
            del holders  # or it would hold what is met next
            if not level:
                return False
            if any(map(_is_open_to_all, level)):
                return True
            met.update((id(each), each) for each in level)
    return True


def _not_met(
    level: tuple[object, ...], holders: list[object], closed: set[int], met: dict[int, object]
) -> tuple[object, ...]:
    """The next to be asked about: those who hold something of this level, also weakly."""
    holders = [*holders, *(weak for each in level for weak in weakref.getweakrefs(each))]
    new = {id(each): each for each in holders if id(each) not in closed and id(each) not in met}
    return tuple(new.values())


def _is_open_to_all(thing: object) -> bool:
    return isinstance(thing, (type, ModuleType)) or type(thing).__module__ in _OF_C


def _has_other_holders(
    level: tuple[object, ...], holders: list[object], held_here: _Variables
) -> bool:
    """True if one of them has more references than those that can be accounted for."""
    numbers = [id(each) for each in level]
    wanted = frozenset(numbers)
    known = Counter(numbers)  # by the tuple
    known.update(id(each) for each in holders if id(each) in wanted)  # by the list
    for references in map(gc.get_referents, holders):
        known.update(number for number in map(id, references) if number in wanted)
        del references
    asking = next(map(sys.getrefcount, (object(),))) - 1  # beside the tuple
    counts = list(map(sys.getrefcount, level))
    return any(
        count - asking > known[number] + held_here.count(each)
        for number, count, each in zip(numbers, counts, level, strict=True)
    )


class _Variables:
    """What the functions hold that run on this thread, outside of the search.

    Args:
        frames: Theirs.

    Attributes:
        snapshots: The dicts in which Python gave their variables, by id.
    """

    def __init__(self, frames: Iterable[FrameType]) -> None:
        self._held: Counter[int] = Counter()
        self._in_cells: Counter[int] = Counter()
        self._running: Counter[CodeType] = Counter()
        self._kept: list[dict[str, object]] = []
        for frame in frames:
            self._running[frame.f_code] += 1
            # The collector sees the variables of what can be suspended.
            if not frame.f_code.co_flags & _SUSPENDED:
                self._note(frame)
        self.snapshots = {id(self._kept), *map(id, self._kept)}

    def _note(self, frame: FrameType) -> None:
        code, values = frame.f_code, frame.f_locals
        if not code.co_flags & CO_OPTIMIZED:  # a module's or a class's: it has the dict itself
            self._held[id(values)] += 1
            return
        in_cells = {*code.co_cellvars, *code.co_freevars}
        for name, value in values.items():
            (self._in_cells if name in in_cells else self._held)[id(value)] += 1
        if isinstance(values, dict):  # until Python 3.12
            self._kept.append(values)

    def count(self, thing: object) -> int:
        """How many references to a thing these functions have."""
        held = self._held[id(thing)]
        if isinstance(thing, CellType):
            with suppress(ValueError):  # it is empty
                held += self._in_cells[id(thing.cell_contents)]
        elif isinstance(thing, FunctionType):
            held += self._running[thing.__code__]
        return held

    def forget(self) -> None:
        """Empties the dicts; else their frames would keep what was in the variables."""
        while self._kept:
            values = self._kept.pop()
            if sys.getrefcount(values) <= 3:  # its frame, the name here, and the call's
                values.clear()


@contextmanager
def _variables_of(frame: FrameType | None) -> Iterator[_Variables]:
    variables = _Variables(_callers(frame))
    try:
        yield variables
    finally:
        variables.forget()


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
