"""Text that a snippet, an author or a platform brings stays text, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any
from xml.etree import ElementTree as ET

from bs4 import BeautifulSoup, Tag
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tools.drawn import PLACE, ran

from mkdocs_wakepoint.answers import answer
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.text import visible, with_signs
from mkdocs_wakepoint.views import (
    Item,
    problem_box,
    quotation,
    render_all,
    render_comparison,
)
from mkdocs_wakepoint.views.comparison import Column, by_backend
from mkdocs_wakepoint.views.context import context
from mkdocs_wakepoint.views.diagram import Diagram
from mkdocs_wakepoint.views.limits import VALUE
from mkdocs_wakepoint.views.page import VIEWS
from mkdocs_wakepoint.views.sections import SECTIONS
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Frame, Outcome, Output, Recording

RUN = ran(
    """
    import wakepoint

    async def child(n):
        if n > 1:
            await wakepoint.sleep(0.001)
        raise ValueError("no")

    async def main(limit=2):
        reader, writer = wakepoint.pipe()
        await wakepoint.join(reader.read(9), writer.write_all(b"12345"))
        reader.close()
        writer.close()
        task = wakepoint.spawn(child(limit), name="kid")
        try:
            await task
        except ValueError as error:
            print(error)
        await child(limit)

    wakepoint.run(main())
    """
)

STRUCTURE = {"kind", "by", "interest", "variable", "n"}
"""Facts that have the runtime's own words, which views take apart."""

# fmt: off
PARTS = (
    "<x-evil y=z>", "</", "svg>", "<!--", "-->", "]]>", "&lt;", "&", '"', "'", "`", "=", "\\",
    "<script>", "{", "}", "%s", "\\N\\G", "\n", "\r", "\0", "\x1b[31m", "\x1b[7m", "\x1b]8;;x\x07",
    "\u202e", "\u2028", "\ud800", "\ufffe", "\x85", "\x0c", "…", "ünï", "code", " ",
)
# fmt: on
HOSTILE = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)
TEXTS = HOSTILE | st.text(st.characters(exclude_categories=()), max_size=40)


def with_text(thing: Any, text: Callable[[str], str], name: str = "") -> Any:
    """A copy of plain data with another text in each place for one."""
    if isinstance(thing, str) and not isinstance(thing, Enum):
        return thing if name in STRUCTURE else text(thing)
    if isinstance(thing, dict):
        return {key: with_text(value, text, key) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return type(thing)(with_text(one, text, name) for one in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {f.name: with_text(getattr(thing, f.name), text, f.name) for f in fields(thing)}
        return replace(thing, **values)
    return thing


def recording(text: str) -> Recording:
    """A run in which everything that can be any text is that one."""
    run: Recording = with_text(RUN, lambda _: text)
    outcome = Outcome("raised", text or "E", text, (Frame(1, text),))
    written = (Output("stdout", text), Output("stderr", text))
    return replace(run, source=text, output=written, outcome=outcome)


def item(text: str) -> Item:
    options = Options(title=text, show=("code", *VIEWS), expect_error="E")
    place = Location(f"docs/{text}.md", 3)
    run = recording(text)
    problem = Problem(place, text, text, text)
    return Item(Snippet(text, options, place, "key"), run, (problem,), (run,), run)


def columns(text: str) -> list[Column]:
    """Two runs that can be walked through side by side."""
    runs = by_backend([recording(text), recording("other")])
    return [replace(one, snippet=item(text).snippet) for one in runs]


def names(html: str) -> set[tuple[str, str]]:
    """Each element with each of its attributes."""
    page = BeautifulSoup(html, "html.parser")
    return {(tag.name, name) for tag in page.find_all(True) for name in ("", *tag.attrs)}


UNCHANGED = Item(Snippet(RUN.source, Options(show=("lowered",)), PLACE, "key"), RUN, (), (), RUN)
SEVERAL = ("x", "word.word(" * 50, "\x1b[31;1mx", "x\n" * 50, "x = y, z.w(v)\n" * 50)
"""The last two have the lines that machines begin in, so that they are drawn."""
KNOWN = set().union(
    *(names("".join(render_all([item(text)]))) for text in SEVERAL),
    names("".join(render_all([UNCHANGED]))),
    names(render_comparison(columns("x"), "key", SECTIONS, ())),
    names(quotation("x", "")),
    names(quotation(None, "")),
)


def parsed(html: str) -> Tag:
    """The elements; fails unless all of them are ours, and all is well formed."""
    html = str(html)
    html.encode()
    assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert names(html) <= KNOWN
    xml = html.replace(" data-search-exclude>", ">").replace(" data-search-exclude ", " ")
    xml = re.sub("<(wbr|br|input[^>]*)>", "", xml)
    ET.fromstring(f"<page>{xml}</page>")
    return BeautifulSoup(html, "html.parser")


@settings(max_examples=40)
@example("\n</<x-evil y=z>\n\n<x-evil y=z>")
@given(TEXTS)
def test_in_every_view_any_text_stays_text(text: str) -> None:
    (html,) = render_all([item(text)])
    page = parsed(html)
    box = page.select(".wp-problem")[0]
    # Beautiful Soup folds text that is all white space.
    assert box.select(".admonition-title")[0].get_text().split() == visible(text).split()
    if text:
        assert page.select(".filename")[0].get_text().split() == visible(text).split()
    for value in page.select("tbody tr:first-child .wp-of-saved code"):
        assert value.get_text() == visible(cut(f"{text} = {text}", VALUE))


@settings(max_examples=50)
@given(TEXTS)
def test_what_is_drawn_from_several_runs_keeps_text_as_well(text: str) -> None:
    wrong = [Problem(Location(text, 1), text, text)]
    parsed(render_comparison(columns(text), "key", SECTIONS, wrong))
    quoted = "call: simulated " + (re.sub(r"\s", "", text) or "x")
    result, _ = answer(Quote(quoted, f"{text}#wp-{text}", Location("a.md", 1)), [item(text)])
    assert parsed(quotation(result, text)).get_text().split() == visible(str(result)).split()
    parsed(problem_box(Problem(Location(text, 1), text, text, text)))


@settings(max_examples=50)
@given(TEXTS)
def test_the_code_is_shown_as_it_is_line_by_line(text: str) -> None:
    snippet = Snippet(text, Options(), Location("a.md", 1), "key")
    (html,) = render_all([Item(snippet, None, ())])
    content = "".join(line.get_text() for line in parsed(html).select(".wp-line"))
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    assert content == "".join(f"{with_signs(line)}\n" for line in lines)


@settings(max_examples=20)
@given(TEXTS)
def test_no_text_is_handed_to_graphviz(text: str) -> None:
    # Labels have their sizes from it and nothing else, so there is nothing in DOT to be escaped.
    known = context(item(text).snippet, recording(text + "Ж"))
    for shown in known.shown:
        dot = Diagram(shown, known.lines).dot()
        assert re.fullmatch(r"[\w\s\[\]{}=.>;\"\\-]*", dot, re.ASCII)
