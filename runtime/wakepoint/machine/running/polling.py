"""Who polls the machines of a thread just now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wakepoint.dropping import dropping
from wakepoint.task import Context


class _Polling(threading.local):
    context: Context | None = None
    """Of the poll that goes on just now, as far as a machine knows."""


polling = _Polling()


def goes_on_elsewhere() -> None:
    """The code that runs next may be no machine's, and polled by somebody else."""
    polling.context = None


@contextmanager
def nobody_polling() -> Iterator[None]:
    """What is dropped in the block cannot wait."""
    outer, polling.context = polling.context, None
    try:
        with dropping():
            yield
    finally:
        polling.context = outer
