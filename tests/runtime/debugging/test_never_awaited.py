"""A coroutine or a future that nobody awaits is told where it was made."""

from __future__ import annotations

import sys
import threading
import warnings
from typing import Any

import pytest
from tools.watched import as_errors, line_of, watch

from wakepoint import (
    Future,
    join,
    pending,
    run,
    select,
    sleep,
    spawn,
    spawn_blocking,
    timeout,
    yield_now,
)
from wakepoint.debugging import (
    NeverAwaitedWarning,
)
from wakepoint.sync import Notify


async def work() -> str:
    await yield_now()
    return "done"


def test_a_coroutine_that_nobody_awaits_is_told_where_it_was_made() -> None:
    async def main() -> None:
        forgotten = [work()]  # made here
        await yield_now()
        forgotten.clear()

    _, told = watch(main())
    assert [*told] == [
        (
            NeverAwaitedWarning,
            line_of(main, "made here"),
            "coroutine 'work' was never awaited, so it did nothing; await it, or spawn it",
        )
    ]


def test_one_that_was_made_before_the_run_is_told_as_python_does() -> None:
    early = [work()]

    async def main() -> None:
        early.clear()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(main(), debug=True)
    assert [each.category for each in caught] == [RuntimeWarning]
    assert str(caught[0].message).startswith("coroutine 'work' was never awaited")


def test_a_future_that_the_next_statement_forgets() -> None:
    async def main() -> None:
        sleep(1)  # one
        Notify().notified()  # two
        join(sleep(1), sleep(2))  # three
        options = {"seconds": 1}
        sleep(**options)  # four
        await sleep(0)

    _, told = watch(main())
    assert set(told.kinds) == {NeverAwaitedWarning}
    assert [line for _, line, _ in told] == [
        line_of(main, word) for word in ("# one", "# two", "# three", "# four")
    ]
    assert told[0][2] == "sleep(1) was never awaited, so it did nothing; await it, or spawn it"


def test_what_goes_on_by_itself_may_be_forgotten() -> None:
    done: list[int] = []

    async def main() -> None:
        spawn(work())
        spawn_blocking(done.append, 1)
        await select(pending(), sleep(0.001))
        await timeout(1, join(work(), sleep(0.001)))
        unused = sleep(1)
        del unused

    assert watch(main()) == (None, [])


def test_nothing_is_left_in_the_interpreter() -> None:
    hook = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]  # noqa: SLF001
    depth = sys.get_coroutine_origin_tracking_depth()

    async def main() -> None:
        assert "__del__" in vars(Future)
        run_elsewhere = threading.Thread(target=lambda: run(work(), debug=True))
        run_elsewhere.start()
        await spawn_blocking(run_elsewhere.join)
        assert "__del__" in vars(Future)

    assert watch(main()) == (None, [])
    assert "__del__" not in vars(Future)
    assert warnings._warn_unawaited_coroutine is hook  # type: ignore[attr-defined]  # noqa: SLF001
    assert sys.get_coroutine_origin_tracking_depth() == depth
    assert not [each for each in threading.enumerate() if each.name == "wakepoint-debug"]


def test_an_error_in_a_destructor_is_told_as_python_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda each: told.append(each.exc_type))

    async def main() -> str:
        work()  # type: ignore[unused-coroutine]
        sleep(1)
        return "goes on"

    with as_errors():
        assert run(main(), debug=True) == "goes on"
    assert told == [NeverAwaitedWarning, NeverAwaitedWarning]
