"""Mistakes that newcomers make first, told in one sentence: whose future it is, and what to do.

A future belongs to the runtime that polls it. asyncio's need asyncio's event loop, ours need
`wakepoint.run`, and neither knows the other's. What the interpreter says about that ("no running
event loop") names neither, so the sentence is made here when an exception leaves a task.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import CoroutineType, FrameType, TracebackType
from typing import Any

LIBRARIES = ("asyncio", "trio", "curio", "anyio")

_MISSES_ITS_LOOP = re.compile(
    r"no (running|current) event loop|must be called from async context"
    r"|'NoneType' object has no attribute '(create_\w+|call_\w+|run_in_executor|time)'"
)
_CANNOT_BE_AWAITED = re.compile(
    r"object (\S+) can't be used in 'await' expression|'(\S+)' object can't be awaited"
)
_AWAITED_BEFORE = re.compile(
    r"cannot reuse already awaited coroutine|coroutine is being awaited already"
)
_ONE_BY_ONE = "pass what is in it one by one, as in join(*futures)"
_MENDS = {
    "function": "call it first",
    "method": "call it first",
    "builtin_function_or_method": "call it first",
    "type": "call it first",
    "NoneType": "what was called there is no async function",
    "list": _ONE_BY_ONE,
    "tuple": _ONE_BY_ONE,
    "set": _ONE_BY_ONE,
    "frozenset": _ONE_BY_ONE,
    "generator": _ONE_BY_ONE,
    "async_generator": "iterate over it with async for",
    "Future": "if a pool of threads or processes gave it, await spawn_blocking(future.result)",
}


def running_library() -> str | None:
    """The other library whose event loop runs on this thread, if one does."""
    asks: dict[str, Callable[[Any], bool]] = {
        "asyncio": _asyncio_runs,
        "trio": lambda trio: bool(trio.lowlevel.in_trio_run()),
        "curio": lambda curio: bool(curio.meta.curio_running()),
    }
    for name, runs in asks.items():
        if name in sys.modules and runs(sys.modules[name]):
            return name
    return None


def _asyncio_runs(asyncio: Any) -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def mend(kind: str) -> str | None:
    """What was probably meant by something of that type that is no future."""
    return _MENDS.get(kind)


def under_another(what: str, library: str, verb: str = "await") -> RuntimeError:
    """The error of something of ours that another library's loop drives."""
    return RuntimeError(
        f"{_uses(line_here(), verb, what)} made for wakepoint.run, and {library} runs here; "
        f"run the coroutine with wakepoint.run, or {verb} what {library} has for it"
    )


not_anothers: set[str] = set()
"""Names of functions (``__qualname__``) that were no other library's; for who looks very often.

A coroutine of a library may have the name of a function that was seen here (``sleep``). It is found
out all the same when it is polled, but told without the line that spawned it. The code object would
tell the two apart, but who reads that of a coroutine calls each audit hook of the process, at each
spawn (PEP 578).
"""

_MOST_NAMES = 10_000
"""As many are kept: who gives each coroutine a name of its own should not fill the memory."""


def is_anothers(awaitable: object) -> bool:
    """True if another library made it: a coroutine of its functions, an object of its classes."""
    if not isinstance(awaitable, CoroutineType):
        return _library(type(awaitable).__module__.lstrip("_")) is not None
    name = awaitable.__qualname__
    if name in not_anothers or awaitable.cr_frame is None:
        return False
    if _library_of(awaitable.cr_frame) is not None:
        return True
    if len(not_anothers) < _MOST_NAMES:
        not_anothers.add(name)
    return False


async def handed_over(awaitable: Any, where: int | None) -> Any:
    """Awaits it for somebody who gave it to a function of ours, in that line.

    Its frame keeps the line: what another library made has no frame of the program's own.
    """
    return await awaitable


def made_for_another(coroutine: Any, yielded: object) -> RuntimeError:
    """The error of a coroutine under `wakepoint.run` that awaits somebody else's future."""
    line, what, verb = None, repr(yielded), "await"
    library = _library(type(yielded).__module__.lstrip("_"))
    while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
        frame = coroutine.cr_frame
        if _library_of(frame) is not None:
            library, what = _library_of(frame), _call(frame)
            break
        if _is_users(frame):
            line, verb = frame.f_lineno, "await"
        elif frame.f_code is handed_over.__code__:
            line, verb = frame.f_locals["where"], "use"
        coroutine = coroutine.cr_await
    return _for_another(line, what, library, verb)


