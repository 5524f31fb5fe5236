"""A document that Markdown converts: its fences, and the places in the page for what they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from mkdocs_wakepoint import fence, quotes
from mkdocs_wakepoint.batch import Batch, key
from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.comparison import parse as parse_comparison
from mkdocs_wakepoint.effects import lines_too_many
from mkdocs_wakepoint.preprocessor import FencePreprocessor, Found, find
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.source import Page
from mkdocs_wakepoint.views import problem_box
from mkdocs_wakepoint.views.code import hidden

# Between pymdownx.snippets (32), which pulls in text, and pymdownx.superfences (25).
_PRIORITY = 29

_PLACE = re.compile(r'<div class="wp-place" data-wp="(\d+)"></div>')
_QUOTE = re.compile(r'<span class="wp-quote" data-wp="(\d+)"></span>')


class Owner(Protocol):
    """The extension, as a document sees it."""

    def complete(self, md: Markdown, fill: Callable[[Batch], str]) -> str:
        """The converted document; ``fill`` adds its snippets to a batch, and places for them."""


class Document:
    """What is known of a document while one `Markdown` object converts it.

    Args:
        md: Converts it. There may be several at a time: markdown-exec, for instance, converts what
            a fence printed in the middle of the page that the fence stands in.
        owner: The extension.
    """

    def __init__(self, md: Markdown, owner: Owner) -> None:
        self._md = md
        self._owner = owner
        self._sources: dict[int, str] = {}
        self._quotes: list[tuple[str, str]] = []
        self.serialised = False
        self._fences = _Preprocessor(md, self)
        md.preprocessors.register(self._fences, "wakepoint", _PRIORITY)
        # Behind the inline patterns (20), before MkDocs makes links relative (0).
        md.treeprocessors.register(_Quotes(md, self), "wakepoint-quotes", 10)
        md.treeprocessors.register(_Serialised(md, self), "wakepoint", -100)
        md.postprocessors.register(_Fill(md, self), "wakepoint", 0)

    # -- superfences -------------------------------------------------------------------------

    def attach(self, lines: list[str]) -> list[str]:
        """Makes superfences hand our fences over, whichever extension was loaded first.

        A document begins here, once its fences were found.
        """
        self._sources.clear()
        self._quotes.clear()
        extension = superfences(self._md)
        replaced = extension is None
        if extension is None:  # Markdown's own fenced_code came after us and took its place
            self._md.registerExtensions(["pymdownx.superfences"], {})
            extension = superfences(self._md)
        entries = extension.superfences
        if all(entry["name"] != "wakepoint" for entry in entries):
            entries.append(
                {
                    "name": "wakepoint",
                    "test": lambda language: language in fence.LANGUAGES,
                    "validator": _validate,
                    "formatter": _format,
                    "reset": None,
                }
            )
        if replaced:  # too late for the list of preprocessors that Markdown is going through
            return list(self._md.preprocessors["fenced_code_block"].run(lines))
        return lines

    def named_in(self, inputs: dict[str, str]) -> Found | None:
        """The fence whose mark stands in a header, as superfences has read it."""
        return next((found for found in self._fences.found if found.mark in inputs), None)

    def place(self, found: Found, source: str) -> str:
        """Takes a fence's source and holds its place in the page."""
        # Superfences may take this fence back if it stands in an indented code block. So it is only
        # noted here, and started once its place is seen in the converted page.
        self._sources[found.number] = source
        return f'<div class="wp-place" data-wp="{found.number}"></div>'

    def hold_quotes(self, root: Element) -> None:
        """Holds the places of links that quote a run."""
        for link, text, href in [*quotes.find(root)]:
            quotes.hold_place(link, len(self._quotes))
            self._quotes.append((text, href))

    # -- the converted page ------------------------------------------------------------------

    def fill(self, text: str) -> str:
        """The page with its snippets started, and a place for each."""
        if not self.serialised:
            return text
        self.serialised = False
        return self._owner.complete(self._md, lambda batch: self._places(batch, text))

    def _places(self, batch: Batch, text: str) -> str:
        wrong = [*batch.page.problems]
        batch.page.problems.clear()
        wrong += [
            _unrecognised(found, self._location(batch.page, found))
            for found in self._fences.found
            if found.number not in self._sources
        ]
        for problem in wrong:
            batch.report(problem)
        text = _PLACE.sub(lambda place: self._start(batch, int(place[1])), text)
        text = _QUOTE.sub(lambda place: self._quote(batch, int(place[1])), text)
        return "".join(map(problem_box, wrong)) + self._fences.restore(text)

    def _start(self, batch: Batch, number: int) -> str:
        found = self._fences.found[number]
        location = self._location(batch.page, found)
        source = self._sources[number].rstrip("\n") + "\n"
        if found.info == fence.COMPARE:
            wanted, wrong = parse_comparison(source, location)
            name = key(batch.page, "compare")
            return batch.add_comparison(Comparison(wanted, location, name), tuple(wrong))
        if found.options is None:
            options = replace(Options(), run=False, show=("code",))
            problems: tuple[Problem, ...] = (_close(location),)
        else:
            header = fence.parse(found.options, location, batch.page.defaults)
            options, problems = header.options, header.problems
            shown = "\n".join(line for line in source.splitlines() if not hidden(line))
            if beyond := lines_too_many(options.hl_lines, len(shown.rstrip().splitlines())):
                problems += (Problem(location, *beyond),)
        name = key(batch.page, options.id or options.title)
        if options.id not in ("", name):
            problems += (
                Problem(location, f"the id {options.id!r} is taken in this page", "choose another"),
            )
        return batch.add(Snippet(source, options, location, name), problems)

    def _quote(self, batch: Batch, number: int) -> str:
        text, href = self._quotes[number]
        page = batch.page
        location = Location(page.file, quotes.line_of(page.lines, href, text))
        return batch.add_quote(quotes.Quote(text, href, location))

    def _location(self, page: Page, found: Found) -> Location:
        """The line in the author's file: front matter and included text shift Markdown's own."""
        before = [one for one in self._fences.found[: found.number] if one.info == found.info]
        same = [one.line for one in find(page.lines) if one.info == found.info]
        line = same[len(before)] if len(before) < len(same) else found.line
        return Location(page.file, line)


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


