"""Which files a run has imported that its author may change: neither Python's nor installed."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import takewhile
from operator import ne
from pathlib import Path
from types import ModuleType

import mkdocs_wakepoint
import wakepoint

_OTHERS = tuple(
    f"{folder}{os.sep}"
    for folder in {
        *(path for name, path in sysconfig.get_paths().items() if name.endswith("lib")),
        *(folder for package in (wakepoint, mkdocs_wakepoint) for folder in package.__path__),
    }
)
"""What is in these folders is a part of every key of the cache as it is."""


class _Known:
    """What was imported before the forks.

    Attributes:
        last: The name of the module that came last; empty if nothing is known.
        files: The author's files among them.
    """

    last = ""
    files: frozenset[str] = frozenset()


def remember() -> None:
    """Looks at what is imported now, so that no process that is forked from this one has to.

    Each look at a module writes to memory, to its count of references, which the forks share.
    """
    _Known.files = frozenset(_files([*sys.modules.values()], _OTHERS))
    _Known.last = next(reversed(sys.modules))


def imported(private: Path) -> list[str]:
    """The files of the author's own modules that are imported in this process.

    Args:
        private: The folder of the run, which has nothing of the author's.
    """
    # They stand in the order in which they were imported. A thread may import meanwhile; so this
    # lists them in one go.
    names = [*takewhile(partial(ne, _Known.last), reversed(sys.modules))]
    modules = map(sys.modules.get, names)
    return sorted(_Known.files.union(_files(modules, (*_OTHERS, f"{private}{os.sep}"))))


def _files(modules: Iterable[ModuleType | None], others: tuple[str, ...]) -> Iterator[str]:
    for module in modules:
        file = None
        with suppress(Exception):  # a script can put anything there
            file = module.__file__  # type: ignore[union-attr]
        if type(file) is str and not file.startswith(others):
            yield file
