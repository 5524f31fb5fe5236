"""join and try_join: what they wait for, and what comes out of several failures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    Cancelled,
    Context,
    JoinError,
    Waker,
    join,
    pending,
    ready,
    run,
    sleep,
    spawn,
    timeout,
    try_join,
    yield_now,
)

Kind = tuple[int, str]
KINDS = st.tuples(st.integers(0, 4), st.sampled_from(["returns", "raises"]))


async def work(number: int, kind: Kind, ended: list[int]) -> int:
    turns, how = kind
    try:
        for _ in range(turns):
            await yield_now()
    finally:
        ended.append(number)
    if how == "raises":
        raise ValueError(number)
    return number


@given(st.lists(KINDS, max_size=7))
def test_join_hears_every_future_out(kinds: list[Kind]) -> None:
    ended: list[int] = []
    failures = [number for number, (_, how) in enumerate(kinds) if how == "raises"]

    async def main() -> None:
        futures = [work(number, kind, ended) for number, kind in enumerate(kinds)]
        if not failures:
            assert await join(*futures) == tuple(range(len(kinds)))
            return
        with pytest.raises(ExceptionGroup) as caught:
            await join(*futures)
        assert [error.args[0] for error in caught.value.exceptions] == failures

    run(main(), backend="simulated")
    turns = [turns for turns, _ in kinds]
    assert ended == sorted(range(len(kinds)), key=lambda number: turns[number])


@given(st.lists(KINDS, min_size=1, max_size=7))
def test_try_join_stops_at_the_first_failure(kinds: list[Kind]) -> None:
    ended: list[int] = []
    failures = [(turns, number) for number, (turns, how) in enumerate(kinds) if how == "raises"]

    async def main() -> None:
        futures = [work(number, kind, ended) for number, kind in enumerate(kinds)]
        if not failures:
            assert await try_join(*futures) == tuple(range(len(kinds)))
            return
        with pytest.raises(ValueError, match=f"^{min(failures)[1]}$"):
            await try_join(*futures)

    run(main(), backend="simulated")
    turn, first = min(failures, default=(5, 0))
    for number, (turns, _) in enumerate(kinds):
        # One that was never polled runs none of its code.
        began = turn > 0 or number <= first
        assert (number in ended) == began
        assert ended.count(number) <= 1
        assert not (turns < turn and number not in ended)


def test_one_failure_comes_out_in_a_group_too() -> None:
    async def fail() -> None:
        raise KeyError("alone")

    with pytest.raises(ExceptionGroup, match="1 of 2 joined futures failed") as caught:
        run(join(fail(), ready(1)))
    assert repr(caught.value.exceptions[0]) == "KeyError('alone')"


@pytest.mark.parametrize("combine", [join, try_join])
def test_ctrl_c_waits_for_nobody_to_be_heard_out(combine: Any) -> None:
    log: list[str] = []

    async def interrupted() -> None:
        await yield_now()
        raise KeyboardInterrupt

    async def other() -> None:
        try:
            await pending()
        finally:
            log.append("ended")

    async def fails() -> None:
        raise ValueError("before")

    async def main() -> None:
        await combine(other(), interrupted())

    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert log == ["ended"]
    with pytest.raises(KeyboardInterrupt) as caught:
        run(join(fails(), interrupted()))
    assert any("ValueError: before" in note for note in caught.value.__notes__)


def test_a_failure_is_told_also_if_the_join_is_cancelled_afterwards() -> None:
    async def fails(word: str) -> None:
        raise ValueError(word)

    async def stays() -> None:
        try:
            await sleep(60)
        finally:
            raise ValueError("cleanup")

    async def main() -> None:
        handle = spawn(join(fails("early"), stays()))
        await yield_now()
        handle.abort()
        with pytest.raises(ExceptionGroup) as caught:
            await handle
        assert [str(error) for error in caught.value.exceptions] == ["early", "cleanup"]

    run(main(), backend="simulated")


def test_a_cancelled_join_without_failures_ends_by_the_cancellation() -> None:
    async def main() -> None:
        handle = spawn(join(sleep(60), sleep(60)))
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")


def test_what_failed_in_a_join_that_is_dropped_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails() -> None:
        raise ValueError("nobody hears me")

    joined = join(fails(), pending())

    async def main() -> None:
        await timeout(0.001, poll_once())

    async def poll_once() -> None:
        joined.poll(Context(Waker.noop()))
        joined.drop()

    run(main())
    assert "raised in a join that was dropped" in (err := capsys.readouterr().err)
    assert err.endswith("ValueError: nobody hears me\n")


def test_a_future_that_raises_cancelled_by_itself_ends_the_others() -> None:
    async def gives_up() -> None:
        raise Cancelled("by itself")

    async def main() -> None:
        with pytest.raises(Cancelled, match="by itself"):
            await join(pending(), gives_up())

    run(main())


@pytest.mark.parametrize(
    "future", [join(), try_join(), join(ready(1)), try_join(ready(1), ready(2))], ids=repr
)
def test_a_poll_behind_the_result_is_refused(future: Any) -> None:
    cx = Context(Waker.noop())
    future.poll(cx)
    with pytest.raises(RuntimeError, match="after it was ready"):
        future.poll(cx)
