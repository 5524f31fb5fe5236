"""Several snippets at a time, each in a process of its own."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Protocol

from mkdocs_wakepoint.engine.paths import Paths
from mkdocs_wakepoint.engine.protocol import Job, job_of
from mkdocs_wakepoint.engine.running import Running, collect
from mkdocs_wakepoint.engine.sandbox import Sandbox, SandboxError, choose, unavailable
from mkdocs_wakepoint.engine.sandbox.choice import KNOWN
from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.lazy import import_runtime
from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.waiting import wait_a_while

if TYPE_CHECKING:
    from wakepoint.recording import Recording

if sys.platform != "win32":
    from mkdocs_wakepoint.engine.warm import Boxed, Warm


class Starter(Protocol):
    """Starts runs, in processes that no snippet has touched."""

    def start(self, job: Job) -> Running:
        """Has a job run."""

    def renew(self) -> None:
        """Has the next job run with our packages as they are now; nothing may run."""

    def close(self) -> None:
        """Ends what is left; leaves nothing behind."""


class Begun(Starter, Protocol):
    """Starts runs, in a sandbox that it tries while it starts."""

    def why_not(self) -> str | None:
        """Why it has none, once it has tried; empty if it has one, None if it does not tell."""


class PoolRun(Future["Recording"]):
    """A run of a pool.

    Attributes:
        began: When it did, in seconds since the epoch.
        seconds: How long it took, its analysis included.
        inputs: The files that it has imported, of those that its author may change; None if that
            is not known.
    """

    began: float = 0.0
    seconds: float = 0.0
    inputs: Sequence[str] | None = None

    def result(self, timeout: float | None = None) -> Recording:
        """As that of any future, but a Ctrl-C is heard meanwhile, whenever it comes."""
        while timeout is None and not self.done():
            wait_a_while([self])
        return super().result(timeout)


class Pool:
    """Runs snippets; `submit` is the only way in.

    While nothing runs it has no thread: to a `wakepoint.run` in this process that would be one that
    might hold a waker, and hide a deadlock.

    Args:
        settings: The site's.
        python: The command that starts Python; it need not have this package installed.

    Attributes:
        settings: The site's.
        unshielded: Why snippets have run without a sandbox, though the settings did not ask for
            that; None if there was one, or nothing has run.

    Raises:
        SandboxError: If the settings require a sandbox and there is none.
    """

    def __init__(self, settings: Settings, python: Sequence[str] = (sys.executable,)) -> None:
        self.settings = settings
        if settings.sandbox == "required":
            _sandbox(settings, python)
        self.unshielded: str | None = None
        self._python = python
        self._starter: Starter | None = None
        self._begun: Begun | None = None
        self._waiting: deque[tuple[Job, PoolRun]] = deque()
        self._running: set[Running] = set()
        self._threads: set[threading.Thread] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def submit(self, snippet: Snippet, *, lowered: bool = False) -> PoolRun:
        """Runs a snippet, or its lowered form, once a place is free.

        A run that failed gives a recording too. What the future raises is a fault of the pool.
        """
        job = job_of(snippet, self.settings, lowered=lowered)
        future = PoolRun()
        with self._lock:
            if self._starter is None and self._begun is None and not self._threads:
                self._begun = _begun(self.settings, self._python)
        import_runtime()  # while the server does too

        with self._lock:
            self._closed = False
            if not self._threads and self._starter is not None:
                self._starter.renew()
            self._waiting.append((job, future))
            if len(self._threads) < self.settings.workers:
                thread = threading.Thread(target=self._work, name="wakepoint", daemon=True)
                self._threads.add(thread)
                thread.start()
        return future

    def close(self) -> None:
        """Ends what runs and forgets what waits; leaves no process behind."""
        with self._lock:
            self._closed = True
            waiting, threads = [*self._waiting], [*self._threads]
            self._waiting.clear()
            for running in self._running:
                running.cut()
        for _, future in waiting:
            future.cancel()
        for thread in threads:
            thread.join()
        for starter in (self._starter, self._begun):
            if starter is not None:
                starter.close()
        self._begun = None

    def _work(self) -> None:
        """What a thread does: runs one after another, as long as some wait."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads.discard(threading.current_thread())
                    return
                job, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                future.began = time.time()
                try:
                    recording = self._run(job, future)
                except BaseException as error:  # who waits for the run is told
                    future.set_exception(error)
                    continue
                future.seconds = time.time() - future.began
                future.set_result(recording)

    def _run(self, job: Job, future: PoolRun) -> Recording:
        """Runs a job, once more if its process was lost without a fault of its own."""
        from mkdocs_wakepoint.engine import answer  # noqa: PLC0415 - it has the runtime

        recording = None
        starter = self._made_starter()
        for _ in range(2):
            try:
                running = starter.start(job)
            except OSError as error:
                recording = answer.not_started(job, str(error))
                continue
            with closing(running):
                with self._lock:
                    self._running.add(running)
                    if self._closed:
                        running.cut()
                collected = collect(running, job.limits)
                with self._lock:
                    self._running.discard(running)
                    closed = self._closed
                # It takes seconds to see that a server lives on, and nobody starts the run anew.
                fallen = not closed and running.has_fallen()
            if closed and collected.end is None:
                return answer.ended_with_the_build(job)
            recording = answer.recording_of(job, collected, Paths(running.private))
            future.inputs = answer.inputs_of(collected)
            if not fallen:
                break
        assert recording is not None
        return recording

    def _made_starter(self) -> Starter:
        """What starts runs; it is made when the first is to be started, which takes a while."""
        with self._making:
            if self._starter is None:
                begun, self._begun = self._begun, None
                if begun is not None and Sandbox.NAMESPACES not in KNOWN:
                    # The server is the trial; another process would take as long as it to start.
                    reason = begun.why_not()
                    if reason is not None:
                        KNOWN[Sandbox.NAMESPACES] = reason or None
                sandbox = _sandbox(self.settings, self._python)
                if begun is not None and sandbox is not Sandbox.NAMESPACES:
                    begun.close()
                    begun = None
                self._starter = begun or _starter(sandbox, self.settings, self._python)
                if sandbox is Sandbox.PLAIN and self.settings.sandbox != "off":
                    own = _is_own(self._python)
                    self.unshielded = unavailable() if own else _ANOTHER_PYTHON
            return self._starter


