"""Whose an error is that is raised while the recorder works."""

from __future__ import annotations

import sys
from types import TracebackType

_PACKAGE = __name__.partition(".")[0]
_DEEP = 100
"""Calls that the recorder never makes one in the other; if it does, it is in a circle."""


def is_the_recorders(error: Exception) -> bool:
    """True if the recorder has made a mistake, or found no memory.

    The script's are: what a signal handler raises, which runs wherever the program stands; and that
    the stack is full, which it would be a few calls later anyway.
    """
    depth, step = 0, error.__traceback__
    while step is not None:
        if _is_foreign(step):
            return False
        depth, step = depth + 1, step.tb_next
    return depth > _DEEP or not isinstance(error, RecursionError)


def _is_foreign(step: TracebackType) -> bool:
    name = step.tb_frame.f_globals.get("__name__")
    package = name.partition(".")[0] if isinstance(name, str) else ""
    return package != _PACKAGE and package not in sys.stdlib_module_names
