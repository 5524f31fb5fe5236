"""Lines that run and that the page does not show, and how the lines of the rest are counted."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.drawn import drawn, snippet, texts
from tools.pages import Convert
from tools.sites import build, write

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.shown_lines import shown_lines
from mkdocs_wakepoint.snippet import Location
from mkdocs_wakepoint.views.code import code

MAIN = """\
import wakepoint  # wakepoint: hide

async def main():
    first = 1
    await wakepoint.sleep(1)
    return first

wakepoint.run(main())
"""


def shown(source: str) -> str:
    lines = dedent(source).split("\n")
    return "\n".join(lines[number - 1] for number in shown_lines(dedent(source)).numbers)


HIDDEN = {
    "a line": ("a\nb  # wakepoint: hide\nc\n", "a\nc"),
    "without spaces": ("a\nb #wakepoint:hide\nc\n", "a\nc"),
    "behind another comment": ("a\nb  # noqa  # wakepoint: hide\nc\n", "a\nc"),
    "a comment alone": ("a\n# wakepoint: hide\nc\n", "a\nc"),
    "a block": ("a\n# wakepoint: hide-begin\nb\n\nc\n# wakepoint: hide-end\nd\n", "a\nd"),
    "an indented block": (
        "def f():\n    # wakepoint: hide-begin\n    b\n    # wakepoint: hide-end\n    return\n",
        "def f():\n    return",
    ),
    "blank lines behind what is hidden at the beginning": (
        "import a  # wakepoint: hide\n\n\nb\n",
        "b",
    ),
    "blank lines before what is hidden at the end": ("a\n\nb  # wakepoint: hide\n", "a"),
    "a line in brackets": ("f(\n    1,\n    2,  # wakepoint: hide\n)\n", "f(\n    1,\n)"),
    "a string that ends there": ('a\nb = """\nc\n"""  # wakepoint: hide\nd\n', "a\nd"),
    "an f-string that ends there": ('a\nb = f"""\n{a}\n"""  # wakepoint: hide\nd\n', "a\nd"),
    "two strings, one behind the other": (
        'f("""\n""", """\n""")  # wakepoint: hide\nb\n',
        "b",
    ),
    "all": ("a  # wakepoint: hide\n", ""),
    "in what is no Python any more": ("a = = $\nb ' # wakepoint: hide\nc\n", "a = = $\nc"),
    "behind a form feed": ("a\f\nb\f  # wakepoint: hide\nc\n", "a\f\nc"),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_these_are_hidden(kind: str) -> None:
    source, expected = HIDDEN[kind]
    assert shown(source) == expected
    assert shown_lines(source).mistakes == ()


KEPT = {
    "in a string of several lines": 'a = """\nb  # wakepoint: hide\n"""\n',
    "in a string": 'a = "# wakepoint: hide"\n',
    "in an f-string of several lines": 'a = f"""\n{1}\nb  # wakepoint: hide\n"""\n',
    "not at the end": "a  # wakepoint: hide this\n",
    "prose of it": "# wakepoint: the runtime\na\n",
    "in what begins a line": "a\n  \n",
}


@pytest.mark.parametrize("kind", KEPT)
def test_these_are_not(kind: str) -> None:
    assert shown(KEPT[kind]) == KEPT[kind].rstrip()


