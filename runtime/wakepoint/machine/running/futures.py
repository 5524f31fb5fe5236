"""What a machine waits for in place of a future of the program's."""

from __future__ import annotations

from typing import Any

from wakepoint.future import Future
from wakepoint.task import Context, Poll


class Raises(Future[Any]):
    """Raises when it is polled."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def poll(self, cx: Context) -> Poll[Any]:
        try:
            raise self._error
        finally:
            del self  # its error's traceback holds this frame


class DroppedWithItsHolder(Future[Any]):
    """Is dropped when nobody holds it."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def poll(self, cx: Context) -> Poll[Any]:
        return self._future.poll(cx)

    def __del__(self) -> None:
        self._future.drop()
