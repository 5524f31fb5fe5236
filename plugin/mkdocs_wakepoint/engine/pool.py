"""Several snippets at a time, each in a process of its own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from mkdocs_wakepoint.engine.process import Process
from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet
from wakepoint.recording import Recording


class Pool:
    """Runs snippets; `submit` is the only way in.

    Args:
        settings: The site's.
        python: The command that starts Python; see `Process`.

    Attributes:
        settings: The site's.
    """

    def __init__(self, settings: Settings, python: Sequence[str] = (sys.executable,)) -> None:
        self.settings = settings
        self._python = python
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="wakepoint")
        self._running: set[Process] = set()
        self._lock = threading.Lock()

    def submit(self, snippet: Snippet, *, lowered: bool = False) -> Future[Recording]:
        """Runs a snippet, or its lowered form, once a place is free.

        The future does not raise: a run that failed gives a recording too.
        """
        return self._threads.submit(self._run, snippet, lowered)

    def _run(self, snippet: Snippet, lowered: bool) -> Recording:
        process = Process(snippet, self.settings, self._python, lowered=lowered)
        with self._lock:
            self._running.add(process)
        try:
            return process.run()
        finally:
            with self._lock:
                self._running.discard(process)

    def close(self) -> None:
        """Ends what runs and forgets what waits; leaves no process behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            running = list(self._running)
        for process in running:
            process.kill()
        self._threads.shutdown(wait=True)
