"""Each thing of the runtime that can be awaited, by its public name, in a program that awaits it.

The line with the await ends with ``#!``.
"""

from __future__ import annotations

from textwrap import dedent, indent

from tools.certified import FOLDER

HEAD = f"""
from contextlib import suppress
import wakepoint, os, signal as signals, socket, ssl, sys, tempfile, threading
from wakepoint import *
from wakepoint import fs, io, net, time
from wakepoint.net import lookup_host, tls
from wakepoint.process import PIPE
from wakepoint.sync import *

watch_file = wakepoint.watch

async def later(do, *args):
    await yield_now()
    await yield_now()
    return do(*args)

async def afterwards(future):
    await sleep(0.001)
    return await future

async def stubborn():
    try:
        await pending()
    finally:
        await sleep(0.001)

async def holds(lock):
    async with lock as guard:
        await sleep(0.001)

async def drains(stream):
    while await stream.read():
        pass

async def takes(socket):
    await sleep(0.001)
    while await socket.recv(10):
        pass

async def over_tcp():
    with TcpListener.bind("127.0.0.1") as listener:
        one, (other, _) = await join(TcpStream.connect(*listener.local_addr), listener.accept())
    return one, other

async def udp_pair():
    one, other = UdpSocket.bind("127.0.0.1"), UdpSocket.bind("127.0.0.1")
    one.connect(*other.local_addr)
    other.connect(*one.local_addr)
    return one, other

def client_context():
    return ssl.create_default_context(cafile={str(FOLDER / "authority.pem")!r})

def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain({str(FOLDER / "server.pem")!r}, {str(FOLDER / "server.key")!r})
    return context

async def encrypted():
    one, other = UnixStream.pair()
    return await join(
        tls.connect(one, client_context(), "localhost"), tls.accept(other, server_context())
    )

"""

_TASKS = {
    "JoinHandle": """
        await spawn(sleep(0.001)) #!
    """,
    "RemoteHandle": """
        await Handle.current().spawn(sleep(0.001)) #!
    """,
    "JoinSet.join_next": """
        tasks = JoinSet()
        tasks.spawn(sleep(0.001))
        await tasks.join_next() #!
    """,
    "JoinSet.join_all": """
        tasks = JoinSet()
        tasks.spawn(sleep(0.001))
        await tasks.join_all() #!
    """,
    "JoinSet.shutdown": """
        tasks = JoinSet()
        tasks.spawn(stubborn())
        await yield_now()
        await tasks.shutdown() #!
    """,
    "JoinSet.__anext__": """
        tasks = JoinSet()
        tasks.spawn(sleep(0.001))
        async for task in tasks: #!
            pass
    """,
    "TaskGroup.__aenter__": """
        async with TaskGroup() as group: #!
            group.spawn(sleep(0.001))
    """,
    "yield_now": """
        await yield_now() #!
    """,
    "spawn_blocking": """
        gate = threading.Event()
        spawn(later(gate.set))
        await spawn_blocking(gate.wait) #!
    """,
    "LocalKey.scope": """
        who = task_local("who")
        await who.scope("me", sleep(0.001)) #!
    """,
    "into_future": """
        await into_future(sleep(0.001)) #!
    """,
    "poll_fn": """
        nap = sleep(0.001)
        await poll_fn(nap.poll) #!
    """,
    "ready": """
        await ready(1) #!
    """,
    "pending": """
        task = spawn(later(print))
        await select(pending(), task) #!
    """,
    "join": """
        await join(sleep(0.001), sleep(0.001)) #!
    """,
    "try_join": """
        await try_join(sleep(0.001), sleep(0.001)) #!
    """,
    "select": """
        await select(sleep(0.001), pending()) #!
    """,
    "race": """
        await race(sleep(0.001), pending()) #!
    """,
    "shield": """
        await shield(sleep(0.001)) #!
    """,
    "timeout": """
        await timeout(1, sleep(0.001)) #!
    """,
    "timeout_at": """
        await timeout_at(now() + 1, sleep(0.001)) #!
    """,
}

_TIME = {
    "sleep": """
        await sleep(0.001) #!
    """,
    "sleep_until": """
        await sleep_until(now() + 0.001) #!
    """,
    "Interval.tick": """
        ticks = interval(0.001)
        await ticks.tick()
        await ticks.tick() #!
    """,
    "Interval.__anext__": """
        async for _ in interval_at(now() + 0.001, 1): #!
            break
    """,
    "time.advance": """
        time.pause()
        await time.advance(1) #!
    """,
}

