"""The files that a run has imported besides Python and what is installed: its author's own."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from importlib.machinery import all_suffixes
from pathlib import Path

from mkdocs_wakepoint.engine.cache import digest

MOST = 500
"""How many files a run that is kept can depend on."""

_LARGEST = 4 << 20
_SUFFIXES = tuple(all_suffixes())


def digests(paths: Iterable[str], since: float | None = None) -> dict[str, str] | None:
    """A digest of each file; None if one cannot be relied on.

    The paths come from the snippet's process and can be any: what is no ordinary file, or none that
    Python imports, is not read. Some files of the kernel's look ordinary and have no end.

    Args:
        paths: The files.
        since: When the run began. What was changed after that may not be what was imported.
    """
    found: dict[str, str] = {}
    for path in paths:
        one = _digest(Path(path), since)
        if one is None or len(found) == MOST:
            return None
        found[path] = one
    return found


def _digest(path: Path, since: float | None) -> str | None:
    try:
        if not path.name.endswith(_SUFFIXES):
            return None
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _LARGEST:
            return None
        if since is not None and facts.st_mtime >= since:
            return None
        with path.open("rb") as file:  # a file of the kernel's may have no end
            return digest(file.read(facts.st_size) if facts.st_size else b"")
    except (OSError, ValueError):  # a path with NUL in it
        return None
