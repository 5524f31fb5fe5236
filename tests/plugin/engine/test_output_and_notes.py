"""What came of a stream is looked for in what was noted of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_wakepoint.engine.output import pieces_of
from wakepoint.recording.writes import Write


def placed(data: bytes, *writes: tuple[int, bytes]) -> list[tuple[str, int | None]]:
    """What becomes of a stream, given what was noted of it."""
    noted = [Write("stdout", n, text) for n, text in writes]
    return [(each.text, each.n) for each in pieces_of({"stdout": data}, noted, "utf-8", str)]


def test_a_line_that_was_noted_as_often_as_it_came_is_found() -> None:
    assert placed(b"a\nx\na\ny\n", (1, b"a\n"), (2, b"a\n")) == [
        ("a\n", 1),
        ("x\n", None),
        ("a\n", 2),
        ("y\n", None),
    ]


def test_of_a_line_that_came_more_often_nobody_knows_which_it_is() -> None:
    assert placed(b"x\na\na\ny\n", (1, b"a\n")) == [("x\na\na\ny\n", None)]


def test_what_was_noted_and_never_came_is_not_looked_for_in_other_text() -> None:
    assert placed(b"11\n2\n", (1, b"1\n"), (2, b"11\n"), (3, b"2\n")) == [("11\n", 2), ("2\n", 3)]


def test_a_stream_that_is_broken_off_has_what_came() -> None:
    assert placed(b"a\nb", (1, b"a\n"), (2, b"b\n")) == [("a\n", 1), ("b", None)]


BYTES = st.text("ab\n\x80", max_size=4).map(lambda text: text.encode("latin-1"))
NOTED = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.integers(0, 3), BYTES))


@given(stdout=st.lists(BYTES), stderr=BYTES, noted=NOTED)
def test_what_came_is_what_is_told_whatever_was_noted(
    stdout: list[bytes], stderr: bytes, noted: list[tuple[str, int, bytes]]
) -> None:
    streams = {"stdout": b"".join(stdout), "stderr": stderr}
    writes = [Write(*each) for each in sorted(noted, key=lambda each: each[1])]

    def cleaned(text: str) -> str:
        return text.replace("ab", "-").replace("\n\n", "\n")

    output = pieces_of(streams, writes, "utf-8", cleaned)
    for stream, data in streams.items():
        text = "".join(piece.text for piece in output if piece.stream == stream)
        assert text == cleaned(data.decode("utf-8", "replace"))
    known = [piece.n for piece in output if piece.n is not None]
    assert known == sorted(known)


@given(noted=NOTED)
def test_where_nothing_came_past_the_notes_each_is_told_with_its_event(
    noted: list[tuple[str, int, bytes]],
) -> None:
    noted = sorted(((stream, n, b"%d" % n + data) for stream, n, data in noted), key=lambda e: e[1])
    writes = [Write(*each) for each in noted]
    streams = {
        stream: b"".join(data for name, _, data in noted if name == stream)
        for stream in ("stdout", "stderr")
    }
    output = pieces_of(streams, writes, "latin-1", str)
    told = "".join(f"{piece.stream}{piece.n}{piece.text}" for piece in output)
    expected: list[tuple[str, int, str]] = []
    for stream, n, data in noted:
        if expected and expected[-1][:2] == (stream, n):
            expected[-1] = (stream, n, expected[-1][2] + data.decode("latin-1"))
        else:
            expected.append((stream, n, data.decode("latin-1")))
    assert told == "".join(f"{stream}{n}{text}" for stream, n, text in expected)
    for one, other in pairwise(output):
        assert (one.stream, one.n) != (other.stream, other.n)
