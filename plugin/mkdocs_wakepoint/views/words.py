"""Runs of numbers, causes, long lines and where a run was made, put into few words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from mkdocs_wakepoint.views.limits import CAUSES, TEXT
from wakepoint.recording import Environment

MAX_PILLS = 4
"""More numbers or ranges than this are folded between the first ones and the last one."""

_NUMBER = re.compile(r"\d+")
_BREAKS = (" ,", "(", ".[=")
"""Where a line of code can be broken: best first."""
_FEWEST = 4
"""Characters of a last line."""


def ranges(numbers: Sequence[int]) -> list[str]:
    """Ascending numbers, with three or more neighbours as one range: ``4``, ``6–9``."""
    texts: list[str] = []
    for _, pairs in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        texts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run)
    if len(texts) > MAX_PILLS:
        texts = [*texts[: MAX_PILLS - 2], "…", texts[-1]]
    return texts


def causes(texts: Iterable[str]) -> str:
    """Each cause once; those that differ in a number only as one: ``timer 3 … 9 fired``."""
    unlike: dict[str, list[str]] = {}
    for cause in dict.fromkeys(texts):
        unlike.setdefault(_NUMBER.sub("#", cause), []).append(cut(cause, TEXT))
    parts = [_one(same) for same in unlike.values()]
    more = [f"{len(parts) - CAUSES} other causes"] if len(parts) > CAUSES else []
    return " or ".join(parts[:CAUSES] + more)


def _one(same: list[str]) -> str:
    if len(same) == 1:
        return same[0]
    numbers = [_NUMBER.findall(cause) for cause in same]
    if any(len(found) != 1 for found in numbers):
        return f"{same[0]} … {same[-1]}"
    listed = [match[0] for match in numbers]
    text = ", ".join(listed) if len(listed) < MAX_PILLS else f"{listed[0]} … {listed[-1]}"
    return _NUMBER.sub(text, same[0], count=1)


def times(count: int, what: str) -> str:
    """``1 poll``, ``2 polls``."""
    return f"{count} {what}" + ("" if count == 1 else "s")


def cut(text: str, room: int) -> str:
    """The text, shortened to so many characters."""
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"


def wrap(text: str, room: int, lines: int) -> list[str]:
    """The text on at most so many lines of so many characters, broken where code can be."""
    broken: list[str] = []
    while len(text) > room and len(broken) < lines - 1:
        # A last line of a bracket alone looks like a mistake.
        most = min(room, len(text) - _FEWEST)
        end = next(filter(None, (_last(text, marks, most) for marks in _BREAKS)), room)
        broken.append(text[:end].rstrip())
        text = text[end:]
    return [*broken, cut(text, room)]


def _last(text: str, marks: str, room: int) -> int:
    """Behind the last of the marks in the second half of a line; 0 if there is none."""
    return max(text.rfind(mark, room // 2, room) for mark in marks) + 1


def origin(environment: Environment) -> list[str]:
    """Where a recording comes from: system, Python, and what emulated the backend."""
    emulated = [f"emulated by {environment.emulation}"] if environment.emulation else []
    return [environment.system, environment.python, *emulated]
