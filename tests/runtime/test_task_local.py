"""Task-locals belong to a future, context variables to a task."""

from __future__ import annotations

import contextvars

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    JoinError,
    LocalKey,
    join,
    pending,
    run,
    sleep,
    spawn,
    spawn_blocking,
    task_local,
    timeout,
    yield_now,
)

KEY: LocalKey[object] = task_local("KEY")


async def read(turns: int = 0) -> object:
    for _ in range(turns):
        await yield_now()
    return KEY.get()


def test_without_a_scope_there_is_no_value() -> None:
    with pytest.raises(LookupError, match=r"KEY has no value here: no KEY\.scope\(\) is around"):
        KEY.get()
    with pytest.raises(LookupError, match="KEY has no value here"):
        run(read())


@given(st.lists(st.tuples(st.integers(), st.integers(0, 5)), max_size=6))
def test_each_branch_of_one_task_sees_its_own(branches: list[tuple[int, int]]) -> None:
    futures = [KEY.scope(value, read(turns)) for value, turns in branches]
    assert run(join(*futures), backend="simulated") == tuple(value for value, _ in branches)


def test_scopes_nest_and_end() -> None:
    async def main() -> list[object]:
        outer = KEY.get()
        inner = await KEY.scope("inner", read(2))
        return [outer, inner, KEY.get(), KEY.sync_scope("sync", KEY.get), KEY.get()]

    assert run(KEY.scope("outer", main())) == ["outer", "inner", "outer", "sync", "outer"]


def test_a_value_of_none_is_a_value() -> None:
    assert run(KEY.scope(None, read())) is None


def test_what_is_spawned_is_outside_and_threads_are_too() -> None:
    async def main() -> None:
        for work in (spawn(read()), spawn_blocking(KEY.get)):
            with pytest.raises(LookupError):
                await work
        assert await spawn(KEY.scope("own", read(1))) == "own"
        assert KEY.get() == "outer"

    run(KEY.scope("outer", main()))


def test_the_cleanup_of_what_is_cancelled_or_dropped_sees_it() -> None:
    seen: list[object] = []

    async def stays() -> None:
        try:
            await pending()
        finally:
            seen.append(KEY.get())
            await yield_now()
            seen.append(KEY.get())

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await timeout(0.001, KEY.scope("timeout", stays()))
        handle = spawn(KEY.scope("abort", stays()))
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert seen == ["timeout", "timeout", "abort", "abort"]


def test_a_hand_written_future_in_a_scope_is_cancelled() -> None:
    async def main() -> None:
        handle = spawn(KEY.scope(1, sleep(60)))
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")


def test_two_keys_do_not_touch_each_other() -> None:
    other: LocalKey[str] = task_local("KEY")

    async def main() -> tuple[object, str]:
        return KEY.get(), other.get()

    assert run(KEY.scope(1, other.scope("2", main()))) == (1, "2")


# -- context variables (PEP 567) -------------------------------------------------------------

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


def test_each_task_has_a_copy_of_the_variables_of_who_spawned_it() -> None:
    async def child(name: str) -> tuple[str, str]:
        before = VARIABLE.get()
        VARIABLE.set(name)
        await yield_now()
        return before, VARIABLE.get()

    async def main() -> list[object]:
        VARIABLE.set("parent")
        handles = [spawn(child("a")), spawn(child("b"))]
        VARIABLE.set("later")
        return [await handles[0], await handles[1], VARIABLE.get()]

    assert run(main()) == [("parent", "a"), ("parent", "b"), "later"]
    assert VARIABLE.get() == "unset"


def test_branches_of_one_task_share_its_variables() -> None:
    async def sets() -> None:
        VARIABLE.set("by the other")

    async def reads() -> str:
        await yield_now()
        return VARIABLE.get()

    assert run(join(reads(), sets())) == ("by the other", None)


def test_a_thread_sees_a_copy() -> None:
    def change() -> str:
        seen = VARIABLE.get()
        VARIABLE.set("thread")
        return seen

    async def main() -> tuple[str, str]:
        VARIABLE.set("main")
        return await spawn_blocking(change), VARIABLE.get()

    assert run(main()) == ("main", "main")
