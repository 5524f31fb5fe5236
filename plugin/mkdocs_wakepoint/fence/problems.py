"""What can be wrong with a fence as a whole."""

from __future__ import annotations

from mkdocs_wakepoint.snippet import Location, Problem


def comes_only_close(location: Location) -> Problem:
    """The header seems to be meant as one of ours."""
    return Problem(
        location,
        "this fence's header names wakepoint but is not one of its fences",
        "write ```python wakepoint and options, or ```wakepoint-compare alone",
    )


def not_recognised(location: Location) -> Problem:
    """The header is one of ours, and superfences made no fence of it."""
    return Problem(
        location,
        "this is not recognised as a fence",
        "begin it on a line of its own, close it, and mend the header of the fence before it",
    )


def id_is_taken(location: Location, name: str) -> Problem:
    """Another snippet of the page has the id."""
    return Problem(location, f"the id {name!r} is taken in this page", "choose another")
