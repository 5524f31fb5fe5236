"""What an executor has to look after between two turns, besides tasks: one flag for all of it."""

from __future__ import annotations


class Attention:
    """Asked at each turn of the loop, so it is an attribute and nothing more.

    Attributes:
        needed: True if there is something. Any thread, and signal handlers, may set it.
    """

    __slots__ = ("needed",)

    def __init__(self) -> None:
        self.needed = False
