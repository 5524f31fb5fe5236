"""The echo on the callbacks of asyncio and uvloop: no task, no await."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
"""What makes the loop; None is asyncio's own."""


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes until all connections are closed."""
    served = 0

    async def main() -> None:
        done = asyncio.Event()

        class Echo(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                # uvloop's transports do not derive from asyncio's
                self.write = cast(asyncio.WriteTransport, transport).write

            def data_received(self, data: bytes) -> None:
                self.write(data)

            def connection_lost(self, error: Exception | None) -> None:
                nonlocal served
                served += 1
                if served == connections:
                    done.set()

        server = await asyncio.get_running_loop().create_server(Echo, sock=listener)
        await done.wait()
        server.close()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
