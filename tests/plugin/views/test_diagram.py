"""The picture of any machine, whichever runs it had: nothing is lost, and it fits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views.context import Shown
from mkdocs_wakepoint.views.diagram import WIDTHS, Diagram
from mkdocs_wakepoint.views.edges import badge
from mkdocs_wakepoint.views.layout import lay_out
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.story import Instance, Visit
from wakepoint.machine.model import (
    Machine,
    Span,
    State,
    StateKind,
    Transition,
    Variable,
    VariableKind,
)

NAMES = ("a", "data", "a_name_that_is_long_" * 4)
LINES = SourceLines(Snippet("", Options(), Location("page.md", 1), "key"), "x\n" * 100)
Way = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """A machine with its runs, of which the first is shown."""

    shown: Shown
    ways: frozenset[Way]

    @property
    def machine(self) -> Machine:
        return self.shown.instance.machine

    @property
    def taken(self) -> set[Way]:
        """The ways that any run took."""
        return {(step.source, step.target) for run in self.shown.runs for step in run.steps}


def machine(count: int, ways: frozenset[Way], texts: list[str]) -> Machine:
    """A machine with so many states between its start and its ends."""
    variables = tuple(Variable(name, VariableKind.LOCAL, name == "a") for name in NAMES)
    inner = (
        State(n, StateKind.AWAIT, texts[n % len(texts)], Span(n, 0, n, 9), variables=variables)
        for n in range(1, count + 1)
    )
    kinds = (StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED)
    ends = (State(count + n, kind, "", None) for n, kind in enumerate(kinds, 1))
    states = (State(0, StateKind.START, "main()", Span(1, 0, 1, 9)), *inner, *ends)
    transitions = (Transition(*way, texts[sum(way) % len(texts)]) for way in sorted(ways))
    return Machine("main", "main", "x.py", 1, "coroutine", states, tuple(transitions))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    count = draw(st.integers(0, 60))
    sources, targets = st.integers(0, count), st.integers(1, count + 1)
    ways = draw(st.frozensets(st.tuples(sources, targets), max_size=80))
    texts = draw(st.lists(st.text("abc. ()[]=", max_size=90), min_size=1, max_size=3))
    made = machine(count, ways, texts)
    runs = tuple(draw(run(made)) for _ in range(draw(st.integers(0, 3))))
    instance = runs[0] if runs else Instance(0, made, None, None, {})
    return Case(Shown(instance, "wp-key-main", runs, made.states), ways)


@st.composite
def run(draw: st.DrawFn, of: Machine) -> Instance:
    """A run that goes where it likes, as after an exception it may."""
    made = Instance(1, of, 1, None, {})
    last = len(of.states) - 4
    for n, state in enumerate(draw(st.lists(st.integers(1, max(last, 1)), max_size=12))):
        if state > last:
            continue
        made.step(state, draw(st.sampled_from(["timer 1 fired", "fd 5 readable", "x" * 80])))
        bound = draw(st.sets(st.sampled_from(NAMES)))
        visit = Visit(state, dict.fromkeys(bound, "1" * 70), "Sleep", n)
        visit.suspended = draw(st.integers(0, 2))
        made.enter(visit)
    end = draw(st.sampled_from([None, StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED]))
    if end is not None:
        made.step(of.terminal(end).index, "let go")
        made.end, made.result = end, "Ready(None)"
    return made


def svg(diagram: Diagram) -> Tag:
    (places,) = lay_out([diagram.dot()])
    found = BeautifulSoup(diagram.svg(places), "html.parser").select_one("svg")
    assert found is not None
    return found


def number(tag: Tag, name: str) -> int:
    return int(str(tag[name]))


@settings(max_examples=30)
@given(cases())
def test_every_state_is_in_one_box(case: Case) -> None:
    diagram = Diagram(case.shown, LINES)
    held = [index for box in diagram.boxes for index in range(box.first, box.last + 1)]
    assert sorted(held) == [*range(len(case.machine.states))]
    states = svg(diagram).select("[data-state]")
    shown = [number(tag, "data-state") for tag in states]
    assert shown == sorted(set(shown))
    reached = {run.end for run in case.shown.runs}
    for kind in (StateKind.RAISED, StateKind.DROPPED):
        assert (case.machine.terminal(kind).index in shown) == (kind in reached)


@settings(max_examples=30)
@given(cases())
def test_every_way_has_an_arrow_or_is_counted(case: Case) -> None:
    diagram = Diagram(case.shown, LINES)
    drawn = sum(edge.ways for edge in diagram.thinned.edges)
    folded = sum(edge.ways for some in diagram.thinned.folded.values() for edge in some)
    assert drawn + folded + diagram.within == len(case.ways | case.taken)
    picture = svg(diagram)
    assert sum(number(tag, "data-ways") for tag in picture.select("[data-ways]")) == folded
    assert len(picture.select("[data-to]")) == len(diagram.thinned.edges)


@settings(max_examples=30)
@given(cases())
def test_a_way_that_any_run_took_has_an_arrow_with_room_for_its_steps(case: Case) -> None:
    diagram = Diagram(case.shown, LINES)
    homes = {index: box.first for box in diagram.boxes for index in range(box.first, box.last + 1)}
    picture = svg(diagram)
    arrows = {
        (number(tag, "data-from"), number(tag, "data-to")): tag
        for tag in picture.select("[data-to]")
    }
    for source, target in case.taken:
        if homes[source] == homes[target] and (source, target) != (homes[source], homes[source]):
            continue  # within a box of several
        arrow = arrows.get((homes[source], homes[target]))
        if arrow is None:
            assert source == target
            continue
        (text,) = arrow.select("[data-badge] text")
        assert len(text.get_text()) <= number(text, "data-room")
        steps = case.shown.instance.steps_from(source).get(target)
        assert not steps or "wp-untaken" not in arrow["class"]
        if not steps and (source, target) == (homes[source], homes[target]):
            assert ("wp-untaken" in arrow["class"]) == (text.get_text() == "")


@settings(max_examples=30)
@given(cases())
def test_a_picture_fits_and_its_texts_do(case: Case) -> None:
    picture = svg(Diagram(case.shown, LINES))
    assert number(picture, "width") in WIDTHS
    for value in picture.select("[data-room]"):
        title = value.title
        text = value.get_text().removeprefix(title.get_text() if title else "")
        assert len(text) <= number(value, "data-room")


@settings(max_examples=30)
@given(cases())
def test_the_frames_hold_the_states_that_suspended(case: Case) -> None:
    diagram = Diagram(case.shown, LINES)
    for box in diagram.boxes:
        if box.suspended:
            inside = range(box.first, box.last + 1)
            assert all(case.shown.instance.suspended(index) for index in inside)
        elif box.first == box.last:
            assert not case.shown.instance.suspended(box.first)


@settings(max_examples=30)
@given(cases())
def test_each_variable_that_any_run_bound_has_a_row(case: Case) -> None:
    diagram = Diagram(case.shown, LINES)
    picture = svg(diagram)
    for box in diagram.boxes:
        if box.first != box.last or not 0 < box.first < len(case.machine.states) - 3:
            continue
        (group,) = picture.select(f"[data-state='{box.first}']")
        rows = [row["data-variable"] for row in group.select("[data-variable]")]
        visits = [visit for run in case.shown.runs for visit in run.visits_of(box.first)]
        bound = {name for visit in visits for name in visit.variables}
        assert rows == [name for name in NAMES if name in bound]


@settings(max_examples=20)
@given(cases())
def test_graphviz_is_told_sizes_and_no_text(case: Case) -> None:
    assert re.fullmatch(r"[\w\s\[\]{}=.>;\"-]*", Diagram(case.shown, LINES).dot(), re.ASCII)


@given(st.sets(st.integers(1, 10**6), max_size=30).map(sorted), st.integers(8, 12))
def test_a_badge_keeps_to_its_room(numbers: list[int], room: int) -> None:
    text = badge(numbers, room)
    assert len(text) <= room
    assert bool(text) == bool(numbers)
