"""CPython's own test_coroutines.py, lowered: what its tests demand of a coroutine still holds."""

import ast
import io
import re
import sys
import types
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wakepoint import task
from wakepoint.machine.lowering import lower_source

pytest.importorskip("test.test_coroutines", reason="this Python comes without its own tests")

# These look at what only a coroutine object has, or drive it by hand.
_OBJECTS = re.compile(
    r"\.send\(|\.throw\(|\.close\(|cr_|sys\.|gc\.|assertWarns|inspect|run_async__|weakref"
    r"|iscoroutine|__name__|compile\(|pickle|\.__await__\(\)|types\."
)
_CONTEXT = "an exception raised while another is handled has no __context__"
_WORDS = "TypeErrors of objects that cannot be awaited have other words"
DIFFERENT = {
    "test_with_10": _CONTEXT,
    "test_with_2": _WORDS,
    "test_with_6": _WORDS,
    "test_with_7": _WORDS,
    "test_with_8": _WORDS,
}
"""What differs, and is told in docs/reference/machine.md."""


class Foreign(task.Future[Any]):
    """Any awaitable; whatever it yields is kept, and counts as pending."""

    def __init__(self, awaitable: Any, yielded: list[Any]) -> None:
        made = awaitable.__await__() if hasattr(type(awaitable), "__await__") else awaitable
        if not isinstance(made, Iterator) and not hasattr(made, "send"):
            if hasattr(type(awaitable), "__await__"):
                raise TypeError(f"__await__() returned non-iterator of type {type(made)}")
            raise TypeError(f"object {type(made).__name__} can't be used in 'await' expression")
        self._made, self._yielded = made, yielded

    def poll(self, cx: task.Context) -> task.Poll[Any]:
        # It does what `CoroutineFuture.poll` does, for what that refuses.
        outer, task._current.context = task._current.context, cx  # noqa: SLF001
        try:
            self._yielded.append(
                next(self._made) if _is_plain(self._made) else self._made.send(None)
            )
        except StopIteration as stop:
            return task.Ready(stop.value)
        finally:
            task._current.context = outer  # noqa: SLF001
        return task.PENDING


def _is_plain(made: Any) -> bool:
    return not hasattr(made, "send")


def _picked(text: str) -> str:
    """The module without the tests that are not about what a coroutine does."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "CoroutineTest":
            leave_out = [each for each in node.body if not _is_about_behaviour(each, text)]
        elif isinstance(node, ast.If) or getattr(node, "name", "").endswith("Test"):
            leave_out = [node]
        else:
            continue
        for each in leave_out:
            decorators = [d.lineno for d in getattr(each, "decorator_list", [])]
            for line in range(min([each.lineno, *decorators]) - 1, each.end_lineno or 0):
                lines[line] = "\n"
    return "".join(lines)


def _is_about_behaviour(node: ast.stmt, text: str) -> bool:
    source = ast.get_source_segment(text, node) or ""
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return True
    return "run_async(" in source and "async def" in source and not _OBJECTS.search(source)


def test_what_cpython_demands_of_coroutines_holds_for_their_lowered_forms() -> None:
    original = sys.modules["test.test_coroutines"]
    assert original.__file__ is not None
    text = Path(original.__file__).read_text(encoding="utf-8")
    lowered = lower_source(_picked(text), "test_coroutines.py")
    assert len(lowered.machines) >= 30
    yielded: list[Any] = []

    def into_future(awaitable: Any) -> task.Future[Any]:
        if isinstance(awaitable, task.Future):
            return awaitable
        return Foreign(awaitable, yielded)

    def run_async(awaitable: Any) -> tuple[list[Any], Any]:
        yielded.clear()
        future, context = into_future(awaitable), task.Context(task.Waker(lambda: None))
        while True:
            polled = future.poll(context)
            if isinstance(polled, task.Ready):
                return list(yielded), polled.value

    module = types.ModuleType("lowered_test_coroutines")
    exec(compile(lowered.text, "test_coroutines.py", "exec"), module.__dict__)
    vars(module).update(into_future=into_future, run_async=run_async)
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(module.CoroutineTest)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    failed = {each.id().rpartition(".")[2]: told for each, told in result.failures + result.errors}
    unexpected = {name: told for name, told in failed.items() if name not in DIFFERENT}
    assert not unexpected
    assert result.testsRun - len(failed) >= 35
