"""The HTML of two recordings side by side. Without a script there is none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.code import code
from mkdocs_wakepoint.views.limits import PAIRED_RUNS
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.pair.data import Walked, pair_data, told
from mkdocs_wakepoint.views.stepper.controls import buttons, groove, lists, pane_box, position
from mkdocs_wakepoint.views.stepper.data import data_block

WIDTH, HEIGHT = 1000, 36
"""Of the slider's picture, which the script paints: a lane for each side."""
_SIDES = ("Left", "Right")


def pair(several: Sequence[Walked], key: str) -> Markup:
    """Two steppers that move together, each over a recording.

    Args:
        several: The recordings, of which a reader chooses two; at first those are the first two.
        key: Unique in the page.
    """
    walked = _named_apart(several[:PAIRED_RUNS])
    codes: list[Snippet] = []
    for one in walked:
        codes += [] if one.snippet in codes else [one.snippet]
    of_each = [codes.index(one.snippet) for one in walked]
    known = pair_data(walked, of_each)
    sides = (0, 1)
    # Row by row, so that what belongs together is near each other in one column too.
    rows = [[_head(side, walked) for side in sides]]
    if any("code" in snippet.options.show for snippet in codes):
        rows.append(
            [_pane(side, "Code", _codes(side, codes, of_each[side], key)) for side in sides]
        )
    rows.append([_pane(side, "Coroutines", element("div", class_="wp-frames")) for side in sides])
    rows.append([_strip(side) for side in sides])
    box = element(
        "div",
        _bar([one.name for one in walked[:2]], len(known["alignments"]["0 1"]) - 1),
        element("div", *(cell for row in rows for cell in row), class_="wp-sides"),
        data_block(known),
        *(told(one) for one in walked if not one.in_page),
        class_="wp-stepper wp-pair",
        data_key=key,
    )
    return element("div", box, class_="wp-wide wp-two")


def _named_apart(several: Sequence[Walked]) -> list[Walked]:
    """The same, each with a name of its own."""
    counts = Counter(one.name for one in several)
    return [
        replace(one, name=f"{one.name} ({n})") if counts[one.name] > 1 else one
        for n, one in enumerate(several, 1)
    ]


def _bar(names: Sequence[str], last: int) -> Markup:
    controls = element("div", buttons(), position(), class_="wp-controls")
    needle = element("path", class_="wp-needle", d=f"M0 0V{HEIGHT}")
    picture = element(
        "svg", needle, class_="wp-groove", viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none", height=HEIGHT, aria_hidden="true", focusable="false",
    )  # fmt: skip
    heads = element("ul", *(element("li", name) for name in names), class_="wp-lanes")
    lanes = element("div", heads, groove(picture, last, "Step of both runs"), class_="wp-track")
    return element(
        "div", controls, lanes, class_="wp-top", role="group", aria_label="Two runs side by side"
    )


def _head(side: int, walked: Sequence[Walked]) -> Markup:
    """Whose side it is, and what happens there."""
    name: Markup = element("strong", walked[side].name)
    if len(walked) > 2:
        options = (
            element("option", one.name, value=n, selected=n == side) for n, one in enumerate(walked)
        )
        name = element("label", f"{_SIDES[side]}: ", element("select", *options, class_="wp-whose"))
    now = element("p", class_="wp-now", aria_live="polite")
    return element(
        "div", element("p", name, class_="wp-name"), now, class_="wp-head", data_side=side
    )


def _pane(side: int, title: str, content: Markup) -> Markup:
    box = pane_box(f"{title}, {_SIDES[side].lower()}", content)
    classes = f"wp-pane wp-pane-{title.lower()}"
    return element("div", _title(title), box, class_=classes, data_side=side)


def _strip(side: int) -> Markup:
    return element("div", _title("Runtime"), lists(), class_="wp-strip", data_side=side)


def _title(title: str) -> Markup:
    """What a part is, and whose; the script says the latter, and columns do."""
    return element("p", title, element("span", class_="wp-of"), class_="wp-pane-name wp-whole")


def _codes(side: int, codes: Sequence[Snippet], first: int, key: str) -> Markup:
    """Each code once; the script shows that of the recording which the reader chose."""
    return joined(
        element(
            "div",
            code(replace(snippet, key=f"{key}.{side}.{n}")),
            class_="wp-code",
            hidden=n != first,
        )
        for n, snippet in enumerate(codes)
    )
