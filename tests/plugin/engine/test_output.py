"""What a snippet writes is told with the event after which it wrote it, and is what it was."""

from __future__ import annotations

import sys

import pytest
from tools.snippets import run, snippet

from mkdocs_wakepoint.engine import Pool, Settings
from wakepoint.recording import Output, Recording, dumps, loads
from wakepoint.recording.sizes import PIECES


def pieces(recording: Recording) -> list[tuple[str, str, int | None]]:
    return [(piece.stream, piece.text, piece.n) for piece in recording.output]


def after(recording: Recording, text: str) -> str:
    """The kind of the event after which a piece was written."""
    (n,) = {piece.n for piece in recording.output if piece.text == text}
    assert n is not None
    return recording.events[n - 1].kind


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
    stream = "stderr" if way in ("to stderr", "a logger") else "stdout"
    # A process that ends without its standard output says so.
    ((written, after),) = [each[1:] for each in pieces(ran.recording) if each[0] == stream]
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
            folder = os.getcwd()
            for part in (folder[:4], folder[4:]):
                print(part, end="")
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


def test_what_is_cut_says_so_and_the_rest_has_its_event() -> None:
    ran = run("for number in range(100): print('x' * 999)")
    first, last = ran.recording.output
    assert (first.n, last.n) == (0, None)
    assert first.text.startswith("x" * 999 + "\n")
    assert len(first.text) + first.text.count("\n") * (sys.platform == "win32") == 65536
    assert last.text == "\n… cut after 65536 bytes\n"
    assert ran.problems == [
        "docs/page.md:10: the snippet wrote more than 65536 bytes to stdout; print less"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="it takes its time under Wine")
def test_a_snippet_that_prints_a_hundred_thousand_times_has_few_pieces() -> None:
    ran = run("for number in range(100_000): print(number)", timeout=60)
    assert [piece.n for piece in ran.recording.output] == [0, None]


def test_a_run_without_an_answer_has_its_output() -> None:
    recording = run("import os\nprint('a', flush=True)\nos._exit(3)").recording
    assert recording.output == (Output("stdout", "a\n"),)
