"""Where the runs of a site's snippets come from: the cache, or a pool."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from mkdocs_wakepoint.engine.cache import Cache, digest
from mkdocs_wakepoint.engine.inputs import digests
from mkdocs_wakepoint.engine.keys import Keys
from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet

if TYPE_CHECKING:
    from mkdocs_wakepoint.engine.pool import Pool, PoolRun
    from wakepoint.recording import Recording

KIND = "runs"

_LUCK = frozenset({"killed", "timeout"})
"""Ends that another run might not come to, on a machine that is less busy for instance."""
_MISSING = frozenset({"FileNotFoundError", "ImportError", "ModuleNotFoundError", "PermissionError"})
"""What ends a run for want of something that may be there the next time."""


class Run:
    """A run of a snippet, which may be under way.

    Attributes:
        future: The run, if this build makes it; None for one from the cache.
        digest: Stands for the recording; None for one that is not kept. It is known once the run
            has ended.
    """

    future: PoolRun | None = None
    digest: str | None = None

    def recording(self) -> Recording:
        """What it did; waits for its end."""
        raise NotImplementedError


class KeptRun(Run):
    """A run from the cache.

    Args:
        text: Its recording as JSON.
        again: Runs it anew.
    """

    def __init__(self, text: bytes, again: Callable[[], Run]) -> None:
        self.digest = digest(text)
        self._text = text
        self._again = again

    def recording(self) -> Recording:
        from wakepoint.recording import RecordingError, loads  # noqa: PLC0415 - see `lazy`

        try:
            return loads(self._text.decode("utf-8", "surrogatepass"))
        except RecordingError:
            return self._again().recording()


class NewRun(Run):
    """A run of this build, which is kept when it has ended.

    Args:
        future: The run.
        cache: Keeps it.
        key: Under which; see `Keys.run`. It is known once the run has ended.
        luck: The ends with which it is not kept.
    """

    def __init__(
        self,
        future: PoolRun,
        cache: Cache | None,
        key: Callable[[], str],
        luck: frozenset[str],
    ) -> None:
        self.future = future
        self._luck = luck
        self._cache = cache
        self._key = key

    def recording(self) -> Recording:
        assert self.future is not None
        recording = self.future.result()
        if self.digest is None and self._cache is not None:
            self._keep(recording, self._cache)
        return recording

    def _keep(self, recording: Recording, cache: Cache) -> None:
        from wakepoint.recording import dumps  # noqa: PLC0415 - see `lazy`

        assert self.future is not None
        outcome, inputs = recording.outcome, self.future.inputs
        if outcome.kind in self._luck or outcome.error in _MISSING or inputs is None:
            return
        depends_on = digests(inputs, self.future.began)
        if depends_on is None:
            return
        text = dumps(recording).encode("utf-8", "surrogatepass")
        cache.write(KIND, self._key(), json.dumps(depends_on).encode() + b"\n" + text)
        self.digest = digest(text)


_pools: list[Pool] = []


def _shared_pool(settings: Settings) -> Pool:
    """One for all documents of this process whose settings are these, until it ends."""
    from mkdocs_wakepoint.engine.pool import Pool  # noqa: PLC0415 - see `lazy`

    for pool in _pools:
        if pool.settings == settings:
            return pool
    pool = Pool(settings)
    _pools.append(pool)
    return pool


@atexit.register
def close_shared_pools() -> None:
    """Ends what documents have in common; the next one begins anew."""
    while _pools:
        _pools.pop().close()


class Runs:
    """Gets each run from the cache, or has a pool run it, which is made for the first of those.

    Args:
        settings: The site's.
        cache: Has the runs of earlier builds; None runs everything.
        pool: Runs the others; None makes one when there is something to run.
        shared: Take the pool that documents of this process share, which stays when these are
            closed; it has no thread while nothing runs.

    Attributes:
        settings: The same.
        cache: The same.
        keys: Of what is in the cache.
    """

    def __init__(
        self,
        settings: Settings,
        cache: Cache | None = None,
        pool: Pool | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self._shared = shared
        self.settings = settings
        self.cache = cache
        self.keys: Keys | None = None
        self._pool = pool
        self.begin()

    def begin(self) -> None:
        """A build begins: what is installed may have changed since the last."""
        if self.cache is not None:
            self.keys = Keys(self.cache)

    def kept(self, snippet: Snippet, *, lowered: bool = False) -> Run | None:
        """A run from the cache; None if it has none, or what that imported has changed.

        One that was made in a sandbox will do with any settings but ``off``; one that was not, only
        where there is none. The mechanism that it asks for need not be on this machine.
        """
        if self.cache is None:
            return None
        entry, sandbox = None, self.settings.sandbox
        if sandbox != "off":
            key = self._key(self.keys, snippet, lowered=lowered, shielded=True)
            entry = self.cache.read(KIND, key)
        if entry is None and sandbox != "required":
            key = self._key(self.keys, snippet, lowered=lowered, shielded=False)
            entry = self.cache.read(KIND, key)
            if entry is not None and self._shielded():
                return None
        if entry is None:
            return None
        line, _, text = entry.partition(b"\n")
        inputs = json.loads(line)
        if digests(inputs) != inputs:
            return None
        return KeptRun(text, lambda: self.start(snippet, lowered=lowered))

    def start(self, snippet: Snippet, *, lowered: bool = False) -> Run:
        """Runs a snippet, or its lowered form."""
        if self._pool is None:
            from mkdocs_wakepoint.engine.pool import Pool  # noqa: PLC0415 - see `lazy`

            self._pool = _shared_pool(self.settings) if self._shared else Pool(self.settings)
        future = self._pool.submit(snippet, lowered=lowered)
        luck = _LUCK - {"timeout"} if _announces_timeout(snippet) else _LUCK

        keys = self.keys  # what is installed when it begins

        def key() -> str:
            return self._key(keys, snippet, lowered=lowered, shielded=self._shielded())

        return NewRun(future, self.cache, key, luck)

    @property
    def unshielded(self) -> str | None:
        """Why snippets have run without a sandbox; see `Pool`."""
        return None if self._pool is None else self._pool.unshielded

    def close(self) -> None:
        """Ends what runs; leaves no process and no thread behind."""
        if self._pool is not None and not self._shared:
            self._pool.close()
            self._pool = None
        if self.cache is not None:
            self.cache.sweep()

    def _shielded(self) -> bool:
        """True if what runs is in a sandbox; to try that takes a while, once in a process."""
        if self.settings.sandbox == "off":
            return False
        from mkdocs_wakepoint.engine.sandbox import Sandbox, choose  # noqa: PLC0415 - see `lazy`

        return choose(self.settings.sandbox) is not Sandbox.PLAIN

    def _key(self, keys: Keys | None, snippet: Snippet, *, lowered: bool, shielded: bool) -> str:
        if keys is None:
            return ""
        from mkdocs_wakepoint.engine.protocol import job_of  # noqa: PLC0415 - see `lazy`

        job = job_of(snippet, self.settings, lowered=lowered)
        announced = _announces_timeout(snippet)
        return keys.run(
            job,
            announces_timeout=announced,
            shielded=shielded,
            io_uring=self.settings.allows_io_uring,
        )


def _announces_timeout(snippet: Snippet) -> bool:
    """True if it is meant to run out of its time, which is no luck then."""
    return snippet.options.expect_error.rpartition(".")[2] == "TimeoutError"
