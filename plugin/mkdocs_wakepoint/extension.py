"""The fence as an extension of Python-Markdown: ``extensions=["wakepoint"]``.

It needs no MkDocs. On its own, a document is a batch: `markdown.convert` returns once its snippets
have run. MkDocs' plugin hands a batch in, and fills the places itself once all pages are converted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.document import Document, superfences
from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.source import Page, converted_by, file_of, in_mkdocs
from mkdocs_wakepoint.views import script, stylesheet

logger = logging.getLogger("wakepoint")

_IN_MKDOCS = logging.getLogger("mkdocs.wakepoint")
"""MkDocs shows what is said below its own logger, and counts the warnings for ``--strict``."""


class SnippetError(Exception):
    """Something is wrong with a document's snippets, and the setting ``on_error`` is ``fail``."""


class WakepointExtension(Extension):
    """Runs ``python wakepoint`` fences.

    Args:
        batch: Takes the snippets; None makes each document a batch of its own.
        settings: The configuration of the engine, for documents without a batch.

    Attributes:
        pages: The pages of the batch, by their files, as whoever made it knows them.
    """

    def __init__(self, batch: Batch | None = None, **settings: Any) -> None:
        super().__init__()
        self.batch = batch
        self.pages: dict[Path | None, Page] = {}
        self._settings = Settings.of(settings)
        self._problems: list[Problem] = []
        self._logger = logger

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Called by Markdown."""
        md.registerExtension(self)  # markdown-exec hands the list of these to a Markdown of its own
        if superfences(md) is None:
            md.registerExtensions(["pymdownx.superfences"], {})
        Document(md, self)

    def complete(self, md: Markdown, fill: Callable[[Batch], str]) -> str:
        """The converted document: with its snippets, or with places for them in a site's batch.

        Args:
            md: Converted it.
            fill: Adds its snippets to a batch, and returns it with a place for each.

        Raises:
            SnippetError: If something is wrong and ``on_error`` is ``fail``.
        """
        if self.batch is not None:
            self._turn(self.batch, file_of(md))
            return fill(self.batch)
        # No thread of the pool outlives the document: to a `wakepoint.run` in this process it would
        # be one that might hold a waker, and hide a deadlock.
        with closing(Pool(self._settings)) as pool:
            batch = Batch(pool, self._report, Store(Path(self._settings.recordings)))
            batch.page = converted_by(md)
            self._logger = _IN_MKDOCS if in_mkdocs(md) else logger
            text = fill(batch)
            return self._finish(batch, text) if batch.used else text

    def _turn(self, batch: Batch, path: Path | None) -> None:
        """Opens the page anew that a whole document is made of: it may come a second time.

        What has no file stands in the page that is open: what markdown-exec's fences print, say.
        """
        if path in self.pages:
            batch.page = self.pages[path]
            self.pages[path] = batch.page.again()

    def _finish(self, batch: Batch, text: str) -> str:
        for problem in batch.stale(whole_site=False):
            self._logger.info("%s", problem)
        batch.finish()
        filled = batch.fill(text)
        problems, self._problems = self._problems, []
        if problems and self._settings.on_error == "fail":
            raise SnippetError("\n".join(map(str, problems)))
        # Without MkDocs nobody else brings the style sheet and the script to the page.
        return f'<style>{stylesheet()}</style>\n{filled}\n<script type="module">{script()}</script>'

    def _report(self, problem: Problem) -> None:
        self._problems.append(problem)
        if self._settings.on_error == "warn":
            self._logger.warning("%s", problem)


def makeExtension(**settings: Any) -> WakepointExtension:  # noqa: N802 - Markdown's name for it
    """Called by Markdown for ``extensions=["wakepoint"]``."""
    return WakepointExtension(**settings)