_SYNC = {
    "sync.Mutex.lock": """
        mutex = Mutex(0)
        task = spawn(holds(mutex))
        await yield_now()
        await mutex.lock() #!
    """,
    "sync.Mutex.__aenter__": """
        mutex = Mutex(0)
        task = spawn(holds(mutex))
        await yield_now()
        async with mutex: #!
            pass
    """,
    "sync.RwLock.read": """
        lock = RwLock(0)
        task = spawn(holds(lock.write()))
        await yield_now()
        await lock.read() #!
    """,
    "sync.RwLock.write": """
        lock = RwLock(0)
        task = spawn(holds(lock.read()))
        await yield_now()
        await lock.write() #!
    """,
    "sync.Semaphore.acquire": """
        semaphore = Semaphore(0)
        spawn(later(semaphore.add_permits, 1))
        await semaphore.acquire() #!
    """,
    "sync.Semaphore.acquire_many": """
        semaphore = Semaphore(0)
        spawn(later(semaphore.add_permits, 2))
        await semaphore.acquire_many(2) #!
    """,
    "sync.Semaphore.__aenter__": """
        semaphore = Semaphore(0)
        spawn(later(semaphore.add_permits, 1))
        async with semaphore: #!
            pass
    """,
    "sync.Notify.notified": """
        notify = Notify()
        spawn(later(notify.notify_one))
        await notify.notified() #!
    """,
    "sync.Barrier.wait": """
        barrier = Barrier(2)
        spawn(afterwards(barrier.wait()))
        await barrier.wait() #!
    """,
    "sync.OnceCell.get_or_init": """
        cell = OnceCell()
        spawn(cell.get_or_init(lambda: sleep(0.001)))
        await yield_now()
        await cell.get_or_init(lambda: sleep(0.001)) #!
    """,
    "sync.oneshot.Receiver": """
        sender, receiver = oneshot.channel()
        spawn(later(sender.send, 1))
        await receiver #!
    """,
    "sync.oneshot.Sender.closed": """
        sender, receiver = oneshot.channel()
        spawn(later(receiver.close))
        await sender.closed() #!
    """,
    "sync.mpsc.Sender.send": """
        sender, receiver = mpsc.channel(1)
        await sender.send(1)
        spawn(later(receiver.try_recv))
        await sender.send(2) #!
    """,
    "sync.mpsc.Sender.reserve": """
        sender, receiver = mpsc.channel(1)
        await sender.send(1)
        spawn(later(receiver.try_recv))
        await sender.reserve() #!
    """,
    "sync.mpsc.Sender.closed": """
        sender, receiver = mpsc.channel(1)
        spawn(later(receiver.close))
        await sender.closed() #!
    """,
    "sync.mpsc.UnboundedSender.closed": """
        sender, receiver = mpsc.unbounded_channel()
        spawn(later(receiver.close))
        await sender.closed() #!
    """,
    "sync.mpsc.Receiver.recv": """
        sender, receiver = mpsc.channel(1)
        spawn(later(sender.try_send, 1))
        await receiver.recv() #!
    """,
    "sync.mpsc.Receiver.__anext__": """
        sender, receiver = mpsc.unbounded_channel()
        spawn(later(sender.send, 1))
        async for message in receiver: #!
            break
    """,
    "sync.broadcast.Receiver.recv": """
        sender, receiver = broadcast.channel(1)
        spawn(later(sender.send, 1))
        await receiver.recv() #!
    """,
    "sync.broadcast.Receiver.__anext__": """
        sender, receiver = broadcast.channel(1)
        spawn(later(sender.send, 1))
        async for message in receiver: #!
            break
    """,
    "sync.broadcast.Sender.closed": """
        sender, receiver = broadcast.channel(1)
        spawn(later(receiver.close))
        await sender.closed() #!
    """,
    "sync.watch.Receiver.changed": """
        sender, receiver = watch.channel(1)
        spawn(later(sender.send, 2))
        await receiver.changed() #!
    """,
    "sync.watch.Receiver.wait_for": """
        sender, receiver = watch.channel(1)
        spawn(later(sender.send, 2))
        await receiver.wait_for(lambda value: value == 2) #!
    """,
    "sync.watch.Sender.closed": """
        sender, receiver = watch.channel(1)
        spawn(later(receiver.close))
        await sender.closed() #!
    """,
}


