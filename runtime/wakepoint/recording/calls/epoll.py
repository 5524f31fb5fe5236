"""How epoll's calls are told, in the words of epoll(7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wakepoint.backends.epoll.events import describe
from wakepoint.recording.calls.describer import Arguments, Describer, Result, counted, shown

WAITS = frozenset({"epoll_wait"})
NOTIFIES = frozenset({"eventfd_write"})
CLOSES = frozenset({"epoll_close"})
REAL_NAMES = {"epoll_close": "close"}


def _epoll_ctl(d: Describer, args: Sequence[Any]) -> list[str]:
    epoll, operation, fd, events = args
    arguments = [d.fd(epoll), f"EPOLL_CTL_{operation}", d.fd(fd)]
    return arguments if operation == "DEL" else [*arguments, describe(events)]


def _epoll_events(d: Describer, args: Sequence[Any], events: list[tuple[int, int]]) -> str:
    count = counted(len(events), "event")
    texts = [f"{d.fd(fd)} {describe(mask)}" for fd, mask in events]
    return f"{count}: {shown(texts)}" if texts else count


ARGUMENTS: dict[str, Arguments] = {
    "epoll_create1": lambda d, a: ["EPOLL_CLOEXEC"],
    "epoll_ctl": _epoll_ctl,
    "epoll_wait": lambda d, a: [d.fd(a[0]), d.timeout(a[1])],
}

RESULTS: dict[str, Result] = {"epoll_wait": _epoll_events}
