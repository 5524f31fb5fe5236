"""The lowered form of a snippet beside the original, line by line, and whether both agree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import zip_longest

from markupsafe import Markup

from mkdocs_wakepoint.shown_lines import shown_lines
from mkdocs_wakepoint.text import lines_of
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.highlighting import NOT_AGAIN, highlighted
from mkdocs_wakepoint.views.limits import LOWERED_LINES, TEXT
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.recording import Recording
from wakepoint.recording.equality import alike, machine_facts


def lowered(recording: Recording, context: Context) -> Markup:
    """Both texts side by side, and what a run of each showed."""
    form = context.lowered
    if form is None:
        return element("p", "The lowered form was not run.", class_="wp-caption")
    if not form.origins:  # it could not be made, or its run was lost
        return element("p", form.outcome.message, class_="wp-caption")
    if len(form.origins) > LOWERED_LINES:
        text = f"The lowered form has {len(form.origins):,} lines, which are too many to be shown."
        return joined((element("p", text, class_="wp-caption"), _verdict(recording, form)))
    key = context.snippet.key
    left = _pane("The original", _original(recording.source, form, key))
    written = [*_form(form, recording, key)]
    right = _pane("Its lowered form", written)
    both = element("section", left, right, class_="wp-lowered", data_search_exclude=True)
    counted = f"{times(len(written), 'line')} of {_classes(len(recording.machines))}"
    box = joined((both, _verdict(recording, form)))
    return folded("Lowered form", counted, box, "wp-widens", printed=True)


def _classes(count: int) -> str:
    return "a state machine class" if count == 1 else f"{count} state machine classes"


def _pane(title: str, lines: Iterable[Markup]) -> Markup:
    return element(
        "div",
        element("span", title, class_="filename"),
        "\n",
        element("pre", element("code", *lines, class_=NOT_AGAIN), tabindex=0),
        class_="language-python highlight wp-pane",
    )


def _original(source: str, form: Recording, key: str) -> Iterable[Markup]:
    """The snippet; the number of a line leads to where the lowered form does it."""
    first: dict[int, int] = {}
    lowered_lines = _lowered_lines(form, source)
    for number, origin in enumerate(form.origins, 1):
        if origin is not None and number in lowered_lines:
            first.setdefault(origin, number)
    html = highlighted(source)
    for number in shown_lines(source).numbers:
        target = f"wp-{key}-to-{first[number]}" if number in first else None
        yield _line(f"wp-{key}-from-{number}", number, target, html[number - 1])


def _lowered_lines(form: Recording, source: str) -> set[int]:
    """The lines of the lowered text that are not the snippet's own."""
    own = lines_of(source)
    return {
        number
        for number, (text, origin) in enumerate(
            zip(lines_of(form.source), form.origins, strict=False), 1
        )
        if origin is None or origin > len(own) or own[origin - 1] != text
    }


def _form(form: Recording, original: Recording, key: str) -> Iterable[Markup]:
    """The machines; the number of a line is the original's, and leads there."""
    lowered_lines = _lowered_lines(form, original.source)
    html = highlighted(form.source)
    shown = {*shown_lines(original.source).numbers}
    begins = [0, *sorted(machine.first_line for machine in original.machines)]
    of_function = 0
    for number, (origin, line) in enumerate(zip(form.origins, html, strict=False), 1):
        if origin is not None:
            of_function = begins[bisect_right(begins, origin) - 1]
        is_hidden = of_function > 0 and of_function not in shown
        if number in lowered_lines and not is_hidden:
            target = f"wp-{key}-from-{origin}" if origin in shown else None
            yield _line(f"wp-{key}-to-{number}", origin, target, line)


def _line(own: str, number: int | None, target: str | None, html: Markup) -> Markup:
    label = "" if number is None else number
    if target is None:
        link = element("span", class_="wp-lineno", data_n=label)
    else:
        name = f"the same as line {label}"
        link = element("a", class_="wp-lineno", href=f"#{target}", data_n=label, aria_label=name)
    return element("span", link, html, "\n", class_="wp-line", id=own)


def _verdict(original: Recording, form: Recording) -> Markup:
    differs = difference(original, form)
    if differs is not None:
        text = f"Both were run by this build, and they differ: {differs}."
        return element("p", text, class_="wp-caption wp-differs")
    count = len(machine_facts(original))
    text = (
        "Both were run by this build. Their recordings tell the "
        f"same {count} events of machines, in the same order, with the same values, and "
        "the same output."
    )
    return element("p", text, class_="wp-caption wp-same")


def difference(original: Recording, form: Recording) -> str | None:
    """The first thing in which a run of the lowered form differs from the original's."""
    ours, theirs = machine_facts(original), machine_facts(form)
    for one, other in zip_longest(ours, theirs):
        if one != other:
            return f"{_event_text(one)} in the original, {_event_text(other)} in the lowered form"
    ends = [_end(run) for run in (original, form)]
    if ends[0] != ends[1]:
        one_end, other_end = (cut(str(end), TEXT) for end in ends)
        return f"the original ends with {one_end}, the lowered form with {other_end}"
    return None if _written(original) == _written(form) else "what they wrote"


def _end(recording: Recording) -> tuple[str | None, ...]:
    outcome = recording.outcome
    return outcome.kind, outcome.error, alike(outcome.message)


def _written(recording: Recording) -> dict[str, str]:
    return {stream: alike(text) for stream, text in recording.written().items()}


def _event_text(event: tuple[str, dict[str, object]] | None) -> str:
    return "nothing" if event is None else cut(f"{event[0]} {event[1]}", TEXT)
