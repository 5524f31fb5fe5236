"""What a run wrote, in pieces of which most are known to stand behind a certain event.

What has come of each stream is known from outside, whole and in order, but not when it was written.
What the script's own process noted of its writes (`wakepoint.recording.writes`) has that. Here the
one is looked for in the other. What came is what the page shows, whatever the notes say.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import inf
from typing import TypeAlias

from wakepoint.recording import Output
from wakepoint.recording.sizes import PIECES
from wakepoint.recording.writes import Write

_LOOKS = 200
"""How often a stream is searched for notes between which something else was written."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a stream.

    Attributes:
        text: What it is.
        n: As `Output` has it.
        order: The place of the note that it is among all notes, by which those of both streams are
            in order. What nobody noted goes with the next that is noted.
    """

    text: str
    n: int | None
    order: float


def pieces_of(
    streams: Mapping[str, bytes],
    writes: Sequence[Write],
    encoding: str,
    cleaned: Callable[[str], str],
) -> tuple[Output, ...]:
    """What was written, as a recording has it.

    Args:
        streams: What has come of each, or the beginning of it.
        writes: What the script's process noted.
        encoding: Of what has come.
        cleaned: Gives a text without what differs from run to run.
    """
    pieces = [
        (stream, piece)
        for stream, data in streams.items()
        for piece in _cleaned(_decoded(_parts(stream, data, writes), encoding), cleaned)
    ]
    in_order = _bounded(sorted(pieces, key=_order))
    return tuple(Output(stream, each.text, each.n) for stream, each in sorted(in_order, key=_order))


def _order(piece: tuple[str, _Piece]) -> float:
    return piece[1].order


# --- what came is looked for in what was noted ----------------------------------------------------

_Notes: TypeAlias = Sequence[tuple[int, bytes]]
"""Places of notes among all, and what they noted."""
_Found: TypeAlias = Iterator[tuple[bytes, int | None]]
"""Parts of a stream, and the place of the note that each is; None for what nobody noted."""
_Parts: TypeAlias = Iterator[tuple[bytes, int | None, float]]
"""Parts of a stream, each with its `n` and its order."""


def _parts(stream: str, data: bytes, writes: Sequence[Write]) -> _Parts:
    """A stream in parts."""
    notes = [
        (place, each.data)
        for place, each in enumerate(writes)
        if each.stream == stream and each.data
    ]
    parts = list(_Search().parts(data, notes))
    orders: list[float] = []
    order = inf
    for _, place in reversed(parts):
        order = order if place is None else place
        orders.append(order)
    for (part, place), order in zip(parts, reversed(orders), strict=True):
        yield part, None if place is None else writes[place].n, order


class _Search:
    """Finds notes in a stream, in their order.

    Without a process that writes past Python's streams, the notes are the stream. What such a one
    wrote stands between them. A line that occurs as often as it was noted is taken for those notes;
    of any other nobody can say when it was written.
    """

    def __init__(self) -> None:
        self._looks = _LOOKS

    def parts(self, data: bytes, notes: _Notes) -> _Found:
        """The stream in parts."""
        first, at = 0, 0
        while first < len(notes) and data.startswith(notes[first][1], at):
            yield notes[first][1], notes[first][0]
            at += len(notes[first][1])
            first += 1
        last, end = len(notes), len(data)
        while last > first and data.endswith(notes[last - 1][1], at, end):
            last -= 1
            end -= len(notes[last][1])
        yield from self._between(data[at:end], notes[first:last])
        for place, line in notes[last:]:
            yield line, place

    def _between(self, data: bytes, notes: _Notes) -> _Found:
        line = self._landmark(data, notes)
        if line is None:
            if data:
                yield data, None
            return
        begin = 0
        found = [at for at, (_, noted) in enumerate(notes) if noted == line]
        for part, end in zip(data.split(line), (*found, len(notes)), strict=True):
            if begin:
                yield line, notes[begin - 1][0]
            yield from self.parts(part, notes[begin:end])
            begin = end + 1

    def _landmark(self, data: bytes, notes: _Notes) -> bytes | None:
        """The longest line that the stream has as often as it was noted."""
        counts = Counter(noted for _, noted in notes)
        for line in sorted(counts, key=len, reverse=True):
            if not data or self._looks <= 0:
                break
            self._looks -= 1
            if data.count(line) == counts[line]:
                return line
        return None


# --- text -----------------------------------------------------------------------------------------


def _decoded(parts: _Parts, encoding: str) -> Iterator[_Piece]:
    """The parts as text; those are one between which nothing happened or was written elsewhere."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    before = _Piece("", None, -inf)
    texts: list[str] = []
    for data, n, order in parts:
        if n != before.n or (n is not None and order != before.order + 1):
            yield replace(before, text="".join(texts))
            texts.clear()
        texts.append(decode(data))
        before = _Piece("", n, order)
    texts.append(decode(b"", final=True))
    yield replace(before, text="".join(texts))


def _cleaned(pieces: Iterable[_Piece], cleaned: Callable[[str], str]) -> list[_Piece]:
    """The pieces cleaned, such that together they are the whole text cleaned."""
    pieces = [piece for piece in pieces if piece.text]
    whole = cleaned("".join(piece.text for piece in pieces))
    apart = [replace(piece, text=cleaned(piece.text)) for piece in pieces]
    if "".join(piece.text for piece in apart) == whole:
        return apart
    return _cleaned_together(pieces, cleaned, whole)


def _cleaned_together(
    pieces: Iterable[_Piece], cleaned: Callable[[str], str], whole: str
) -> list[_Piece]:
    """As `_cleaned`, where a path, say, was written in two pieces: they become one."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or cleaned(last.text + piece.text) == (
            cleaned(last.text) + cleaned(piece.text)
        ):
            joined.append(piece)
        else:
            joined[-1] = _together(last, piece)
    apart = [replace(piece, text=cleaned(piece.text)) for piece in joined]
    if "".join(piece.text for piece in apart) == whole:
        return apart
    return [replace(reduce(_together, joined), text=whole)]


def _together(first: _Piece, second: _Piece) -> _Piece:
    """Two neighbours of a stream as one, which is written when the second is."""
    n = None if first.n is None else second.n
    return _Piece(first.text + second.text, n, second.order)


def _bounded(pieces: list[tuple[str, _Piece]]) -> list[tuple[str, _Piece]]:
    """No more pieces than a recording may have: what follows is one for each stream."""
    if len(pieces) <= PIECES:
        return pieces
    first, rest = pieces[: PIECES - 2], pieces[PIECES - 2 :]
    for stream in sorted({stream for stream, _ in rest}):
        last = reduce(_together, (piece for name, piece in rest if name == stream))
        first.append((stream, last))
    return first
