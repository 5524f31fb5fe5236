"""fork(2) while an executor runs.

The child has a copy of everything but the threads, and shares what the kernel keeps: an interest
list that the child changes is the parent's, too. So the child's copy of the executor lets go of
the kernel at once. The child may do anything else: end with `os._exit`, return from `run`, or call
`run` again, as the children of `multiprocessing` do. If it awaits something that takes time, it is
told that it cannot.
"""

from __future__ import annotations

import gc
import os
import weakref
from typing import Protocol

MESSAGE = (
    "this process was forked while wakepoint.run was running, and the executor is the parent's; "
    "end the child with os._exit, or let it call wakepoint.run for itself"
)


class Forkable(Protocol):
    """What has to know that it is a copy."""

    def now_forked(self) -> None:
        """This is the child, and the only thread in it."""


_copied: weakref.WeakSet[Forkable] = weakref.WeakSet()


def watch(each: Forkable) -> None:
    """It is told in every child that is forked from now on."""
    _copied.add(each)


def never_free(copied: object) -> None:
    """Keeps a copy until the process ends, and beyond: its destructors are the parent's."""
    cycle: list[object] = [copied]
    cycle.append(cycle)
    gc.freeze()


def _in_child() -> None:
    for each in list(_copied):
        each.now_forked()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_in_child)
