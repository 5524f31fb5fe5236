"""Virtual pipes: what is written can be read at once."""

from __future__ import annotations

import errno

from wakepoint.backends.simulated.network import failure
from wakepoint.backends.simulated.world import Descriptor, News, World


class PipeEnd(Descriptor):
    """One end of a pipe; both share what is in it.

    Attributes:
        content: What was written and not read yet.
        other: The other end.
        writes: True for the end that writes.
    """

    def __init__(self, world: World, content: bytearray, *, writes: bool) -> None:
        super().__init__(world)
        self.content = content
        self.other: PipeEnd | None = None
        self.writes = writes

    @classmethod
    def pair(cls, world: World) -> tuple[PipeEnd, PipeEnd]:
        """A pipe: where to read, where to write."""
        content = bytearray()
        reader, writer = cls(world, content, writes=False), cls(world, content, writes=True)
        reader.other, writer.other = writer, reader
        return reader, writer

    @property
    def _alone(self) -> bool:
        return self.other is None or self.other.closed

    def state(self) -> News:
        gone = News.HUNG_UP if self._alone else News(0)
        if self.writes:
            room = len(self.content) < self.world.buffer
            return gone | (News.WRITABLE if room or self._alone else News(0))
        return gone | (News.READABLE if self.content or self._alone else News(0))

    def read(self, size: int) -> bytes:
        """What is in the pipe; empty once it is and the writer is gone."""
        if self.writes:
            raise failure(errno.EBADF)
        if not self.content and not self._alone:
            raise failure(errno.EAGAIN)
        full = len(self.content) >= self.world.buffer
        data = bytes(self.content[:size])
        del self.content[:size]
        if full and data and self.other is not None:
            self.other.tell(News.WRITABLE)
        return data

    def write(self, data: memoryview) -> int:
        """Puts in what there is room for."""
        if not self.writes:
            raise failure(errno.EBADF)
        if self._alone:
            raise failure(errno.EPIPE)
        room = self.world.buffer - len(self.content)
        if data and room <= 0:
            raise failure(errno.EAGAIN)
        taken = bytes(data[:room])
        self.content += taken
        if taken and self.other is not None:
            self.other.tell(News.READABLE)
        return len(taken)

    def close(self) -> None:
        super().close()
        if self.other is not None:
            self.other.tell(News.READABLE | News.WRITABLE | News.HUNG_UP)
