"""How a terminal's characters look: ECMA-48's "select graphic rendition", and what became of it.

A page is light or dark and a terminal's colours are made for one of the two. So of a colour its hue
is kept, and the style sheet has a tone of each that can be read on either.
"""

from __future__ import annotations

import colorsys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_HUES: Final = ("red", "yellow", "green", "cyan", "blue", "magenta")
"""Around the circle, from 0 degrees on."""
_NAMED: Final = ("", "red", "green", "yellow", "blue", "magenta", "cyan", "")
"""A terminal's first eight. Black and white are the text's own colour: one of them is unseen."""
_GREY: Final = "grey"
_LEAST_CHROMA: Final = 0.15
_LIGHT_AND_DARK: Final = (0.25, 0.75)
"""Greys between the two are grey; others are black or white."""
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
"""Of each colour in the cube of 216."""

_ON: Final = {
    1: "bold",
    2: "faint",
    3: "italic",
    4: "underlined",
    7: "inverse",
    9: "struck",
    21: "underlined",
}
_OFF: Final = {
    22: ("bold", "faint"),
    23: ("italic",),
    24: ("underlined",),
    27: ("inverse",),
    29: ("struck",),
}
_COLOUR, _GROUND, _UNDERLINE = 38, 48, 58
_RGB, _INDEXED = 2, 5


@dataclass(frozen=True, slots=True)
class Style:
    """How a character looks.

    Attributes:
        colour: A hue, ``grey``, or empty for the text's own.
        ground: The same for what is behind it; ``text`` is the text's own colour there.
        fonts: ``bold``, ``faint``, ``italic``, ``underlined``, ``inverse``, ``struck``.
    """

    colour: str = ""
    ground: str = ""
    fonts: frozenset[str] = frozenset()


PLAIN: Final = Style()


def number(digits: str) -> int:
    """Of a command; the first four digits of a longer one are more than any means."""
    return int(digits[:4] or 0)


def restyled(style: Style, numbers: str) -> Style:
    """The style after a command, ``1;31`` for instance."""
    for code, arguments in _codes(numbers):
        style = _after(style, code, arguments)
    return style


def _codes(numbers: str) -> Iterator[tuple[int, list[int]]]:
    """Each code with its arguments, which stand behind it after colons or after semicolons."""
    left = deque(numbers.split(";"))
    while left:
        code, *arguments = map(number, left.popleft().split(":"))
        if code in (_COLOUR, _GROUND, _UNDERLINE) and not arguments and left:
            arguments = [number(left.popleft())]
            count = {_RGB: 3, _INDEXED: 1}.get(arguments[0], 0)
            arguments += [number(left.popleft()) for _ in range(min(count, len(left)))]
        yield code, arguments


def _after(style: Style, code: int, arguments: list[int]) -> Style:
    if code == 0:
        return PLAIN
    if code in _ON and arguments != [0]:  # 4:0 is no underline, 4:3 a curly one
        return replace(style, fonts=style.fonts | {_ON[code]})
    if off := (_ON[code],) if code in _ON else _OFF.get(code):
        return replace(style, fonts=style.fonts.difference(off))
    tens, unit = divmod(code, 10)
    if unit < 8 and tens in (3, 9):
        return replace(style, colour=_indexed(unit + 8 * (tens == 9)))
    if unit < 8 and tens in (4, 10):
        return replace(style, ground=_indexed(unit + 8 * (tens == 10)) or "text")
    if code in (39, _COLOUR):
        return replace(style, colour=_extended(arguments))
    if code in (49, _GROUND):
        ground = _extended(arguments) or "text" if arguments else ""
        return replace(style, ground=ground)
    return style


def _extended(arguments: list[int]) -> str:
    match arguments:
        case [mode, index] if mode == _INDEXED:
            return _indexed(index)
        case [mode, *_, red, green, blue] if mode == _RGB:  # between may stand a colour space
            return _hue(red, green, blue)
        case _:
            return ""


def _indexed(index: int) -> str:
    """One of 256."""
    if index < 16:
        return _GREY if index == 8 else _NAMED[index % 8]
    if index < 232:
        red, rest = divmod(index - 16, 36)
        green, blue = divmod(rest, 6)
        return _hue(_LEVELS[red], _LEVELS[green], _LEVELS[blue])
    level = 8 + 10 * (min(index, 255) - 232)
    return _hue(level, level, level)


def _hue(*parts: int) -> str:
    red, green, blue = (min(part, 255) / 255 for part in parts)
    hue, lightness, _ = colorsys.rgb_to_hls(red, green, blue)
    if max(red, green, blue) - min(red, green, blue) < _LEAST_CHROMA:
        dark, light = _LIGHT_AND_DARK
        return _GREY if dark <= lightness <= light else ""
    return _HUES[round(hue * len(_HUES)) % len(_HUES)]
