"""By which means the interpreter is asked what its frames do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType
from typing import Protocol

from wakepoint.recording.settrace import Settrace
from wakepoint.recording.watched import Failed, Watched

if sys.version_info >= (3, 12):
    from wakepoint.recording.monitoring import Monitoring, free_tool


class Source(Protocol):
    """Follows the frames of this thread.

    Attributes:
        replaced_in: The line of the script that put something of its own in the place of this, the
            first if there are several; None if it stayed.
    """

    replaced_in: int | None

    def start(self) -> None:
        """Begins to follow this thread."""

    def tell_ends_of_awaits(self, watched: Watched) -> None:
        """Tells `Watched.await_ended` for that code from now on, unless `raised` tells it."""

    def stop_early(self) -> None:
        """Stops following, as far as that is possible before the end; called on any thread."""

    def stop(self) -> None:
        """Stops following; called on the same thread."""


def choose(watch: Callable[[CodeType], Watched | None], filename: str, failed: Failed) -> Source:
    """The means that costs the program least.

    Args:
        watch: Who follows the frames of a code object.
        filename: ``co_filename`` of the script.
        failed: Told of an error in what the interpreter calls.
    """
    if sys.version_info >= (3, 12) and (tool := free_tool()) is not None:
        return Monitoring(watch, filename, tool, failed)
    return Settrace(watch, filename, failed)
