"""Numbers for things in order of appearance, without keeping the things alive."""

from __future__ import annotations

import weakref

from wakepoint.recording.watched import address

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
        # By the address of the thing. A pair for each would be one more object to make and free.
        self._things: dict[int, weakref.ref[object] | _Kept] = {}
        self._numbers: dict[int, int] = {}

    def of(self, thing: object) -> int:
        """The number of a thing, its next one if it has none."""
        key = address(thing)
        known = self._things.get(key)
        if known is not None and known() is thing:
            return self._numbers[key]
        try:
            self._things[key] = _ref(thing)
        except TypeError:
            self._things[key] = _Kept(thing)
        self._count = self._numbers[key] = number = self._count + 1
        return number


class _Kept:
    """A reference that is not weak."""

    __slots__ = ("_thing",)

    def __init__(self, thing: object) -> None:
        self._thing = thing

    def __call__(self) -> object:
        return self._thing
