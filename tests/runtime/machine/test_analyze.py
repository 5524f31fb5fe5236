"""What can be analysed, what cannot and why, and where a real frame stands."""

from __future__ import annotations

import dis
import functools
import inspect
import sys
import types
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any

import pytest

from wakepoint.machine import Analysis, MachineError, analyze, analyze_source, coroutines
from wakepoint.machine.model import StateKind


@types.coroutine
def pause(value: object = None) -> Generator[object, object, object]:
    return (yield value)


async def twice(first: object, second: object) -> list[object]:
    return [await pause(first), await pause(second)]


def labels(analysis: Analysis) -> list[str]:
    return [state.label for state in analysis.machine.states[1:-3]]


LABELS = ["pause(first)", "pause(second)"]


# --- what can be analysed -------------------------------------------------------------------------


class Holder:
    async def method(self) -> None:
        await pause(self)

    @classmethod
    async def of_class(cls) -> None:
        await pause(cls)

    @staticmethod
    async def of_none() -> None:
        await pause("static")


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: object) -> Any:
        return function(*args)

    return wrapper


@pytest.mark.parametrize(
    "function",
    [
        twice,
        wrapped(twice),
        wrapped(wrapped(twice)),
        functools.partial(twice, 1),
        functools.partial(functools.partial(twice, 1), 2),
        functools.partial(wrapped(twice), 1),
        wrapped(functools.partial(twice, 1)),
        twice.__code__,
    ],
    ids=[
        "function",
        "wrapped",
        "wrapped twice",
        "partial",
        "partial of a partial",
        "partial of a wrapped one",
        "a wrapped partial",
        "code",
    ],
)
def test_a_function_however_it_is_dressed(function: object) -> None:
    assert labels(analyze(function)) == LABELS


def test_a_coroutine_object() -> None:
    made = twice(1, 2)
    assert labels(analyze(made)) == LABELS
    made.close()


@pytest.mark.parametrize(
    ("method", "label"),
    [
        (Holder().method, "pause(self)"),
        (Holder.method, "pause(self)"),
        (Holder.of_class, "pause(cls)"),
        (Holder.__dict__["of_class"], "pause(cls)"),
        (Holder.of_none, 'pause("static")'),
        (Holder.__dict__["of_none"], 'pause("static")'),
    ],
    ids=["bound", "unbound", "of the class", "classmethod", "static", "staticmethod"],
)
def test_a_method(method: object, label: str) -> None:
    assert labels(analyze(method)) == [label]


def test_a_generator_and_its_function() -> None:
    def count() -> Iterator[int]:
        yield 1

    assert analyze(count).machine.kind == "generator"
    assert analyze(count()).machine.kind == "generator"


def test_an_async_generator_and_its_function() -> None:
    async def count() -> AsyncIterator[int]:
        yield 1

    assert analyze(count).machine.kind == "async generator"
    assert analyze(count()).machine.kind == "async generator"


def test_code_without_source_has_lines_for_labels() -> None:
    names: dict[str, Any] = {}
    exec(compile("async def f(a):\n    await a\n    await a.b\n", "<nowhere>", "exec"), names)
    analysis = analyze(names["f"])
    assert labels(analysis) == ["line 2", "line 3"]
    assert [v.name for v in analysis.machine.states[1].variables if v.live] == ["a"]


def test_source_that_is_not_what_was_compiled_is_not_used(tmp_path: Any) -> None:
    file = tmp_path / "changed.py"
    names: dict[str, Any] = {}
    exec(compile("async def f(a):\n    await a\n", str(file), "exec"), names)
    file.write_text("# another line\nasync def f(a):\n    return await a.other()\n")
    assert labels(analyze(names["f"])) == ["line 2"]


def test_all_coroutines_of_a_module_in_its_order() -> None:
    text = """
class Outer:
    async def second(self):
        async def third(): ...
        return [x async for x in self]

async def fourth(): ...
def ordinary():
    return lambda: (await_ for await_ in ())
first = (x async for x in ())
"""
    qualified = [each.machine.qualname for each in analyze_source(text)]
    assert qualified == ["Outer.second", "Outer.second.<locals>.third", "fourth", "<genexpr>"]
    names = {code.co_name for code in coroutines(compile(text, "<module>", "exec"))}
    assert names == {"second", "third", "fourth", "<genexpr>"}


# --- what cannot ----------------------------------------------------------------------------------


def ordinary() -> None: ...


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (ordinary, r"^ordinary \(.*test_analyze\.py:\d+\) is an ordinary function: "),
        (lambda: None, r"<lambda> \(.*\) is an ordinary function"),
        (compile("1", "<text>", "eval"), r"^<module> \(<text>:1\) is an ordinary function"),
        (len, r"^<built-in function len> has no Python code to analyse; give a function"),
        (Holder, r"^<class '.*Holder'> has no Python code to analyse"),
        (functools.partial(len, ()), r"^functools\.partial\(<built-in .*has no Python code"),
        (None, r"^None has no Python code"),
        ("async def f(): ...", r"^'async def f\(\): \.\.\.' has no Python code"),
    ],
)
def test_a_clear_error_for_what_is_no_state_machine(thing: object, message: str) -> None:
    with pytest.raises(MachineError, match=message):
        analyze(thing)


