"""Nothing is left of a child whose output nobody awaits any more: no zombie, no descriptor."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tools.rig import Rig

from wakepoint import (
    PENDING,
    Command,
    Context,
    Future,
    JoinError,
    Poll,
    Ready,
    into_future,
    select,
    sleep,
    spawn,
    timeout,
    try_join,
)

if sys.platform == "win32":
    pytest.skip("Windows starts no processes here", allow_module_level=True)


async def cancelled(future: Awaitable[Any]) -> None:
    handle = spawn(future)
    await sleep(0.01)
    handle.abort()
    with pytest.raises(JoinError):
        await handle


async def timed_out(future: Awaitable[Any]) -> None:
    with pytest.raises(TimeoutError):
        await timeout(0.01, future)


async def lost_a_select(future: Awaitable[Any]) -> None:
    assert await select(future, sleep(0.01)) == (1, None)


async def sibling_failed(future: Awaitable[Any]) -> None:
    async def fails() -> None:
        await sleep(0.01)
        raise ValueError("sibling")

    with pytest.raises(ValueError, match="sibling"):
        await try_join(future, fails())


async def dropped(future: Awaitable[Any]) -> None:
    class Drops(Future[None]):
        def __init__(self) -> None:
            self.inner = into_future(future)

        def poll(self, cx: Context) -> Poll[None]:
            assert self.inner.poll(cx) is PENDING
            self.inner.drop()
            return Ready(None)

    await Drops()


async def cancelled_twice(future: Awaitable[Any]) -> None:
    with pytest.raises(TimeoutError):
        await timeout(0.01, timeout(0.01, future))


WAYS = [cancelled, timed_out, lost_a_select, sibling_failed, dropped, cancelled_twice]
COMMANDS: dict[str, Callable[[], Awaitable[Any]]] = {
    "output": lambda: Command("sleep", "60").output(),
    "input": lambda: Command("sh", "-c", "read line; sleep 60").output(bytes(1 << 22)),
    "ignores SIGTERM": lambda: Command("sh", "-c", "trap '' TERM; sleep 60").output(),
    "status": lambda: Command("sleep", "60").status(),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left(
    real_rig: Rig,
    way: Callable[[Awaitable[Any]], Awaitable[None]],
    command: Callable[[], Awaitable[Any]],
) -> None:
    async def main() -> None:
        await Command("true").output()  # what is opened once for all is open now
        before = descriptors()
        await way(command())
        assert_no_child()
        if not real_rig.double:  # which has descriptors of its own
            assert descriptors() <= before

    real_rig.run(main())


def assert_no_child() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))
