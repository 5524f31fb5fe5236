"""``python -m wakepoint pstree PID``: the tasks of a process, and who waits for whom."""

from __future__ import annotations

import sys

USAGE = "usage: python -m wakepoint pstree PID"


def main(arguments: list[str]) -> int:
    """Prints the tasks of a process that has called `wakepoint.dump_on_request`.

    Returns:
        0; 1 if the process does not answer; 2 if the arguments are none.
    """
    match arguments:
        case ["pstree", pid] if pid.isdecimal():
            pass
        case _:
            sys.stderr.write(f"{USAGE}\n")
            return 2
    if sys.platform == "win32":
        sys.stderr.write("pstree needs Unix sockets, which Python does not have on Windows\n")
        return 1
    from wakepoint.debugging.asking import ask  # noqa: PLC0415 - not there on Windows

    try:
        sys.stdout.write(ask(int(pid)))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
