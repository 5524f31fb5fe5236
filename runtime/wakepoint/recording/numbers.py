"""Numbers for things in order of appearance, without keeping the things alive."""

from __future__ import annotations

import weakref

_ref = weakref.ref


class Numbers:
    """The numbers of things of one sort, from 1.

    A thing that a weak reference can be made to is not kept alive: another one may get its place
    in memory and gets a number of its own. One whose class forbids weak references (``__slots__``
    without ``__weakref__``, in the script) is kept until the run is over, or it would not be
    known again.
    """

    def __init__(self) -> None:
        self._count = 0
        self._known: dict[int, tuple[weakref.ref[object] | _Kept, int]] = {}

    def of(self, thing: object) -> int:
        """The number of a thing, its next one if it has none."""
        known = self._known.get(id(thing))
        if known is not None and known[0]() is thing:
            return known[1]
        self._count = number = self._count + 1
        try:
            kept: weakref.ref[object] | _Kept = _ref(thing)
        except TypeError:
            kept = _Kept(thing)
        self._known[id(thing)] = kept, number
        return number


class _Kept:
    """A reference that is not weak."""

    __slots__ = ("_thing",)

    def __init__(self, thing: object) -> None:
        self._thing = thing

    def __call__(self) -> object:
        return self._thing