def _for_another(
    line: int | None, what: str, library: str | None, verb: str = "await"
) -> RuntimeError:
    whose = "another runtime" if library is None else f"another runtime, {library}"
    text = f"{_uses(line, verb, what)} made for {whose}; await a wakepoint future instead"
    if library == "asyncio":
        text += ", or give asyncio a thread with spawn_blocking(asyncio.run, …)"
    return RuntimeError(text)


def _uses(line: int | None, verb: str, what: str) -> str:
    return f"{what} is" if line is None else f"line {line} {verb}s {what}, which is"


def awaited_before(who: str) -> RuntimeError:
    """The error of a coroutine that several await, or one several times."""
    return RuntimeError(
        f"{who} a second time, and a coroutine runs once; call the function anew each time"
    )


def explained(error: Exception) -> Exception:
    """The exception that left a task; a clearer one in its place if it is a known mistake.

    A group has clearer ones in it.
    """
    if isinstance(error, ExceptionGroup):
        return _explained_group(error)
    frames = [*_frames(error.__traceback__)]
    better: Exception | None = None
    if isinstance(error, (RuntimeError, AttributeError)) and _MISSES_ITS_LOOP.search(str(error)):
        better = _without_loop(frames)
    elif isinstance(error, RuntimeError) and _AWAITED_BEFORE.search(str(error)):
        better = _awaited_before(frames)
    elif isinstance(error, TypeError) and (match := _CANNOT_BE_AWAITED.search(str(error))):
        better = _not_awaitable(match[1] or match[2], frames)
    if better is None:
        return error
    better.__cause__ = error
    return better.with_traceback(error.__traceback__)


def _explained_group(group: ExceptionGroup[Exception]) -> ExceptionGroup[Exception]:
    parts = [explained(each) for each in group.exceptions]
    if all(part is each for part, each in zip(parts, group.exceptions, strict=True)):
        return group
    better = group.derive(parts)
    better.__cause__, better.__context__ = group.__cause__, group.__context__
    better.__suppress_context__ = group.__suppress_context__
    for note in getattr(group, "__notes__", ()):
        better.add_note(note)
    return better.with_traceback(group.__traceback__)


def _without_loop(frames: list[tuple[FrameType, int]]) -> RuntimeError | None:
    """What calls into another library that misses its event loop."""
    users = [index for index, (frame, _) in enumerate(frames) if _is_users(frame)]
    line, verb = (frames[users[-1]][1], "await") if users else (None, "use")
    for frame, _ in frames:
        if line is None and frame.f_code is handed_over.__code__:
            line = frame.f_locals["where"]
    if users and users[-1] + 1 == len(frames):
        return _for_another(line, "what needs asyncio's event loop", "asyncio")
    for frame, _ in frames[users[-1] if users else 0 :]:
        library = _library_of(frame)
        if library is not None:
            return _for_another(line, _call(frame), library, verb)
    return None


def _awaited_before(frames: list[tuple[FrameType, int]]) -> RuntimeError:
    lines = [line for frame, line in frames if _is_users(frame)]
    who = f"line {lines[-1]} awaits a coroutine" if lines else "a coroutine is awaited"
    return awaited_before(who)


def _not_awaitable(kind: str, frames: list[tuple[FrameType, int]]) -> TypeError | None:
    if not frames or not _is_users(frames[-1][0]):
        return None
    article = "an" if kind[0] in "aeiou" else "a"
    text = mend(kind) or "leave the await out"
    return TypeError(f"line {frames[-1][1]} awaits {article} {kind}, which is no future: {text}")


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _root(frame: FrameType) -> str:
    name: str = frame.f_globals.get("__name__", "")
    return name.partition(".")[0]


def _library(module: str) -> str | None:
    root = module.partition(".")[0]
    return root if root in LIBRARIES else None


def _library_of(frame: FrameType) -> str | None:
    return _library(_root(frame))


def _call(frame: FrameType) -> str:
    """How a function of a library is called: ``asyncio.Queue.get(…)``."""
    name = frame.f_code.co_qualname.partition(".<locals>")[0]
    owner, dot, method = name.rpartition(".")
    if dot and "self" in frame.f_locals:  # the method may be a base class's
        owner = type(frame.f_locals["self"]).__qualname__
    name = owner if method == "__aenter__" else f"{owner}{dot}{method}"
    return f"{_root(frame)}.{name}(…)"


def _is_users(frame: FrameType) -> bool:
    return _root(frame) not in {*LIBRARIES, "wakepoint"}


def line_here() -> int | None:
    """The line that calls us; None if another library does."""
    frame = inspect.currentframe()
    while frame is not None and _root(frame) == "wakepoint":
        frame = frame.f_back
    return frame.f_lineno if frame is not None and _is_users(frame) else None
