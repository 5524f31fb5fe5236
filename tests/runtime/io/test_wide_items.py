"""Data may be given as a view whose items have several bytes; sizes are counted in bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.certified import client_context, server_context
from tools.peers import connected
from tools.rig import Rig

from wakepoint import TcpStream, join, pipe, run
from wakepoint.fs import File
from wakepoint.io import BufReader, stdout
from wakepoint.net import tls
from wakepoint.net.tls import TlsStream
from wakepoint.whole import in_bytes

MUCH = bytes(range(256)) * 8192
WIDE = memoryview(MUCH).cast("Q")


async def carry(source: TcpStream | TlsStream, target: TcpStream | TlsStream) -> bytes:
    """Writes all of it, and what `write` takes of it another time."""

    async def send() -> int:
        await source.write_all(WIDE)
        return await source.write(WIDE)

    data, _ = await join(BufReader(target).read_exact(len(MUCH)), send())
    return data


def test_through_a_connection(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            return await carry(client, server)

    assert rig.run(main()) == MUCH


def test_through_tls() -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            near, far = await join(
                tls.connect(client, client_context(), "localhost"),
                tls.accept(server, server_context()),
            )
            return await carry(near, far)

    assert run(main()) == MUCH


def test_through_a_pipe(rig: Rig) -> None:
    async def main() -> bytes:
        receiver, sender = pipe()
        with sender, receiver:
            data, _ = await join(receiver.read_exact(len(MUCH)), sender.write_all(WIDE))
            return data

    assert rig.run(main()) == MUCH


def test_to_a_file(tmp_path: Path) -> None:
    async def main() -> None:
        with await File.create(tmp_path / "file") as file:
            await file.write_all(WIDE)

    run(main())
    assert (tmp_path / "file").read_bytes() == MUCH


def test_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async def main() -> int:
        return await stdout().write(WIDE)

    assert run(main()) == len(MUCH)
    assert capfdbinary.readouterr().out == MUCH


@pytest.mark.parametrize("data", [b"", bytearray(), memoryview(b"").cast("Q")])
def test_nothing_is_nothing(data: bytes) -> None:
    assert len(in_bytes(data)) == 0


def test_what_does_not_lie_in_one_piece_is_refused() -> None:
    with pytest.raises(TypeError, match="contiguous"):
        in_bytes(WIDE[::2])
