"""Paths as a reader sees them: none leads to where a snippet happened to lie."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs_wakepoint.engine.interpreter import PACKAGES, home

SCRIPT = "snippet.py"
"""What a snippet is called on its command line, and wherever the page would show its path."""
FOLDER = "snippet"
"""Its folder, below the one that is private to the run: the snippet finds nothing else there."""
TEMPORARY = "/tmp"  # noqa: S108 - a name, which pages show
"""What the folder that is private to a run is in a sandbox, and is called in any case."""


class Paths:
    """Renames the paths of a run.

    Args:
        private: A pattern for the path of the run's private folder, as `private` makes them.
    """

    def __init__(self, private: str) -> None:
        script, folder = (r"[\\/]+".join((private, *rest)) for rest in _WITHIN)
        self._shown = [
            (re.compile(rf"{script}(?!\w)"), SCRIPT),
            (re.compile(rf"{folder}(?!\w)"), "."),
            (re.compile(private), TEMPORARY),
        ]

    def renamed(self, text: str) -> str:
        """Text in which no path leads there, and the files of our own packages have short ones."""
        for pattern, replacement in self._shown:
            text = pattern.sub(replacement, text)
        for package in PACKAGES:
            text = text.replace(f"{home(package)}/", "")
        return text


_WITHIN = ((FOLDER, re.escape(SCRIPT)), (FOLDER,))


def private(path: Path, *below: str) -> str:
    """A pattern for a path, however its separators were escaped, and as Wine's Windows calls it.

    Args:
        path: The beginning.
        below: Patterns for the names that come behind it.
    """
    anchor = r"(?:[A-Za-z]:[\\/]+|/)"
    return anchor + r"[\\/]+".join((*map(re.escape, path.parts[1:]), *below))
