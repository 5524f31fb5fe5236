"""Tasks that wait for each other's end are told as a circle."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import Deadlock, JoinHandle, join, run, spawn


def deadlock_of(joins: dict[int, list[int]]) -> Deadlock:
    """The deadlock of tasks that join each other; they have the numbers from 2."""

    async def main() -> None:
        handles: dict[int, JoinHandle[None]] = {}

        async def wait_for(numbers: list[int]) -> None:
            await join(*(handles[number] for number in numbers))

        for number, others in joins.items():
            handles[number] = spawn(wait_for(others))
        await join(*handles.values())

    with pytest.raises(Deadlock) as caught:
        run(main(), backend="simulated")
    return caught.value


@pytest.mark.parametrize(
    "joins, words",
    [
        ({2: [3], 3: [2]}, "task 2 waits for task 3, which waits for task 2"),
        (
            {2: [3], 3: [4], 4: [2]},
            "task 2 waits for task 3, which waits for task 4, which waits for task 2",
        ),
        ({2: [2]}, "task 2 waits for itself"),
    ],
)
def test_it_is_told_in_words(joins: dict[int, list[int]], words: str) -> None:
    assert str(deadlock_of(joins)).endswith(f"; {words}")


def test_no_circle_no_word() -> None:
    async def stuck() -> None:
        await wakeless()

    async def wakeless() -> None:
        from wakepoint import pending

        await pending()

    async def main() -> Any:
        return await spawn(stuck())

    with pytest.raises(Deadlock) as caught:
        run(main(), backend="simulated")
    assert caught.value.circles == ()
    assert "which" not in str(caught.value)


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, list[int]]:
    numbers = range(2, 2 + draw(st.integers(1, 7)))
    some = st.lists(st.sampled_from(numbers), unique=True, max_size=3)
    return {number: draw(some) for number in numbers}


def on_a_way_back(joins: dict[int, list[int]]) -> set[int]:
    """Those that wait for themselves in the end: the slow way."""

    def reached(number: int) -> set[int]:
        seen: set[int] = set()
        todo = list(joins[number])
        while todo:
            each = todo.pop()
            if each not in seen:
                seen.add(each)
                todo += joins[each]
        return seen

    return {number for number in joins if number in reached(number)}


@given(graphs())
def test_each_circle_is_one_and_there_is_one_if_somebody_waits_for_himself(
    joins: dict[int, list[int]],
) -> None:
    stuck = on_a_way_back(joins)
    if not stuck:
        return
    circles = deadlock_of(joins).circles
    assert circles
    for circle in circles:
        for number, following in zip(circle, (*circle[1:], circle[0]), strict=True):
            assert following in joins[number]
    members = [number for circle in circles for number in circle]
    assert len(members) == len(set(members))
    assert set(members) <= stuck


def test_a_chain_of_ten_thousand_is_no_circle() -> None:
    joins = {2: [2], **{number: [number - 1] for number in range(3, 10_000)}}
    error = deadlock_of(joins)
    assert error.circles == ((2,),)
    assert len(re.findall("waits for itself", str(error))) == 1
