"""Who woke a waker, if nobody said so: an operation of `wakepoint.sync` or another, in words.

A primitive does not know that it is watched. So the frames are looked at that lead to the wake: the
outermost of the primitive's own is the operation.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FrameType

from wakepoint import sync
from wakepoint.blocking import SpawnBlocking
from wakepoint.combinators import YieldNow
from wakepoint.io.copying import Copy
from wakepoint.net.wire import Waiting
from wakepoint.signals import Signal
from wakepoint.task_group import Body

_frame: Callable[[int], FrameType] = sys._getframe  # noqa: SLF001 - the one way to the frame

_name_of = type.__dict__["__name__"].__get__

_FOLDER = inspect.getfile(sync).removesuffix("__init__.py")
_PRIMITIVES = f"{sync.__name__}."
_CHANNELS = tuple(f"{_PRIMITIVES}{each}" for each in ("broadcast", "mpsc", "oneshot", "watch"))
_METHODS = {
    "__aexit__": "the end of async with {}",
    "__del__": "letting go of {}",
    "__exit__": "the end of with {}",
}
"""What is told of methods that nobody calls by their names."""
_OTHERS = {
    id(method.__code__): words
    for method, words in (
        (Body.cancel, "a failure in the TaskGroup in {}"),
        (Copy.poll, "giving way in {}"),
        (Signal.wake, "a signal in {}"),
        (SpawnBlocking.answer, "a blocking call has ended"),
        (Waiting.wake, "another operation of TLS in {}"),
        (YieldNow.poll, "yield_now in {}"),
    )
}
"""What wakes and is no primitive."""
_GIVING_UP = "giving up {}"
_PLACES = {"executor": "the executor", "main": "the main program", "thread": "another thread"}


def operation(actor: str) -> str | None:
    """The operation that wakes somebody just now, and who does it; None if it is none of ours.

    Args:
        actor: Who acts, as recordings name it.
    """
    frame: FrameType | None = _frame(2)  # that of whoever wakes
    outermost, is_given_up = None, False
    while frame is not None and frame.f_code.co_filename.startswith(_FOLDER):
        outermost = frame
        is_given_up = is_given_up or frame.f_code.co_name == "drop"
        frame = frame.f_back
    place = _PLACES.get(actor, actor)
    if outermost is not None:
        return f"{_in_words(outermost, _GIVING_UP if is_given_up else '{}')} in {place}"
    words = None if frame is None else _OTHERS.get(id(frame.f_code))
    return None if words is None else words.format(place)


def _in_words(frame: FrameType, form: str) -> str:
    """The operation of a method of a primitive, or of a future that a primitive gave."""
    method, owner = frame.f_code.co_name, type(frame.f_locals.get("self"))
    name: str | None = getattr(owner, "operation", None)  # a future's
    if name is None:
        name = _name_of(owner)
        if owner.__module__ in _CHANNELS:
            name = f"{owner.__module__.removeprefix(_PRIMITIVES)}.{name}"
        if method not in _METHODS:
            name = f"{name}.{method}"
    return _METHODS.get(method, form).format(name)
