"""What can be wrong with a fence as a whole."""

from __future__ import annotations

from mkdocs_wakepoint.fence.preprocessor import Fence
from mkdocs_wakepoint.snippet import Location, Problem


def comes_only_close(location: Location) -> Problem:
    """The header seems to be meant as one of ours."""
    return Problem(
        location,
        "this fence's header names wakepoint but is not one of its fences",
        "write ```python wakepoint and options, or ```wakepoint-compare alone",
    )


def not_recognised(location: Location, fence: Fence) -> Problem:
    """The header is one of ours or close to that, and superfences made no fence of it."""
    if not fence.begins_line:
        remedy = "begin it on a line of its own, indented as the text that it belongs to"
    elif not fence.closed:
        remedy = f"close it with a line {fence.delimiter} that is indented as this one"
    else:
        remedy = "mend the header, or the end, of the fence before it"
    return Problem(location, "this is not recognised as a fence", remedy)


def is_empty(location: Location) -> Problem:
    """Nothing stands in a fence: a file that was to be put in is not there, for instance."""
    remedy = "write one, or correct the name of the file that should be put in here"
    return Problem(location, "there is no snippet in this fence", remedy)


def id_is_taken(location: Location, name: str) -> Problem:
    """Another snippet of the page, or a heading, has the id."""
    return Problem(location, f"the id {name!r} is taken in this page", "choose another")


def is_lowered_in_session(location: Location) -> Problem:
    """A snippet whose lowered form would have to be that of others as well."""
    return Problem(
        location,
        "the lowered form of a snippet that goes on with a session cannot be shown",
        'take "lowered" out of show, or session out of the header',
    )
