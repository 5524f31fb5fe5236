"""The code of a snippet and what it wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tools.drawn import drawn, one, ran, snippet, texts

from mkdocs_wakepoint.views import Item, render_all
from mkdocs_wakepoint.views.code import code
from wakepoint.recording import Output

SOURCE = """
    import sys

    print("<shown>")  # a comment
    sys.stdout.flush()  # wakepoint: hide

    x = "a" "b"
"""

DEADLOCK = """\
import wakepoint

class Never(wakepoint.Future):
    def poll(self, cx):
        return wakepoint.PENDING

async def main():
    await Never()

wakepoint.run(main())
"""
WAITS = "line 8, waits for a Never that nobody wakes"


def test_the_code_is_the_source_without_its_hidden_lines() -> None:
    lines = one(drawn(SOURCE, "code"), "code").get_text()
    assert lines == '\nimport sys\n\nprint("<shown>")  # a comment\n\nx = "a" "b"\n'


def test_each_line_has_an_id_by_its_number_in_the_source_and_its_own_end() -> None:
    page = drawn(SOURCE, "code")
    lines = page.select(".wp-line")
    assert [line["id"] for line in lines] == [f"wp-key-line-{n}" for n in (1, 2, 3, 4, 6, 7)]
    assert all(line.get_text().endswith("\n") for line in lines)
    assert one(page, "code").get_text() == "".join(line.get_text() for line in lines)


def test_marked_lines_and_numbers_count_as_the_page_shows_them() -> None:
    page = drawn(SOURCE, "code", hl_lines="2 4-5", linenums="7")
    marked = ["import sys\n", 'print("<shown>")  # a comment\n', "\n"]
    assert texts(page, ".hll") == marked
    assert [tag["data-n"] for tag in page.select(".wp-lineno")] == [*map(str, range(7, 13))]


def test_a_title_is_escaped() -> None:
    assert "<b>" not in code(snippet("1", title="<b>"))


def test_each_stream_is_shown_by_itself() -> None:
    written = (Output("stdout", "a <b>\n"), Output("stderr", "c\n\n"))
    page = drawn("1", "output", recording=replace(ran("1"), output=written))
    assert texts(page, ".wp-caption:not(.wp-where)") == ["Output", "Standard error"]
    assert texts(page, "samp") == ["a <b>", "c"]


@pytest.mark.parametrize(
    "source, error, expected",
    [
        ("raise ValueError('no')", "ValueError", "ValueError: no"),
        ("raise SystemExit(3)", "SystemExit", "SystemExit: 3"),
        (DEADLOCK, "Deadlock", f"Deadlock: nobody is left to wake: task 1 (main), {WAITS}"),
    ],
)
def test_an_announced_error_is_shown(source: str, error: str, expected: str) -> None:
    assert texts(drawn(source, "output", expect_error=error), ".wp-ended samp") == [expected]
    assert texts(drawn(source, "output"), ".wp-ended samp") == []  # the box for problems has it


def test_what_was_not_run_is_code_alone() -> None:
    (html,) = render_all([Item(snippet("print(1)", run=False), None, ())])
    assert "<code" in html
    assert "wp-where" not in html
