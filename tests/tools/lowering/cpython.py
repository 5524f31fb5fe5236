"""Runs a module of CPython's own tests with every coroutine in it lowered.

Those tests drive coroutines by hand, send values and throw exceptions into them, and run them on
asyncio. A machine is a future and has no such methods; here it gets them.
"""

from __future__ import annotations

import gc
import io
import re
import sys
import types
import unittest
import warnings
from collections.abc import Collection, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from wakepoint.driver import polled_with
from wakepoint.future import Cancellable, Future
from wakepoint.machine import lower_source, support
from wakepoint.machine.running.state_machine import StateMachine
from wakepoint.machine.running.stream_machine import Step
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

_CONTEXT = Context(Waker(lambda: None))


class _Mail:
    """What passes between a coroutine and whoever drives it.

    Attributes:
        sent: What was sent in last.
        yielded: What came out last.
    """

    sent: Any = None
    yielded: Any = None


_mail = _Mail()


class Foreign(Cancellable[Any]):
    """Any awaitable, however it is driven. What it yields counts as pending."""

    def __init__(self, awaitable: Any) -> None:
        self._made = _iterator(awaitable)
        self._thrown: BaseException | None = None

    def poll(self, cx: Context) -> Poll[Any]:
        thrown, self._thrown = self._thrown, None
        sent, _mail.sent = _mail.sent, None
        try:
            with polled_with(cx):
                if thrown is not None:
                    if not hasattr(self._made, "throw"):
                        raise thrown
                    _mail.yielded = self._made.throw(thrown)
                elif sent is not None:
                    _mail.yielded = self._made.send(sent)
                elif _is_plain(self._made):
                    _mail.yielded = next(self._made)
                else:
                    _mail.yielded = self._made.send(None)
        except StopIteration as stop:
            return Ready(stop.value)
        return PENDING

    def cancel(self, cancellation: BaseException) -> None:
        self._thrown = cancellation

    def drop(self) -> None:
        close = getattr(self._made, "close", None)
        if close is not None:
            close()


def _is_plain(made: Any) -> bool:
    return not hasattr(made, "send")


def _iterator(awaitable: Any) -> Any:
    """What ``await`` would go over; CPython's own errors for what it would not."""

    async def drive() -> Any:
        return await awaitable

    if isinstance(awaitable, types.CoroutineType):
        return awaitable
    if isinstance(awaitable, types.GeneratorType) and _is_coroutine(awaitable):
        return awaitable
    return drive()


def _is_coroutine(made: types.GeneratorType[Any, Any, Any]) -> bool:
    return bool(made.gi_code.co_flags & 0x100)  # CO_ITERABLE_COROUTINE


def into_future(awaitable: Any) -> Future[Any]:
    """As the lowered form's own, but for any awaitable."""
    return awaitable if isinstance(awaitable, (StateMachine, Step)) else Foreign(awaitable)


def _driven(future: Any) -> Generator[Any, Any, Any]:
    """A machine as a coroutine: with values that are sent and exceptions that are thrown in."""
    while True:
        polled = future.poll(_CONTEXT)
        if isinstance(polled, Ready):
            return polled.value
        try:
            _mail.sent = yield _mail.yielded
        except GeneratorExit:
            future.drop()
            raise
        except BaseException as error:
            future.cancel(error)


def _driver(future: Any) -> Generator[Any, Any, Any]:
    """The one driver that a machine has from its first step to its last."""
    if "driver" not in vars(future):
        vars(future)["driver"] = _driven(future)
    driver: Generator[Any, Any, Any] = vars(future)["driver"]
    return driver


_throw = StateMachine.throw


def throw(self: Any, *arguments: Any) -> Any:
    """A coroutine's ``throw``; a machine's own is something else, and its ``drop`` calls that."""
    if sys._getframe(1).f_code.co_name == "drop":  # noqa: SLF001 - who calls decides
        return _throw(self, *arguments)
    return _driver(self).throw(*arguments)


_METHODS = {
    "__await__": _driven,
    "__next__": lambda self: next(_driver(self)),
    "send": lambda self, value: _driver(self).send(value),
    "close": lambda self: _driver(self).close(),
    "throw": throw,
}
_OF_A_COROUTINE = re.compile(r"\bassert coro\.__class__ (in|is) .*")


def run(name: str, left_out: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Runs the tests of a module, lowered.

    Args:
        name: Of the module, without its package.
        left_out: The names of tests, with their classes, that are not run.

    Yields:
        Each test's name with its class, and what is wrong; None if nothing is.
    """
    original = sys.modules[f"test.{name}"]
    assert original.__file__ is not None
    text = Path(original.__file__).read_text(encoding="utf-8")
    lowered = lower_source(_OF_A_COROUTINE.sub("pass", text), f"{name}.py")
    module = types.ModuleType(f"lowered_{name}")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(sys, "unraisablehook", lambda _: None)  # some tests leave generators behind
        patch.setattr(support, "into_future", into_future)
        for kind in (StateMachine, Step):
            for method, function in _METHODS.items():
                patch.setattr(kind, method, function, raising=False)
        patch.setitem(sys.modules, module.__name__, module)
        exec(compile(lowered.text, f"{name}.py", "exec"), module.__dict__)
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        for test in _each(suite):
            called = ".".join(test.id().split(".")[-2:])
            if called in left_out:
                continue
            result = unittest.TextTestRunner(stream=io.StringIO()).run(test)
            texts = [text for _, text in (*result.failures, *result.errors)]
            yield called, texts[0] if texts else None
        gc.collect()


def _each(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from _each(each)
        else:
            yield each
