"""shield: a cancellation waits until the future in it is done."""

from __future__ import annotations

import pytest

from wakepoint import (
    Context,
    Future,
    JoinError,
    Poll,
    Ready,
    Waker,
    pending,
    ready,
    run,
    select,
    shield,
    sleep,
    spawn,
    timeout,
    yield_now,
)


async def commit(log: list[str], error: Exception | None = None) -> str:
    await sleep(0.01)
    log.append("committed")
    if error is not None:
        raise error
    return "number 7"


def test_without_a_cancellation_it_is_not_there() -> None:
    assert run(shield(commit([]))) == "number 7"
    with pytest.raises(ValueError, match="mine"):
        run(shield(commit([], ValueError("mine"))))


def test_a_timeout_waits_for_it_and_is_told_all_the_same() -> None:
    log: list[str] = []

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await timeout(0.001, shield(commit(log)))
        log.append("afterwards")

    run(main(), backend="simulated")
    assert log == ["committed", "afterwards"]


def test_an_abort_waits_for_it_wherever_it_is() -> None:
    log: list[str] = []

    async def work() -> None:
        await select(shield(commit(log)), pending())
        log.append("too far")

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == ["committed"]


def test_what_it_raises_goes_before_the_cancellation() -> None:
    async def main() -> None:
        handle = spawn(shield(commit([], ValueError("mine"))))
        await yield_now()
        handle.abort()
        with pytest.raises(ValueError, match="mine"):
            await handle

    run(main(), backend="simulated")


def test_one_that_was_not_begun_runs_nothing() -> None:
    log: list[str] = []

    async def main() -> None:
        handle = spawn(shield(commit(log)))
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == []


def test_it_is_dropped_at_once() -> None:
    dropped: list[str] = []

    class Held(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return pending().poll(cx)

        def drop(self) -> None:
            dropped.append("dropped")

    shielded = shield(Held())
    shielded.poll(Context(Waker.noop()))
    shielded.drop()
    assert dropped == ["dropped"]


def test_a_hand_written_future_is_shielded_too() -> None:
    class Twice(Future[str]):
        polls = 0

        def poll(self, cx: Context) -> Poll[str]:
            self.polls += 1
            cx.waker.wake()
            return Ready("done") if self.polls == 3 else pending().poll(cx)

    twice = Twice()

    async def main() -> tuple[int, str]:
        index, value = await select(shield(twice), ready("first"))
        return index, value

    assert run(main()) == (1, "first")
    assert twice.polls == 3


def test_spawn_is_the_other_kind_of_shield() -> None:
    log: list[str] = []

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await timeout(0.001, spawn(commit(log)))
        log.append("not awaited")
        await sleep(1)

    run(main(), backend="simulated")
    assert log == ["not awaited", "committed"]
