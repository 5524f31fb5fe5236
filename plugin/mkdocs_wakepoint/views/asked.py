"""What an author asks before the run: its choices, and where nothing is walked through, its box."""

from __future__ import annotations

from dataclasses import asdict

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Question
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.markup import element, joined
from wakepoint.recording import Recording
from wakepoint.recording.figures import figures


def choices(question: Question, recording: Recording) -> tuple[tuple[str, ...], int | None]:
    """The answers to choose from and the index of the right one: the author's, or near a figure."""
    if not question.figure:
        return question.choices, question.right
    number: int = asdict(figures(recording))[question.figure]
    near = sorted({max(number - 1, 0), number, number + 1, 2 * number})
    return tuple(map(str, near)), near.index(number)


def asked(question: Question, recording: Recording, key: str, content: Markup) -> Markup:
    """The question, and folded below it what answers it.

    Args:
        question: The author's.
        recording: The run.
        key: Of the snippet.
        content: What the run did, as it would stand there without a question.
    """
    several, right = choices(question, recording)
    answers = element("ul", *(element("li", one) for one in several)) if several else Markup()
    told = Markup() if right is None else element("p", "The right answer: ", several[right], ".")
    text = element("p", element("strong", question.text))
    box = element("div", text, answers, class_="wp-asked", id=f"wp-{key}:ask")
    return joined((box, folded("What the run did", "", joined((told, content)), printed=True)))
