"""Reading by lines, by delimiters and by numbers of bytes, as ``tokio::io::BufReader``."""

from __future__ import annotations

from wakepoint.future import Future
from wakepoint.io.taking import (
    FillBuf,
    NextItem,
    NextLine,
    Read,
    ReadExact,
    ReadLine,
    ReadToEnd,
    ReadToString,
    ReadUntil,
)
from wakepoint.io.traits import AsyncRead
from wakepoint.io.waiting import CHUNK, Buffer

LIMIT = 65_536
"""Bytes of a line at most, unless told otherwise (asyncio's ``limit``)."""


class BufReader:
    r"""Reads ahead, so that lines and delimiters can be looked for (``tokio::io::BufReader``).

    What was read and not asked for yet stays in its buffer. So every operation is cancel safe, also
    those of which tokio's are not (``read_line``, ``read_until``, ``read_exact``): one that is
    dropped has taken nothing, and neither has one that raises. The stream is read from here alone
    from now on; it is closed where it was opened.

    Args:
        stream: Whatever has ``read``.
        limit: Bytes that a line, or whatever a delimiter ends, may have with that delimiter. The
            buffer holds hardly more (64 KiB), so a peer that never ends its line fills no memory.

    Example:
        >>> from wakepoint import pipe, run
        >>> async def main():
        ...     reader, writer = pipe()
        ...     with reader, writer:
        ...         await writer.write_all(b"one\ntwo\n")
        ...         lines = BufReader(reader)
        ...         return await lines.read_line(), await lines.read_until(b"w")
        >>> run(main())
        ('one\n', b'tw')
    """

    def __init__(self, stream: AsyncRead, *, limit: int = LIMIT) -> None:
        if limit < 1:
            raise ValueError(f"a line has at least one byte, so limit={limit} lets none pass")
        self.stream = stream
        self.limit = limit
        self._content = Buffer(stream)

    def __repr__(self) -> str:
        return f"BufReader({self.stream!r}, {len(self._content.data)} bytes read ahead)"

    @property
    def buffer(self) -> bytes:
        """What was read ahead and is not consumed yet."""
        return bytes(self._content.data)

    def fill_buf(self) -> Future[bytes]:
        """What was read ahead, of which nothing is consumed; ``b""`` at the end of the stream.

        Waits for data if there is none. Cancel safe: if it is dropped, no data is lost.
        """
        return FillBuf(self._content)

    def consume(self, size: int) -> None:
        """Marks the first bytes of the buffer as read, after `fill_buf`.

        Raises:
            ValueError: If there are not so many.
        """
        if not 0 <= size <= len(self._content.data):
            raise ValueError(f"{size} of {len(self._content.data)} bytes cannot be consumed")
        self._content.take(size)

    def read(self, size: int = CHUNK) -> Future[bytes]:
        """What there is, at most ``size`` bytes; ``b""`` at the end of the stream.

        Cancel safe: if it is dropped, no data is lost.
        """
        return Read(self._content, size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes (asyncio's ``readexactly``).

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            BrokenResourceError: If the stream ends before; what there is can still be read.
        """
        return ReadExact(self._content, size)

    def read_until(self, delimiter: bytes) -> Future[bytes]:
        """Everything up to and with the next delimiter; at the end of the stream, what is left.

        Cancel safe: if it is dropped, no data is lost.

        Args:
            delimiter: One byte or more.

        Raises:
            LimitExceeded: If there is none within the reader's limit; what there is can be read.
            ValueError: If the delimiter is empty.
        """
        return ReadUntil(self._content, delimiter, self.limit)

    def read_line(self) -> Future[str]:
        r"""The next line with its ``"\n"``; ``""`` at the end of the stream.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            LimitExceeded: If the line is longer than the reader's limit.
            UnicodeDecodeError: If it is no UTF-8. It can be read as bytes by `read_until`.
        """
        return ReadLine(self._content, self.limit)

    def lines(self) -> Lines:
        r"""The lines to come, without ``"\n"`` or ``"\r\n"``; for ``async for``.

        Cancel safe: if waiting for the next is dropped, no line is lost.
        """
        return Lines(self._content, self.limit)

    def read_to_end(self, *, limit: int | None = None) -> Future[bytes]:
        """Everything until the end of the stream.

        Cancel safe: if it is dropped, no data is lost.

        Args:
            limit: How many bytes that may be; None trusts the peer to come to an end.

        Raises:
            LimitExceeded: If there are more; what there is can be read.
        """
        return ReadToEnd(self._content, limit)

    def read_to_string(self, *, limit: int | None = None) -> Future[str]:
        """As `read_to_end`, as text, and as cancel safe as that.

        Raises:
            LimitExceeded: If there are more bytes than ``limit``.
            UnicodeDecodeError: If it is no UTF-8. It can be read as bytes by `read_to_end`.
        """
        return ReadToString(self._content, limit)


class Lines:
    r"""The lines of a stream, without their ends; made by `BufReader.lines` (``tokio::io::Lines``).

    Example:
        >>> from wakepoint import pipe, run
        >>> async def main():
        ...     reader, writer = pipe()
        ...     with reader:
        ...         with writer:
        ...             await writer.write_all(b"one\r\ntwo")
        ...         return [line async for line in BufReader(reader).lines()]
        >>> run(main())
        ['one', 'two']
    """

    def __init__(self, content: Buffer, limit: int) -> None:
        self._content = content
        self._limit = limit

    def __repr__(self) -> str:
        return f"lines({self._content.stream!r})"

    def next_line(self) -> Future[str | None]:
        """The next line; None at the end of the stream.

        Cancel safe: if it is dropped, no line is lost.

        Raises:
            LimitExceeded: If the line is longer than the reader's limit.
            UnicodeDecodeError: If it is no UTF-8. It can be read as bytes by `read_until`.
        """
        return NextLine(self._content, self._limit)

    def __aiter__(self) -> Lines:
        return self

    def __anext__(self) -> Future[str]:
        return NextItem(self._content, self._limit)
