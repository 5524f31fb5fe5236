"""What sockets, pipes and their futures have in common."""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import Any, Self

from wakepoint.errors import ClosedResourceError
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class Closing:
    """Whatever is closed where a ``with`` ends."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives it back. Twice is fine."""
        raise NotImplementedError


class Resource(Closing):
    """Something of the kernel's with its reactor. Close it, or use it in ``with``.

    Attributes:
        source: What the reactor and the backend know it by.
    """

    def __init__(self, io: Any, reactor: Reactor) -> None:
        self._reactor = reactor
        self.source = Source(io)

    def __repr__(self) -> str:
        state = "closed" if self.source.closed else f"fd={self.source.fd}"
        return f"{type(self).__name__}({state})"

    def __del__(self) -> None:
        source = getattr(self, "source", None)
        if source is not None and not source.closed:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, stacklevel=2, source=self)
            self.close()

    def close(self) -> None:
        """Closes it; operations pending on it raise `ClosedResourceError`. Twice is fine."""
        if not self.source.closed:
            self._reactor.close(self.source)
            self._release(self.source.io)

    def _release(self, io: Any) -> None:
        """Gives the socket or descriptor back to the kernel."""
        self._reactor.kernel.close(io)

    def _open(self) -> Source:
        if self.source.closed:
            raise ClosedResourceError(f"{self!r} cannot be used any more")
        return self.source
