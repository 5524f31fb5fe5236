"""``mkdocs-wakepoint record``: keeps what the snippets of a site do on this platform."""

from __future__ import annotations

from pathlib import Path

from mkdocs_wakepoint.engine import Pool
from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.record import record_pages
from mkdocs_wakepoint.views.words import times


def record(pages: Pages, out: Path, pool: Pool, backend: str) -> int:
    """Runs, keeps, and prints what was left out.

    Args:
        pages: The site's.
        out: The folder of the store.
        pool: Runs the snippets.
        backend: Runs those that do not ask for one themselves.

    Returns:
        The exit status: 1 if there was a problem.
    """
    recorded = record_pages(pages, out, pool, backend)
    for problem in (*recorded.left_out, *recorded.problems):
        print(problem)
    for path in recorded.removed:
        print(f"removed {path}, which belongs to no snippet any more")
    print(f"{times(len(recorded.files), 'recording')} in {out}")
    return 1 if recorded.problems else 0
