"""The folder of one run: the snippet as a file, the job, and the recording that comes back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

SCRIPT = "snippet.py"
"""What a snippet is called on its command line, and wherever the page would show its path."""


class Folder:
    """A private folder, in which a snippet is a file.

    What a reader copies runs as a file, and much of what a file can do takes one: a process pool
    imports it anew, ``inspect`` and ``linecache`` read it, ``__file__`` names it. The file has a
    folder of its own, where the snippet finds nothing of ours.

    Args:
        path: An empty folder, with no symbolic link in its path.

    Attributes:
        job: What to run, for the worker to read.
        result: The recording, once the worker has written it.
    """

    def __init__(self, path: Path) -> None:
        self.job = path / "job.json"
        self.result = path / "result"
        self._script = path / "snippet" / SCRIPT
        self._shown = [
            (_pattern(self._script), SCRIPT),
            (_pattern(self._script.parent), "."),
            (_pattern(path), ".."),
        ]

    def write(self, source: str, job: dict[str, Any]) -> None:
        """Makes the snippet's file, and the job that names it."""
        self._script.parent.mkdir()
        self._script.write_text(source, encoding="utf-8", errors="surrogatepass", newline="\n")
        places = {"script": str(self._script), "result": str(self.result)}
        self.job.write_text(json.dumps({**job, **places}), encoding="utf-8")

    def without_paths(self, text: str) -> str:
        """Text in which no path leads here: they are other ones in each run."""
        for pattern, replacement in self._shown:
            text = pattern.sub(replacement, text)
        return text


def _pattern(path: Path) -> re.Pattern[str]:
    """Matches a path, however its separators were escaped, and as Windows under Wine calls it."""
    anchor = r"(?:[A-Za-z]:[\\/]+|/)"
    return re.compile(anchor + r"[\\/]+".join(map(re.escape, path.parts[1:])))
