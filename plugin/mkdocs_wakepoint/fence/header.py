"""The header of a fence: which options it sets, and what is wrong with it.

The header is read here and not by pymdownx.superfences, which takes a header that it cannot read
for no fence at all, in silence. See `mkdocs_wakepoint.fence.preprocessor` for how the two meet.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import Final

from mkdocs_wakepoint.fence.options import READERS
from mkdocs_wakepoint.fence.reader import Reader
from mkdocs_wakepoint.fence.unused_options import unused_options
from mkdocs_wakepoint.snippet import Location, Options, Problem

LANGUAGES: Final = frozenset({"python", "py", "python3"})
WORD: Final = "wakepoint"
COMPARE: Final = "wakepoint-compare"
"""The header of a comparison, whole; see `mkdocs_wakepoint.comparison`."""

_QUOTED: Final = r"""(?:"[^"]*"|'[^']*')"""
_ALL_QUOTES: Final = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"
"""Also those of typography, which are pasted from a page."""
_WORD: Final = re.compile(rf"(?:{_QUOTED}|\S)+")
# A value without quotes ends before the next NAME=, so that one mistake is told as one.
_TOKEN: Final = re.compile(
    rf"""(?P<name>[^\s="']+)(?:\s*=\s*(?P<value>{_QUOTED}|\S*(?:[ \t]+[^\s"'=]+(?=\s|$))*))?"""
    rf"|(?P<stray>{_QUOTED}|\S+)"
)


@dataclass(frozen=True, slots=True)
class Header:
    """What a fence's header says, and what is wrong with it."""

    options: Options
    problems: tuple[Problem, ...]


def header_options(info: str) -> str | None:
    """What a header of ours says beside its language and the word ``wakepoint``.

    Args:
        info: What stands behind the backticks.

    Returns:
        The options as they were written; None if this is no header of ours.
    """
    words = list(_WORD.finditer(info))
    if not words or words[0][0] not in LANGUAGES:
        return None
    ours = next((word for word in words[1:] if word[0] == WORD), None)
    if ours is None:
        return None
    before, after = info[words[0].end() : ours.start()], info[ours.end() :]
    return f"{before.strip()} {after.strip()}".strip()


def comes_close(info: str) -> bool:
    """True for a header that is none of ours and seems to be meant as one."""
    if header_options(info) is not None or info == COMPARE:
        return False
    if info.lower().strip("{.").startswith(COMPARE):
        return True
    words = [
        word.partition("=")[0].strip(".,:").lower()
        for word in re.split(r"[\s{}]+", re.sub(_QUOTED, "", info))
    ]
    if WORD in words:
        return True
    # A mistake in the word itself, or in what parts it from the language.
    return info.lower().lstrip("{. ").startswith("py") and any(
        WORD in re.split("[^a-z]+", word) or difflib.get_close_matches(word, [WORD], 1, 0.85)
        for word in words
    )


def parse(text: str, location: Location, defaults: Options | None = None) -> Header:
    """Reads a header.

    Args:
        text: What it says beside its language and the word ``wakepoint``, see `header_options`:
            ``title="A" show="code output"``.
        location: The line of the fence.
        defaults: What holds where the header says nothing: the page's.
    """
    reader = Reader("option", READERS)
    for match in _TOKEN.finditer(text):
        name, value = match["name"], match["value"]
        mistake = _mistake(match)
        if mistake is not None:
            reader.problem(location, *mistake)
        else:
            reader.take(name, value[1:-1] if value else "", location)
    options = replace(defaults or Options(), **reader.values)
    for what, remedy in unused_options(reader.values, options):
        reader.problem(location, what, remedy)
    return Header(options, tuple(reader.problems))


def _mistake(token: re.Match[str]) -> tuple[str, str] | None:
    """What is wrong with how an option is written; None for one that there is not at all."""
    name, value = token["name"], token["value"]
    if name is None or not re.search(r"\w", name):
        return f"{token[0]} belongs to no option", 'write name="value", and a space between two'
    if name not in READERS:
        return None
    if value is None:
        return f"option {name!r} has no value", f'write {name}="…"'
    if not re.fullmatch(_QUOTED, value):
        bare = value.strip(_ALL_QUOTES)
        return f"the value of {name} is not quoted", f'write {name}="{bare}"'
    return None
