"""Waiting for runs and drawings, so that a Ctrl-C is heard meanwhile.

A signal that comes just before a thread falls asleep does not wake it: without a timeout, that
Ctrl-C would be heard when a snippet has ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

_HEARD_WITHIN = 0.5
"""Seconds until a Ctrl-C is heard at the latest."""


def wait_a_while(futures: Iterable[Future[Any]], *, for_one: bool = False) -> set[Future[Any]]:
    """Waits for all of them, or for the first of them, but no longer than a Ctrl-C may wait.

    Returns:
        Those that are not done.
    """
    from concurrent.futures import (  # noqa: PLC0415 - see `lazy`
        ALL_COMPLETED,
        FIRST_COMPLETED,
        wait,
    )

    until = FIRST_COMPLETED if for_one else ALL_COMPLETED
    return wait(futures, timeout=_HEARD_WITHIN, return_when=until).not_done
