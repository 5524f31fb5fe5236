"""The fence as an extension of Python-Markdown: ``extensions=["wakepoint"]``.

It needs no MkDocs. On its own, a document is a batch: `markdown.convert` returns once its snippets
have run. MkDocs' plugin hands a batch in, and fills the places itself once all pages are converted.
"""

from __future__ import annotations

import atexit
import logging
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from mkdocs_wakepoint.batch import Batch, Page
from mkdocs_wakepoint.document import Document, superfences
from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views import script, stylesheet

logger = logging.getLogger("wakepoint")


class SnippetError(Exception):
    """Something is wrong with a document's snippets, and the setting ``on_error`` is ``fail``."""


class WakepointExtension(Extension):
    """Runs ``python wakepoint`` fences.

    Args:
        batch: Takes the snippets; None makes each document a batch of its own.
        settings: The configuration of the engine, for documents without a batch.
    """

    def __init__(self, batch: Batch | None = None, **settings: Any) -> None:
        super().__init__()
        self.batch = batch
        self._settings = Settings.of(settings)
        self._pool: Pool | None = None
        self._problems: list[Problem] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Called by Markdown."""
        md.registerExtension(self)  # markdown-exec hands the list of these to a Markdown of its own
        if superfences(md) is None:
            md.registerExtensions(["pymdownx.superfences"], {})
        Document(md, self)

    def batch_for(self, md: Markdown) -> Batch:
        """The batch that takes a document's snippets: the site's, or one of its own."""
        if self.batch is not None:
            return self.batch
        if self._pool is None:
            self._pool = Pool(self._settings)
            atexit.register(self._pool.close)
        store = Store(Path(self._settings.recordings))
        batch = Batch(self._pool, self._report, store)
        batch.page = Page(_path(md))
        return batch

    def finish(self, batch: Batch, text: str) -> str:
        """Completes a document that is a batch of its own.

        Raises:
            SnippetError: If something is wrong and ``on_error`` is ``fail``.
        """
        if batch is self.batch or "wp-" not in text:
            return text
        for problem in batch.stale(whole_site=False):
            logger.info("%s", problem)
        filled = batch.finish()(text)
        problems, self._problems = self._problems, []
        if problems and self._settings.on_error == "fail":
            raise SnippetError("\n".join(map(str, problems)))
        # Without MkDocs nobody else brings the style sheet and the script to the page.
        return f'<style>{stylesheet()}</style>\n{filled}\n<script type="module">{script()}</script>'

    def _report(self, problem: Problem) -> None:
        self._problems.append(problem)
        if self._settings.on_error == "warn":
            logger.warning("%s", problem)


def _path(md: Markdown) -> str:
    """The file that is converted, where the caller told Markdown: Zensical does."""
    for processor in md.preprocessors:
        path = getattr(getattr(processor, "page", None), "path", None)
        if isinstance(path, str):
            return path
    return "markdown"


def makeExtension(**settings: Any) -> WakepointExtension:  # noqa: N802 - Markdown's name for it
    """Called by Markdown for ``extensions=["wakepoint"]``."""
    return WakepointExtension(**settings)
