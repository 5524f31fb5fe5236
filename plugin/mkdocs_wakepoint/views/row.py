"""A row of the timeline, and the lifelines that it goes between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EXECUTOR, WAKER, REACTOR, KERNEL = "executor", "waker", "reactor", "kernel"
MAX_TASKS: Final = 6
"""More tasks than this share a lane from here on."""
OTHERS: Final = "other tasks"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the timeline: one actor calls another, or something happens within one.

    Attributes:
        n: Ordinal of its event.
        kind: What it is, and how it looks: ``poll``, ``pending``, ``ready``, ``raised``, ``state``,
            ``returned``, ``failed``, ``spawn``, ``register``, ``wake``, ``call``, ``park``,
            ``parked``, ``unpark``, ``note``, and ``set-up`` for several calls in one row.
        source: Whose lane it begins at.
        target: Whose lane it ends at; the same for what happens within one.
        text: What it says.
        key: Equal for two rows that tell the same but for their numbers.
        task: The task that it is about, if one.
        full: All of it, where `text` is an extract.
        first: False for the second row of an event.
        call: Name of the kernel call that it is, if it is one that matters little; see `set_up`.
        stands_for: The rows that are folded into this one.
    """

    n: int
    kind: str
    source: str
    target: str
    text: str
    key: tuple[object, ...]
    task: int | None = None
    full: str = ""
    first: bool = True
    call: str = ""
    stands_for: tuple[Row, ...] = ()

    @property
    def within(self) -> bool:
        """True if it happens within one lane."""
        return self.source == self.target


def lane_of_task(task: int) -> str:
    """The lifeline of a task."""
    return f"task {task}" if task <= MAX_TASKS else OTHERS
