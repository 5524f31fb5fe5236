"""The echo on epoll itself: a loop, a table of sockets, and no library."""

from __future__ import annotations

import select
import socket
import sys

assert sys.platform == "linux"


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes until all connections are closed.

    What the kernel does not take at once would have to be kept; a client that waits for each answer
    never lets it come to that, and if it does this raises `BlockingIOError`.
    """
    streams: dict[int, socket.socket] = {}
    left = connections
    with select.epoll() as epoll:
        epoll.register(listener, select.EPOLLIN)
        while left:
            for fd, _ in epoll.poll():
                if fd == listener.fileno():
                    stream, _ = listener.accept()
                    stream.setblocking(False)
                    streams[stream.fileno()] = stream
                    epoll.register(stream, select.EPOLLIN)
                    continue
                stream = streams[fd]
                data = stream.recv(65536)
                if data:
                    if stream.send(data) < len(data):
                        raise BlockingIOError("the client does not read")
                else:
                    del streams[fd]
                    stream.close()
                    left -= 1