_READS = """
    {opened}
    with one, other:
        task = spawn(afterwards(other.write_all(b"1\\n2")))
        {line}
        await task
"""
_WRITES = """
    {opened}
    with one, other:
        task = spawn(drains(other))
        {line}
        task.abort()
"""
_SHUTDOWN = """
    {opened}
    with one, other:
        await {at}.shutdown() #!
"""
_READ = "await {}.read(2) #!"
_READ_EXACT = "await {}.read_exact(2) #!"
_WRITE = "for _ in range(50): await {}.write(bytes(100_000)) #!"
_WRITE_ALL = "await {}.write_all(bytes(4_000_000)) #!"


def _stream(name: str, opened: str, at: str = "one") -> dict[str, str]:
    """What a stream does that is opened so."""
    reads = {"read": _READ.format(at), "read_exact": _READ_EXACT.format(at)}
    writes = {"write": _WRITE.format(at), "write_all": _WRITE_ALL.format(at)}
    return {
        **{f"{name}.{key}": _READS.format(opened=opened, line=reads[key]) for key in reads},
        **{f"{name}.{key}": _WRITES.format(opened=opened, line=writes[key]) for key in writes},
    }


_PAIR = "one, other = UnixStream.pair()"
_TCP = "one, other = await over_tcp()"
_TLS = "one, other = await encrypted()"
_PIPE = "other, one = pipe()"
_HALVES = f"{_PAIR}; reader, writer = one.into_split()"
_SPLIT = f"{_PAIR}; reader, writer = io.split(one)"
_READER = f"{_PAIR}; reader = io.BufReader(one)"


def _buffered(line: str) -> str:
    return _READS.format(opened=_READER, line=line)


_WHOLE = """
    one, other = UnixStream.pair()
    reader = io.BufReader(one)
    with one, other:
        task = spawn(later(other.close))
        await reader.{} #!
"""
_DATAGRAMS = """
    one, other = {opened}
    with one, other:
        task = spawn(afterwards(other.{send}))
        await one.{receive} #!
        await task
"""
_FULL = """
    one, other = UnixDatagram.pair()
    with one, other:
        task = spawn(takes(other))
        for _ in range(1000):
            await one.send(b"full") #!
        task.abort()
"""
_UDP = "await udp_pair()"
_FILE = """
    with tempfile.NamedTemporaryFile() as named:
        named.write(b"one two")
        named.flush()
        with await fs.File.open(named.name, "r+b") as file:
            await file.{} #!
"""
_PATH = """
    with tempfile.NamedTemporaryFile() as named:
        {} #!
"""

