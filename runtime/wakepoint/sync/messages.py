"""What the ends of an ``mpsc`` channel share: its messages, its slots, and two queues."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from wakepoint.errors import ClosedResourceError
from wakepoint.future import polled_after_ready
from wakepoint.sync import ends
from wakepoint.sync.errors import SendError, messages
from wakepoint.sync.waiting import CHOSEN, FRESH, OVER, QUEUED, WAITS, Attempt, Turn, wake
from wakepoint.task import Context, Waker

T = TypeVar("T")
R = TypeVar("R")

UNBOUNDED = sys.maxsize
"""The capacity of a channel that has no limit but memory."""


class Shared(ends.Shared, Generic[T]):
    """What all ends know.

    A message has a slot from the time on that somebody may send it until it is received. Who waits
    is chosen when a slot or a message is there for it, and that is nobody else's from then on.

    Attributes:
        capacity: How many slots there are.
        taken: Slots of messages, and of those who may send one.
        messages: What was sent and not received.
        unclaimed: How many of these are not for a receiver that was chosen.
        sending: Those who wait for a slot.
        receiving: Those who wait for a message.
    """

    __slots__ = (*("capacity", "messages", "receiving", "sending", "taken", "unclaimed"),)

    name = "mpsc"

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.taken = 0
        self.messages: deque[T] = deque()
        self.unclaimed = 0
        self.sending: OrderedDict[SlotTurn[T, Any], None] = OrderedDict()
        self.receiving: OrderedDict[Recv[T], None] = OrderedDict()

    @property
    def state(self) -> str:
        """How full it is, in words."""
        count = len(self.messages)
        if self.capacity == UNBOUNDED:
            return messages(count)
        return f"{count} of {messages(self.capacity)}"

    @property
    def is_over(self) -> bool:
        """True once no message is left and none can come."""
        return not (self.taken or self.sending or (self.senders and self.receivers))

    def put(self, value: T) -> Sequence[Waker | None]:
        """Adds a message, whose slot was taken; says who is to be woken."""
        self.messages.append(value)
        self.unclaimed += 1
        return self.choose() if self.receiving else ()

    def free(self) -> Sequence[Waker | None]:
        """A slot is not needed any more; says who is to be woken."""
        self.taken -= 1
        return self.choose() if self.sending or self.receiving else ()

    def choose(self) -> Sequence[Waker | None]:
        """Chooses those who can go on; says who is to be woken."""
        wakers: list[Waker | None] = []
        while self.sending and self.taken < self.capacity:
            for sender in self.sending:  # next(iter()) would be two calls
                self.taken += 1
                sender.stage = CHOSEN
                del self.sending[sender]
                wakers.append(sender.waker)
                break
        while self.receiving and self.unclaimed:
            for receiver in self.receiving:
                self.unclaimed -= 1
                receiver.stage = CHOSEN
                del self.receiving[receiver]
                wakers.append(receiver.waker)
                break
        if self.receiving and self.is_over:
            wakers += [each.waker for each in [*self.receiving]]
            self.receiving.clear()
        return wakers

    def close(self) -> Sequence[Waker | None]:
        """Nobody can send any more; says who is to be woken."""
        self.receivers = 0
        sending = [*self.sending]
        self.sending.clear()
        return [*[each.waker for each in sending], *self.closing.take(), *self.choose()]


class SlotTurn(Turn[R], Generic[T, R]):
    """Waits for a slot."""

    __slots__ = ("_sender", "_shared")

    def __init__(self, sender: ends.End[Shared[T]], shared: Shared[T]) -> None:
        self.stage = FRESH
        self.waker = None
        self._sender = sender  # it lives on meanwhile
        self._shared = shared

    def refused(self) -> Exception:
        """What is raised once nobody receives any more."""
        raise NotImplementedError

    def take(self, shared: Shared[T]) -> bool:
        """True if it has a slot now, and so has had its turn; called under the lock.

        Raises:
            Exception: If nobody receives any more.
            ClosedResourceError: If every sender was closed before its first poll.
        """
        stage = self.stage
        if stage == OVER:
            raise polled_after_ready(self)
        if not shared.receivers:
            raise self.refused()
        if stage == FRESH:
            if not shared.senders:  # the receiver may have heard that nothing will come
                raise ClosedResourceError("every sender of this channel was closed")
            if shared.taken >= shared.capacity:
                if self.waker is not None:
                    shared.sending[self] = None
                    self.stage = QUEUED
                return False
            shared.taken += 1
        elif stage == QUEUED:
            return False
        self.stage = OVER
        return True

    def drop(self) -> None:
        """Gives up; a slot that it was given goes to the next."""
        if self.stage == OVER:
            return
        shared = self._shared
        wakers: Sequence[Waker | None] = ()
        shared.lock.acquire()
        try:
            shared.sending.pop(self, None)  # from here on nobody chooses it
            stage = self.stage
            self.stage = OVER
            if stage == CHOSEN:
                wakers = shared.free()
            elif shared.receiving:
                wakers = shared.choose()  # it may have been the last who could send
        finally:
            shared.lock.release()
        wake(wakers)


class Send(SlotTurn[T, None]):
    """See `Sender.send`."""

    __slots__ = ("_value",)

    operation = "mpsc.Sender.send"

    def __init__(self, sender: ends.End[Shared[T]], shared: Shared[T], value: T) -> None:
        self.stage = FRESH
        self.waker = None
        self._sender = sender  # it lives on meanwhile
        self._shared = shared
        self._value = value

    def __repr__(self) -> str:
        return f"send on mpsc channel, {self._shared.state}"

    def refused(self) -> SendError[T]:
        return SendError(self._value)

    def attempt(self, cx: Context) -> Attempt[None]:
        shared = self._shared
        shared.lock.acquire()
        try:
            if not self.take(shared):
                return WAITS
            wakers = shared.put(self._value)
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)
        return None


class Recv(Turn[T]):
    """See `Receiver.recv`.

    Args:
        receiver: Whose message it is.
        shared: What that one knows.
        end: What is raised once nothing will come.
    """

    __slots__ = ("_end", "_receiver", "_shared")

    operation = "mpsc.Receiver.recv"

    def __init__(
        self, receiver: ends.End[Shared[T]], shared: Shared[T], end: type[Exception]
    ) -> None:
        self.stage = FRESH
        self.waker = None
        self._receiver = receiver  # it lives on meanwhile
        self._end = end
        self._shared = shared

    def __repr__(self) -> str:
        return f"recv on mpsc channel, {self._shared.state}"

    def attempt(self, cx: Context) -> Attempt[T]:
        shared = self._shared
        shared.lock.acquire()
        try:
            stage = self.stage
            if stage == OVER:
                raise polled_after_ready(self)
            if stage == CHOSEN or (stage == FRESH and shared.unclaimed):
                if stage == FRESH:
                    shared.unclaimed -= 1
                self.stage = OVER
                value = shared.messages.popleft()
                wakers = shared.free()
            else:
                if stage == FRESH and self.waker is not None:
                    shared.receiving[self] = None
                    self.stage = QUEUED
                if shared.is_over:  # once it is, it remains so
                    raise self._end
                return WAITS
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)
        return value

    def drop(self) -> None:
        """Gives up; a message that it was chosen for is the next one's."""
        if self.stage == OVER:
            return
        shared = self._shared
        wakers: Sequence[Waker | None] = ()
        shared.lock.acquire()
        try:
            shared.receiving.pop(self, None)  # from here on nobody chooses it
            stage = self.stage
            self.stage = OVER
            if stage == CHOSEN:
                shared.unclaimed += 1
                wakers = shared.choose()
        finally:
            shared.lock.release()
        wake(wakers)
