"""The search from an object to whoever might come to it, held against where objects can be."""

from __future__ import annotations

import _thread
import contextvars
import ctypes
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from wakepoint import reachable
from wakepoint.reachable import reachable_elsewhere


class Thing:
    """What somebody may come to."""

    def use(self) -> None:
        """Does nothing."""


kept: list[object] = []
"""A global variable."""


class Class:
    """Has one, sometimes."""

    kept: object = None


# -- where nobody else comes to it ---------------------------------------------------------------


def in_a_variable() -> bool:
    thing = Thing()
    return reachable_elsewhere([thing])


def in_collections() -> bool:
    thing = Thing()
    held = {"a list": [thing], "a tuple": (thing,), "an object": thing.use}
    return reachable_elsewhere([thing, held])


def in_a_closure() -> bool:
    thing = Thing()

    def inner(argument: object) -> bool:
        def innermost() -> bool:
            return reachable_elsewhere([thing, argument])

        return innermost()

    return inner(thing)


def in_a_generator() -> bool:
    thing = Thing()

    def numbers() -> Iterator[object]:
        yield thing
        yield thing

    begun = numbers()
    next(begun)
    return reachable_elsewhere([thing])


def in_a_cycle() -> bool:
    thing, other = Thing(), Thing()
    thing.other, other.other = other, thing  # type: ignore[attr-defined]
    return reachable_elsewhere([thing])


def behind_a_weak_reference() -> bool:
    thing = Thing()
    reference = weakref.ref(thing)
    return reachable_elsewhere([thing]) and reference() is thing


def in_a_traceback() -> bool:
    def fails(thing: object) -> None:
        raise ValueError(thing)

    thing, errors = Thing(), []
    try:
        fails(thing)
    except ValueError as error:
        errors.append(error)
    return reachable_elsewhere([thing]) and bool(errors)


@pytest.mark.parametrize(
    "look",
    [
        in_a_variable,
        in_collections,
        in_a_closure,
        in_a_generator,
        in_a_cycle,
        behind_a_weak_reference,
        in_a_traceback,
    ],
)
def test_what_only_this_thread_has_nobody_else_comes_to(look: Callable[[], bool]) -> None:
    assert not look()


def test_who_is_known_to_lead_nobody_there_is_no_way() -> None:
    thing = Thing()
    kept.append([thing])
    try:
        assert reachable_elsewhere([thing])
        assert not reachable_elsewhere([thing], [kept[0]])
    finally:
        kept.clear()


# -- where somebody may --------------------------------------------------------------------------


def in_a_global_variable(thing: Thing) -> object:
    kept.append(thing)
    return kept.clear


def in_a_class(thing: Thing) -> object:
    Class.kept = thing
    return lambda: setattr(Class, "kept", None)


def weakly_in_a_global_variable(thing: Thing) -> object:
    kept.append(weakref.ref(thing))
    return kept.clear


def in_a_signal_handler(thing: Thing) -> object:
    before = signal.signal(signal.SIGTERM, lambda *_: thing.use())
    return lambda: signal.signal(signal.SIGTERM, before)


def in_a_function_for_c(thing: Thing) -> object:
    return ctypes.CFUNCTYPE(None)(thing.use)


class Elsewhere:
    """Another thread that has it, in the way that `hold` says.

    Args:
        hold: Called there with the thing; calls what it is given, which takes until the end.
    """

    def __init__(self, hold: Callable[[list[Thing], Callable[[], object]], object]) -> None:
        self._hold = hold
        self.__name__ = hold.__name__

    def __call__(self, thing: Thing) -> object:
        begun, over, ended = threading.Event(), threading.Event(), threading.Event()
        box = [thing]
        del thing

        def wait() -> None:
            begun.set()
            over.wait()

        def work() -> None:
            self._hold(box, wait)
            ended.set()

        _thread.start_new_thread(work, ())
        begun.wait()

        def end() -> None:
            over.set()
            ended.wait()

        return end


def in_a_threads_variable(box: list[Thing], wait: Callable[[], object]) -> object:
    thing = box.pop()
    wait()
    return thing


def in_the_middle_of_an_expression(box: list[Thing], wait: Callable[[], object]) -> object:
    return box.pop() == wait()


def in_an_iterator_of_c(box: list[Thing], wait: Callable[[], object]) -> object:
    def once() -> Iterator[object]:
        yield wait()

    return list(map(box.pop().__eq__, once()))


def in_a_variable_of_the_thread(box: list[Thing], wait: Callable[[], object]) -> object:
    own = threading.local()
    own.things = [box.pop()]
    return wait()


def in_a_context_variable(box: list[Thing], wait: Callable[[], object]) -> object:
    variable.set(box.pop())
    return wait()


variable: contextvars.ContextVar[object] = contextvars.ContextVar("variable")


@pytest.mark.parametrize(
    "put",
    [
        in_a_global_variable,
        in_a_class,
        weakly_in_a_global_variable,
        in_a_signal_handler,
        in_a_function_for_c,
        Elsewhere(in_a_threads_variable),
        Elsewhere(in_the_middle_of_an_expression),
        Elsewhere(in_an_iterator_of_c),
        Elsewhere(in_a_variable_of_the_thread),
        Elsewhere(in_a_context_variable),
    ],
    ids=lambda put: put.__name__,
)
def test_where_others_come_to_it_is_seen(put: Callable[[Thing], object]) -> None:
    thing = Thing()
    take_back = put(thing)
    with ExitStack() as stack:
        if callable(take_back) and put is not in_a_function_for_c:
            stack.callback(take_back)
        assert reachable_elsewhere([thing])


def test_a_thread_that_is_being_started_has_what_it_is_given() -> None:
    thing = Thing()
    lock = _thread.allocate_lock()
    with lock:
        _thread.start_new_thread(lambda thing: lock.__enter__() and thing, (thing,))
        assert reachable_elsewhere([thing])


# -- what a look costs, and leaves ---------------------------------------------------------------


def test_of_very_many_or_very_far_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = Thing()
    around: list[object] = [thing]
    for _ in range(reachable.FARTHEST):
        around = [around]
    assert reachable_elsewhere([thing])
    near, monkeypatched = Thing(), 20
    monkeypatch.setattr(reachable, "MOST", monkeypatched)
    many = [[near] for _ in range(monkeypatched + 1)]
    assert reachable_elsewhere([near])
    assert many
    assert around


def test_a_look_keeps_nothing_alive() -> None:
    def look() -> weakref.ref[Thing]:
        thing = Thing()
        other = Thing()
        reachable_elsewhere([thing])
        gone = weakref.ref(other)
        del other  # would stay in a copy of the variables, until the function is left
        assert gone() is None
        return weakref.ref(thing)

    assert look()() is None


def test_a_dict_of_variables_that_the_program_has_is_left_as_it_is() -> None:
    def look(word: str) -> dict[str, object]:
        mine = locals()
        reachable_elsewhere([Thing()])
        assert word
        return mine

    assert look("a word")["word"] == "a word"
