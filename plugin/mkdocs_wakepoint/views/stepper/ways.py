"""The numbers of the steps that went one way, in as few characters as there is room for."""

from __future__ import annotations

from mkdocs_wakepoint.views.words import MAX_PILLS


class Way:
    """Numbers that are added in ascending order, with neighbours as one range: ``1 4–7``.

    A long loop adds thousands, so only what is shown is kept: the first ranges, and the last one.
    """

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []
        self._skipped = False

    def add(self, number: int) -> None:
        """Adds the next number."""
        if self._ranges and self._ranges[-1][1] == number - 1:
            self._ranges[-1] = (self._ranges[-1][0], number)
            return
        self._ranges.append((number, number))
        if len(self._ranges) > MAX_PILLS:
            del self._ranges[MAX_PILLS - 1]
            self._skipped = True

    @property
    def text(self) -> str:
        """As it is shown."""
        texts = [_text(first, last) for first, last in self._ranges]
        if self._skipped:
            texts.insert(-1, "…")
        return " ".join(texts)


def _text(first: int, last: int) -> str:
    if last - first > 1:
        return f"{first}–{last}"
    return str(first) if first == last else f"{first} {last}"
