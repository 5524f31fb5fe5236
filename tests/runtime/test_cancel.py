"""Aborting tasks: where it is raised, what cleans up, and what an abort cannot break."""

from __future__ import annotations

import pytest

from wakepoint import (
    PENDING,
    Cancelled,
    Context,
    Future,
    JoinError,
    JoinHandle,
    Poll,
    Ready,
    run,
    sleep,
    spawn,
    yield_now,
)


def test_an_abort_is_raised_at_the_await() -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            await sleep(60)
        except Cancelled as cancelled:
            log.append(str(cancelled))
            raise

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError, match=r"task 2 \(work\) was aborted"):
            await handle

    run(main())
    assert log == ["task 2 was aborted"]


def test_an_aborted_task_may_wait_in_its_finally() -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            await sleep(60)
        finally:
            await sleep(0.001)
            log.append("cleaned up")

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        assert not handle.is_finished()
        with pytest.raises(JoinError):
            await handle
        log.append("joined")

    run(main())
    assert log == ["cleaned up", "joined"]


def test_an_abort_goes_through_nested_coroutines_inside_out() -> None:
    log: list[str] = []

    async def inner() -> None:
        try:
            await sleep(60)
        finally:
            log.append("inner")

    async def outer() -> None:
        try:
            await inner()
        finally:
            log.append("outer")

    async def main() -> None:
        handle = spawn(outer())
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main())
    assert log == ["inner", "outer"]


def test_a_task_that_was_never_polled_runs_none_of_its_code() -> None:
    async def work() -> None:
        pytest.fail("it ran")

    async def main() -> None:
        handle = spawn(work())
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main())


def test_a_task_that_has_ended_is_left_as_it_is() -> None:
    async def work() -> int:
        return 5

    async def main() -> int:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        return await handle

    assert run(main()) == 5


def test_a_task_may_refuse_and_return() -> None:
    async def work() -> str:
        try:
            await sleep(60)
        except Cancelled:
            return "I was not done"
        return "done"

    async def main() -> str:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        return await handle

    assert run(main()) == "I was not done"


def test_a_task_may_abort_itself() -> None:
    handles: list[JoinHandle[str]] = []

    async def work() -> str:
        handles[0].abort()
        await sleep(0)
        return "too far"

    async def main() -> None:
        handles.append(spawn(work()))
        with pytest.raises(JoinError):
            await handles[0]

    run(main())


def test_a_hand_written_future_may_abort_its_own_task() -> None:
    handles: list[JoinHandle[str]] = []

    class Suicidal(Future[str]):
        def poll(self, cx: Context) -> Poll[str]:
            handles[0].abort()
            return Ready("too late")

    async def main() -> None:
        handles.append(spawn(Suicidal()))
        with pytest.raises(JoinError):
            await handles[0]

    run(main())


def test_aborting_a_hand_written_future_drops_it() -> None:
    dropped: list[str] = []

    class Held(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return PENDING

        def drop(self) -> None:
            dropped.append("dropped")

    async def main() -> None:
        handle = spawn(Held())
        await yield_now()
        handle.abort()
        assert handle.is_finished()

    run(main())
    assert dropped == ["dropped"]


def test_an_error_while_cleaning_up_is_the_tasks_result() -> None:
    async def work() -> None:
        try:
            await sleep(60)
        finally:
            raise ValueError("cannot clean up")

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        with pytest.raises(ValueError, match="cannot clean up"):
            await handle

    run(main())


def test_an_error_while_dropping_is_the_tasks_result() -> None:
    class Stubborn(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return PENDING

        def drop(self) -> None:
            raise ValueError("cannot be dropped")

    async def main() -> None:
        handle = spawn(Stubborn())
        await yield_now()
        handle.abort()
        with pytest.raises(ValueError, match="cannot be dropped"):
            await handle

    run(main())


def test_what_is_still_running_at_the_end_is_aborted_and_may_clean_up() -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            await sleep(60)
        finally:
            await sleep(0.001)
            log.append("cleaned up")

    async def main() -> str:
        spawn(work())
        await yield_now()
        return "main is done"

    assert run(main()) == "main is done"
    assert log == ["cleaned up"]


def test_what_is_spawned_by_a_cleanup_is_awaited_or_aborted() -> None:
    ends: list[str] = []

    async def stay(name: str, seconds: float) -> str:
        try:
            await sleep(seconds)
        finally:
            ends.append(f"{name} ends")
        return name

    async def leaves() -> None:
        try:
            await sleep(60)
        finally:
            spawn(stay("detached", 60))
            ends.append(f"{await spawn(stay('joined', 0.001))} is joined")

    async def main() -> None:
        spawn(leaves())
        await sleep(0)

    run(main())
    assert ends == ["joined ends", "joined is joined", "detached ends"]


def test_a_finally_that_awaits_what_never_comes_cannot_hold_up_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Never(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return PENDING

    async def work() -> None:
        try:
            await sleep(60)
        finally:
            await Never()

    async def main() -> str:
        spawn(work())
        await yield_now()
        return "done"

    assert run(main()) == "done"
    assert capsys.readouterr().err == ""
