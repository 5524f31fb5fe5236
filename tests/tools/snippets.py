"""Runs a snippet as a build does, and tells what the build would say about it."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from mkdocs_wakepoint.engine import Pool, Settings, problems
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from wakepoint.recording import Recording

FENCE = Location("docs/page.md", 10)
"""Where the fence of every snippet stands here; its line 1 is the next one."""


@dataclass(frozen=True)
class Ran:
    """A run and what is wrong with it."""

    recording: Recording
    problems: list[str]

    def written(self, stream: str = "stdout") -> str:
        """What it wrote to a stream."""
        return "".join(piece.text for piece in self.recording.output if piece.stream == stream)


def snippet(source: str, **options: Any) -> Snippet:
    """A snippet in line 10 of ``docs/page.md``."""
    return Snippet(dedent(source), Options(**options), FENCE, "key")


def run(source: str, settings: Settings | None = None, **options: Any) -> Ran:
    """Runs a snippet in a pool of its own."""
    one = snippet(source, **options)
    pool = Pool(settings or Settings())
    try:
        recording = pool.submit(one).result()
    finally:
        pool.close()
    return Ran(recording, [str(problem) for problem in problems(one, recording)])
