"""Whom a snippet runs as: nobody, or the user who builds, and never root."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

assert sys.platform == "linux"

SNIPPET = 1000
"""A snippet's user and group ID, as it sees them itself."""

NOBODY = 65534
"""What those are outside where the build runs as root."""


def outer_identity() -> tuple[int, int]:
    """The user and group ID outside of the sandbox that snippets run as.

    Root of a container in which nobody else exists runs them as itself: outside, it is an ordinary
    user.
    """
    ids = os.geteuid(), os.getegid()
    if ids[0] != 0:
        return ids
    has_nobody = all(
        any(first <= NOBODY < first + count for first, count in ranges(kind))
        for kind in ("uid_map", "gid_map")
    )
    return (NOBODY, NOBODY) if has_nobody else ids


def ranges(kind: str) -> Iterator[tuple[int, int]]:
    """The IDs that exist in this user namespace: the first of each range, and how many.

    Args:
        kind: ``uid_map`` or ``gid_map``; see user_namespaces(7).
    """
    for line in Path("/proc/self", kind).read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        yield first, count
