"""What a build says of its snippets while they run, on a terminal, and in one line at the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from mkdocs_wakepoint.target import Target

_SLOWEST = 5
"""How many of the slowest snippets are named."""


class Progress:
    """A line on a terminal that is written over; nothing where a log is kept.

    Args:
        stream: Where it is shown, if that is a terminal; None shows it nowhere.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._width = 0

    @property
    def visible(self) -> bool:
        """False where there is nobody to see it."""
        return self._stream is not None

    def show(self, text: str) -> None:
        """Shows a text in the place of the one before; an empty one leaves nothing behind."""
        if self._stream is None:
            return
        self._stream.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
        self._stream.flush()
        self._width = len(text)


def so_far(targets: Iterable[Target], at_once: int) -> str:
    """How far the snippets are that a build waits for.

    Args:
        targets: All of them.
        at_once: How many run at a time.
    """
    runs = [run for target in targets for run in target.ran]
    new = [run.future for run in runs if run.future is not None]
    done = sum(future.done() for future in new)
    running = min(at_once, len(new) - done)
    return f"snippets: {done} of {len(new)} done, {running} running, {len(runs) - len(new)} cached"


def summary(targets: Iterable[Target], seconds: float) -> str:
    """One line about the snippets of a build; empty if none was to run.

    Args:
        targets: All of them.
        seconds: How long the build was busy with them.
    """
    ran = [target for target in targets if target.ran]
    if not ran:
        return ""
    new = sum(any(run.future is not None for run in target.ran) for target in ran)
    snippets = "1 snippet" if len(ran) == 1 else f"{len(ran)} snippets"
    return f"{snippets}: {new} run, {len(ran) - new} from the cache, {seconds:.1f} s"


def slowest(targets: Iterable[Target]) -> str:
    """The snippets that this build ran for longest, each with its seconds; empty if it ran none."""
    times = [
        (run.future.seconds, target.snippet.location)
        for target in targets
        for run in target.ran
        if run.future is not None
    ]
    times.sort(key=lambda each: -each[0])
    return ", ".join(f"{location} {seconds:.2f} s" for seconds, location in times[:_SLOWEST])