class _Fill(Postprocessor):
    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self._document = document

    def run(self, text: str) -> str:
        return self._document.fill(text)


# Superfences gets the entry above from whichever document comes first, and markdown-exec lets one
# object of it convert for several. So the document is found from the one that is converting.


def _validate(
    language: str,
    inputs: dict[str, str],
    options: dict[str, Any],
    attrs: dict[str, str],
    md: Markdown,
) -> bool:
    options["found"] = _document(md).named_in(inputs)
    return options["found"] is not None


def _format(src: str, options: dict[str, Any], md: Markdown, **_: Any) -> str:
    return _document(md).place(options["found"], src)


def _document(md: Markdown) -> Document:
    preprocessor = md.preprocessors["wakepoint"]
    assert isinstance(preprocessor, _Preprocessor)
    return preprocessor.document


def superfences(md: Markdown) -> Any:
    """The extension object of superfences, or None if it is not in use."""
    if "fenced_code_block" not in md.preprocessors:
        return None
    return getattr(md.preprocessors["fenced_code_block"], "extension", None)


def _close(location: Location) -> Problem:
    return Problem(
        location,
        "this fence's header names wakepoint but is not one of its fences",
        "write ```python wakepoint and options, or ```wakepoint-compare alone",
    )


def _unrecognised(found: Found, location: Location) -> Problem:
    return Problem(
        location,
        "this is not recognised as a fence",
        "begin it on a line of its own, close it, and mend the header of the fence before it",
    )
