"""Lines, delimiters and numbers of bytes, however they arrive and whatever is dropped meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.peers import connected
from tools.pieces import NOBODY, Pieces, cut, finished, insisted
from tools.rig import Rig

from wakepoint import (
    PENDING,
    BrokenResourceError,
    BusyResourceError,
    LimitExceeded,
    pipe,
    select,
    spawn,
    try_join,
    yield_now,
)
from wakepoint.io import BufReader

TEXTS = st.text("ab\n\r\u00e9\u65e5", max_size=40)
DATA = st.binary(max_size=60)
PLACES = st.lists(st.integers(0, 60), max_size=8)
PATIENCE = st.lists(st.integers(1, 3), max_size=30)


def lines_of(text: str) -> list[str]:
    """The lines of a text, each with its end."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def patient(numbers: list[int]) -> Iterator[int]:
    """Patience that lasts at last, or nothing would ever come."""
    return chain(numbers, repeat(9))


@given(TEXTS, PLACES, st.integers(0, 2), PATIENCE)
def test_lines_are_the_same_however_they_arrive_and_whatever_is_dropped(
    text: str, places: list[int], waits: int, patience: list[int]
) -> None:
    reader = BufReader(Pieces(cut(text.encode(), places), waits))
    left = patient(patience)
    lines = []
    while line := insisted(reader.read_line, lambda: next(left)):
        lines.append(line)
    assert lines == lines_of(text)
    assert reader.buffer == b""


@given(TEXTS, PLACES, PATIENCE)
def test_lines_without_their_ends(text: str, places: list[int], patience: list[int]) -> None:
    lines = BufReader(Pieces(cut(text.encode(), places), waits=1)).lines()
    left = patient(patience)
    seen = []
    while (line := insisted(lines.next_line, lambda: next(left))) is not None:
        seen.append(line)
    assert seen == [
        line[:-1].removesuffix("\r") if line.endswith("\n") else line for line in lines_of(text)
    ]


@given(DATA, PLACES, st.binary(min_size=1, max_size=3), PATIENCE)
def test_delimiters_of_any_length(
    data: bytes, places: list[int], delimiter: bytes, patience: list[int]
) -> None:
    reader = BufReader(Pieces(cut(data, places), waits=1))
    left = patient(patience)
    parts = []
    while part := insisted(lambda: reader.read_until(delimiter), lambda: next(left)):
        parts.append(part)
    *whole, last = data.split(delimiter)
    assert parts == [part + delimiter for part in whole] + ([last] if last else [])


@given(DATA, PLACES, st.lists(st.tuples(st.sampled_from("xurfl"), st.integers(0, 9))), PATIENCE)
def test_whatever_one_asks_for_everything_comes_once_and_in_order(
    data: bytes, places: list[int], wishes: list[tuple[str, int]], patience: list[int]
) -> None:
    reader = BufReader(Pieces(cut(data, places), waits=1))
    left = patient(patience)
    taken = b""
    for kind, size in wishes:
        if kind == "x":
            try:
                taken += insisted(partial(reader.read_exact, size), lambda: next(left))
            except BrokenResourceError:
                assert len(data) - len(taken) < size
        elif kind == "u":
            taken += insisted(lambda: reader.read_until(b"a"), lambda: next(left))
        elif kind == "r":
            taken += insisted(partial(reader.read, size), lambda: next(left))
        elif kind == "f":
            there = insisted(reader.fill_buf, lambda: next(left))
            reader.consume(len(there[:size]))
            taken += there[:size]
        else:
            fits = len(data) - len(taken) <= 5
            with nullcontext() if fits else pytest.raises(LimitExceeded):
                taken += insisted(lambda: reader.read_to_end(limit=5), lambda: next(left))
    taken += insisted(reader.read_to_end, lambda: next(left))
    assert taken == data


