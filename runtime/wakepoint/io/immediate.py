"""Shutting down what does it at once, for where a future is asked for."""

from __future__ import annotations

from typing import ClassVar

from wakepoint.future import Once
from wakepoint.task import Context, Poll, Ready


class Shutdown(Once[None]):
    """It has been shut down when this is made, so that nobody has to wait.

    Args:
        name: What was shut down, for people.
    """

    __slots__ = ("_name",)

    starts_at_once: ClassVar[bool] = True

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def advance(self, cx: Context) -> Poll[None]:
        return Ready(None)
