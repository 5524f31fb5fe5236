"""Async Python on Rust's poll model: futures that are polled, and wakers that ask for it.

Example:
    >>> import wakepoint
    >>> async def main():
    ...     await wakepoint.sleep(0.001)
    ...     return "done"
    >>> wakepoint.run(main())
    'done'
"""

from wakepoint.blocking import set_max_blocking_threads, spawn_blocking
from wakepoint.combinators import yield_now
from wakepoint.coroutine import into_future
from wakepoint.debugging.asking import dump_on_request
from wakepoint.debugging.dumping import dump, dump_on_signal
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
from wakepoint.executor import Executor, block_on, spawn
from wakepoint.files import Change, Watch, watch
from wakepoint.future import Future
from wakepoint.handle import JoinHandle, Task
from wakepoint.join import join, try_join
from wakepoint.join_set import JoinSet
from wakepoint.net import (
    TcpListener,
    TcpStream,
    UdpSocket,
    UnixDatagram,
    UnixListener,
    UnixStream,
)
from wakepoint.pipe import PipeReader, PipeWriter, pipe
from wakepoint.poll_fn import pending, poll_fn, ready
from wakepoint.process import Child, Command
from wakepoint.reactor import Reactor
from wakepoint.remote import Handle, RemoteHandle
from wakepoint.runtime import run
from wakepoint.select import race, select
from wakepoint.shield import shield
from wakepoint.signals import Signal, ctrl_c, signal
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Poll, Ready, Waker
from wakepoint.task_group import TaskGroup
from wakepoint.task_local import LocalKey, task_local
from wakepoint.time import (
    Interval,
    MissedTickBehavior,
    interval,
    interval_at,
    now,
    sleep,
    sleep_until,
    timeout,
    timeout_at,
)

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
    "Handle",
    "Interest",
    "Interval",
    "JoinError",
    "JoinHandle",
    "JoinSet",
    "LimitExceeded",
    "LocalKey",
    "MissedTickBehavior",
    "PipeReader",
    "PipeWriter",
    "Poll",
    "Reactor",
    "Ready",
    "RemoteHandle",
    "Signal",
    "Source",
    "Task",
    "TaskGroup",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "UnixDatagram",
    "UnixListener",
    "UnixStream",
    "WaitingTask",
    "Waker",
    "Watch",
    "block_on",
    "ctrl_c",
    "dump",
    "dump_on_request",
    "dump_on_signal",
    "interval",
    "interval_at",
    "into_future",
    "join",
    "now",
    "pending",
    "pipe",
    "poll_fn",
    "race",
    "ready",
    "run",
    "select",
    "set_max_blocking_threads",
    "shield",
    "signal",
    "sleep",
    "sleep_until",
    "spawn",
    "spawn_blocking",
    "task_local",
    "timeout",
    "timeout_at",
    "try_join",
    "watch",
    "yield_now",
]
