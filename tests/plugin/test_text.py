"""Control characters: a log and a terminal show them, and do not obey them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.snippets import run

from mkdocs_wakepoint.cli import main
from mkdocs_wakepoint.fence.header import parse
from mkdocs_wakepoint.snippet import Location, Problem
from mkdocs_wakepoint.text import in_one_line, visible

UNSEEN = {"Cc", "Zl", "Zp", "Cs"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("plain", "plain"),
        ("ünïcode ✓ עברית", "ünïcode ✓ עברית"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31mred\x1b[0m \x1b[1;4mbold\x1b[m", "red bold"),
        ("\x1b[38;2;1;2;3mtrue\x1b[39m \x9b32mgreen", "true green"),
        ("\x1b[2J\x1b[1;1Hup\x1b[?25l", "up"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\sixel \x1bcreset \x1b(Bset", "sixel reset set"),
        ("bell\x07 and zero\x00", "bell␇ and zero␀"),
        ("\x1b", "␛"),
        ("never ended \x1b]0;title", "never ended ␛]0;title"),
        ("50 %\r100 %\x08", "50 %␍100 %␈"),
        ("\x7f\x85", "␡\\x85"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u2028b\ud800", "a\\u2028b\\ud800"),
    ],
)
def test_what_does_something_is_left_out_or_seen(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters(codec=None)))
def test_a_line_of_a_log_has_no_control_character(text: str) -> None:
    line = in_one_line(text)
    assert not UNSEEN & {unicodedata.category(character) for character in line}
    assert not BIDI & {unicodedata.bidirectional(character) for character in line}
    assert in_one_line(line) == line
    line.encode()


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_text_without_any_stays(text: str) -> None:
    assert visible(text) == text


HOSTILE = [
    "red \\x1b[31m",
    "bell\\x07",
    "zero\\x00",
    "one\\nWARNING: two",
    "back\\r over",
    "turned \\u202e around",
    "a line\\u2028 more",
    "title \\x1b]0;x\\x07",
]


STUCK = """
import wakepoint
class Never(wakepoint.Future):
    def __repr__(self): return "{}"
    def poll(self, cx): return wakepoint.PENDING
wakepoint.run(Never())
"""


def assert_harmless(line: str) -> None:
    assert line == in_one_line(line)
    assert line.startswith("docs/page.md:")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "source",
    [
        'raise ValueError("{}")',
        'import sys; sys.exit("{}")',
        'raise type("E{}", (Exception,), dict())("")',
        STUCK,
    ],
    ids=["error", "exit", "type", "deadlock"],
)
def test_a_problem_of_a_run_is_one_harmless_line(source: str, text: str) -> None:
    if "type(" in source and "x00" in text:
        pytest.skip("a type's name has no null character")
    for line in run(source.replace("{}", text)).problems:
        assert_harmless(line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_problem_of_a_header_is_one_harmless_line(text: str) -> None:
    value = text.encode().decode("unicode_escape")
    header = f'id="{value}" shw="{value}" {value.replace(" ", "")}="1" show={value}'
    problems = parse(header, Location("docs/page.md", 7)).problems
    assert problems
    for problem in problems:
        assert_harmless(str(problem))


def test_a_file_name_is_part_of_the_line() -> None:
    problem = Problem(Location("docs/page.md:\x1b[2Ja\nb.md", 1), "what", "remedy")
    assert str(problem) == "docs/page.md:a b.md:1: what; remedy"


def test_what_a_snippet_wrote_is_told_without_its_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    source = r'print("\x1b[31mred\x1b[0m\x07")' + "\nraise ValueError('\\x1b]0;t\\x07')\n"
    page.write_text(f"```python wakepoint\n{source}```\n", encoding="utf-8")
    assert main(["run", str(page)]) == 1
    printed = capsys.readouterr().out
    assert "\nred␇\n" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed
