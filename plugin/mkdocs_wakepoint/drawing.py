"""Draws snippets on a thread of its own, as soon as they have run, while others still run."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import Any

from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.layouter import layouter
from mkdocs_wakepoint.lazy import import_runtime
from mkdocs_wakepoint.target import Target

GRAPHVIZ_KIND = "graphviz"
_LAID_OUT = frozenset({"machine", "lifecycle"})
"""The views for which Graphviz is needed."""


class Drawing:
    """A thread that draws; there is one while there is something to draw.

    Args:
        runs: Has the cache.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._started = False
        self._ended: list[tuple[Target, Future[None]]] = []
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None

    def add(self, target: Target) -> Future[None]:
        """Draws a target once its runs have ended, unless an earlier build has."""
        drawn: Future[None] = Future()
        target.layouter = self._layouter
        if target.draw_from_cache():
            drawn.set_result(None)
            return drawn
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="wakepoint-drawing")
            thread = self._thread
        if not _LAID_OUT.isdisjoint(target.snippet.options.show) and not self._started:
            self._started = True
            thread.submit(self._start_graphviz)
        left = [run.future for run in target.ran if run.future is not None]

        def ended(_: Future[Any] | None = None) -> None:
            if left:
                left.pop().add_done_callback(ended)
            else:
                with self._lock:
                    self._ended.append((target, drawn))
                with suppress(RuntimeError):  # nobody waits for it any more
                    thread.submit(self._draw_ended)

        ended()
        return drawn

    @cached_property
    def _layouter(self) -> str:
        return "" if self._runs.cache is None else layouter(self._runs.cache)

    def _draw_ended(self) -> None:
        """Draws all that have run since it was called last; their pictures are laid out at once."""
        with self._lock:
            ended, self._ended = self._ended, []
        try:  # what fails in here, an import as well, somebody waits for
            import_runtime()
            from mkdocs_wakepoint.views.page import lay_out_together  # noqa: PLC0415 - see `lazy`

            if len(ended) > 1:
                lay_out_together([target.item for target, _ in ended])
            for target, drawn in ended:
                target.draw()
                drawn.set_result(None)
        except BaseException as error:
            for _, drawn in ended:
                if not drawn.done():
                    drawn.set_exception(error)

    def _start_graphviz(self) -> None:
        """While the first snippets run."""
        from mkdocs_wakepoint.views.layout import uses_dot  # noqa: PLC0415 - see `lazy`

        if uses_dot():
            return
        from mkdocs_wakepoint.views.graphviz import GRAPHVIZ  # noqa: PLC0415

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
