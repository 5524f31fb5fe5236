"""What an entry of the cache depends on, as a key.

Whatever could make a run or its drawing another one is part of the key. So nothing in the cache is
ever out of date: what has changed has another key.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_wakepoint.engine.cache import Cache, digest
from mkdocs_wakepoint.engine.variables import passed_on
from mkdocs_wakepoint.snippet import Snippet

if TYPE_CHECKING:
    from mkdocs_wakepoint.engine.protocol import Job

_PACKAGES = ("wakepoint", "mkdocs_wakepoint")
_INSTALLED = frozenset({".dist-info", ".egg-info", ".egg-link", ".pth"})


class Keys:
    """Makes keys.

    Args:
        cache: Remembers the digest of our own sources, for as long as they are as they were.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def run(self, job: Job, *, announces_timeout: bool, shielded: bool, io_uring: bool) -> str:
        """Of a run: everything that it is given, and where.

        Args:
            job: The run.
            announces_timeout: It is to run out of its time, and is kept if it does.
            shielded: It runs in a sandbox, of whichever kind: without one it may see more.
            io_uring: It may use that.
        """
        given = json.dumps(job.as_data(), sort_keys=True)
        facts = f"{announces_timeout} {shielded} {io_uring}"
        return digest("run", given, facts, self.environment)

    def drawing(
        self, snippet: Snippet, runs: Sequence[str], kept: Sequence[bytes], layouter: str
    ) -> str:
        """Of what is drawn of a snippet, wherever in the site it stands.

        Args:
            snippet: The snippet.
            runs: The digests of its runs.
            kept: Its recordings from other platforms, as they are on the disk.
            layouter: What lays out its pictures, and of which version.
        """
        session = (*snippet.earlier, snippet)
        shown = repr([(part.source, part.options, part.key) for part in session])
        return digest("drawing", shown, *runs, "kept", *kept, layouter, self.environment)

    @functools.cached_property
    def environment(self) -> str:
        """Our code, the Python, all that it can import: the packages that draw too."""
        system = (sys.platform, sys.version, sys.implementation.name)
        # What a snippet reads in `sys.prefix` and finds on its PATH.
        where = (sys.executable, sys.prefix, sys.base_prefix)
        variables = (f"{name}={value}" for name, value in passed_on(os.environ).items())
        return digest(_sources(self._cache), *system, *where, *_installed(), *variables)


def _installed() -> list[str]:
    """The packages that can be imported, with their versions: the names of their metadata."""
    names: set[str] = set()
    for folder in map(Path, sys.path):
        if folder.name in ("site-packages", "dist-packages") and folder.is_dir():
            names |= {path.name for path in folder.iterdir() if path.suffix in _INSTALLED}
    return sorted(names)


def _sources(cache: Cache) -> str:
    """A digest of our own code.

    To read it all takes longer than a whole build from the cache, so it is read once for each state
    of the files.
    """
    files = [(name, path) for name in _PACKAGES for path in _files(name)]
    state = json.dumps([[str(path), *_state(path)] for _, path in files])
    key = digest("state", state)
    known = cache.read("sources", key)
    if known is None:
        parts = [(name, path.name, path.read_bytes()) for name, path in files]
        known = digest(*(each for part in parts for each in part)).encode()
        cache.write("sources", key, known)
    return known.decode()


def _state(path: Path) -> tuple[int, ...]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


def _files(package: str) -> Iterator[Path]:
    """The source files of a package, which is not imported for that."""
    spec = find_spec(package)
    for folder in () if spec is None else spec.submodule_search_locations or ():
        for at, _, names in sorted(os.walk(folder)):
            yield from (Path(at, name) for name in sorted(names) if name.endswith(".py"))
