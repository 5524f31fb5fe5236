"""What a drop is: an end at once, in which nothing can wait."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from wakepoint.driver import polled_with


class _Dropping(threading.local):
    refusals = 0
    """How many awaits were refused since a future was dropped, or one was let suspend."""
    gave_in = False
    """True if what is being dropped was let suspend at last."""


current_drop = _Dropping()
"""How the drop goes that goes on in this thread."""


MAX_REFUSALS = 100
"""How often a coroutine that is being dropped may try to wait before it is left where it stands."""


def refuses_no_more() -> bool:
    """True if what is being dropped catches every refusal, and tries to wait for ever.

    If it is let suspend, whoever closes it learns that it goes on, and so comes to an end.
    """
    current_drop.refusals += 1
    if current_drop.refusals <= MAX_REFUSALS:
        return False
    # Python may have closed it, as it collected it: then nobody else sets these back.
    current_drop.refusals, current_drop.gave_in = 0, True
    return True


class Droppable(Protocol):
    """Whatever has ``drop``."""

    def drop(self) -> None:
        """Lets go of what it holds."""


def drop_all(futures: Iterable[Droppable]) -> None:
    """Drops every one of them, also if dropping one raises.

    Raises:
        BaseException: What a drop raised; a group, if several did.
    """
    errors = []
    for future in futures:
        try:
            future.drop()
        except BaseException as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise BaseExceptionGroup("dropping several futures failed", errors)


@contextmanager
def dropping() -> Iterator[None]:
    """An ``await`` that would suspend raises in the block.

    Whoever drops a coroutine may be polled just now; a wait in that coroutine must not be taken for
    a wait of the task that drops it.
    """
    outer = (current_drop.refusals, current_drop.gave_in)
    current_drop.refusals, current_drop.gave_in = 0, False
    try:
        with polled_with(None):
            yield
    finally:
        current_drop.refusals, current_drop.gave_in = outer


def drop_without_waiting(closing: Awaitable[None]) -> None:
    """Runs something that would be awaited if there were somebody to poll it."""
    with dropping(), suppress(StopIteration):
        closing.__await__().send(None)
