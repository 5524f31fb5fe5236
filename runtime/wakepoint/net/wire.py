"""The encrypted side of a TLS connection, which its reader and its writer share.

OpenSSL is given memory instead of a socket (``ssl.MemoryBIO``): it takes what has come from
``incoming`` and leaves what is to be sent in ``outgoing``. Reading may have something to send (a
new key, an alert), and writing may have to hear something first (a handshake). So what goes over
the stream below belongs to neither: whoever is polled carries on with it, and all who wait are
woken when it goes on.
"""

from __future__ import annotations

import ssl

from wakepoint.future import Future
from wakepoint.io.traits import AsyncStream
from wakepoint.task import PENDING, Context, Waker

_CHUNK = 65_536
_MOST_UNSENT = 1_048_576


class Waiting:
    """Who waits for the same thing, each with a waker of its own."""

    __slots__ = ("context", "wakers")

    def __init__(self) -> None:
        self.wakers: dict[object, Waker] = {}
        self.context = Context(Waker(self.wake))

    def wake(self) -> None:
        """Wakes all of them; each will say anew what it waits for."""
        wakers, self.wakers = self.wakers, {}
        for waker in wakers.values():
            waker.wake()

    def add(self, who: object, cx: Context) -> None:
        """Somebody waits."""
        self.wakers[who] = cx.waker.clone()


class Wire:
    """What comes and goes, encrypted.

    Args:
        stream: What it comes from and goes to.

    Attributes:
        stream: See above.
        incoming: What has come and OpenSSL has not read.
        outgoing: What OpenSSL wants to send.
        ended: The stream has ended.
    """

    __slots__ = (
        *("_arrival", "_broken", "_departure", "_receivers", "_senders", "_unsent"),
        *("ended", "incoming", "outgoing", "stream"),
    )

    def __init__(self, stream: AsyncStream) -> None:
        self.stream = stream
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.ended = False
        self._unsent = memoryview(b"")
        self._broken: Exception | None = None  # why nothing can be sent any more
        self._departure: Future[int] | None = None
        self._arrival: Future[bytes] | None = None
        self._senders = Waiting()
        self._receivers = Waiting()

    def send(self, who: object, cx: Context) -> bool:
        """Sends what is to be sent; True if nothing is left.

        Args:
            who: Is woken when there is more to do, if something is left.
            cx: The context of the poll that goes on.

        Raises:
            Exception: Why it cannot be sent, each time anew.
        """
        self._senders.wakers.pop(who, None)
        if self._broken is not None:
            raise self._broken
        while True:
            if self._departure is None:
                if not self._unsent:
                    if not self.outgoing.pending:
                        return True
                    self._unsent = memoryview(self.outgoing.read())
                self._departure = self.stream.write(self._unsent)
            try:
                polled = self._departure.poll(self._senders.context)
            except Exception as error:
                self._broken, self._departure = error, None
                self._senders.wake()
                raise
            if polled is PENDING:
                self._senders.add(who, cx)
                return False
            self._departure = None
            self._unsent = self._unsent[polled.value :]
            self._senders.wake()

    def send_what_goes(self, who: object, cx: Context) -> None:
        """As `send`, for who reads: what cannot be sent is a matter of who writes."""
        try:
            self.send(who, cx)
        except Exception:
            return

    @property
    def is_choked(self) -> bool:
        """True if the peer takes nothing, and what it makes us send it should not become more."""
        return self._broken is None and len(self._unsent) + self.outgoing.pending > _MOST_UNSENT

    def receive(self, who: object, cx: Context) -> bool:
        """Waits for something to come; True if something has, or the stream has ended.

        Args:
            who: Is woken when there is more to do, if nothing has come.
            cx: The context of the poll that goes on.

        Raises:
            Exception: What reading the stream raises.
        """
        self._receivers.wakers.pop(who, None)
        if self._arrival is None:
            if self.ended:
                return True
            self._arrival = self.stream.read(_CHUNK)
        try:
            polled = self._arrival.poll(self._receivers.context)
        except Exception:
            self._arrival = None
            self._receivers.wake()
            raise
        if polled is PENDING:
            self._receivers.add(who, cx)
            return False
        self._arrival = None
        if polled.value:
            self.incoming.write(polled.value)
        else:
            self.ended = True
            self.incoming.write_eof()
        self._receivers.wake()
        return True

    def leave(self, who: object) -> None:
        """Somebody waits no more.

        Nobody's read is dropped: that loses nothing. What is being sent goes on, since it cannot be
        known how much of it was.
        """
        self._senders.wakers.pop(who, None)
        self._receivers.wakers.pop(who, None)
        if not self._receivers.wakers and self._arrival is not None:
            arrival, self._arrival = self._arrival, None
            arrival.drop()

    def drop(self) -> None:
        """Nothing will be sent or received any more."""
        for pending in (self._departure, self._arrival):
            if pending is not None:
                pending.drop()
        self._departure = self._arrival = None
        self._senders.wake()
        self._receivers.wake()
