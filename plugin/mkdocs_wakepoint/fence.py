"""The header of a fence: which options it sets, and what is wrong with it.

The header is read here and not by pymdownx.superfences, which takes a header that it cannot read
for no fence at all, in silence. See `mkdocs_wakepoint.preprocessor` for how the two meet.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from mkdocs_wakepoint.effects import without_effect
from mkdocs_wakepoint.snippet import Location, Options, Problem
from wakepoint import backends
from wakepoint.recording.figures import Figures

LANGUAGES: Final = frozenset({"python", "py", "python3"})
WORD: Final = "wakepoint"
COMPARE: Final = "wakepoint-compare"
"""The header of a comparison, whole; see `mkdocs_wakepoint.comparison`."""

VIEWS: Final = {
    "code": "the snippet, without its hidden lines",
    "output": "what it wrote to standard output and standard error",
    "machine": "the state machine of each coroutine function that ran, as a diagram",
    "table": "the same machines as tables of states and saved variables",
    "timeline": "who ran when, and who woke whom",
    "lowered": "the explicit form of its coroutines beside it, both run and compared",
    "kernel": "the kernel calls, folded",
}
"""What `show` can name, and what that draws."""

FIGURES: Final = tuple(field.name for field in fields(Figures) if field.type in (int, "int"))
"""What ``expect`` can name: the numbers among the fields of `wakepoint.recording.figures`."""

BACKENDS: Final = ("auto", *backends.NAMES)

_QUOTED: Final = r"""(?:"[^"]*"|'[^']*')"""
_WORD: Final = re.compile(rf"(?:{_QUOTED}|\S)+")
_DEFAULTS: Final = re.compile(rf"{WORD}\s*:")
# A value without quotes ends before the next NAME=, so that one mistake is told as one.
_TOKEN: Final = re.compile(
    rf"""(?P<name>[^\s="']+)(?:\s*=\s*(?P<value>{_QUOTED}|\S*(?:[ \t]+[^\s"'=]+(?=\s|$))*))?"""
    rf"|(?P<stray>{_QUOTED}|\S+)"
)


class OptionError(ValueError):
    """An option's value that cannot be; its text says what can."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a fence's header says, and what is wrong with it."""

    options: Options
    problems: tuple[Problem, ...]


def said(info: str) -> str | None:
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
    if said(info) is not None or info == COMPARE:
        return False
    if info.lower().strip("{.").startswith(COMPARE):
        return True
    bare = re.sub(_QUOTED, "", info)
    return any(
        word.partition("=")[0].strip(".,:").lower() == WORD for word in re.split(r"[\s{}]+", bare)
    )


def parse(text: str, location: Location, defaults: Options | None = None) -> Header:
    """Reads a header.

    Args:
        text: What stands behind the word ``wakepoint``: ``title="A" show="code output"``.
        location: The line of the fence.
        defaults: What holds where the header says nothing: the page's, see `page_defaults`.
    """
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text):
        name, value = match["name"], match["value"]
        if name is None:
            wrong.append((f"{match['stray']} belongs to no option", 'write name="value"'))
        elif name not in _READERS:
            wrong.append(_unknown(name))
        elif value is None:
            wrong.append((f"option {name!r} has no value", f'write {name}="…"'))
        elif not re.fullmatch(_QUOTED, value):
            bare = value.strip("\"'")
            wrong.append((f"the value of {name} is not quoted", f'write {name}="{bare}"'))
        elif name in values:
            wrong.append((f"option {name!r} is given twice", "keep one of them"))
        else:
            _take(name, value[1:-1], values, wrong)
    options = replace(defaults or Options(), **values)
    wrong += without_effect(values, options)
    return Header(options, _problems(wrong, location))


def page_defaults(values: object, location: Location) -> Header:
    """Reads what a page's front matter says under ``wakepoint:``.

    Args:
        values: The mapping, as YAML gives it.
        location: The line of ``wakepoint:``.
    """
    if not isinstance(values, Mapping):
        problem = Problem(location, "wakepoint is no mapping", "write options under it, show: code")
        return Header(Options(), (problem,))
    taken: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in values.items():
        _take(str(name), _plain(value), taken, wrong)
    return Header(Options(**taken), _problems(wrong, location))


def defaults_line(lines: Sequence[str]) -> int:
    """The line of a page's front matter in which its defaults begin."""
    return next((n for n, text in enumerate(lines, 1) if _DEFAULTS.match(text)), 1)


def _problems(wrong: list[tuple[str, str]], location: Location) -> tuple[Problem, ...]:
    return tuple(Problem(location, what, remedy) for what, remedy in wrong)


def _plain(value: object) -> str:
    """A value from YAML as an author would have typed it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _take(name: str, value: str, into: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    if name not in _READERS:
        wrong.append(_unknown(name))
        return
    try:
        into[name] = _READERS[name](value)
    except OptionError as error:
        wrong.append((f"{name}={value!r} cannot be", str(error)))


def _unknown(name: str) -> tuple[str, str]:
    for meant in (name.replace("-", "_"), name.replace("-", "")):
        if meant in _READERS:
            return f"option {name!r} has a hyphen", f"write {meant}"
    near = difflib.get_close_matches(name, _READERS, n=1)
    hint = f"write {near[0]}" if near else f"the options are {', '.join(_READERS)}"
    return f"there is no option {name!r}", hint


# -- one reader for each kind of value --------------------------------------------------------


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise OptionError('give seconds, such as timeout="5"')
    return seconds


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise OptionError(f"choose one of {', '.join(choices)}")
        return value

    return read


def _views(value: str) -> tuple[str, ...]:
    views = tuple(value.replace(",", " ").split())
    for view in views:
        if view not in VIEWS:
            raise OptionError(f"there is no view {view!r}; choose of {', '.join(VIEWS)}")
        if views.count(view) > 1:
            raise OptionError(f"name {view} once")
    return views


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise OptionError("write yes or no")
    return value == "yes"


def _figures(value: str) -> dict[str, int]:
    found = {}
    for part in value.split():
        name, _, number = part.partition("=")
        if name not in FIGURES or not re.fullmatch("[0-9]{1,15}", number):
            raise OptionError(f"write figures such as polls=6; there are {', '.join(FIGURES)}")
        found[name] = int(number)
    return found


def _matching(pattern: str, advice: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise OptionError(advice)
        return value

    return read


def _lines(value: str) -> str:
    for part in value.split():
        found = re.fullmatch("([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", part)
        if not found or int(found[2] or found[1]) < int(found[1]):
            raise OptionError('give lines, such as hl_lines="2 4-6"')
    return value


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "title": str,
    "id": _matching(r"[a-z][a-z0-9-]*", "begin with a small letter; use small letters, digits, -"),
    "show": _views,
    "backend": _one_of(*BACKENDS),
    "timeout": _seconds,
    "expect_error": _matching(r"[A-Za-z_][\w.]*", "name one exception type"),
    "expect": _figures,
    "machine": _matching(r"[A-Za-z_][\w.]*", "name one coroutine function of the snippet"),
    "run": _yes_or_no,
    "hl_lines": _lines,
    "linenums": _matching(r"([1-9][0-9]{0,5})?", "give the first line number, from 1 up"),
}

assert set(_READERS) == {field.name for field in fields(Options)}