def _is_own(python: Sequence[str]) -> bool:
    """Whether a command starts this very Python."""
    return [*python] == [sys.executable]


_ANOTHER_PYTHON = "a sandbox holds the Python that builds, and no other"


def _sandbox(settings: Settings, python: Sequence[str]) -> Sandbox:
    """Where snippets run.

    Raises:
        SandboxError: If the settings require a sandbox and there is none.
    """
    if _is_own(python):
        return choose(settings.sandbox)
    if settings.sandbox == "required":
        raise SandboxError(f"sandbox: required, and {_ANOTHER_PYTHON}; leave out --python")
    return Sandbox.PLAIN


def _begun(settings: Settings, python: Sequence[str]) -> Begun | None:
    """What starts runs in namespaces, with a server that is starting, if those may work here."""
    refused = settings.sandbox == "off" or KNOWN.get(Sandbox.NAMESPACES) is not None
    if sys.platform == "linux" and not refused and _is_own(python):
        warm = Warm(Sandbox.NAMESPACES, io_uring=settings.allows_io_uring)
        with suppress(OSError):  # it is told when the first run starts
            warm.begin()
            return warm
    return None


def _starter(sandbox: Sandbox, settings: Settings, python: Sequence[str]) -> Starter:
    if sys.platform != "win32" and _is_own(python):
        io_uring = settings.allows_io_uring
        if sandbox is Sandbox.BUBBLEWRAP:
            return Boxed(settings.workers, io_uring=io_uring)
        return Warm(sandbox, io_uring=io_uring)
    from mkdocs_wakepoint.engine.spares import Spares  # noqa: PLC0415 - which has the runtime

    return Spares(python, settings.workers)
