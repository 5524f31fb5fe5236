"""The pages of a site as they were written: nothing of ours may be an empty place in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.snippet import Location, Problem


def fill_written(
    site: Path,
    batch: Batch,
    finished: Callable[[str, str], str],
    located: Callable[..., str],
) -> Iterator[str]:
    """Fills the places in pages that were written past us, or changed behind us.

    Args:
        site: The folder of the site.
        batch: Has what belongs there.
        finished: Makes a page of its HTML, given that and the page's address in the site.
        located: Tells how a path in the site is reached from ``other``, an address in it.

    Yields:
        The address of each page in which a place stays empty, as its markup was changed.
    """
    for path in sorted(site.rglob("*.html")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if not batch.holds(text):
            continue
        name = path.relative_to(site).as_posix()
        filled = batch.fill(text, partial(located, other=name))
        if filled != text:
            path.write_bytes(finished(filled, name).encode("utf-8", "surrogateescape"))
        if batch.holds(filled):
            yield name


def left_empty(page: str) -> Problem:
    """A place of which nobody can tell any more where it begins and ends."""
    return Problem(
        Location(page, 1),
        "this page was made or changed behind Wakepoint, and a snippet's place in it is empty",
        "have the plugin or hook that does so run in on_page_content or before",
    )
