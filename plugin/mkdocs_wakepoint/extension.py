"""The fence as an extension of Python-Markdown: ``extensions=["wakepoint"]``.

It needs no MkDocs. On its own, a document is a batch: `markdown.convert` returns once its snippets
have run. MkDocs' plugin hands a batch in, and fills the places itself once all pages are converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.document import Collector, Document
from mkdocs_wakepoint.engine import Settings, SettingsError
from mkdocs_wakepoint.engine.cache import Cache, cache_at
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.failure import SnippetError, settings_are_wrong, tell
from mkdocs_wakepoint.fence.defaults import read_defaults
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.source import Page, converted_by, file_of, name_of
from mkdocs_wakepoint.views import script, stylesheet
from mkdocs_wakepoint.views.markup import element

__all__ = ["SnippetError", "WakepointExtension", "makeExtension"]


class WakepointExtension(Extension):
    """Runs ``python wakepoint`` fences.

    Args:
        collector: Takes what documents hold; None makes each document a batch of its own.
        settings: The configuration of the engine, for documents without a collector.

    Attributes:
        page: The page that is being converted, as whoever made the collector knows it.
        pages: All that MkDocs has, by their names in it.
        begun: Those that were converted, or are being so.
        defaults: What the site says of the options of all fences.
    """

    def __init__(self, collector: Collector | None = None, **settings: Any) -> None:
        super().__init__()
        self.page = Page("markdown")
        self.pages: dict[str | None, Page] = {}
        self.begun: dict[str | None, Page] = {}
        self._converting: str | None = None
        self._outermost: Document | None = None
        self._collector = collector
        self._settings = Settings.of(settings)
        self.defaults = _checked(self._settings.defaults)

    def __deepcopy__(self, memo: object) -> WakepointExtension:
        """Itself: whoever copies a site's configuration has the same snippets run."""
        return self

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Called by Markdown."""
        md.registerExtension(self)  # markdown-exec hands the list of these to a Markdown of its own
        document = Document(md)
        md.preprocessors.register(_Begun(document, self), "wakepoint-begun", 1000)
        md.postprocessors.register(_Converted(document, self), "wakepoint", 0)

    def begin(self, document: Document) -> None:
        """A document that begins: notes the page that it is, or stands in.

        A page that comes a second time is opened anew. What is converted for it meanwhile, as a
        docstring is, or what a fence of markdown-exec printed, has the keys of one page in common.
        """
        name = name_of(document.md)
        if name in self.pages and name != self._converting:
            self._converting = name
            self.page = self.begun[name] = self.pages[name]
            self.pages[name] = self.page.again()
            self._outermost = document
        self.page.site = self.defaults
        document.page = self.page

    def finish(self, document: Document, text: str) -> str:
        """A converted document: with its snippets, or with places for them in a site's batch.

        Args:
            document: Knows what it holds.
            text: Its HTML.

        Raises:
            SnippetError: If something is wrong and ``on_error`` is ``fail``.
        """
        if document is self._outermost:
            self._converting = None
        if self._collector is not None:
            return document.place(text, document.page, self._collector)
        return self._alone(document, text)

    def _alone(self, document: Document, text: str) -> str:
        """A document that is a batch of its own, with its snippets."""
        problems: list[Problem] = []
        # No thread outlives the document: to a `wakepoint.run` in this process it would be one that
        # might hold a waker, and hide a deadlock.
        store = Store(Path(self._settings.recordings))
        runs = Runs(self._settings, self._cache(document), shared=True)
        with closing(runs), closing(Batch(runs, problems.append, store)) as batch:
            page = replace(converted_by(document.md, document.lines), site=self.defaults)
            text = document.place(text, page, batch)
            if not batch.used:
                return text
            stale = batch.stale(whole_site=False)
            batch.finish()
        tell(document.md, problems, stale, self._settings.on_error, runs)
        # Without MkDocs' plugin nobody else brings these to the page.
        style, steps = element("style", stylesheet()), element("script", script())
        return f"{steps}\n{style}\n{batch.fill(text)}"

    def _cache(self, document: Document) -> Cache | None:
        """The cache of a page of a site, or the one that was asked for by its name.

        A program that converts a text is not to find a new folder where it stands.
        """
        settings = self._settings
        site = file_of(document.md) is not None or settings.cache_dir != Settings().cache_dir
        return cache_at(Path(settings.cache_dir)) if site and settings.cache else None


def _checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    defaults = read_defaults(values, "", {})
    for problem in defaults.problems:
        raise SettingsError(f"defaults: {problem.what}; {problem.remedy}")
    return defaults.values


class _Begun(Preprocessor):
    """Comes first among its kind."""

    def __init__(self, document: Document, extension: WakepointExtension) -> None:
        super().__init__(document.md)
        self._document = document
        self._extension = extension

    def run(self, lines: list[str]) -> list[str]:
        self._extension.begin(self._document)
        return lines


class _Converted(Postprocessor):
    """Comes last among its kind, and hands on each whole document."""

    def __init__(self, document: Document, extension: WakepointExtension) -> None:
        super().__init__(document.md)
        self._document = document
        self._extension = extension

    def run(self, text: str) -> str:
        # What is no whole document is a heading, for the table of contents.
        return self._extension.finish(self._document, text) if self._document.serialised else text


def makeExtension(**settings: Any) -> WakepointExtension:  # noqa: N802 - Markdown's name for it
    """Called by Markdown for ``extensions=["wakepoint"]``.

    Raises:
        SettingsError: For a setting that there is not, or a value that it cannot have.
    """
    try:
        return WakepointExtension(**settings)
    except SettingsError:
        settings_are_wrong()
        raise
