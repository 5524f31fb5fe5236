"""The option ``ask``: a question, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mkdocs_wakepoint.fence.reader import OptionError
from mkdocs_wakepoint.snippet import Question

# A = close behind one of the others may be the end of ==, !=, <= or >=.
_OF_A_FIGURE = re.compile(r"(?P<text>.*\S(?=\s)|.*[^\s=!<>])\s*=\s*(?P<figure>\w+)", re.DOTALL)
_ADVICE = 'write a question, and choices behind it: ask="How many polls? | 3 | *4 | 5"'


def question(value: str, figures: Sequence[str]) -> Question:
    """Reads a question: with choices, ``A? | 1 | *2``, with a figure, ``A? = polls``, or alone.

    Args:
        value: As it was typed.
        figures: Those that can be the answer.

    Raises:
        OptionError: If it is none.
    """
    text, *choices = (part.strip() for part in value.split("|"))
    if not text:
        raise OptionError(_ADVICE)
    if choices:
        return _with_choices(text, choices)
    match = _OF_A_FIGURE.fullmatch(text)
    if match is None:
        return Question(text)
    if match["figure"] not in figures:
        raise OptionError(f"write a figure of the run behind =; there are {', '.join(figures)}")
    return Question(match["text"], figure=match["figure"])


def _with_choices(text: str, choices: Sequence[str]) -> Question:
    right = [index for index, choice in enumerate(choices) if choice.startswith("*")]
    plain = tuple(choice.removeprefix("*").lstrip() for choice in choices)
    if len(choices) < 2:
        raise OptionError("give two choices or more, each behind a |")
    if not all(plain):
        raise OptionError("leave no choice empty, and none of the | out of place")
    if len({*plain}) < len(plain):
        raise OptionError("give each choice once")
    if len(right) != 1:
        raise OptionError("mark the one right choice with *, such as | 3 | *4 | 5")
    return Question(text, plain, right[0])
