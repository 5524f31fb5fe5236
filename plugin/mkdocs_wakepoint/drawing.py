"""Draws snippets on a thread of its own, each as soon as it has run, while others still run."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from mkdocs_wakepoint.target import Target


class Drawing:
    """A thread that draws; there is one while there is something to draw."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None

    def add(self, target: Target) -> Future[None]:
        """Draws a target once its runs have ended."""
        drawn: Future[None] = Future()
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="wakepoint-drawing")
            thread = self._thread
        left = list(target.under_way)

        def draw() -> None:
            try:
                target.draw()
            except BaseException as error:
                drawn.set_exception(error)
            else:
                drawn.set_result(None)

        def ended(_: Future[Any] | None = None) -> None:
            if left:
                left.pop().add_done_callback(ended)
            else:
                with suppress(RuntimeError):  # nobody waits for it any more
                    thread.submit(draw)

        ended()
        return drawn

    def close(self) -> None:
        """Waits for what is being drawn, and forgets the rest."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=True, cancel_futures=True)
