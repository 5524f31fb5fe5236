"""What is awaited, as its readers are told: futures of the runtime, and coroutines.

A future is called as its class is, as in Rust: `Sleep`, `Recv`. Some classes have a name that is of
use to the runtime alone; those are called as what a reader knows.
"""

from __future__ import annotations

import inspect
from types import CodeType, FrameType
from typing import Any

from wakepoint.fs import Later
from wakepoint.future import Future
from wakepoint.io.threaded import Call, ReadCall
from wakepoint.poll_fn import ReadyFuture
from wakepoint.recording.foreign_repr import type_name
from wakepoint.remote import RemoteWait
from wakepoint.sync.barrier import BarrierWait
from wakepoint.sync.mutex import EnterMutex
from wakepoint.sync.semaphore import EnterSemaphore
from wakepoint.task_group import Entering

LIBRARY = inspect.getfile(Future).removesuffix("future.py")
"""The folder of the runtime."""

_name_of = type.__dict__["__name__"].__get__

_NAMES = {
    id(kind): name
    for kind, name in (
        (BarrierWait, "Wait"),
        (EnterMutex, "Lock"),
        (EnterSemaphore, "Acquire"),
        (Entering, "TaskGroup"),
        (ReadyFuture, "Ready"),
        (RemoteWait, "RemoteHandle"),
    )
}
_ON_THREADS = frozenset(map(id, (Call, Later, ReadCall)))
"""One class for many operations; each future knows what made it."""

_BLOCKS = {
    "__aenter__": "the beginning of async with",
    "__aexit__": "the end of async with",
    "__anext__": "the next of async for",
}
"""Coroutines that nobody calls by their names."""


def leaf_name(future: Any) -> str:
    """What a future is called. By `id`, since a script's metaclass may have a hash of its own."""
    kind = type(future)
    if id(kind) in _ON_THREADS:
        return str(future.operation)
    return _NAMES.get(id(kind)) or _name_of(kind)


def coroutine_name(code: CodeType, name: str) -> str:
    """What a coroutine is called; one of the runtime with its class, unless it has been renamed.

    Args:
        code: Its code.
        name: Its ``__name__``.
    """
    if not code.co_filename.startswith(LIBRARY) or name != code.co_name:
        return f"coroutine {name}"
    return _BLOCKS.get(name) or f"coroutine {code.co_qualname}"


def awaited_name(frame: FrameType) -> str:
    """What the frame that an await resumes belongs to."""
    code = frame.f_code
    if code.co_flags & inspect.CO_COROUTINE:
        return coroutine_name(code, code.co_name)
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return f"async generator {code.co_name}"
    owner = frame.f_locals.get("self")
    return code.co_name if owner is None else type_name(owner)
