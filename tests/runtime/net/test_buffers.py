"""Several buffers are sent as if they were one, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tools.peers import connected, read_to_end

from wakepoint import run


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_several_buffers_are_sent_as_if_they_were_one(buffers: list[bytes]) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            sent = await client.write_vectored(buffers)
            client.shutdown()
            assert sent == sum(map(len, buffers))
            return await read_to_end(server)

    assert run(main()) == b"".join(buffers)
