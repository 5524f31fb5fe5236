"""``mkdocs-wakepoint record``: keeps what the snippets of a site do on this platform."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence

from mkdocs_wakepoint.commands import opening
from mkdocs_wakepoint.engine import own_backend, why_not
from mkdocs_wakepoint.record import record_pages
from mkdocs_wakepoint.views.words import times


def main(options: argparse.Namespace) -> int:
    """Runs, keeps, and prints what was left out.

    Returns:
        The exit status: 1 if there was a problem.

    Raises:
        OSError: If the Python that is named does not start.
        ValueError: If there is no page, or no such backend.
    """
    if not options.docs.is_dir():
        raise ValueError(f"{options.docs} is no folder")
    pages = opening.pages(options.docs)
    python = shlex.split(options.python or "") or [sys.executable]
    backend = _backend(options, python)
    with opening.pool(options, pages, python) as pool:
        recorded = record_pages(pages, options.out, pool, backend)
    if not recorded.pages:
        raise opening.none_in(options.docs)
    for problem in (*recorded.left_out, *recorded.problems):
        print(problem)
    for path in recorded.removed:
        print(f"removed {path}, which belongs to no snippet any more")
    print(f"{times(len(recorded.files), 'recording')} in {options.out}")
    return 1 if recorded.problems else 0


def _backend(options: argparse.Namespace, python: Sequence[str]) -> str:
    """The backend to record; what ``auto`` is, the Python says that runs the snippets.

    Raises:
        ValueError: If it cannot be had.
    """
    if options.python:
        return own_backend(python) if options.backend == "auto" else str(options.backend)
    if reason := why_not(options.backend):
        raise ValueError(reason)
    return str(options.backend)