_NET = {
    "TcpListener.accept": """
        with TcpListener.bind("127.0.0.1") as listener:
            task = spawn(later(TcpStream.connect, *listener.local_addr))
            connecting = spawn(afterwards(TcpStream.connect(*listener.local_addr)))
            stream, _ = await listener.accept() #!
            stream.close()
            (await connecting).close()
            await task
    """,
    "TcpStream.connect": """
        with TcpListener.bind("127.0.0.1") as listener:
            stream = await TcpStream.connect(*listener.local_addr) #!
            stream.close()
    """,
    "TcpStream.peek": _READS.format(opened=_TCP, line="await one.peek(2) #!"),
    "TcpStream.write_vectored": _WRITES.format(
        opened=_TCP, line="for _ in range(50): await one.write_vectored([bytes(500_000)]) #!"
    ),
    **_stream("TcpStream", _TCP),
    "UnixListener.accept": """
        path = tempfile.mkdtemp() + "/socket"
        with UnixListener.bind(path) as listener:
            connecting = spawn(afterwards(UnixStream.connect(path)))
            stream, _ = await listener.accept() #!
            stream.close()
            (await connecting).close()
    """,
    "UnixStream.connect": """
        path = tempfile.mkdtemp() + "/socket"
        with UnixListener.bind(path) as listener:
            stream = await UnixStream.connect(path) #!
            stream.close()
    """,
    "UnixStream.write_vectored": _WRITES.format(
        opened=_PAIR, line="for _ in range(50): await one.write_vectored([bytes(500_000)]) #!"
    ),
    **_stream("UnixStream", _PAIR),
    "UdpSocket.recv": _DATAGRAMS.format(opened=_UDP, send='send(b"1")', receive="recv(1)"),
    "UdpSocket.recv_from": _DATAGRAMS.format(
        opened=_UDP, send='send(b"1")', receive="recv_from(1)"
    ),
    "UdpSocket.send": _DATAGRAMS.format(opened=_UDP, send='send(b"1")', receive='send(b"1")'),
    "UdpSocket.send_to": """
        with UdpSocket.bind("127.0.0.1") as one:
            await one.send_to(b"1", one.local_addr) #!
    """,
    "UnixDatagram.recv": _DATAGRAMS.format(
        opened="UnixDatagram.pair()", send='send(b"1")', receive="recv(1)"
    ),
    "UnixDatagram.recv_from": _DATAGRAMS.format(
        opened="UnixDatagram.pair()", send='send(b"1")', receive="recv_from(1)"
    ),
    "UnixDatagram.send": _FULL,
    "UnixDatagram.send_to": """
        path = tempfile.mkdtemp() + "/socket"
        with UnixDatagram.bind(path) as other, UnixDatagram.unbound() as one:
            task = spawn(takes(other))
            for _ in range(1000):
                await one.send_to(b"full", path) #!
            task.abort()
    """,
    "net.lookup_host": """
        await lookup_host("localhost", 80) #!
    """,
    "net.OwnedReadHalf.read": _READS.format(opened=_HALVES, line=_READ.format("reader")),
    "net.OwnedReadHalf.read_exact": _READS.format(
        opened=_HALVES, line=_READ_EXACT.format("reader")
    ),
    "net.OwnedWriteHalf.write": _WRITES.format(opened=_HALVES, line=_WRITE.format("writer")),
    "net.OwnedWriteHalf.write_all": _WRITES.format(
        opened=_HALVES, line=_WRITE_ALL.format("writer")
    ),
    "TcpStream.shutdown": _SHUTDOWN.format(opened=_TCP, at="one"),
    "UnixStream.shutdown": _SHUTDOWN.format(opened=_PAIR, at="one"),
    "UnixDatagram.shutdown": _SHUTDOWN.format(opened="one, other = UnixDatagram.pair()", at="one"),
    "net.OwnedWriteHalf.shutdown": _SHUTDOWN.format(opened=_HALVES, at="writer"),
    "net.tls.connect": """
        one, other = UnixStream.pair()
        task = spawn(afterwards(tls.accept(other, server_context())))
        with await tls.connect(one, client_context(), "localhost"): #!
            (await task).close()
    """,
    "net.tls.accept": """
        one, other = UnixStream.pair()
        task = spawn(afterwards(tls.connect(other, client_context(), "localhost")))
        with await tls.accept(one, server_context()): #!
            (await task).close()
    """,
    **_stream("net.tls.TlsStream", _TLS),
    "net.tls.TlsStream.shutdown": _SHUTDOWN.format(opened=_TLS, at="one"),
}