@pytest.mark.parametrize(
    "source, line, what, remedy",
    [
        ("a\n# wakepoint: hide-begin\nb\n", 2, "hide-begin has no end", "wakepoint: hide-end"),
        ("a\n# wakepoint: hide-end\nb\n", 2, "hide-end ends nothing", "write hide-begin above"),
        ("a  # wakepoint: hid\n", 1, "there is no comment 'wakepoint: hid'", "write hide"),
        ("# wakepoint: hide_begin\n", 1, "there is no comment 'wakepoint: hide_b", "hide-begin"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    convert: Convert, source: str, line: int, what: str, remedy: str
) -> None:
    page = convert(f'```python wakepoint run="no"\n{source}```\n')
    (problem,) = page.problems
    assert problem.startswith(f"markdown:{line + 1}: {what}")
    assert remedy in problem


@given(st.text(st.sampled_from("a\"'\n#f{}\\ \t()=" + "🙂"), max_size=60))
def test_no_source_is_too_odd_to_be_read(text: str) -> None:
    source = f"{text}\nb  # wakepoint: hide\n"
    numbers = shown_lines(source).numbers
    assert list(numbers) == sorted({*numbers})
    assert all(1 <= number <= source.count("\n") for number in numbers)


def test_lines_to_highlight_are_counted_as_the_page_shows_them(convert: Convert) -> None:
    page = convert(f'```python wakepoint hl_lines="1 6" run="no"\n{MAIN}```\n')
    assert page.problems == []
    marked = [tag.get_text() for tag in page.soup.select(".hll")]
    assert marked == ["async def main():\n", "wakepoint.run(main())\n"]
    page = convert(f'```python wakepoint hl_lines="7" run="no"\n{MAIN}```\n')
    (problem,) = page.problems
    assert "hl_lines names line 7 and the page shows 6" in problem


def test_the_table_and_the_diagram_name_lines_as_the_page_counts_them() -> None:
    page = drawn(MAIN, "code", "machine", "table")
    cells = page.select(".wp-of-line a")
    assert [cell.get_text() for cell in cells] == ["1", "3", "4"]
    for cell in cells:
        (line,) = page.select(str(cell["href"]).replace(".", "\\."))
        assert line.get_text().split()[0] in {"async", "await", "return"}
    feet = " ".join(texts(page, "svg .wp-foot"))
    assert "line 1 · nothing has run yet" in feet
    assert "line 3 · waits on timer 1" in feet
    assert "line 4 · Ready(1)" in feet


def test_they_name_them_as_the_gutter_does_if_there_is_one() -> None:
    page = drawn(MAIN, "code", "machine", "table", linenums="10")
    assert [cell.get_text() for cell in page.select(".wp-of-line a")] == ["10", "12", "13"]
    assert "line 12 · waits on timer 1" in " ".join(texts(page, "svg .wp-foot"))


def test_no_link_leads_to_a_line_that_is_not_shown() -> None:
    page = drawn(
        MAIN.replace("sleep(1)", "sleep(1)  # wakepoint: hide"), "code", "machine", "table"
    )
    assert texts(page, ".wp-of-line")[:3] == ["1", "hidden", "3"]
    assert len(page.select(".wp-of-line a")) == 2
    assert "a hidden line · waits on timer 1" in " ".join(texts(page, "svg .wp-foot"))
    assert drawn(MAIN, "table").select(".wp-of-line a") == []


def test_a_function_that_is_hidden_has_no_picture_unless_it_is_asked_for() -> None:
    helper = dedent(
        """
        # wakepoint: hide-begin
        async def helper():
            await wakepoint.sleep(1)
        # wakepoint: hide-end
        """
    )
    source = MAIN.replace("\nasync def", f"{helper}\nasync def").replace("sleep(1)", "sleep(1)", 1)
    source = source.replace("    first = 1\n", "    first = 1\n    await helper()\n")
    captions = texts(drawn(source, "table"), "caption")
    assert captions == ["States of main"]
    captions = texts(drawn(source, "table", machine="helper"), "caption")
    assert captions == ["States of helper"]


def test_a_hidden_line_that_fails_is_told_with_its_line_in_the_file(convert: Convert) -> None:
    page = convert("Text.\n\n```python wakepoint\nx = 1\n1 / 0  # wakepoint: hide\n```\n")
    (problem,) = page.problems
    assert problem.startswith("markdown:5: the snippet raised ZeroDivisionError")
    assert "1 / 0" in page.soup.select_one(".wp-problem pre").get_text()  # type: ignore[union-attr]
    assert page.shown == ["x = 1\n"]


def test_a_deadlock_is_shown_with_the_lines_of_the_page() -> None:
    source = """\
        import wakepoint  # wakepoint: hide
        class Never(wakepoint.Future):
            def poll(self, cx):
                return wakepoint.PENDING
        async def main():
            await Never()
        wakepoint.run(main())
    """
    (ended,) = texts(drawn(source, "output", expect_error="Deadlock"), ".wp-ended samp")
    assert "line 5, waits for a Never" in ended


def test_nothing_is_left_of_a_snippet_that_is_hidden_whole() -> None:
    assert code(snippet("import a  # wakepoint: hide\n")) == ""


def test_the_lowered_form_leaves_out_what_is_hidden(convert: Convert) -> None:
    text = dedent(
        """\
        ```python wakepoint show="lowered"
        import wakepoint  # wakepoint: hide
        # wakepoint: hide-begin
        async def helper():
            await wakepoint.sleep(0)
        # wakepoint: hide-end
        async def main():
            await helper()
        wakepoint.run(main())
        ```
        """
    )
    page = convert(text)
    assert page.problems == []
    original, form = (pane.get_text() for pane in page.soup.select(".wp-pane code"))
    assert original.split("\n")[0] == "async def main():"
    assert "class Main(" in form
    assert "class Helper(" not in form
    assert page.soup.select(".wp-same")
    ids = {tag["id"] for tag in page.soup.select("[id]")}
    assert {str(a["href"])[1:] for a in page.soup.select(".wp-pane a")} <= ids


def test_a_recording_is_kept_of_the_whole_source() -> None:
    pool = Pool(Settings())
    recording = pool.submit(snippet(MAIN)).result()
    pool.close()
    assert recording.source == MAIN


def test_a_comparison_and_a_quote_of_it_are_as_ever(tmp_path: Path) -> None:
    text = (
        f'```python wakepoint id="read"\n{MAIN}```\n\n'
        "It polls [count: auto polls](#wp-read) times.\n\n"
        "```wakepoint-compare\nsnippets: read\n```\n"
    )
    write(tmp_path, {"index.md": text})
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    assert "It polls 2 times" in built.page("").get_text()


def test_the_place_of_a_line_counts_those_that_are_hidden() -> None:
    assert snippet(MAIN).at(3) == Location("docs/page.md", 13)