@given(st.integers(1, 40), st.integers(0, 60), st.booleans(), PLACES)
def test_a_line_within_the_limit_passes_and_one_beyond_does_not(
    limit: int, length: int, ends: bool, places: list[int]
) -> None:
    data = b"x" * length + (b"\n" if ends else b"")
    reader = BufReader(Pieces(cut(data, places), waits=1), limit=limit)
    if len(data) <= limit:
        assert finished(reader.read_line()) == data.decode()
        return
    for _ in range(2):
        with pytest.raises(LimitExceeded, match=f"in the first {limit} bytes"):
            finished(reader.read_line())
    assert finished(reader.read_to_end()) == data  # nothing is lost


def test_a_peer_that_never_ends_its_line_fills_no_memory() -> None:
    endless = Pieces(repeat(b"x" * 10_000, 1_000))
    reader = BufReader(endless, limit=50_000)
    with pytest.raises(LimitExceeded):
        finished(reader.read_line())
    assert len(reader.buffer) <= 50_000 + 65_536


@given(PLACES)
def test_what_is_no_text_can_be_read_as_bytes(places: list[int]) -> None:
    reader = BufReader(Pieces(cut(b"good\nb\xffd\nrest", places)))
    assert finished(reader.read_line()) == "good\n"
    for _ in range(2):
        with pytest.raises(UnicodeDecodeError):
            finished(reader.read_line())
    assert finished(reader.read_until(b"\n")) == b"b\xffd\n"
    assert finished(reader.read_to_string()) == "rest"


def test_what_cannot_be_read_whole_stays() -> None:
    reader = BufReader(Pieces([b"abc"]))
    with pytest.raises(BrokenResourceError, match="7 bytes before the 10"):
        finished(reader.read_exact(10))
    assert finished(reader.read(2)) == b"ab"
    assert reader.buffer == b"c"


def test_a_read_that_has_waited_for_nothing_is_dropped_with_the_operation() -> None:
    stream = Pieces([b"a"], waits=1)
    line = BufReader(stream).read_line()
    assert line.poll(NOBODY) is PENDING
    assert stream.reading is not None
    line.drop()
    line.drop()
    assert stream.reading is None


def test_wrong_arguments_are_told() -> None:
    reader = BufReader(Pieces([b"abc"]))
    with pytest.raises(ValueError, match="at least one byte"):
        reader.read_until(b"")
    with pytest.raises(ValueError, match="limit=0"):
        BufReader(Pieces([]), limit=0)
    with pytest.raises(ValueError, match="1 of 0 bytes"):
        reader.consume(1)
    assert finished(reader.read(0)) == b""


def test_descriptions() -> None:
    reader = BufReader(Pieces([b"abc"]))
    finished(reader.fill_buf())
    assert repr(reader) == "BufReader(Pieces(), 3 bytes read ahead)"
    assert repr(reader.read_line()) == "read_line(Pieces())"
    assert repr(reader.lines()) == "lines(Pieces())"


def test_lines_of_a_connection(rig: Rig) -> None:
    async def main() -> list[str]:
        async with connected() as (client, server):
            sending = spawn(client.write_all("one\r\ntw\u00f6\n\nlast".encode()))
            await sending
            client.shutdown()
            return [line async for line in BufReader(server).lines()]

    assert rig.run(main()) == ["one", "tw\u00f6", "", "last"]


def test_a_read_line_that_loses_a_select_loses_no_byte(rig: Rig) -> None:
    async def main() -> list[str]:
        async with connected() as (client, server):
            reader = BufReader(server)
            lines = []
            for part in (b"fi", b"rst\nsec", b"ond\n"):
                await client.write_all(part)
                for _ in range(20):
                    index, line = await select(reader.read_line(), yield_now())
                    if index == 0:
                        lines.append(line)
            while len(lines) < 2:
                lines.append(await reader.read_line())
            return lines

    assert rig.run(main()) == ["first\n", "second\n"]


def test_two_tasks_that_read_at_once_are_told(rig: Rig) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            lines = BufReader(reader)
            with pytest.raises(BusyResourceError):
                await try_join(lines.read_line(), lines.read_line())

    if rig.name == "iocp":
        pytest.skip("Windows' pipes are tested elsewhere")
    rig.run(main())
