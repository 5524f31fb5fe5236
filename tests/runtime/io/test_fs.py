"""Files on threads: one call at a time, and what is dropped goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tools.peers import settle
from tools.rig import Rig

from wakepoint import (
    BrokenResourceError,
    BusyResourceError,
    ClosedResourceError,
    fs,
    pipe,
    run,
    select,
    spawn,
    try_join,
)
from wakepoint.fs import File
from wakepoint.io import BufReader, copy
from wakepoint.io.threaded import Threaded

T = TypeVar("T")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_bytes(b"one\ntwo\nthree\n")
    return file


def test_whole_files(rig: Rig, path: Path) -> None:
    async def main() -> None:
        assert await fs.read(path) == b"one\ntwo\nthree\n"
        assert await fs.read_to_string(str(path)) == "one\ntwo\nthree\n"
        await fs.write(path, "\u00e4nders")
        assert await fs.read(path) == "\u00e4nders".encode()
        await fs.write(path, b"\xff")
        with pytest.raises(UnicodeDecodeError):
            await fs.read_to_string(path)
        with pytest.raises(FileNotFoundError):
            await fs.read(path.parent / "none")

    rig.run(main())


def test_reading_writing_and_seeking(rig: Rig, path: Path) -> None:
    async def main() -> None:
        with await File.open(path, "r+b") as file:
            assert await file.read(3) == b"one"
            assert await file.seek(4) == 4
            assert await file.write(b"TWO") == 3
            assert await file.seek(-3, os.SEEK_CUR) == 4
            assert await file.read_exact(4) == b"TWO\n"
            assert await file.read_to_string() == "three\n"
            assert await file.read() == b""
            with pytest.raises(BrokenResourceError, match="1 bytes before the 1"):
                await file.read_exact(1)
            assert (await file.metadata()).st_size == 14
            await file.set_len(4)
            await file.seek(0)
            assert await file.read_to_end() == b"one\n"
            await file.write_all(b"end")
            await file.sync_all()
            assert await fs.read(path) == b"one\nend"
            await file.shutdown()
            assert repr(file) == f"File({str(path)!r})"
            assert repr(file.read()) == f"read(File({str(path)!r}))"

    rig.run(main())


def test_a_file_is_a_stream(rig: Rig, path: Path) -> None:
    async def main() -> list[str]:
        reader, writer = pipe()
        with reader, await File.open(path) as file:
            with writer:
                await copy(file, writer)
            return [line async for line in BufReader(reader).lines()]

    assert rig.run(main()) == ["one", "two", "three"]


def test_what_cannot_be_opened(path: Path) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            await File.open(path.parent / "none")
        with pytest.raises(FileExistsError):
            await File.open(path, "x")
        with pytest.raises(ValueError, match="read_to_string decodes"):
            await File.open(path, "rt")
        with pytest.raises(ValueError, match="mode"):
            await File.open(path, "q")
        with await File.create(path) as file:
            await file.write_all(b"anew")
        assert await fs.read(path) == b"anew"

    run(main())


class Gate:
    """A file whose calls wait until they may go on."""

    def __init__(self, path: Path) -> None:
        self._raw = FileIO(str(path), "r+")
        self.opened = threading.Event()
        self.closed = threading.Event()

    def _pass(self, call: Callable[..., T], *args: Any) -> T:
        assert self.opened.wait(30)
        return call(*args)

    def read(self, size: int) -> bytes:
        return self._pass(self._raw.read, size) or b""

    def write(self, data: bytes) -> int:
        return self._pass(self._raw.write, data) or 0

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        return self._pass(self._raw.seek, position, whence)

    def close(self) -> None:
        assert self.opened.is_set(), "closed while a call goes on"
        self._raw.close()
        self.closed.set()


@contextmanager
def gated(path: Path) -> Iterator[tuple[File, Gate]]:
    gate = Gate(path)
    file = File.__new__(File)
    file._file = Threaded(gate, "gated")  # noqa: SLF001 - a raw file that is slow
    try:
        yield file, gate
    finally:
        gate.opened.set()
        file.close()


async def given_up(operation: Awaitable[Any]) -> None:
    index, _ = await select(operation, settle())
    assert index == 1


def test_a_read_that_is_dropped_is_read_next(path: Path) -> None:
    async def main() -> None:
        with gated(path) as (file, gate):
            await given_up(file.read(6))
            await given_up(file.read(6))  # waits for the first, which goes on
            gate.opened.set()
            assert await file.read(3) == b"one"
            assert await file.read(100) == b"\ntw"
            assert await file.read(100) == b"o\nthree\n"

    run(main())


def test_who_writes_after_a_dropped_read_writes_where_reading_had_come_to(path: Path) -> None:
    async def main() -> None:
        with gated(path) as (file, gate):
            await given_up(file.read(6))
            gate.opened.set()
            assert await file.read(3) == b"one"
            assert await file.write(b"_") == 1
            await file.seek(0)
            assert await file.read(7) == b"one_two"

    run(main())


def test_a_file_is_closed_when_the_call_that_goes_on_has_ended(path: Path) -> None:
    async def main() -> None:
        with gated(path) as (file, gate):
            await given_up(file.read(6))
            file.close()
            assert not gate.closed.is_set()
            with pytest.raises(ClosedResourceError):
                await file.read()
            gate.opened.set()
            assert gate.closed.wait(30)

    run(main())


def test_one_call_at_a_time(path: Path) -> None:
    async def main() -> None:
        with gated(path) as (file, gate):
            first = spawn(file.read(3))
            await settle()
            with pytest.raises(BusyResourceError, match=r"read\(gated\) goes on"):
                await try_join(file.read(3))
            gate.opened.set()
            assert await first == b"one"

    run(main())


def test_a_call_that_fails_after_it_was_dropped_bothers_nobody(path: Path) -> None:
    async def main() -> None:
        with gated(path) as (file, gate):
            await given_up(file.seek(-1))
            gate.opened.set()
            assert await file.read(3) == b"one"

    run(main())


def test_an_opening_that_is_dropped_closes_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[FileIO] = []
    gate, finished = threading.Event(), threading.Event()

    class Slow(FileIO):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)
            assert gate.wait(30)

        def close(self) -> None:
            super().close()
            finished.set()

    monkeypatch.setattr(fs, "FileIO", Slow)

    async def main() -> None:
        await given_up(File.open(path))
        gate.set()
        assert finished.wait(30)
        opening = File.open(path)
        await try_join(waits_for(opening))
        opening.drop()

    async def waits_for(opening: Any) -> None:
        (await opening).close()

    run(main())
    assert [file.closed for file in made] == [True, True]
