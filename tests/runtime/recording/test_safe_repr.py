"""Values are described whatever their ``__repr__`` does."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from wakepoint.recording import Recording, record, safe_repr

interruptible = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timers")


class Looping:
    def __repr__(self) -> str:
        while True:
            pass


class Sleeping:
    def __repr__(self) -> str:
        time.sleep(60)
        return "Sleeping"


class Preempted:
    """Takes its time without computing, as on a machine that is busy with something else."""

    def __repr__(self) -> str:
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            time.sleep(0.02)
        return "Preempted"


@interruptible
@pytest.mark.parametrize("value", [Looping(), Sleeping()])
def test_one_that_does_not_end_is_interrupted(value: object) -> None:
    start = time.monotonic()
    assert safe_repr(value) == f"<{type(value).__name__}: its __repr__ does not end>"
    assert time.monotonic() - start < 30


def test_one_that_has_to_wait_for_the_machine_is_not() -> None:
    assert safe_repr(Preempted()) == "Preempted"


def test_a_socket_is_told_without_what_the_system_chose() -> None:
    with socket.socket() as sock:
        assert safe_repr(sock) == f"socket(fd={sock.fileno()})"
    assert safe_repr(sock) == "socket(closed)"


def test_a_value_shows_no_descriptor_that_the_recording_does_not_know() -> None:
    recording = record(
        """
import socket, wakepoint

async def main():
    theirs = socket.create_server(("127.0.0.1", 0))
    with theirs, wakepoint.TcpListener.bind() as ours:
        await wakepoint.yield_now()

wakepoint.run(main())
"""
    )
    assert values(recording) == {"theirs": "socket(fd=…)", "ours": "TcpListener(fd=3)"}


def values(recording: Recording) -> dict[str, str]:
    """The variables of the state in which the one coroutine is suspended."""
    (entered,) = (each for each in recording.events if each.kind == "state.entered")
    return {each["name"]: each["value"] for each in entered["variables"]}
