"""Whatever of the runtime can be awaited has a name in a recording, and a reason to go on."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from test_api import RUNTIME, exported
from tools.awaitables import PROGRAMS, program

from wakepoint import Future, Task
from wakepoint.recording import Recording, record

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has epoll, of which these are"
)

TIMER = "timer N fired"
BLOCKING = "a blocking call has ended"
SHUT_DOWN = (
    "PipeWriter",
    "TcpStream",
    "UnixDatagram",
    "UnixStream",
    "fs.File",
    "io.Joined",
    "io.Stdout",
    "io.WriteHalf",
    "net.OwnedWriteHalf",
    "net.tls.TlsStream",
)
"""What is shut down at once."""

AWAITED = {
    "JoinHandle": ("JoinHandle", "task 2 ended"),
    "RemoteHandle": ("RemoteHandle", "task 2 ended"),
    "JoinSet.join_next": ("JoinNext", "task 2 ended"),
    "JoinSet.join_all": ("JoinAll", "task 2 ended"),
    "JoinSet.shutdown": ("coroutine JoinSet.shutdown", "task 2 ended"),
    "JoinSet.__anext__": ("the next of async for", "task 2 ended"),
    "TaskGroup.__aenter__": ("TaskGroup", "task 2 ended"),
    "yield_now": ("YieldNow", "yield_now in task 1"),
    "spawn_blocking": ("SpawnBlocking", BLOCKING),
    "LocalKey.scope": ("Scoped", TIMER),
    "into_future": ("Sleep", TIMER),
    "poll_fn": ("PollFn", TIMER),
    "ready": ("Ready", ""),
    "pending": ("Select", "task 2 ended"),
    "join": ("Join", TIMER),
    "try_join": ("TryJoin", TIMER),
    "select": ("Select", TIMER),
    "race": ("Race", TIMER),
    "shield": ("Shield", TIMER),
    "timeout": ("Timeout", TIMER),
    "timeout_at": ("Timeout", TIMER),
    "sleep": ("Sleep", TIMER),
    "sleep_until": ("SleepUntil", TIMER),
    "Interval.tick": ("Tick", TIMER),
    "Interval.__anext__": ("the next of async for", TIMER),
    "time.advance": ("coroutine advance", TIMER),
    "sync.Mutex.lock": ("Lock", "the end of async with Mutex in task 2"),
    "sync.Mutex.__aenter__": ("Lock", "the end of async with Mutex in task 2"),
    "sync.RwLock.read": ("Read", "the end of async with RwLock.write in task 2"),
    "sync.RwLock.write": ("Write", "the end of async with RwLock.read in task 2"),
    "sync.Semaphore.acquire": ("Acquire", "Semaphore.add_permits in task 2"),
    "sync.Semaphore.acquire_many": ("Acquire", "Semaphore.add_permits in task 2"),
    "sync.Semaphore.__aenter__": ("Acquire", "Semaphore.add_permits in task 2"),
    "sync.Notify.notified": ("Notified", "Notify.notify_one in task 2"),
    "sync.Barrier.wait": ("Wait", "Barrier.wait in task 2"),
    "sync.OnceCell.get_or_init": (
        "coroutine OnceCell.get_or_init",
        "OnceCell.get_or_init in task 2",
    ),
    "sync.oneshot.Receiver": ("Recv", "oneshot.Sender.send in task 2"),
    "sync.oneshot.Sender.closed": ("Closed", "oneshot.Receiver.close in task 2"),
    "sync.mpsc.Sender.send": ("Send", "mpsc.Receiver.try_recv in task 2"),
    "sync.mpsc.Sender.reserve": ("Reserve", "mpsc.Receiver.try_recv in task 2"),
    "sync.mpsc.Sender.closed": ("Closed", "mpsc.Receiver.close in task 2"),
    "sync.mpsc.UnboundedSender.closed": ("Closed", "mpsc.Receiver.close in task 2"),
    "sync.mpsc.Receiver.recv": ("Recv", "mpsc.Sender.try_send in task 2"),
    "sync.mpsc.Receiver.__anext__": ("Recv", "mpsc.UnboundedSender.send in task 2"),
    "sync.broadcast.Receiver.recv": ("Recv", "broadcast.Sender.send in task 2"),
    "sync.broadcast.Receiver.__anext__": ("Recv", "broadcast.Sender.send in task 2"),
    "sync.broadcast.Sender.closed": ("Closed", "broadcast.Receiver.close in task 2"),
    "sync.watch.Receiver.changed": ("Changed", "watch.Sender.send in task 2"),
    "sync.watch.Receiver.wait_for": ("WaitFor", "watch.Sender.send in task 2"),
    "sync.watch.Sender.closed": ("Closed", "watch.Receiver.close in task 2"),
    "TcpListener.accept": ("Accept", "fd N readable"),
    "TcpStream.connect": ("Connect", "fd N writable"),
    "TcpStream.peek": ("Peek", "fd N readable"),
    "TcpStream.write_vectored": ("SendVectored", "fd N writable"),
    "TcpStream.read": ("Recv", "fd N readable"),
    "TcpStream.read_exact": ("ReadExact", "fd N readable"),
    "TcpStream.write": ("Send", "fd N writable"),
    "TcpStream.write_all": ("WriteAll", "fd N writable"),
    "UnixListener.accept": ("Accept", "fd N readable"),
    "UnixStream.connect": ("ConnectUnix", ""),
    "UnixStream.write_vectored": ("SendVectored", "fd N writable"),
    "UnixStream.read": ("Recv", "fd N readable"),
    "UnixStream.read_exact": ("ReadExact", "fd N readable"),
    "UnixStream.write": ("Send", "fd N writable"),
    "UnixStream.write_all": ("WriteAll", "fd N writable"),
    "UdpSocket.recv": ("RecvDatagram", "fd N readable"),
    "UdpSocket.recv_from": ("RecvFrom", "fd N readable"),
    "UdpSocket.send": ("Send", ""),
    "UdpSocket.send_to": ("SendTo", ""),
    "UnixDatagram.recv": ("RecvDatagram", "fd N readable"),
    "UnixDatagram.recv_from": ("RecvFrom", "fd N readable"),
    "UnixDatagram.send": ("Send", "fd N writable"),
    "UnixDatagram.send_to": ("SendTo", TIMER),
    "net.lookup_host": ("LookupHost", BLOCKING),
    "net.OwnedReadHalf.read": ("Recv", "fd N readable"),
    "net.OwnedReadHalf.read_exact": ("ReadExact", "fd N readable"),
    "net.OwnedWriteHalf.write": ("Send", "fd N writable"),
    "net.OwnedWriteHalf.write_all": ("WriteAll", "fd N writable"),
    **{f"{of}.shutdown": ("Shutdown", "") for of in SHUT_DOWN},
    "net.tls.connect": ("Handshake", "fd N readable"),
    "net.tls.accept": ("Handshake", "fd N readable"),
    "net.tls.TlsStream.read": ("Read", "fd N readable"),
    "net.tls.TlsStream.read_exact": ("ReadExact", "fd N readable"),
    "net.tls.TlsStream.write": ("Write", "fd N writable"),
    "net.tls.TlsStream.write_all": ("WriteAll", "fd N writable"),
    "io.ReadHalf.read": ("Recv", "fd N readable"),
    "io.ReadHalf.read_exact": ("ReadExact", "fd N readable"),
    "io.WriteHalf.write": ("Send", "fd N writable"),
    "io.WriteHalf.write_all": ("WriteAll", "fd N writable"),
    "io.Joined.read": ("Recv", "fd N readable"),
    "io.Joined.read_exact": ("ReadExact", "fd N readable"),
    "io.Joined.write": ("Send", "fd N writable"),
    "io.Joined.write_all": ("WriteAll", "fd N writable"),
    "io.BufReader.fill_buf": ("FillBuf", "fd N readable"),
    "io.BufReader.read": ("Read", "fd N readable"),
    "io.BufReader.read_exact": ("ReadExact", "fd N readable"),
    "io.BufReader.read_line": ("ReadLine", "fd N readable"),
    "io.BufReader.read_until": ("ReadUntil", "fd N readable"),
    "io.BufReader.read_to_end": ("ReadToEnd", "fd N readable"),
    "io.BufReader.read_to_string": ("ReadToString", "fd N readable"),
    "io.Lines.next_line": ("NextLine", "fd N readable"),
    "io.Lines.__anext__": ("NextItem", "fd N readable"),
    "io.copy": ("Copy", "fd N readable"),
    "io.copy_bidirectional": ("CopyBidirectional", "fd N readable"),
    "PipeReader.read": ("Read", "fd N readable"),
    "PipeReader.read_exact": ("ReadExact", "fd N readable"),
    "PipeWriter.write": ("Write", "fd N writable"),
    "PipeWriter.write_all": ("WriteAll", "fd N writable"),
    "PipeWriter.write_vectored": ("WriteVectored", "fd N writable"),
    "io.Stdin.read": ("Read", ""),
    "io.Stdin.read_exact": ("ReadExact", ""),
    "io.Stdout.write": ("write", BLOCKING),
    "io.Stdout.write_all": ("write_all", BLOCKING),
    "fs.File.open": ("Open", BLOCKING),
    "fs.File.create": ("Open", BLOCKING),
    "fs.File.read": ("read", BLOCKING),
    "fs.File.read_exact": ("ReadExact", BLOCKING),
    "fs.File.read_to_end": ("read_to_end", BLOCKING),
    "fs.File.read_to_string": ("read_to_string", BLOCKING),
    "fs.File.write": ("write", BLOCKING),
    "fs.File.write_all": ("write_all", BLOCKING),
    "fs.File.seek": ("seek", BLOCKING),
    "fs.File.set_len": ("set_len", BLOCKING),
    "fs.File.sync_all": ("sync_all", BLOCKING),
    "fs.File.metadata": ("metadata", BLOCKING),
    "fs.read": ("read", BLOCKING),
    "fs.read_to_string": ("read_to_string", BLOCKING),
    "fs.write": ("write", BLOCKING),
    "Watch.changed": ("Changed", "fd N readable"),
    "Child.wait": ("Wait", "fd N readable"),
    "Command.status": ("coroutine Command.status", "fd N readable"),
    "Command.output": ("coroutine Command.output", "fd N readable"),
    "Signal.recv": ("Recv", "fd N readable"),
    "ctrl_c": ("coroutine ctrl_c", "fd N readable"),
}
"""What is awaited is called, and why it goes on; nothing, if it need not wait there."""

ANY_STREAM = frozenset({"io.Stdin.read", "io.Stdin.read_exact"})
"""What standard input is, is decided by who runs the tests."""


def of(recording: Recording, line: int) -> tuple[str, set[str], bool]:
    """What is awaited in a line first, why it went on, and whether it was suspended there."""
    machines, awaited, reasons = {}, [], []
    inside, suspended = None, False
    for event in recording.events:
        if event.kind == "machine.started":
            machines[event["instance"]] = recording.machines[event["machine"]]
        elif event.kind == "state.entered":
            state = machines[event["instance"]].states[event["state"]]
            is_here = state.span is not None and state.span.line == line
            if is_here:
                awaited.append(event["awaiting"])
                inside = event["instance"]
            elif event["instance"] == inside:
                inside = None
        elif event.kind == "state.suspended" and event["instance"] == inside:
            suspended = True
        elif event.kind == "waker.woken" and event["task"] == 1 and inside is not None:
            reasons.append(re.sub(r"\b(timer|fd) \d+", r"\1 N", str(event["because"])))
    return awaited[0], {*reasons}, suspended


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_has_a_name_and_a_reason_to_go_on(name: str) -> None:
    source = program(name)
    line = next(n for n, text in enumerate(source.splitlines(), 1) if text.endswith("#!"))
    # Where time alone is awaited, a busy machine must not be the one that lets it pass.
    timed = AWAITED.get(name, ("", ""))[1] == TIMER and not name.startswith("Unix")
    recording = record(source, backend="simulated" if timed else "epoll")
    assert recording.outcome.kind == "finished", recording.outcome
    awaited, reasons, suspended = of(recording, line)
    if name in ANY_STREAM:
        assert awaited.lower() in {"read", "readexact"}
        return
    leaf, why = AWAITED[name]
    assert awaited == leaf
    expected = set(filter(None, why.split("; ")))
    assert suspended == bool(expected)
    assert reasons == expected


def test_none_is_missing() -> None:
    assert {*AWAITED} | ANY_STREAM == {*PROGRAMS}
    assert set(_awaitable()) == {*PROGRAMS}


def _awaitable() -> Iterator[str]:
    """The public names of all that can be awaited."""
    faces = [face for face in RUNTIME if face not in {"wakepoint.machine", "wakepoint.recording"}]
    known = set()
    for full_name, thing in exported(*faces, "wakepoint.time").items():
        if id(thing) in known:
            continue
        known.add(id(thing))
        name = full_name.removeprefix("wakepoint.")
        if inspect.isclass(thing):
            if not getattr(thing, "_is_protocol", False) and thing not in (Future, Task):
                yield from _of_class(name, thing)
        elif callable(thing) and _gives_a_future(thing) and thing.__name__ != "spawn":
            yield name


def _of_class(name: str, kind: type) -> Iterator[str]:
    if issubclass(kind, Future):
        yield name
        return
    for method in ("__aenter__", "__anext__"):
        if hasattr(kind, method):
            yield f"{name}.{method}"
    for method, function in inspect.getmembers(kind, inspect.isroutine):
        if not method.startswith("_") and method != "spawn" and _gives_a_future(function):
            yield f"{name}.{method}"


def _gives_a_future(function: Any) -> bool:
    if inspect.iscoroutinefunction(function):
        return True
    try:
        given = typing.get_type_hints(function).get("return")
    except TypeError:  # it is written in C
        return False
    given = typing.get_origin(given) or given
    return inspect.isclass(given) and issubclass(given, Future)
