"""How many bytes wait in the kernel: sent by one end, not yet received by the other.

Told only where both ends are in the recording: two sockets of one connection, or the two ends of a
pipe. Of any other nobody knows what the other side did.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from wakepoint.recording import Event

_FD = re.compile(r"\bfd \d+")
_SENDS = frozenset({"send", "sendmsg", "write"})
_RECEIVES = frozenset({"recv", "recvmsg", "read"})
_PAIRS = frozenset({"pipe", "pipe2", "socketpair"})


class Buffers:
    """The buffers of the connections that a run made."""

    def __init__(self) -> None:
        self._peers: dict[str, str] = {}
        self._held: dict[str, int] = {}
        self._connecting: dict[str, deque[str]] = {}  # by the address that they asked for
        self._names: dict[str, str] = {}  # of listeners, their addresses

    def take(self, event: Event) -> Iterator[tuple[str, int | None]]:
        """Takes an event in, and gives each buffer that it changed with the bytes in it now."""
        if event.kind == "kernel.called":
            yield from self._called(event)

    def _called(self, event: Event) -> Iterator[tuple[str, int | None]]:
        name, args = event["name"], event["args"]
        source = args[0] if args else ""
        if event["error"] not in (None, "EINPROGRESS"):
            return
        if name in _PAIRS:
            yield from self._join(_FD.findall(event["result"]))
        elif name == "getsockname":
            self._names[source] = event["result"]
        elif name == "connect" and len(args) > 1:
            self._connecting.setdefault(args[1], deque()).append(source)
        elif name.startswith("accept"):
            waiting = self._connecting.get(self._names.get(source, ""))
            accepted = _FD.findall(event["result"])
            if waiting and accepted:
                yield from self._join([accepted[0], waiting.popleft()])
        elif name in _SENDS:
            yield from self._add(self._peers.get(source), event["bytes"] or 0)
        elif name in _RECEIVES:
            yield from self._add(source, -(event["bytes"] or 0))
        elif name == "close":
            yield from self._close(source)

    def _join(self, ends: list[str]) -> Iterator[tuple[str, int | None]]:
        if len(ends) == 2:
            first, second = ends
            self._peers |= {first: second, second: first}
            for end in ends:
                self._held[end] = 0
                yield end, 0

    def _add(self, end: str | None, count: int) -> Iterator[tuple[str, int | None]]:
        if end in self._held and count:
            # Peeking takes nothing away; then we would know less than nothing.
            self._held[end] = max(self._held[end] + count, 0)
            yield end, self._held[end]

    def _close(self, end: str) -> Iterator[tuple[str, int | None]]:
        if self._held.pop(end, None) is not None:
            yield end, None
        self._peers.pop(end, None)
