"""Children: started, fed, read and waited for, on every backend that talks to a real kernel."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from pathlib import Path

import pytest
from tools.peers import BIG, settle
from tools.rig import Rig

from wakepoint import JoinError, join, run, select, sleep, spawn, timeout, yield_now
from wakepoint.process import DEVNULL, PIPE, Child, Command, Output
from wakepoint.signals import signal as listen

if sys.platform == "win32":
    pytest.skip("children are POSIX's so far", allow_module_level=True)


@pytest.fixture
def rig(real_rig: Rig) -> Rig:
    return real_rig


def reap(pid: int) -> None:
    """Waits for a child behind the runtime's back; -1 is any child that there is."""
    os.waitpid(pid, 0)


def test_what_a_child_writes_and_how_it_ends(rig: Rig) -> None:
    shell = Command("sh", "-c", "echo out; echo err >&2; exit 3")
    assert rig.run(shell.output()) == Output(3, b"out\n", b"err\n")


def test_more_than_the_pipes_hold_goes_through_a_child(rig: Rig) -> None:
    data = BIG[: 1 << 20]
    assert rig.run(Command("cat").output(data)) == Output(0, data, b"")


def test_a_child_that_reads_nothing_breaks_nothing(rig: Rig) -> None:
    assert rig.run(Command("true").output(BIG)) == Output(0, b"", b"")


def test_waiting_for_the_end(rig: Rig) -> None:
    async def main() -> int:
        child = Command("cat", stdin=PIPE).spawn()
        waiting = spawn(child.wait())
        await settle()
        assert not waiting.is_finished()
        assert child.stdin is not None
        child.stdin.close()  # cat reads to the end
        return await waiting

    assert rig.run(main()) == 0


def test_a_child_that_ended_before_somebody_waits(rig: Rig) -> None:
    async def main() -> int:
        child = Command("sh", "-c", "exit 7", stdout=PIPE).spawn()
        assert child.stdout is not None
        with child.stdout:
            assert await child.stdout.read() == b""  # its end of the pipe is gone, so it is too
        return await child.wait()

    assert rig.run(main()) == 7


def test_the_signal_that_ended_it_is_its_status(rig: Rig) -> None:
    async def main() -> tuple[int, int]:
        killed, asked = Command("sleep", "60").spawn(), Command("sleep", "60").spawn()
        waiting = spawn(join(killed.wait(), asked.wait()))
        await settle()
        killed.kill()
        asked.send_signal(signal.SIGTERM)
        one, other = await waiting
        return one, other

    assert rig.run(main()) == (-signal.SIGKILL, -signal.SIGTERM)


def test_many_children_at_once(rig: Rig) -> None:
    async def main() -> list[int]:
        commands = [Command("sh", "-c", f"exit {number}") for number in range(20)]
        return list(await join(*(each.status() for each in commands)))

    assert rig.run(main()) == list(range(20))


def test_a_wait_that_was_given_up_can_be_taken_up_again(rig: Rig) -> None:
    async def main() -> tuple[int, int, int | None]:
        child = Command("cat", stdin=PIPE).spawn()
        for _ in range(5):
            index, _ = await select(child.wait(), yield_now())
            assert index == 1
        with pytest.raises(TimeoutError):
            await timeout(0.001, child.wait())
        child.close()
        return await child.wait(), await child.wait(), child.status

    assert rig.run(main()) == (0, 0, 0)


def test_waiting_lets_others_go_on(rig: Rig) -> None:
    async def main() -> int:
        child = Command("sleep", "60").spawn()
        index, _ = await select(child.wait(), sleep(0.01))
        child.kill()
        await child.wait()
        return index

    assert rig.run(main()) == 1


def test_a_cancelled_output_leaves_no_child_behind(rig: Rig) -> None:
    async def main() -> None:
        running = spawn(Command("sleep", "60").output())
        await settle()
        running.abort()
        with pytest.raises(JoinError):
            await running
        with pytest.raises(ChildProcessError):
            reap(-1)

    rig.run(main())


def test_a_conversation(rig: Rig) -> None:
    async def main() -> list[bytes]:
        child = Command("cat", stdin=PIPE, stdout=PIPE).spawn()
        assert child.stdin is not None
        assert child.stdout is not None
        data = []
        for word in (b"one", b"two"):
            await child.stdin.write_all(word)
            data.append(await child.stdout.read_exact(3))
        child.close()
        await child.wait()
        return data

    assert rig.run(main()) == [b"one", b"two"]


def test_nothing_in_and_nothing_out(rig: Rig) -> None:
    code = "import os, sys; sys.exit(len(os.read(0, 10)) + os.write(1, b'x'))"
    quiet = Command(sys.executable, "-S", "-E", "-c", code, stdin=DEVNULL, stdout=DEVNULL)
    assert rig.run(quiet.status()) == 1


def test_its_environment(rig: Rig) -> None:
    command = Command("/bin/sh", "-c", 'printf %s "$WORD"', env={"WORD": "given"})
    assert rig.run(command.output()).stdout == b"given"


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into Linux's /proc")
def test_a_child_blocks_and_ignores_no_signal(rig: Rig) -> None:
    async def main() -> Output:
        with listen(signal.SIGTERM):
            return await Command("grep", "-E", "SigBlk|SigIgn", "/proc/self/status").output()

    words = rig.run(main()).stdout.decode().split()
    blocked, ignored = (int(mask, 16) for mask in words[1::2])
    assert blocked == 0
    assert ignored & 0x7FFFFFFF == 0  # signals above 31 are the C library's business


def test_no_such_program(rig: Rig) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            Command("there-is-no-such-program", stdin=PIPE, stdout=PIPE).spawn()

    before = descriptors()
    rig.run(main())
    assert descriptors() <= before


def test_every_descriptor_is_given_back(rig: Rig) -> None:
    async def main() -> None:
        for _ in range(3):
            await Command("cat").output(b"data")
            await Command("true").status()

    rig.run(main())  # what is opened once for all is open now
    before = descriptors()
    rig.run(main())
    assert descriptors() <= before


def descriptors() -> int:
    """How many are open, besides those of what nobody refers to any more."""
    gc.collect()
    return len(list(Path("/dev/fd").iterdir()))


def test_somebody_else_waited_for_it(rig: Rig) -> None:
    async def main() -> None:
        child = Command("true").spawn()
        reap(child.pid)
        with pytest.raises(ChildProcessError):
            await child.wait()
        child.status = 0

    rig.run(main())


def test_a_child_that_nobody_waits_for_is_told() -> None:
    async def main() -> int:
        child: Child | None = Command("true").spawn()
        assert child is not None
        pid = child.pid
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            child = None
            gc.collect()
        assert f"child {pid} was never waited for" in str(caught[0].message)
        return pid

    reap(run(main()))


def test_the_simulated_kernel_starts_none() -> None:
    async def main() -> None:
        with pytest.raises(NotImplementedError, match="simulated"):
            Command("true").spawn()

    run(main(), backend="simulated")
