"""Which Graphviz lays out, as a part of the key of what is drawn."""

from __future__ import annotations

from pathlib import Path

from mkdocs_wakepoint.engine.cache import Cache, digest
from mkdocs_wakepoint.views import dot

KIND = "dot"


def layouter(cache: Cache) -> str:
    """Its kind and its version.

    A program is asked for its version once, and again when its file has changed: to ask takes
    longer than a page from the cache. The version of the other is among those of the packages.

    Args:
        cache: Remembers the answer.
    """
    path = dot.program()
    if path is None:
        return "wasm"
    file = Path(path).resolve()
    facts = file.stat()
    key = digest(str(file), f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ino}")
    known = cache.read(KIND, key)
    if known is None:
        known = (dot.version(path) or "").encode()
        cache.write(KIND, key, known)
    return f"dot {known.decode()}" if known else "wasm"
