"""Draws snippets on a thread of its own, each as soon as it has run, while others still run."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.target import Target

GRAPHVIZ_KIND = "graphviz"


class Drawing:
    """A thread that draws; there is one while there is something to draw.

    Args:
        runs: Has the cache.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._started = False
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None

    def add(self, target: Target) -> Future[None]:
        """Draws a target once its runs have ended, unless an earlier build has."""
        drawn: Future[None] = Future()
        if target.draw_from_cache():
            drawn.set_result(None)
            return drawn
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="wakepoint-drawing")
            thread = self._thread
        if "machine" in target.snippet.options.show and not self._started:
            self._started = True
            thread.submit(self._start_graphviz)
        left = [run.future for run in target.ran if run.future is not None]

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

    def _start_graphviz(self) -> None:
        """While the first snippets run."""
        from mkdocs_wakepoint.views.layout import GRAPHVIZ  # noqa: PLC0415 - see `lazy`

        cache, keys = self._runs.cache, self._runs.keys
        if cache is None or keys is None:
            GRAPHVIZ.start()
            return
        code = GRAPHVIZ.start(cache.read(GRAPHVIZ_KIND, keys.environment))
        if code is not None:
            cache.write(GRAPHVIZ_KIND, keys.environment, code)

    def close(self) -> None:
        """Waits for what is being drawn, and forgets the rest."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=True, cancel_futures=True)