def test_a_clear_error_for_text_that_is_not_python() -> None:
    with pytest.raises(MachineError, match=r"^broken\.py is not Python 3: .*line 2"):
        analyze_source("x = 1\nasync def f(:\n", "broken.py")
    with pytest.raises(MachineError, match=r"^<source> is not Python 3: .*null bytes"):
        analyze_source("\0")


def test_bytecode_that_is_not_understood_is_no_crash() -> None:
    # A jump to the middle of nowhere: what another tool may make of a code object.
    code = twice.__code__
    send = code.co_code.index(dis.opmap["SEND"])
    broken = code.replace(co_code=code.co_code[: send + 1] + b"\xff" + code.co_code[send + 2 :])
    with pytest.raises(MachineError, match=r"^twice \(.*the bytecode that Python 3.* not under"):
        analyze(broken)


# --- where a frame stands -------------------------------------------------------------------------


def test_a_suspended_frame_stands_in_a_state() -> None:
    analysis = analyze(twice)
    made: Any = twice("a", "b")
    assert analysis.state_at(made.cr_frame.f_lasti) is None, "it has not begun"
    assert made.send(None) == "a"
    assert analysis.state_at(made.cr_frame.f_lasti) == 1
    assert made.send(None) == "b"
    assert analysis.state_at(made.cr_frame.f_lasti) == 2
    with pytest.raises(StopIteration):
        made.send(None)


def test_so_does_one_whose_awaited_coroutine_runs_for_the_first_time() -> None:
    states = []

    async def look(frame: types.FrameType) -> None:
        states.append(analyze(outer).state_at(frame.f_lasti))

    async def outer() -> None:
        frame = inspect.currentframe()
        assert frame is not None
        await look(frame)
        await look(frame)

    with pytest.raises(StopIteration):
        outer().send(None)
    assert states == [1, 2]


def test_both_copies_of_an_await_in_finally_are_one_state() -> None:
    async def cleaned(fail: bool) -> None:
        try:
            if fail:
                raise ValueError
        finally:
            await pause()

    analysis = analyze(cleaned)
    offsets = set()
    for fail in (False, True):
        made: Any = cleaned(fail)
        made.send(None)
        offsets.add(made.cr_frame.f_lasti)
        assert analysis.state_at(made.cr_frame.f_lasti) == 1
        made.close()
    assert len(offsets) == 2
    assert analysis.machine.states[1].on_exception


def test_an_async_generator_stands_at_its_yields_and_awaits() -> None:
    async def numbers() -> AsyncIterator[object]:
        yield await pause("waiting")

    analysis = analyze(numbers)
    made: Any = numbers()
    step = made.asend(None)
    step.send(None)
    assert analysis.state_at(made.ag_frame.f_lasti) == 1
    with pytest.raises(StopIteration):
        step.send("value")
    assert analysis.state_at(made.ag_frame.f_lasti) == 2
    assert [each.kind for each in analysis.machine.states[1:3]] == [
        StateKind.AWAIT,
        StateKind.YIELD,
    ]


def test_a_comprehension_stands_in_the_state_of_the_function_around_it() -> None:
    async def gathered(values: list[object]) -> list[object]:
        return [await pause(value) for value in values]

    analysis = analyze(gathered)
    made: Any = gathered(["a"])
    made.send(None)
    frame = made.cr_frame
    if sys.version_info < (3, 12):
        assert analysis.state_at(frame.f_lasti) is None, "it awaits the comprehension"
        frame = made.cr_await.cr_frame
    assert frame.f_code in analysis.codes
    assert analysis.state_at(frame.f_lasti, frame.f_code) == 1
    made.close()


def test_an_offset_that_is_no_suspension_is_no_state() -> None:
    analysis = analyze(twice)
    offsets = range(0, len(twice.__code__.co_code), 2)
    assert {analysis.state_at(offset) for offset in offsets} == {None, 1, 2}
    assert analysis.state_at(10_000) is None


# --- from poll to poll ----------------------------------------------------------------------------


def test_a_poll_may_pass_through_awaits_that_are_ready() -> None:
    analysis = analyze(twice)
    returned = analysis.machine.terminal(StateKind.RETURNED).index
    raised = analysis.machine.terminal(StateKind.RAISED).index
    steps = {(each.source, each.target): each for each in analysis.poll_transitions}
    assert steps.keys() == {
        *((0, 1), (0, 2), (0, returned), (0, raised)),
        *((1, 2), (1, returned), (1, raised)),
        *((2, returned), (2, raised)),
    }
    assert {pair for pair, step in steps.items() if step.exceptional} == {
        *((0, raised), (1, raised), (2, raised)),
    }


def test_a_loop_may_come_back_to_where_it_was() -> None:
    text = "async def f(read):\n    while await read(): pass\n"
    (analysis,) = analyze_source(text)
    assert (1, 1) in {(each.source, each.target) for each in analysis.poll_transitions}


@pytest.mark.parametrize("mark", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_a_character_that_only_str_splitlines_breaks_at_breaks_no_label(mark: str) -> None:
    source = (
        f'x = "a{mark}b"\nasync def main():\n    await leaf("é{mark}", 1)\n    await other(x)\n'
    )
    (analysis,) = analyze_source(source)
    assert [state.label for state in analysis.machine.states[1:3]] == [
        f'leaf("é{mark}", 1)',
        "other(x)",
    ]
