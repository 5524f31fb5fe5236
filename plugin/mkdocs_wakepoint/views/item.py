"""A snippet with all that is known of it: what the views are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mkdocs_wakepoint.snippet import Problem, Snippet
from wakepoint.recording import Recording


class HasRuns(Protocol):
    """A snippet of which recordings can be had; they may be loaded when they are asked for."""

    @property
    def snippet(self) -> Snippet:
        """What the author wrote."""

    @property
    def recording(self) -> Recording | None:
        """Its run; None if it was not run."""

    @property
    def runs(self) -> tuple[Recording, ...]:
        """Every recording of it, this build's own first."""


@dataclass(frozen=True, slots=True)
class Item:
    """A snippet to be shown.

    Attributes:
        snippet: What the author wrote.
        recording: Its run; None if it was not run.
        problems: What is wrong with it, shown above everything.
        others: Recordings of the same snippet from other platforms.
        lowered: The run of its lowered form, if that is shown.
    """

    snippet: Snippet
    recording: Recording | None
    problems: tuple[Problem, ...]
    others: tuple[Recording, ...] = ()
    lowered: Recording | None = None

    @property
    def runs(self) -> tuple[Recording, ...]:
        """Every recording of it, this build's own first."""
        return self.others if self.recording is None else (self.recording, *self.others)
