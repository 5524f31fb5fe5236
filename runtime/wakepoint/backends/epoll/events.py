"""epoll's events by name. Linux fixes their numbers, so every platform can read them."""

from __future__ import annotations

from functools import cache

EPOLLIN = 0x001
EPOLLPRI = 0x002
EPOLLOUT = 0x004
EPOLLERR = 0x008
EPOLLHUP = 0x010
EPOLLRDHUP = 0x2000
EPOLLONESHOT = 0x40000000
EPOLLET = 0x80000000

_NAMES = {
    EPOLLIN: "EPOLLIN",
    EPOLLPRI: "EPOLLPRI",
    EPOLLOUT: "EPOLLOUT",
    EPOLLRDHUP: "EPOLLRDHUP",
    EPOLLERR: "EPOLLERR",
    EPOLLHUP: "EPOLLHUP",
    EPOLLONESHOT: "EPOLLONESHOT",
    EPOLLET: "EPOLLET",
}


@cache  # there are few
def describe(events: int) -> str:
    """An epoll event mask as epoll_ctl(2) names it, ``EPOLLIN|EPOLLRDHUP``."""
    return "|".join(name for bit, name in _NAMES.items() if events & bit) or "0"
