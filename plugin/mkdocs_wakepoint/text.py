"""Text that came from a run, an author or a file name, made safe to look at.

A control character does things instead of being seen: it moves a terminal's cursor, forges a line
of a log, turns the reading direction around, and NUL is a parse error in HTML.
"""

from __future__ import annotations

import re
from typing import Final

ESCAPE_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]*[0-Z\\^-~]"
)
"""What a terminal takes for a command and does not show (ECMA-48)."""

_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"
    "\u202a-\u202e\u2066-\u2069"  # these turn the direction of what follows (Unicode's UAX 9)
    "\u2028\u2029\ud800-\udfff"  # these end a line; half a surrogate pair is no character
    "\ufdd0-\ufdef"  # neither are these, nor the last two of each plane; XML forbids some
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Text without a terminal's commands, and with a sign for each other control character.

    Example:
        >>> visible("\x1b[1mbold\x1b[0m and\x07")
        'bold and␇'

    Args:
        text: Any text.
        keep: Control characters that stay.
    """
    if text.isascii() and text.isprintable():  # most texts are
        return text
    return with_signs(ESCAPE_SEQUENCE.sub("", text), keep=keep)


def with_signs(text: str, *, keep: str = "\n\t") -> str:
    """Text with a sign for each control character, also for those that begin a command.

    Args:
        text: Any text.
        keep: Control characters that stay.
    """

    def sign(match: re.Match[str]) -> str:
        character = match[0]
        if character in keep:
            return character
        number = ord(character)
        if number < 0x20:
            return chr(0x2400 + number)  # U+2400 to U+2421 are their pictures
        return "\u2421" if number == 0x7F else character.encode("unicode_escape").decode()

    return _UNSEEN.sub(sign, text)


def in_one_line(text: str) -> str:
    """Text for a line of a log: visible, its own lines joined by spaces."""
    return visible(" ".join(text.split()), keep="")


def lines_of(text: str) -> list[str]:
    """The lines of a source as Python and Markdown count them, who do not break at form feeds.

    `str.splitlines` does, and at six other characters.
    """
    return text.removesuffix("\n").split("\n") if text else []
