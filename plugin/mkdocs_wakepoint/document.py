"""A document that Markdown converts: its fences, and the places in the page for what they show.

The text goes one way. The preprocessor finds the headers, superfences hands over what stands below
them, and once Markdown is done with the whole document, `Document.place` gives a collector all that
the page holds, and puts the places that the collector holds for it into the page.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Protocol
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from mkdocs_wakepoint import quotes
from mkdocs_wakepoint.fence.preprocessor import Fence, FencePreprocessor
from mkdocs_wakepoint.fence.problems import not_recognised
from mkdocs_wakepoint.places import Places
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.source import Page, written
from mkdocs_wakepoint.views import problem_box

if TYPE_CHECKING:
    from mkdocs_wakepoint.comparison import Comparison
    from mkdocs_wakepoint.fence import superfences
    from mkdocs_wakepoint.origins import Origins

# Between pymdownx.snippets (32), which pulls in text, and pymdownx.superfences (25).
_PRIORITY = 29
_FIRST = 1000
_IDS = re.compile(r"""\bid=["']?wp-([^\s"'>]+)""")
"""Ids that begin as ours do; a document has none of ours before its places are held."""


class Collector(Protocol):
    """Takes what documents hold: a batch, which runs it, or a command that looks for snippets."""

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        """Takes a snippet, and returns the HTML that holds its place."""

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        """Takes a comparison, and returns the HTML that holds its place."""

    def add_quote(self, quote: quotes.Quote) -> str:
        """Takes a link that quotes a run, and returns the HTML that holds its text's place."""

    def report(self, problem: Problem) -> None:
        """Takes a problem of the page itself."""


class Document:
    """What is known of a document while one `Markdown` object converts it.

    Args:
        md: Converts it. There may be several at a time: markdown-exec, for instance, converts what
            a fence printed in the middle of the page that the fence stands in.

    Attributes:
        md: The same.
        page: The page that it is, or stands in.
        lines: Those that it was given.
        serialised: True once what the postprocessors get is the whole document.
    """

    def __init__(self, md: Markdown) -> None:
        self.md = md
        self.page = Page("markdown")
        self.lines: list[str] = []
        self.serialised = False
        self._own_superfences: superfences.OwnSuperfences | None = None
        self._sources: dict[int, str] = {}
        self._fence_places = Places()
        self._quotes: list[tuple[str, str]] = []
        self._quote_places = Places()
        self._fences = _Preprocessor(md, self)
        md.preprocessors.register(_Lines(md, self), "wakepoint-given", _FIRST)
        md.preprocessors.register(self._fences, "wakepoint", _PRIORITY)
        # Behind the inline patterns (20), before MkDocs makes links relative (0).
        md.treeprocessors.register(_Quotes(md, self), "wakepoint-quotes", 10)
        md.treeprocessors.register(_Serialised(md, self), "wakepoint", -100)

    # -- superfences -------------------------------------------------------------------------

    def attach(self, lines: list[str]) -> list[str]:
        """Has our fences handed over, whichever extensions were loaded, and in which order.

        A document begins here, once its fences were found.
        """
        self._sources.clear()
        self._quotes.clear()
        if not self._fences.fences:
            return lines
        from mkdocs_wakepoint.fence import superfences  # noqa: PLC0415 - see `lazy`

        extension = superfences.in_use(self.md)
        if extension is not None:
            superfences.extend(extension, _document)
            return lines
        if self._own_superfences is None:
            self._own_superfences = superfences.OwnSuperfences(self.md, self)
        return self._own_superfences.run(lines)

    def named_in(self, inputs: dict[str, str]) -> Fence | None:
        """The fence whose mark stands in a header, as superfences has read it."""
        return next((fence for fence in self._fences.fences if fence.mark in inputs), None)

    def hold(self, fence: Fence, source: str) -> str:
        """Takes a fence's source and holds its place in the page."""
        # Superfences may take this fence back if it stands in an indented code block. So it is only
        # noted here, and started once its place is seen in the converted page.
        self._sources[fence.number] = source
        return self._fence_places.block(fence.number)

    def hold_quotes(self, root: Element) -> None:
        """Holds the places of links that quote a run."""
        for link, text, href in [*quotes.find(root)]:
            quotes.hold_place(link, self._quote_places.attributes(len(self._quotes)))
            self._quotes.append((text, href))

    # -- the converted page ------------------------------------------------------------------

    def place(self, text: str, page: Page, collector: Collector) -> str:
        """Hands over what the document holds.

        Args:
            text: The document as HTML.
            page: Where it stands.
            collector: Takes it, and holds its places.

        Returns:
            The HTML with those places.
        """
        self.serialised = False

        @cache
        def origins() -> Origins:
            from mkdocs_wakepoint.origins import Origins  # noqa: PLC0415 - see `lazy`

            return Origins(written(page, self.md, self.lines), self._fences.lines)

        problems = [*page.problems]
        page.problems.clear()
        page.ids.update(_IDS.findall(text))
        problems += [
            not_recognised(origins().of(fence.line), fence)
            for fence in self._fences.fences
            if fence.number not in self._sources and not self._fences.shows_as_code(text, fence)
        ]
        for problem in problems:
            collector.report(problem)

        def fence_at(number: int) -> str:
            return self._fence(number, page, origins(), collector)

        def quote_at(number: int) -> str:
            text, href = self._quotes[number]
            location = origins().of(quotes.line_of(self._fences.readable_lines(), href, text))
            return collector.add_quote(quotes.Quote(text, href, location))

        text = self._quote_places.fill(self._fence_places.fill(text, fence_at), quote_at)
        return "".join(map(problem_box, problems)) + self._fences.restore(text)

    def _fence(self, number: int, page: Page, origins: Origins, collector: Collector) -> str:
        from mkdocs_wakepoint.comparison import Comparison  # noqa: PLC0415 - see `lazy`
        from mkdocs_wakepoint.fence.contents import contents  # noqa: PLC0415

        fence, source = self._fences.fences[number], self._sources[number].rstrip("\n") + "\n"
        lines = origins.block(fence.line, 1 + source.count("\n"))
        held, problems = contents(fence, source, lines, page)
        if isinstance(held, Comparison):
            return collector.add_comparison(held, problems)
        return collector.add(held, problems)


class _Lines(Preprocessor):
    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self._document = document

    def run(self, lines: list[str]) -> list[str]:
        # Markdown parts lines at \n before it makes that of each other end of a line.
        self._document.lines = re.sub("\r\n?", "\n", "\n".join(lines)).split("\n")
        return lines


class _Preprocessor(FencePreprocessor):
    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self.document = document

    def run(self, lines: list[str]) -> list[str]:
        return self.document.attach(super().run(lines))


class _Quotes(Treeprocessor):
    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self._document = document

    def run(self, root: Element) -> None:
        self._document.hold_quotes(root)


class _Serialised(Treeprocessor):
    """Comes last among its kind: what the postprocessors get from now on is the whole document.

    The extension toc runs them over each heading before.
    """

    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self._document = document

    def run(self, root: Element) -> None:
        self._document.serialised = True


def _document(md: Markdown) -> Document:
    preprocessor = md.preprocessors["wakepoint"]
    assert isinstance(preprocessor, _Preprocessor)
    return preprocessor.document
