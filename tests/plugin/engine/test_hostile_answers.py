"""What comes back may be of a snippet's making: then it is that snippet's problem, in a line."""

from __future__ import annotations

import sys

import pytest
from tools.snippets import Ran, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the answer comes through a pipe")

FIND = """
import os, stat
def answers():
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            if number > 2 and stat.S_ISFIFO(os.fstat(number).st_mode):
                yield number
        except OSError:
            pass
(answer,) = answers()
def send(data):
    while data:
        data = data[os.write(answer, data):]
"""
"""A snippet that has found the pipe."""

EMPTY = (
    '{"version":1,"source":"","environment":{"backend":null,"system":"Linux","python":"CPython 3",'
    '"clock":"real","emulation":null,"recorded":null},"output":[],"machines":[],"events":[],'
    '"outcome":{"kind":"finished","error":null,"message":"","frames":[],"waiting":[],'
    '"goes_on":[]},"truncated":0}'
)


def forged(body: str) -> str:
    return f"body = {body}\nsend(b'ended\\n%d\\n' % len(body) + body)\nos._exit(0)\n"


FORGERIES = {
    "no JSON": "b'{}\\nno'",
    "no text": "b'{}\\n\\xff\\xfe'",
    "nothing": "b''",
    "deeper than any stack": "b'{}\\n' + b'[' * 500_000",
    "a number of a million digits": "b'{}\\n' + b'9' * 1_000_000",
    "not a number": "b'{}\\n{\"version\": NaN}'",
    "ports that are none": "b'[1]\\n{}'",
    "ports deeper than any stack": "b'[' * 500_000 + b'\\n{}'",
    "ports that are called by lists": "b'{\"1\": [1]}\\n{}'",
    "another version": "b'{}\\n{\"version\": 99}'",
    "half of a surrogate pair": 'b\'{}\\n{"version": 1, "source": "\\\\ud800"}\'',
    "the same key twice": repr(
        f'{{}}\n{{"version":1,{EMPTY[1:]}'.replace('"truncated":0', '"truncated":0,"source":1')
    )
    + ".encode()",
}


@pytest.mark.skipif(sys.platform != "linux", reason="the snippet finds the pipe in /proc")
@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_answer_is_told_and_nothing_else_happens(what: str) -> None:
    ran = run(FIND + forged(FORGERIES[what]))
    assert ran.recording.outcome.kind == "killed"
    (line,) = ran.problems
    assert "what came back is no recording: " in line
    assert len(line) < 1000


@pytest.mark.skipif(sys.platform != "linux", reason="the snippet finds the pipe in /proc")
def test_an_answer_without_an_end_is_cut() -> None:
    ran = run(FIND + "send(b'ended\\n999999999\\n')\nwhile True: send(b'x' * 65536)\n", timeout=60)
    told(ran, "the snippet was ended: it wrote a recording of more than 64 MiB; write less")


@pytest.mark.skipif(sys.platform != "linux", reason="the snippet finds the pipe in /proc")
def test_what_comes_before_an_answer_is_cut() -> None:
    ran = run(FIND + "while True: send(b'x' * 65536)\n", timeout=60)
    told(ran, "the snippet was ended: it wrote a recording of more than 64 MiB; write less")


def test_output_without_an_end_is_cut() -> None:
    ran = run("import os\nwhile True: os.write(1, b'x' * 65536)\n", timeout=60)
    assert "the snippet was ended: it wrote more than 64 MiB; write less" in ran.problems[0]
    assert len(ran.written()) < 70_000


@pytest.mark.skipif(sys.platform != "linux", reason="the snippet finds the pipe in /proc")
def test_a_snippet_that_closes_the_pipe_has_no_recording() -> None:
    ran = run(FIND + "os.close(answer)\n")
    assert ran.recording.outcome.kind == "killed"


def told(ran: Ran, what: str) -> None:
    (line,) = ran.problems
    assert what in line
