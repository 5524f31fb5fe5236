"""The parts that sentences on a run are put together from."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.limits import TEXT
from mkdocs_wakepoint.views.markup import code, element, joined
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Event

READY = {"READ": "can be read", "WRITE": "can be written"}
"""What a descriptor is like once an interest in it is met."""


def sentence(*parts: Markup | str) -> Markup:
    """Its parts, in a row."""
    return joined(parts)


def strong(word: str) -> Markup:
    """The word that says what kind of step it is."""
    return element("strong", word)


def task(event: Event, word: str = "task") -> Markup | str:
    """Which task it is about."""
    task = event["task"]
    return f"{word} of nobody" if task is None else element("b", f"{word} {task}")


def the_task(event: Event) -> Markup | str:
    """The same at the beginning of a sentence."""
    return task(event, "Task")


def error(event: Event) -> Markup:
    """An exception, with its message."""
    return code(cut(f"{event['error']}: {event['message']}".rstrip(": "), TEXT))


def actor(by: str) -> str:
    """Who does something, at the beginning of a sentence."""
    return {"executor": "The executor", "reactor": "The reactor", "waker": "The waker"}.get(
        by, by[:1].upper() + by[1:]
    )


def by_whom(by: str) -> str:
    """Who does something, behind what is done; nothing, if that is the waker's own matter."""
    if by == "thread":
        return " by another thread"
    return f" by {by}" if by.startswith("task ") else ""


def ordinal(number: int) -> str:
    """As in ``1st``."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    return f"{number}{ending}"


def listed(things: list[str]) -> str:
    """The first three different ones."""
    several = list(dict.fromkeys(things))[:3]
    return " or ".join(several)
