"""What tasks use to wait for each other, as ``tokio::sync`` has it.

The channels are modules: `oneshot` for one value, `mpsc` for many in order, `broadcast` for all to
all, `watch` for the latest. `Mutex` and `RwLock` guard a value, `Semaphore` counts, `Notify` and
`Barrier` carry no value, `OnceCell` makes one once.

All are fair: first come, first served, and whoever gives up passes its turn on. Any method may be
called from any thread, from a signal handler and from a destructor; what is awaited is awaited in a
task, of whatever executor.
"""

from wakepoint.sync import broadcast, mpsc, oneshot, watch
from wakepoint.sync.barrier import Barrier, BarrierWaitResult
from wakepoint.sync.errors import (
    AcquireError,
    Empty,
    Full,
    Lagged,
    NoPermits,
    RecvError,
    SendError,
    SetError,
    TryLockError,
)
from wakepoint.sync.mutex import Mutex, MutexGuard
from wakepoint.sync.notify import Notify
from wakepoint.sync.once_cell import OnceCell
from wakepoint.sync.rwlock import RwLock, RwLockReadGuard, RwLockWriteGuard
from wakepoint.sync.semaphore import Semaphore, SemaphorePermit

__all__ = [
    "AcquireError",
    "Barrier",
    "BarrierWaitResult",
    "Empty",
    "Full",
    "Lagged",
    "Mutex",
    "MutexGuard",
    "NoPermits",
    "Notify",
    "OnceCell",
    "RecvError",
    "RwLock",
    "RwLockReadGuard",
    "RwLockWriteGuard",
    "Semaphore",
    "SemaphorePermit",
    "SendError",
    "SetError",
    "TryLockError",
    "broadcast",
    "mpsc",
    "oneshot",
    "watch",
]
