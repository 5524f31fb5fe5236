"""A recording that was forged is refused, or all that shows one shows it: as text, and bounded."""

from __future__ import annotations

import json
import os
import random
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.damage import SOURCE, damaged
from tools.drawn import PLACE

from mkdocs_wakepoint.answers import answer
from mkdocs_wakepoint.commands.check import differences
from mkdocs_wakepoint.commands.text import text
from mkdocs_wakepoint.engine.diagnosis import problems
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.recordings import platform
from mkdocs_wakepoint.snippet import Options, Snippet
from mkdocs_wakepoint.views import Item, render_all, render_comparison
from mkdocs_wakepoint.views.comparison import by_backend
from mkdocs_wakepoint.views.lowered import difference
from mkdocs_wakepoint.views.page import VIEWS
from mkdocs_wakepoint.views.sections import SECTIONS
from wakepoint.recording import Recording, RecordingError, dumps, loads, record, record_lowered
from wakepoint.recording.figures import figures, visits

EXAMPLES = int(os.environ.get("WAKEPOINT_EXAMPLES", "100"))
"""More than these are run by hand."""

ORIGINAL = record(SOURCE, backend="simulated")
WHOLE = {
    "original": json.loads(dumps(ORIGINAL)),
    "lowered": json.loads(dumps(record_lowered(SOURCE, backend="simulated"))),
    "failed": json.loads(dumps(record("def f():\n    raise ValueError('x')\nf()\n"))),
}
LARGEST = 2 << 20


def elements(html: str) -> set[tuple[str, str]]:
    page = BeautifulSoup(html, "html.parser")
    return {(tag.name, name) for tag in page.find_all(True) for name in ("", *tag.attrs)}


def everything(run: Recording) -> str:
    """The HTML of all that shows a recording; the rest is only called."""
    show = ("code", *VIEWS)
    options = Options(show=show, expect={"polls": 3}, expect_error="KeyError")
    snippet = Snippet(SOURCE, options, PLACE, "key")
    wrong = problems(snippet, run)
    lines = [*map(str, wrong), *map(str, problems(replace(snippet, options=Options()), run))]
    lines += map(str, differences(snippet, [run, ORIGINAL]))
    lines += filter(None, [difference(run, ORIGINAL), difference(ORIGINAL, run)])
    item = Item(snippet, run, tuple(wrong), (ORIGINAL,), run)
    for quoted in ("call: auto read fd", "count: auto polls", "count: auto entered main 1"):
        lines.append(str(answer(Quote(quoted, "#wp-key", PLACE), [item])))
    for line in lines:
        assert len(line) < 10_000
    assert len(text(run)) < LARGEST
    assert re.fullmatch(r"[\w.+-]+", platform(run.environment))
    figures(run)
    visits(run, "state.entered", "main", 1)
    (html,) = render_all([item])
    columns = [replace(one, snippet=snippet) for one in by_backend([run, ORIGINAL])]
    return html + render_comparison(columns, "all", SECTIONS, wrong)


KNOWN = set().union(*(elements(everything(loads(json.dumps(each)))) for each in WHOLE.values()))


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(sorted(WHOLE)), st.integers(1, 6), st.integers(0, 2**64))
def test_what_is_not_refused_is_shown(name: str, times: int, seed: int) -> None:
    data: Any = damaged(WHOLE[name], random.Random(seed), times)
    try:
        run = loads(json.dumps(data))
    except RecordingError:
        return
    html = everything(run)
    html.encode()
    assert len(html) < LARGEST
    assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert elements(html) <= KNOWN | MORE
    xml = re.sub(
        " (data-search-exclude|hidden|selected)(?=[ >])",
        "",
        re.sub("<(wbr|br|input[^>]*)>", "", html),
    )
    ET.fromstring(f"<page>{xml}</page>")


MORE = {("td", "colspan"), ("title", ""), ("strong", ""), ("em", ""), ("li", "value"), ("br", "")}
"""What stands where something is folded, cut or stuck, or where there are several lines."""
