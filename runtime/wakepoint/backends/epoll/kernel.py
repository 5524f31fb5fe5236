"""Linux' calls for epoll(7)."""

from __future__ import annotations

import select
import sys

from wakepoint.kernel import Kernel


class EpollKernel(Kernel):
    """The calls of Linux."""

    if sys.platform == "linux":

        @staticmethod
        def epoll_create1() -> select.epoll:
            """Makes an interest list that is closed on exec."""
            return select.epoll()

        @staticmethod
        def epoll_ctl(epoll: select.epoll, operation: str, fd: int, events: int) -> None:
            """Adds to, changes or deletes from the interest list (ADD, MOD, DEL)."""
            if operation == "ADD":
                epoll.register(fd, events)
            elif operation == "MOD":
                epoll.modify(fd, events)
            else:
                epoll.unregister(fd)

        epoll_wait = staticmethod(select.epoll.poll)
        epoll_close = staticmethod(select.epoll.close)
