"""Which files a run has imported that its author may change: neither Python's nor installed."""

from __future__ import annotations

import os
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

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


def imported(private: Path) -> list[str]:
    """The files of the author's own modules that are imported in this process.

    Args:
        private: The folder of the run, which has nothing of the author's.
    """
    others = (*_OTHERS, f"{private}{os.sep}")
    files = set()
    for module in [*sys.modules.values()]:
        file = None
        with suppress(Exception):  # a script can put anything there
            file = module.__file__
        if type(file) is str and not file.startswith(others):
            files.add(file)
    return sorted(files)