_IO = {
    "io.ReadHalf.read": _READS.format(opened=_SPLIT, line=_READ.format("reader")),
    "io.ReadHalf.read_exact": _READS.format(opened=_SPLIT, line=_READ_EXACT.format("reader")),
    "io.WriteHalf.write": _WRITES.format(opened=_SPLIT, line=_WRITE.format("writer")),
    "io.WriteHalf.write_all": _WRITES.format(opened=_SPLIT, line=_WRITE_ALL.format("writer")),
    **_stream("io.Joined", f"{_PAIR}; both = io.join(one, one)", "both"),
    "io.WriteHalf.shutdown": _SHUTDOWN.format(opened=_SPLIT, at="writer"),
    "io.Joined.shutdown": _SHUTDOWN.format(opened=f"{_PAIR}; both = io.join(one, one)", at="both"),
    "io.Stdout.shutdown": """
        await io.stdout().shutdown() #!
    """,
    "PipeWriter.shutdown": _SHUTDOWN.format(opened=_PIPE, at="one"),
    "io.BufReader.fill_buf": _buffered("await reader.fill_buf() #!"),
    "io.BufReader.read": _buffered("await reader.read() #!"),
    "io.BufReader.read_exact": _buffered(_READ_EXACT.format("reader")),
    "io.BufReader.read_line": _buffered("await reader.read_line() #!"),
    "io.BufReader.read_until": _buffered('await reader.read_until(b"2") #!'),
    "io.BufReader.read_to_end": _WHOLE.format("read_to_end()"),
    "io.BufReader.read_to_string": _WHOLE.format("read_to_string()"),
    "io.Lines.next_line": _buffered("await reader.lines().next_line() #!"),
    "io.Lines.__anext__": _buffered(
        """
        async for line in reader.lines(): #!
            break
    """.strip()
    ),
    "io.copy": """
        one, other = UnixStream.pair()
        reader, writer = pipe()
        with one, other, reader, writer:
            task = spawn(later(other.close))
            await io.copy(one, writer) #!
    """,
    "io.copy_bidirectional": """
        one, other = UnixStream.pair()
        three, four = UnixStream.pair()
        with one, other, three, four:
            task = spawn(later(other.close))
            another = spawn(later(four.close))
            await io.copy_bidirectional(one, three) #!
    """,
    "PipeReader.read": _READS.format(opened="one, other = pipe()", line=_READ.format("one")),
    "PipeReader.read_exact": _READS.format(
        opened="one, other = pipe()", line=_READ_EXACT.format("one")
    ),
    "PipeWriter.write": _WRITES.format(opened=_PIPE, line=_WRITE.format("one")),
    "PipeWriter.write_all": _WRITES.format(opened=_PIPE, line=_WRITE_ALL.format("one")),
    "PipeWriter.write_vectored": _WRITES.format(
        opened=_PIPE, line="for _ in range(50): await one.write_vectored([bytes(50_000)]) #!"
    ),
    "io.Stdin.read": """
        with io.stdin() as stdin:
            await stdin.read(2) #!
    """,
    "io.Stdin.read_exact": """
        with io.stdin() as stdin, suppress(BrokenResourceError):
            await stdin.read_exact(2) #!
    """,
    "io.Stdout.write": """
        await io.stdout().write(b"1") #!
    """,
    "io.Stdout.write_all": """
        await io.stdout().write_all(b"1") #!
    """,
}

_FS = {
    "fs.File.open": _PATH.format("(await fs.File.open(named.name)).close()"),
    "fs.File.create": _PATH.format("(await fs.File.create(named.name)).close()"),
    "fs.File.read": _FILE.format("read(2)"),
    "fs.File.read_exact": _FILE.format("read_exact(2)"),
    "fs.File.read_to_end": _FILE.format("read_to_end()"),
    "fs.File.read_to_string": _FILE.format("read_to_string()"),
    "fs.File.write": _FILE.format('write(b"1")'),
    "fs.File.write_all": _FILE.format('write_all(b"1")'),
    "fs.File.seek": _FILE.format("seek(1)"),
    "fs.File.set_len": _FILE.format("set_len(1)"),
    "fs.File.shutdown": _FILE.format("shutdown()"),
    "fs.File.sync_all": _FILE.format("sync_all()"),
    "fs.File.metadata": _FILE.format("metadata()"),
    "fs.read": _PATH.format("await fs.read(named.name)"),
    "fs.read_to_string": _PATH.format("await fs.read_to_string(named.name)"),
    "fs.write": _PATH.format('await fs.write(named.name, b"1")'),
    "Watch.changed": """
        with tempfile.NamedTemporaryFile() as named, watch_file(named.name) as changes:
            spawn(later(os.chmod, named.name, 0o600))
            await changes.changed() #!
    """,
}

_PROCESSES = {
    "Child.wait": """
        await Command("sleep", "0.3").spawn().wait() #!
    """,
    "Command.status": """
        await Command("sleep", "0.3").status() #!
    """,
    "Command.output": """
        await Command("sleep", "0.3").output() #!
    """,
    "Signal.recv": """
        with signal(signals.SIGUSR1) as usr1:
            spawn(later(os.kill, os.getpid(), signals.SIGUSR1))
            await usr1.recv() #!
    """,
    "ctrl_c": """
        spawn(later(os.kill, os.getpid(), signals.SIGINT))
        await ctrl_c() #!
    """,
}

PROGRAMS: dict[str, str] = {**_TASKS, **_TIME, **_SYNC, **_NET, **_IO, **_FS, **_PROCESSES}


def program(name: str) -> str:
    """The script for an awaitable, which runs as its author's own."""
    body = indent(dedent(PROGRAMS[name]).strip(), "    ")
    return f"{HEAD}async def main():\n{body}\n\nrun(main())\n"
