"""What works on any stream, as ``tokio::io``: buffered reading, copying, halves.

Backpressure needs no calls of its own here. ``write_all`` is pending while the peer does not read,
and nothing is read for `copy` until what was read before is written; so who is slow slows down who
sends to it, and nothing piles up in between. (asyncio's ``drain`` has no counterpart: awaiting
``write_all`` is that.)
"""

from __future__ import annotations

from wakepoint.io.buffered import BufReader, Lines
from wakepoint.io.copying import copy, copy_bidirectional
from wakepoint.io.halves import Joined, ReadHalf, WriteHalf, join, split
from wakepoint.io.standard import Stdin, Stdout, stdin, stdout
from wakepoint.io.traits import AsyncRead, AsyncStream, AsyncWrite, ClosableStream

__all__ = [
    "AsyncRead",
    "AsyncStream",
    "AsyncWrite",
    "BufReader",
    "ClosableStream",
    "Joined",
    "Lines",
    "ReadHalf",
    "Stdin",
    "Stdout",
    "WriteHalf",
    "copy",
    "copy_bidirectional",
    "join",
    "split",
    "stdin",
    "stdout",
]
