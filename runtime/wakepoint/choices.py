"""Choices that prefer nobody and are the same in every run."""

from __future__ import annotations

_MASK = 0xFFFF_FFFF


class Choices:
    """Numbers that look drawn by lot (Marsaglia's xorshift, as tokio's ``FastRand``).

    Each executor has some of its own, from the same seed. So a program that is run again chooses
    again as before, recorded or not.

    Args:
        seed: Where they begin; the same seed gives the same numbers.

    Example:
        >>> one, other = Choices(7), Choices(7)
        >>> [one.below(3) for _ in range(9)] == [other.below(3) for _ in range(9)]
        True
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int = 0) -> None:
        # Of 0 the steps below make 0 again.
        self._state = (seed * 0x9E37_79B9 + 0x7F4A_7C15) & _MASK or 1

    def below(self, limit: int) -> int:
        """A number from 0 up to, and without, the limit."""
        state = self._state
        state ^= state << 13 & _MASK
        state ^= state >> 17
        state ^= state << 5 & _MASK
        self._state = state
        return state * limit >> 32
