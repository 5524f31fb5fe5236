"""Sends to an echo server over many connections, and reads what comes back; blocking, no library.

    python -m peers.echo_client PORT CONNECTIONS COUNT

On each connection a message is always under way: as soon as one is back the next is sent. It takes
two calls a message and no waiting for readiness, less than any server needs, so the server always
has something to do.
"""

from __future__ import annotations

import socket
import sys

MESSAGE = b"x" * 1024


def main() -> None:
    """The command line: the port, how many connections, how many messages in all."""
    port, connections, count = (int(each) for each in sys.argv[1:])
    streams = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for stream in streams:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.sendall(MESSAGE)
    for _ in range(count // connections - 1):
        for stream in streams:
            receive(stream)
            stream.sendall(MESSAGE)
    for stream in streams:
        receive(stream)
        stream.close()


def receive(stream: socket.socket) -> None:
    """Reads one message, which may come in parts."""
    missing = len(MESSAGE)
    while missing:
        data = stream.recv(missing, socket.MSG_WAITALL)
        if not data:
            sys.exit("the server closed a connection")
        missing -= len(data)


if __name__ == "__main__":
    main()
