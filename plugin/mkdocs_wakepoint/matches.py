"""What two lists of lines have in common, in order.

A line that occurs once in each is surely the same line. So these come first, as in a patience diff,
and whatever is the same around them. `difflib` by itself takes the longest run of lines, and where
lines repeat that is often another place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

Match = tuple[int, int, int]
"""The index of the first line in either list, and how many lines are the same."""


def matches(
    ours: Sequence[str], theirs: Sequence[str], says_nothing: Callable[[str], bool]
) -> Iterator[Match]:
    """The runs of lines that stand in both, in order.

    Args:
        ours: A list of lines.
        theirs: The other.
        says_nothing: True for a line that is the same in many texts.
    """
    pairs = _in_order(_once_in_each(ours, theirs, says_nothing))
    if not pairs:
        longest = SequenceMatcher(_is_blank, ours, theirs, autojunk=False)
        for i, j, size in longest.get_matching_blocks():
            if not all(map(says_nothing, ours[i : i + size])):
                yield i, j, size
        return
    i_end = j_end = 0
    for i, j in pairs:
        if i < i_end or j < j_end:
            continue  # within the run before
        before = same_at_start(reversed(ours[i_end:i]), reversed(theirs[j_end:j]))
        behind = same_at_start(ours[i:], theirs[j:])
        yield i - before, j - before, before + behind
        i_end, j_end = i + behind, j + behind


def _is_blank(line: str) -> bool:
    return not line


def _once_in_each(
    ours: Sequence[str], theirs: Sequence[str], says_nothing: Callable[[str], bool]
) -> list[tuple[int, int]]:
    counts = Counter(ours), Counter(theirs)
    where = {line: index for index, line in enumerate(theirs)}
    return [
        (index, where[line])
        for index, line in enumerate(ours)
        if counts[0][line] == counts[1][line] == 1 and not says_nothing(line)
    ]


def _in_order(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection of pairs in which both numbers rise; the first ones do."""
    ends: list[int] = []  # the least second number with which a selection of each length ends
    lengths = []
    for _, number in pairs:
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        lengths.append(length)
    chosen: list[tuple[int, int]] = []
    needed = len(ends) - 1
    for pair, length in zip(reversed(pairs), reversed(lengths), strict=True):
        if length == needed and (not chosen or pair[1] < chosen[-1][1]):
            chosen.append(pair)
            needed -= 1
    return chosen[::-1]


def same_at_start(ours: Iterable[str], theirs: Iterable[str]) -> int:
    """How many lines are the same from the beginning on."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False))
    )
