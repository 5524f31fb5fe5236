"""Does one load once, in this process, and prints what it cost.

What is printed is seconds of the processor, or bytes a task. A process does one load and ends, so
that nothing is left of another: no memory, no garbage, no code that the interpreter specialised.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

from peers import memory, prepare

CONNECTIONS = 50


def main() -> None:
    """The command line: the peer, the load, how often."""
    peer, load, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    module = prepare(peer)
    if load == "sleeping":
        module.sleeping(count, memory.Growth(count))
        sys.exit("the tasks did not sleep")
    print(echo(module, count) if load == "echo" else seconds(getattr(module, load), count))


def seconds(work: object, *arguments: object) -> float:
    """What a call costs of the processor, in this process, from building the loop to closing it."""
    assert callable(work)
    begun = time.process_time()
    work(*arguments)
    return time.process_time() - begun


def echo(module: object, count: int) -> float:
    """What the server costs of the processor; the client is a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=CONNECTIONS) as listener:
        port = listener.getsockname()[1]
        client = [
            sys.executable,
            "-m",
            "peers.echo_client",
            str(port),
            str(CONNECTIONS),
            str(count),
        ]
        with subprocess.Popen(client) as process:
            took = seconds(module.echo, listener, CONNECTIONS)  # type: ignore[attr-defined]
        if process.returncode:
            sys.exit("the client failed")
    return took


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # what is left to be dropped is no part of any load
