"""When a path is taken: the decisions on it, merged over all paths, in the source's words.

A decision is a test and its outcome. What leads to a place is a set of alternatives, each of
them decisions that all hold: a disjunctive normal form, kept small.
"""

from __future__ import annotations

import functools
import operator
from typing import NamedTuple

_MOST_ALTERNATIVES = 16
_MOST_SHOWN = 3
_MOST_DECISIONS_SHOWN = 6


class Test(NamedTuple):
    """Something that has two outcomes.

    Attributes:
        kind: ``truth``, ``comparison``, ``none``, ``loop``, ``case``, ``raised``, ``group`` or
            ``swallow``: how to say it.
        where: The place in the source; the same test compiled twice is one test.
        text: What is tested, in the source's words.
        choice: The place of the ``match`` or ``try`` that it is one case or handler of.
    """

    kind: str
    where: tuple[int, ...]
    text: str
    choice: tuple[int | None, ...] | None = None


class Decision(NamedTuple):
    """A test and its outcome."""

    test: Test
    holds: bool


class Condition(NamedTuple):
    """What has to hold for a path to be taken: one of the alternatives.

    Attributes:
        alternatives: Each the bits of decisions that all hold: bit ``2 * number`` if the test of
            that number holds, bit ``2 * number + 1`` if it does not.
        exact: False if more than that has to hold, which was too much to keep.
    """

    alternatives: tuple[int, ...]
    exact: bool = True


ALWAYS = Condition((0,))


class Conditions:
    """Conditions over the tests of one coroutine.

    The same two conditions are merged again and again on the way round a loop, so what came of
    it is kept.
    """

    def __init__(self) -> None:
        self._numbers: dict[Test, int] = {}
        self._tests: list[Test] = []
        self._merged: dict[tuple[Condition, Condition], Condition] = {}
        self._extended: dict[tuple[Condition, int, bool], Condition] = {}

    def after(self, condition: Condition, decision: Decision) -> Condition:
        """This, and then a decision. One about the same test as an earlier one replaces it."""
        number = self._numbers.setdefault(decision.test, len(self._tests))
        if number == len(self._tests):
            self._tests.append(decision.test)
        key = (condition, number, decision.holds)
        extended = self._extended.get(key)
        if extended is None:
            clear = ~(3 << 2 * number)
            bit = 1 << 2 * number + (not decision.holds)
            alternatives = {one & clear | bit for one in condition.alternatives}
            extended = self._extended[key] = _condition(alternatives, condition.exact)
        return extended

    def either(self, one: Condition, other: Condition) -> Condition:
        """One or the other."""
        if one == other:
            return one
        key = (one, other)
        merged = self._merged.get(key)
        if merged is None:
            alternatives = {*one.alternatives, *other.alternatives}
            merged = _condition(alternatives, one.exact and other.exact)
            self._merged[key] = merged
        return merged

    def words(self, condition: Condition) -> str | None:
        """The condition in one line; None if there is none that can be said."""
        decisions = sum(each.bit_count() for each in condition.alternatives)
        too_long = len(condition.alternatives) > _MOST_SHOWN or decisions > _MOST_DECISIONS_SHOWN
        if too_long or not condition.exact:
            return None
        tests = self._tests
        alternatives = {_without_implied(each, tests) for each in condition.alternatives}
        _simplify(alternatives)
        texts = {_alternative(_decisions(each, tests)) for each in alternatives}
        return " or ".join(sorted(texts, key=lambda text: (len(text), text))) or None


def _condition(alternatives: set[int], exact: bool) -> Condition:
    if len(alternatives) > 1:
        _simplify(alternatives)
        if len(alternatives) > _MOST_ALTERNATIVES:
            return Condition((functools.reduce(operator.and_, alternatives),), exact=False)
    return Condition(tuple(sorted(alternatives)), exact)


def _simplify(alternatives: set[int]) -> None:
    while any(_simplified_by(one, alternatives) for one in alternatives):
        pass


def _simplified_by(one: int, alternatives: set[int]) -> bool:
    """Makes another alternative simpler, if there is one that can be; True if there was."""
    opposites = _opposite(one)
    for other in alternatives:
        if other == one:
            continue
        if one & other == one:  # "a, or a and b" is "a"
            alternatives.discard(other)
            return True
        opposite = opposites & other
        if opposite and not opposite & opposite - 1 and not one & ~_opposite(opposite) & ~other:
            # "a and b, or not a and b and c" is "a and b, or b and c"
            alternatives.discard(other)
            alternatives.add(other & ~opposite)
            return True
    return False


def _opposite(bits: int) -> int:
    holds = _even_bits(1 << bits.bit_length().bit_length())
    return (bits & holds) << 1 | bits >> 1 & holds


@functools.cache
def _even_bits(count: int) -> int:
    """The bits of tests that hold, among so many."""
    return ((1 << count) - 1) // 3


def _decisions(bits: int, tests: list[Test]) -> list[Decision]:
    decisions = []
    while bits:
        bit = (bits & -bits).bit_length() - 1
        bits &= bits - 1
        decisions.append(Decision(tests[bit // 2], not bit % 2))
    return decisions


def _without_implied(bits: int, tests: list[Test]) -> int:
    """Leaves out what goes without saying: to reach ``except B`` it was not the A before."""
    decisions = _decisions(bits, tests)
    choices = {each.test.choice for each in decisions if each.holds} - {None}
    if not choices:
        return bits
    explicit = 0
    left = bits
    for each in decisions:
        bit = left & -left
        left ^= bit
        if each.holds or each.test.choice not in choices:
            explicit |= bit
    return explicit


# --- in words -----------------------------------------------------------------------------------

_WORDS = {
    ("truth", True): "{} is truthy",
    ("truth", False): "{} is falsy",
    ("comparison", True): "{}",
    ("comparison", False): "not {}",
    ("none", True): "{} is None",
    ("none", False): "{} is not None",
    ("loop", True): "{} has another item",
    ("loop", False): "{} is exhausted",
    ("case", True): "case {}",
    ("case", False): "not case {}",
    ("raised", True): "{} raised",
    ("raised", False): "another exception than {} raised",
    ("group", True): "{} in the group raised",
    ("group", False): "no {} in the group raised",
    ("swallow", True): "{} swallows the exception",
    ("swallow", False): "{} lets the exception pass",
}


def _alternative(decisions: list[Decision]) -> str:
    ordered = sorted(decisions, key=lambda each: (each.test.where, each.test.kind))
    return " and ".join(
        dict.fromkeys(_WORDS[each.test.kind, each.holds].format(each.test.text) for each in ordered)
    )
