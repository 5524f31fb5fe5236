"""What is true at a step, as flat keys with values, and what a step changes of it."""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "str | int | tuple[str | int | None, ...] | None"
State: TypeAlias = "dict[str, Value]"
"""By key; what has no value is absent."""
Difference: TypeAlias = "dict[str, Value]"
"""What an event changed; None takes a key away."""


class Board:
    """All that is true now, and what became true since somebody asked last."""

    def __init__(self) -> None:
        self.state: State = {}
        self._difference: Difference = {}

    def set(self, key: str, value: Value) -> None:
        """Gives a key its value; None takes it away. What is so already is no change."""
        if self.state.get(key) == value:
            return
        self._difference[key] = value
        if value is None:
            del self.state[key]
        else:
            self.state[key] = value

    def take_difference(self) -> Difference:
        """What was changed since the last call."""
        difference, self._difference = self._difference, {}
        return difference
