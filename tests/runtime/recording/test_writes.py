"""What a script writes is noted as it was written, and after which event."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from wakepoint.recording.log import Log, Revisable, Shape
from wakepoint.recording.writes import Write, as_data, of_data

RECORDS = """
import json, sys
from wakepoint.recording import Prelude, record
from wakepoint.recording.writes import Writes, as_data
writes = Writes({most})
record({source!r}, backend="simulated", writes=writes, prelude=[Prelude("print('earlier')")])
data = as_data(writes.noted())
sys.__stdout__.flush()
with open({path!r}, "w") as file:
    json.dump(data, file)
"""


def noted(
    source: str, path: str, most: int = 1 << 16, *options: str
) -> tuple[list[Write], bytes, bytes]:
    """What was noted of a script, and what it wrote to both streams."""
    program = RECORDS.format(source=dedent(source), most=most, path=path)
    ran = subprocess.run(
        [sys.executable, *options, "-X", "utf8", "-c", program], capture_output=True, check=True
    )
    with open(path) as file:  # noqa: PTH123
        return of_data(json.load(file)), ran.stdout, ran.stderr


SOURCE = """
import sys, wakepoint
print("be", "fore")
print("é", file=sys.stderr, end="")
async def main():
    print("in")
    print("main")
    await wakepoint.yield_now()
    sys.stdout.buffer.write(b"\\xff\\x00")
wakepoint.run(main())
print("after")
"""


@pytest.mark.parametrize("options", [(), ("-u",)], ids=["buffered", "unbuffered"])
def test_lines_are_noted_with_the_number_of_events_before_them(
    tmp_path: object, options: tuple[str, ...]
) -> None:
    writes, stdout, stderr = noted(SOURCE, f"{tmp_path}/noted", 1 << 16, *options)
    for stream, data in (("stdout", stdout), ("stderr", stderr)):
        assert b"".join(each.data for each in writes if each.stream == stream) == data
    new = b"\r\n" if sys.platform == "win32" else b"\n"
    before, e, in_, main, raw, after = writes
    assert before == ("stdout", 0, b"be fore" + new)
    assert e == ("stderr", 0, "é".encode())
    assert (in_.data, main.data, raw.data) == (b"in" + new, b"main" + new, b"\xff\x00")
    assert 0 < in_.n == main.n < raw.n < after.n
    assert after.data == b"after" + new


def test_no_more_is_noted_than_is_asked_for(tmp_path: object) -> None:
    source = "for number in range(100_000): print(number)"
    writes, stdout, _ = noted(source, f"{tmp_path}/noted", 200_000)
    assert b"".join(each.data for each in writes) == stdout[:200_000]
    assert len(writes) <= 20_001


def test_an_event_that_turned_out_to_be_none_is_not_counted() -> None:
    log = Log(10)
    happened, perhaps = Shape("a", "fact"), Shape("b", "fact", "error", revisable=1)
    log.add((happened, "main", 1))
    log.add((perhaps, "main", 1, Revisable()))
    log.add((perhaps, "main", 1, Revisable(("ValueError",))))
    ends = [0, 3, 7, 11]
    assert log.ordinals(ends) == [0, 1, 1, 2]
    assert len(log.events()[0]) == 2


def test_an_event_that_is_not_kept_is_not_counted() -> None:
    log = Log(1)
    for _ in range(3):
        log.add((Shape("a"), "main"))
    assert log.ordinals([0, 2, 4, 6]) == [0, 1, 1, 1]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [None],
        [[]],
        [["stdout", 0]],
        [["log", 0, ""]],
        [["stdout", "0", ""]],
        [["stdout", True, ""]],
        [["stdout", -1, ""]],
        [["stdout", 6, ""]],
        [["stdout", 3, ""], ["stderr", 2, ""]],
        [["stdout", 0, None]],
        [["stdout", 0, "\u20ac"]],
        [["stdout", 0, "\ud800"]],
    ],
    ids=json.dumps,
)
def test_what_is_no_list_of_writes_is_refused(data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - also an encoding's
        of_data(data, 5)


def test_what_is_one_comes_back() -> None:
    writes = [Write("stdout", 0, bytes(range(256))), Write("stderr", 5, b"")]
    assert of_data(json.loads(json.dumps(as_data(writes))), 5) == writes
