"""What a run wrote, as a terminal shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.drawn import drawn, one, ran, texts

from mkdocs_wakepoint.views.terminal import displayed
from wakepoint.recording import Output

RUN = ran("pass")


def written(text: str) -> Tag:
    """The view of a run that wrote the text."""
    return one(
        drawn("", "output", recording=replace(RUN, output=(Output("stdout", text),))), "samp"
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        ("plain\n\n  text\n", "plain\n\n  text"),
        ("", ""),
        ("a\tb\n", "a\tb"),
        ("windows\r\nends\r\n", "windows\nends"),
        ("\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m plain", "red bold plain"),
        ("bell\x07 and zero\x00", "bell␇ and zero␀"),
        ("  0%\r 50%\r100% done\n", "100% done"),
        ("long line\rshort", "shortline"),
        ("long line\r\x1b[Kshort", "short"),
        ("12345\b\b\bxy\n", "12xy5"),
        ("a\tb\rXY\n", "XY      b"),
        ("one\ntwo\n\x1b[2Auno\n\x1b[Bthree\n", "uno\ntwo\nthree"),
        ("down\x1b[9B here\n", "down here"),
        ("a\x1b[3Cb\x1b[Gc", "c   b"),
        ("old\x1b[2J\x1b[Hnew", "new"),
        ("keep\nthis\x1b[1;3Hpt", "kept\nthis"),
        ("one\ntwo\x1b[1A\x1b[J", "one"),
        ("abc\x1b[1K|", "   |"),
        ("\x1b[?25lhidden cursor\x1b[?25h", "hidden cursor"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x9b32mgreen\x9bm", "green"),
        ("never ended \x1b[3", "never ended ␛[3"),
        ("\x1b[999999999C>", " " * 1000 + ">"),
        ("\x1b[" + "9" * 6000 + "mtext", "text"),
        ("\u202eturned", "\\u202eturned"),
        ("half \ud83d", "half \\ud83d"),
        ("👩‍💻 e\u0301 中文", "👩‍💻 e\u0301 中文"),
    ],
)
def test_a_reader_sees_what_a_terminal_shows(text: str, expected: str) -> None:
    assert written(text).get_text() == expected


@pytest.mark.parametrize(
    "command, classes",
    [
        ("1", "wp-ansi-bold"),
        ("3;4", "wp-ansi-italic wp-ansi-underlined"),
        ("4:3", "wp-ansi-underlined"),
        ("2;9", "wp-ansi-faint wp-ansi-struck"),
        ("31", "wp-ansi-red"),
        ("91", "wp-ansi-red"),
        ("90", "wp-ansi-grey"),
        ("38;5;9", "wp-ansi-red"),
        ("38;5;208", "wp-ansi-yellow"),
        ("38:5:21", "wp-ansi-blue"),
        ("38;5;244", "wp-ansi-grey"),
        ("38;2;0;200;30", "wp-ansi-green"),
        ("38:2::200:0:180", "wp-ansi-magenta"),
        ("38;2;0;200;200;1", "wp-ansi-bold wp-ansi-cyan"),
        ("58;5;1;31", "wp-ansi-red"),
        ("41", "wp-ansi-on-red"),
        ("47", "wp-ansi-on-text"),
        ("7", "wp-ansi-on-text"),
        ("7;34", "wp-ansi-on-blue"),
    ],
)
def test_colours_and_fonts_have_classes(command: str, classes: str) -> None:
    piece = written(f"\x1b[{command}mtext\x1b[m rest")
    assert " ".join(one(piece, "samp > span")["class"]) == classes
    assert piece.get_text() == "text rest"


# fmt: off
OFF = (
    "", "0", "1;0", "1;22", "2;22", "3;23", "4;24", "4;4:0", "7;27", "9;29", "31;39", "41;49",
    "30", "37", "97", "38;5;15", "38;5;232", "38;2;0;0;0", "38", "38;2;1", "5", "777",
)
# fmt: on


@pytest.mark.parametrize("command", OFF)
def test_what_is_off_or_the_texts_own_has_none(command: str) -> None:
    assert texts(written(f"\x1b[{command}mtext"), "span") == []


def test_an_announced_error_is_shown_as_the_terminal_would() -> None:
    source = 'raise ValueError("\\x1b[31mred\\x1b[0m")'
    page = drawn(source, "output", expect_error="ValueError")
    assert texts(page, ".wp-ended samp") == ["ValueError: red"]
    assert texts(page, ".wp-ansi-red") == ["red"]


COMMANDS = st.builds(
    "\x1b[{}{}".format,
    st.lists(st.integers(0, 300), max_size=6).map(lambda numbers: ";".join(map(str, numbers))),
    st.sampled_from("ABCDEFGHJKfmhlsuX"),
)


@settings(max_examples=300)
@given(st.lists(st.text(max_size=5) | st.sampled_from("\r\n\b\t") | COMMANDS, max_size=30))
def test_whatever_is_written_the_screen_stays_small(parts: list[str]) -> None:
    lines = displayed("".join(parts))
    assert len(lines) <= 1001 + len(parts)
    assert max(len(text) for line in lines for text, _ in [*line, ("", None)]) <= 3000


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n\t")))
def test_text_without_commands_stays_as_it_is(text: str) -> None:
    assert "\n".join("".join(part for part, _ in line) for line in displayed(text)) == text
