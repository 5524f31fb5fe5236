"""How the watchful mode is asked for; and a task that wakes itself in every poll."""

from __future__ import annotations

from typing import Any

import pytest
from tools.watched import line_of, watch

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    Reactor,
    backends,
    run,
    sleep,
    spawn,
    yield_now,
)
from wakepoint.debugging import (
    LostWakerWarning,
    SelfWakeWarning,
    WatchfulExecutor,
)
from wakepoint.executor import Executor
from wakepoint.sync import mpsc


class Forgetful(Future[None]):
    """Asks nobody to be woken."""

    def __repr__(self) -> str:
        return "Forgetful()"

    def poll(self, cx: Context) -> Poll[None]:
        return PENDING


async def work() -> str:
    await yield_now()
    return "done"


def test_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = []

    async def main() -> None:
        kinds.append(type(spawn(work()).task.executor))

    for value in ("", "0", "1", "yes"):
        monkeypatch.setenv("WAKEPOINT_DEBUG", value)
        run(main())
    run(main(), debug=False)
    run(main(), debug=True)
    watches = [kind is WatchfulExecutor for kind in kinds]
    assert watches == [False, False, True, True, False, True]


def test_without_it_nothing_is_asked_at_a_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAKEPOINT_DEBUG", raising=False)

    async def main() -> tuple[type, type]:
        executor = spawn(work()).task.executor
        return type(executor), executor.task_class  # type: ignore[attr-defined]

    assert run(main()) == (Executor, Executor.task_class)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_limit_that_is_none(seconds: float) -> None:
    with pytest.raises(ValueError, match="slow_poll takes seconds above 0"):
        run(yield_now(), debug=True, slow_poll=seconds)


def test_by_hand_as_well() -> None:
    executor = WatchfulExecutor(
        Reactor(backends.factory("simulated"), backends.make_kernel("simulated"))
    )

    async def main() -> None:
        await Forgetful()  # here

    executor.spawn(main())
    with pytest.warns(LostWakerWarning):
        assert executor.try_tick()
    executor.spawn(work())
    while executor.try_tick():
        pass
    assert [task.name for task in executor.tasks.values()] == ["main"]


def test_each_line_is_told_once_for_a_run() -> None:
    async def forgets() -> None:
        await Forgetful()

    async def main() -> None:
        for _ in range(5):
            spawn(forgets())
            work()  # type: ignore[unused-coroutine]
            sleep(1)
        await sleep(0.001)

    _, told = watch(main())
    assert sorted(kind.__name__ for kind in told.kinds) == [
        *("LostWakerWarning", "NeverAwaitedWarning", "NeverAwaitedWarning")
    ]
    assert len(watch(main())[1]) == 3


def test_a_task_that_asks_again_and_again() -> None:
    flag: list[int] = []

    async def ask() -> None:
        while not flag:
            await yield_now()  # asks

    async def main() -> None:
        handle = spawn(ask())
        for _ in range(10):
            await sleep(0.0001)
            for _ in range(200):
                await yield_now()
        flag.append(1)
        await handle

    _, told = watch(main(), slow_poll=60, backend="simulated")
    assert told.kinds == [SelfWakeWarning]
    assert told[0][1] == line_of(ask, "# asks")
    assert told[0][2].startswith("task 2 (ask) has woken itself in each of its last 1000 polls: ")


def test_two_that_wake_each_other_do_not_wake_themselves() -> None:
    async def main() -> int:
        there, back = mpsc.channel(1), mpsc.channel(1)
        spawn(echo(there[1], back[0]))
        count = 0
        for _ in range(1500):
            await there[0].send(1)
            count += await back[1].recv() or 0
        return count

    async def echo(receiver: Any, sender: Any) -> None:
        while (number := await receiver.recv()) is not None:
            await sender.send(number)

    assert watch(main(), slow_poll=60) == (1500, [])
