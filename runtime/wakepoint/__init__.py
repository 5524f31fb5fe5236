"""Async Python on Rust's poll model: futures that are polled, and wakers that ask for it.

Example:
    >>> import wakepoint
    >>> async def main():
    ...     await wakepoint.sleep(0.001)
    ...     return "done"
    >>> wakepoint.run(main())
    'done'
"""

from wakepoint.blocking import spawn_blocking
from wakepoint.combinators import join, select, yield_now
from wakepoint.coroutine import into_future
from wakepoint.errors import (
    BrokenResourceError,
    BusyResourceError,
    Cancelled,
    ClosedResourceError,
    Deadlock,
    JoinError,
    LimitExceeded,
    WaitingTask,
)
from wakepoint.executor import Executor, spawn
from wakepoint.files import Change, Watch, watch
from wakepoint.handle import JoinHandle, Task
from wakepoint.net import (
    TcpListener,
    TcpStream,
    UdpSocket,
    UnixDatagram,
    UnixListener,
    UnixStream,
)
from wakepoint.pipe import PipeReader, PipeWriter, pipe
from wakepoint.process import Child, Command
from wakepoint.reactor import Reactor
from wakepoint.runtime import run
from wakepoint.signals import Signal, ctrl_c, signal
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Future, Poll, Ready, Waker
from wakepoint.time import sleep, timeout

__all__ = [
    "PENDING",
    "BrokenResourceError",
    "BusyResourceError",
    "Cancelled",
    "Change",
    "Child",
    "ClosedResourceError",
    "Command",
    "Context",
    "Deadlock",
    "Executor",
    "Future",
    "Interest",
    "JoinError",
    "JoinHandle",
    "LimitExceeded",
    "PipeReader",
    "PipeWriter",
    "Poll",
    "Reactor",
    "Ready",
    "Signal",
    "Source",
    "Task",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "UnixDatagram",
    "UnixListener",
    "UnixStream",
    "WaitingTask",
    "Waker",
    "Watch",
    "ctrl_c",
    "into_future",
    "join",
    "pipe",
    "run",
    "select",
    "signal",
    "sleep",
    "spawn",
    "spawn_blocking",
    "timeout",
    "watch",
    "yield_now",
]
