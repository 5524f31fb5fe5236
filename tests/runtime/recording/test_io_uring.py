"""How io_uring's calls are told, and that they are told alike in every run."""

from __future__ import annotations

import re
import sys

import pytest
from tools.programs import ECHO

from wakepoint.recording import Recording, dumps, record
from wakepoint.recording.figures import figures

if sys.platform != "linux":
    pytest.skip("only Linux has io_uring", allow_module_level=True)

pytestmark = pytest.mark.io_uring

CROWD = """
import wakepoint

async def echo(stream):
    with stream:
        while data := await stream.read(100):
            await stream.write_all(data)

async def serve(listener):
    for _ in range(4):
        stream, _ = await listener.accept()
        wakepoint.spawn(echo(stream))

async def client(port, size):
    with await wakepoint.TcpStream.connect("127.0.0.1", port) as stream:
        await stream.write_all(b"x" * size)
        await stream.read_exact(size)

async def main():
    with wakepoint.TcpListener.bind() as listener:
        serving = wakepoint.spawn(serve(listener))
        await wakepoint.join(*(client(listener.local_addr[1], size) for size in (1, 2, 3, 4)))
        await serving

wakepoint.run(main())
"""

DATAGRAMS = """
import wakepoint

async def main():
    with wakepoint.UdpSocket.bind() as one, wakepoint.UdpSocket.bind() as other:
        receiving = wakepoint.spawn(other.recv_from())
        await one.send_to(b"hello", other.local_addr)
        data, sender = await receiving
        await other.send_to(data * 2, sender)
        assert await one.recv_from() == (b"hellohello", other.local_addr)

wakepoint.run(main())
"""

PIPES = """
import wakepoint

async def main():
    reader, writer = wakepoint.pipe()
    with reader, writer:
        try:
            await wakepoint.timeout(0.003, reader.read())
        except TimeoutError:
            await writer.write_all(b"late")
        assert await reader.read() == b"late"
        reading = wakepoint.spawn(reader.read())
        await wakepoint.sleep(0.003)
        writer.close()
        assert await reading == b""

wakepoint.run(main())
"""

SIGNALS = """
import os, signal, wakepoint
from wakepoint.signals import signal as listen

async def main():
    with listen(signal.SIGTERM) as terminated:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await terminated.recv() == 1

wakepoint.run(main())
"""

PROGRAMS = {
    "echo": ECHO,
    "crowd": CROWD,
    "datagrams": DATAGRAMS,
    "pipes": PIPES,
    "signals": SIGNALS,
}


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs here runs on io_uring."""
    monkeypatch.setenv("WAKEPOINT_BACKEND", "io_uring")


def calls(recording: Recording, name: str) -> list[str]:
    """Each call of that name, as a line."""
    return [
        f"{', '.join(event['args'])} = {event['result']}"
        for event in recording.events
        if event.kind == "kernel.called" and event["name"] == name
    ]


@pytest.mark.parametrize("name", PROGRAMS)
def test_ten_runs_give_one_recording(name: str) -> None:
    recordings = [record(PROGRAMS[name]) for _ in range(10)]
    assert recordings[0].outcome.kind == "finished", recordings[0].outcome
    assert recordings[0].environment.backend == "io_uring"
    assert len({dumps(each) for each in recordings}) == 1


def test_what_is_submitted_and_what_comes_back() -> None:
    entered = calls(record(ECHO), "io_uring_enter")
    assert entered[0] == (
        "fd 5, [IORING_OP_CONNECT fd 4 127.0.0.1:50001 user_data 1, "
        "IORING_OP_ACCEPT fd 3 IORING_ACCEPT_MULTISHOT user_data 2], min_complete 1, no timeout"
        " = 1 completion: user_data 1 res 0"
    )
    texts = "\n".join(entered)
    assert "user_data 2 res fd 6 IORING_CQE_F_MORE" in texts
    assert "IORING_OP_SEND fd 4 4 bytes user_data 3" in texts
    assert "IORING_OP_RECV fd 6 IORING_RECV_MULTISHOT user_data 4" in texts
    assert "user_data 4 res 4 IORING_CQE_F_MORE" in texts
    assert "IORING_OP_ASYNC_CANCEL addr 5" in texts
    assert "user_data 5 res -ECANCELED" in texts


@pytest.mark.parametrize("name", ["echo", "datagrams", "pipes"])
def test_every_call_that_was_submitted_comes_back_once(name: str) -> None:
    entered = "\n".join(calls(record(PROGRAMS[name]), "io_uring_enter"))
    cancels = set(re.findall(r"IORING_OP_ASYNC_CANCEL addr \d+ user_data (\d+)", entered))
    submitted = re.findall(r"IORING_OP_\w+ [^,\]]*user_data (\d+)", entered)
    done = re.findall(r"user_data (\d+) res (?:fd )?[^ ,]+(?=,|$)", entered, re.MULTILINE)
    assert sorted(done) == sorted(set(submitted) - cancels)


def test_who_moved_how_many_bytes() -> None:
    counted = figures(record(ECHO))
    assert counted.received == counted.received_pending == 8
    assert counted.sent == counted.sent_pending == 8


def test_the_other_calls_in_the_words_of_their_manual_pages() -> None:
    assert calls(record(ECHO), "io_uring_register") == [
        "fd 5, IORING_REGISTER_PBUF_RING, 64 buffers of 16384 bytes = 0"
    ]
    assert calls(record(ECHO), "io_uring_setup") == ["256 entries = fd 5"]
    assert calls(record(SIGNALS), "fcntl") == ["fd 4, F_SETFL, 0 = 0"]
    datagrams = "\n".join(calls(record(DATAGRAMS), "io_uring_enter"))
    assert "IORING_OP_RECVMSG fd 4 65536" in datagrams
    assert "IORING_OP_SENDMSG fd 3 5 bytes to 127.0.0.1:50001" in datagrams
    assert calls(record(PIPES), "io_uring_enter")[0].endswith(
        "[IORING_OP_READ fd 3 65536 user_data 1], min_complete 1, until timer 1 = 0 completions"
    )


def test_a_thread_sends_the_ring_a_message() -> None:
    recording = record(
        """
import threading, wakepoint

class Flag(wakepoint.Future):
    waker = None
    def poll(self, cx):
        if self.waker is None:
            self.waker = cx.waker.clone()
            threading.Timer(0.05, self.waker.wake).start()
            return wakepoint.PENDING
        return wakepoint.Ready(1)

assert wakepoint.run(Flag()) == 1
"""
    )
    assert recording.outcome.kind == "finished"
    (message,) = calls(recording, "io_uring_register")
    assert message == "fd -1, IORING_REGISTER_SEND_MSG_RING, IORING_OP_MSG_RING fd 3 = 0"
    assert calls(recording, "io_uring_enter")[-1].endswith("a message from a thread")


def test_a_child_is_waited_for_by_its_descriptor() -> None:
    recording = record(
        """
import wakepoint
from wakepoint.process import Command

async def main():
    child = Command("cat", stdin=-1).spawn()
    waiting = wakepoint.spawn(child.wait())
    await wakepoint.yield_now()
    child.stdin.close()
    assert await waiting == 0

wakepoint.run(main())
"""
    )
    assert recording.outcome.kind == "finished", recording.outcome
    texts = "\n".join(calls(recording, "io_uring_enter"))
    assert re.search(r"IORING_OP_POLL_ADD fd \d POLLIN user_data 1", texts)
    assert "user_data 1 res 1" in texts
