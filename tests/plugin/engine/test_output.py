"""What a snippet writes is told with the event after which it wrote it, and is what it was."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.snippets import run, snippet

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.engine.output import pieces_of
from wakepoint.recording import Output, Recording, dumps, loads
from wakepoint.recording.sizes import PIECES
from wakepoint.recording.writes import Write


def pieces(recording: Recording) -> list[tuple[str, str, int | None]]:
    return [(piece.stream, piece.text, piece.n) for piece in recording.output]


def after(recording: Recording, text: str) -> str:
    """The kind of the event after which a piece was written."""
    (n,) = {piece.n for piece in recording.output if piece.text == text}
    assert n is not None
    return recording.events[n - 1].kind


# --- runs -----------------------------------------------------------------------------------------

SLEEPS = """
import sys
import wakepoint
print("first")
async def main():
    print("begins")
    print("to", "stderr", file=sys.stderr)
    print("goes on")
    await wakepoint.sleep(0.001)
    print("woke")
    return "told by the run"
print(wakepoint.run(main()))
"""


@pytest.mark.parametrize("sandbox", ["auto", "off"])
@pytest.mark.parametrize("lowered", [False, True])
def test_each_piece_stands_behind_the_event_before_it(sandbox: str, lowered: bool) -> None:
    pool = Pool(Settings(sandbox=sandbox))
    try:
        recording = pool.submit(snippet(SLEEPS), lowered=lowered).result()
    finally:
        pool.close()
    assert [(stream, text) for stream, text, _ in pieces(recording)] == [
        ("stdout", "first\n"),
        ("stdout", "begins\n"),
        ("stderr", "to stderr\n"),
        ("stdout", "goes on\n"),
        ("stdout", "woke\n"),
        ("stdout", "told by the run\n"),
    ]
    assert recording.output[0].n == 0
    assert after(recording, "begins\n") == "machine.started"
    assert after(recording, "to stderr\n") == "machine.started"
    assert after(recording, "goes on\n") == "machine.started"
    assert recording.events[recording.output[4].n or 0].kind == "machine.returned"
    assert recording.output[-1].n == len(recording.events)
    assert loads(dumps(recording)) == recording


PAST = """
import os, subprocess, sys, wakepoint
async def main():
    for turn in range(3):
        print("turn", flush=True)
        os.write(1, b"past Python\\n")
        await wakepoint.yield_now()
        print("behind", flush=True)
