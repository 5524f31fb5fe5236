"""The kernel calls of a recording in a comparison, in order; each leads to the next of its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.limits import COMPARED_CALLS, LAST_COMPARED_CALLS, VALUE
from mkdocs_wakepoint.views.markup import code, element, joined
from mkdocs_wakepoint.views.strace import call, kernel_calls
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Event, Recording


def _is_listed(place: int, count: int) -> bool:
    """False for a call in the middle of very many."""
    before_fold = COMPARED_CALLS - LAST_COMPARED_CALLS
    return count <= COMPARED_CALLS or not before_fold <= place < count - LAST_COMPARED_CALLS


@dataclass(frozen=True, slots=True)
class _Call:
    """A kernel call of a column: its place among all, its event, and the id that leads to it."""

    place: int
    event: Event
    anchor: str


class CallList:
    """The kernel calls of one recording, which the numbers of a comparison lead to.

    Args:
        heading: What tells the recording from the others.
        recording: The run.
        number: Its column.
        key: Unique in the page.
    """

    def __init__(self, heading: str, recording: Recording, number: int, key: str) -> None:
        self._heading = heading
        events = kernel_calls(recording)
        self._count = len(events)
        self._listed: list[_Call] = []
        self._first: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for place, event in enumerate(events):
            name = event["name"]
            counts[name] += 1
            if _is_listed(place, self._count):
                anchor = f"wp-{key}-{number}-{cut(name, VALUE)}-{counts[name]}"
                self._listed.append(_Call(place, event, anchor))
                if counts[name] == 1:
                    self._first[name] = anchor

    def first_of(self, name: str) -> str:
        """The id of the first call of a name; empty if it is not listed."""
        return self._first.get(name, "")

    def first(self, matches: Callable[[Event], bool]) -> str:
        """The id of the first call that is wanted; empty if none is listed."""
        found = next((one for one in self._listed if matches(one.event)), None)
        if found is None or self._is_behind_fold(found):
            return ""  # behind the fold it may not be the first
        return found.anchor

    def _is_behind_fold(self, one: _Call) -> bool:
        return len(self._listed) < self._count and one.place >= self._count - LAST_COMPARED_CALLS

    def html(self) -> Markup:
        """Every call in order; each leads to the next one of its name."""
        if not self._listed:
            return Markup()
        left_out = self._count - len(self._listed)
        items: list[Markup] = []
        following: dict[str, str] = {}  # the id of the next call of each name
        for one in reversed(self._listed):
            name = one.event["name"]
            onward = Markup()
            if name in following:
                title = f"the next {cut(name, VALUE)}"
                onward = joined((" ", element("a", "↓", href=f"#{following[name]}", title=title)))
            following[name] = one.anchor
            # Behind the fold the numbers are what they would be without it.
            is_behind = left_out > 0 and one.place == self._count - LAST_COMPARED_CALLS
            value = one.place + 1 if is_behind else None
            items.append(element("li", code(call(one.event)), onward, id=one.anchor, value=value))
            if is_behind:
                text = f"{left_out} calls are left out here; the recording has them all"
                items.append(element("li", element("em", text)))
        title = f"The kernel calls of {self._heading}, in order"
        return folded(title, str(self._count), element("ol", *reversed(items)), "wp-calls")
