"""The header of a fence: which options it sets, and what is wrong with it.

The header is read here and not by pymdownx.superfences, which takes a header that it cannot read
for no fence at all, in silence. See `mkdocs_wakepoint.preprocessor` for how the two meet.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from mkdocs_wakepoint.snippet import Location, Options, Problem

LANGUAGES: Final = frozenset({"python", "py", "python3"})
WORD: Final = "wakepoint"
VIEWS: Final = (
    "code",
    "output",
    "machine",
    "table",
    "timeline",
    "stepper",
    "kernel",
    "lowered",
    "checks",
)
BACKENDS: Final = ("auto", "epoll", "kqueue", "iocp", "io_uring", "simulated")

_TOKEN: Final = re.compile(
    r"""(?P<name>[^\s=]+)(?:=(?P<value>"[^"]*"|'[^']*'|\S*))?""",
)


class OptionError(ValueError):
    """An option's value that cannot be; its text says what can."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a fence's header says, and what is wrong with it."""

    options: Options
    problems: tuple[Problem, ...]


def parse(text: str, location: Location, defaults: Mapping[str, Any] | None = None) -> Header:
    """Reads a header.

    Args:
        text: What stands behind the word ``wakepoint``: ``title="A" show="code output"``.
        location: The line of the fence.
        defaults: The page's own defaults, from its front matter.
    """
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in (defaults or {}).items():
        _take(str(name), value if isinstance(value, str) else _plain(value), values, wrong)
    for match in _TOKEN.finditer(text):
        name, value = match["name"], match["value"]
        if name not in _READERS:
            wrong.append(_unknown(name))
        elif value is None:
            wrong.append((f"option {name!r} has no value", f'write {name}="…"'))
        elif value[:1] not in ('"', "'"):
            wrong.append((f"the value of {name} is not quoted", f'write {name}="{value}"'))
        else:
            _take(name, value[1:-1], values, wrong)
    problems = tuple(Problem(location, what, remedy) for what, remedy in wrong)
    return Header(Options(**values), problems)


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
    underscored = name.replace("-", "_")
    if underscored in _READERS:
        return f"option {name!r} has a hyphen", f"write {underscored}"
    near = difflib.get_close_matches(underscored, _READERS, n=1)
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
    return views


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise OptionError("write yes or no")
    return value == "yes"


def _figures(value: str) -> dict[str, int]:
    found = {}
    for part in value.split():
        name, _, number = part.partition("=")
        if name not in FIGURES or not number.isdigit():
            raise OptionError(f"write figures such as polls=6; there are {', '.join(FIGURES)}")
        found[name] = int(number)
    return found


def _matching(pattern: str, advice: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise OptionError(advice)
        return value

    return read


FIGURES: Final = (
    "tasks",
    "polls",
    "vain",
    "entered",
    "suspended",
    "wakes",
    "idle_wakes",
    "parked",
    "events",
    "timers",
    "received",
    "sent",
)
"""What ``expect`` can name: the numbers among the fields of `wakepoint.recording.figures`."""

_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "title": str,
    "id": _matching(r"[A-Za-z][\w-]*", "begin with a letter; use letters, digits, - and _"),
    "show": _views,
    "backend": _one_of(*BACKENDS),
    "clock": _one_of("real", "virtual"),
    "timeout": _seconds,
    "expect_error": _matching(r"[A-Za-z_][\w.]*", "name one exception type"),
    "expect": _figures,
    "machine": _matching(r"[A-Za-z_][\w.]*", "name one coroutine function of the snippet"),
    "run": _yes_or_no,
    "hl_lines": _matching(r"[\d\s-]+", 'give lines, such as hl_lines="2 4-6"'),
    "linenums": _matching(r"\d+", "give the first line number"),
}

assert set(_READERS) == {field.name for field in fields(Options)}