wakepoint.run(main())
subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
print("last")
"""


def test_what_comes_past_the_streams_has_no_event_and_confuses_nothing() -> None:
    recording = run(PAST).recording
    turn = ["turn\n", "past Python\n", "behind\n"]
    expected = [*turn, *turn, *turn, "a child\n", "last\n"]
    # "behind" of a turn and "turn" of the next are one: nothing happened between them.
    assert recording.written() == {"stdout": "".join(expected)}
    unknown = [text for _, text, n in pieces(recording) if n is None]
    assert unknown == ["past Python\n"] * 3 + ["a child\n"]
    known = [piece.n for piece in recording.output if piece.n is not None]
    assert known == sorted(set(known))
    assert known[-1] == len(recording.events)


WAYS = {
    "the buffer": ("sys.stdout.buffer.write(b'caf\\xc3\\xa9\\n')", "café\n", 1),
    "half a character each": (
        "sys.stdout.buffer.write(b'\\xc3'); sys.stdout.buffer.write(bytearray(b'\\xa9'))",
        "é",
        1,
    ),
    "lines": ("sys.stdout.writelines(['a', 'b'])", "ab", 1),
    "another wrapper": (
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'utf-8'); print('a', flush=True)",
        "a\n",
        1,
    ),
    "the first one again": (
        "sys.stdout = io.StringIO(); print('no'); sys.stdout = sys.__stdout__; print('a')",
        "a\n",
        1,
    ),
    "redirected": (
        "with contextlib.redirect_stdout(io.StringIO()):\n    print('no')\nprint('a')",
        "a\n",
        1,
    ),
    "to stderr": (
        "with contextlib.redirect_stdout(sys.stderr):\n    print('a', file=sys.stdout)",
        "a\n",
        1,
    ),
    "reconfigured": (
        "sys.stdout.reconfigure(encoding='latin-1', errors='replace'); print('a€')",
        "a?\n",
        1,
    ),
    "buffered again": (
        "sys.stdout.reconfigure(write_through=False); print('a'); sys.stdout.flush()",
        "a\n",
        1,
    ),
    "closed": ("print('a'); sys.stdout.close()", "a\n", 1),
    "detached": ("buffer = sys.stdout.detach(); buffer.write(b'a'); buffer.flush()", "a", 1),
    "a thread": (
        "thread = threading.Thread(target=print, args=('a',)); thread.start(); thread.join()",
        "a\n",
        1,
    ),
    "a logger": (
        "logging.basicConfig(format='%(message)s'); logging.warning('a')",
        "a\n",
        1,
    ),
    "a file of its own": (
        "with open(1, 'w', closefd=False) as file: print('a', file=file)",
        "a\n",
        None,
    ),
    "an exit handler": ("atexit.register(print, 'a')", "a\n", None),
}


@pytest.mark.parametrize("way", WAYS)
def test_however_a_snippet_writes_it_is_told(way: str) -> None:
    code, text, n = WAYS[way]
    imports = "import atexit, contextlib, io, logging, sys, threading, wakepoint\n"
    begin = "async def main(): pass\nwakepoint.run(main())\n"
    ran = run(imports + begin + code)
    assert ran.recording.outcome.kind == "finished", ran.recording.outcome
    ((_, written, after),) = pieces(ran.recording)
    assert written == text
    assert after == (None if n is None else len(ran.recording.events))


def test_a_wrong_write_is_what_it_was() -> None:
    source = """
        import sys
        for wrong in (5, "text", None):
            try:
                sys.stdout.buffer.write(wrong)
            except TypeError as error:
                print("refused")
        print(sys.stdout, sys.stdout.errors)
        print(sys.stderr, sys.stderr.errors)
        print(sys.stdout is sys.__stdout__, type(sys.stdout.buffer), sys.stdout.fileno())
    """
    assert run(source).written().splitlines() == [
        *["refused"] * 3,
        "<_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'> surrogateescape",
        "<_io.TextIOWrapper name='<stderr>' mode='w' encoding='utf-8'> backslashreplace",
        "True <class '_io.FileIO'> 1",
    ]


def test_what_several_threads_write_at_once_is_all_there() -> None:
    source = """
        import threading
        def work(name):
            for number in range(300):
                print(name * 3)
        threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    written = run(source).written()
    assert {character: written.count(character) for character in "abc\n"} == {
        "a": 900, "b": 900, "c": 900, "\n": 900,
    }  # fmt: skip


def test_a_path_that_was_written_in_parts_is_renamed_as_a_whole() -> None:
    source = """
        import os, wakepoint
        async def main():
            for part in os.getcwd().split(os.sep)[1:]:
                print(os.sep, end=part)
                await wakepoint.yield_now()
            print()
            await wakepoint.yield_now()
            print("end")
        wakepoint.run(main())
    """
    recording = run(source).recording
    assert recording.written() == {"stdout": ".\nend\n"}
    assert [text for _, text, _ in pieces(recording)] == [".", "\n", "end\n"]


def test_a_snippet_that_prints_at_each_event_has_no_more_pieces_than_a_recording_holds() -> None:
    source = """
        import sys, wakepoint
        async def main():
            for number in range(1500):
                print(number, file=(sys.stdout, sys.stderr)[number % 2])
                await wakepoint.yield_now()
        wakepoint.run(main())
    """
    recording = run(source).recording
    assert len(recording.output) == PIECES
    assert recording.written() == {
        "stdout": "".join(f"{number}\n" for number in range(0, 1500, 2)),
        "stderr": "".join(f"{number}\n" for number in range(1, 1500, 2)),
    }
    assert loads(dumps(recording)) == recording
    known = [piece.n for piece in recording.output]
    assert None not in known
    assert len({*known}) == PIECES


def test_what_is_cut_says_so_and_the_rest_has_its_events() -> None:
    ran = run("for number in range(100_000): print(number)")
    first, last = ran.recording.output
    assert (first.n, last.n) == (0, None)
    assert last.text == "\n… cut after 65536 bytes\n"
    assert len(first.text) == 65536 if sys.platform != "win32" else len(first.text) > 40_000
    assert ran.problems == [
        "docs/page.md:10: the snippet wrote more than 65536 bytes to stdout; print less"
    ]


def test_a_run_without_an_answer_has_its_output() -> None:
    recording = run("import os\nprint('a', flush=True)\nos._exit(3)").recording
    assert recording.output == (Output("stdout", "a\n"),)


# --- what came, and what was noted ----------------------------------------------------------------


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
