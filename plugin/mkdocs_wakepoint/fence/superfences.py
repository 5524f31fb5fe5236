"""How pymdownx.superfences hands our fences over.

A site that uses superfences has ours handed over by its own. For any other, there is one that knows
no fence but ours: the site's code blocks are nobody's business but the site's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import CodeBlockProcessor
from pymdownx.superfences import SuperFencesCodeBlockProcessor

from mkdocs_wakepoint.fence.header import LANGUAGES
from mkdocs_wakepoint.fence.preprocessor import Fence

_NAME = "wakepoint"


class Document(Protocol):
    """Whoever knows our fences in a text, and wants what stands in them."""

    def named_in(self, inputs: dict[str, str]) -> Fence | None:
        """The fence whose mark stands in a header, as superfences has read it."""

    def hold(self, fence: Fence, source: str) -> str:
        """Takes a fence's source and returns the HTML that holds its place."""


DocumentOf = Callable[[Markdown], Document]


def in_use(md: Markdown) -> Any:
    """The extension object of the site's superfences; None if it does not use it."""
    if "fenced_code_block" not in md.preprocessors:
        return None
    return getattr(md.preprocessors["fenced_code_block"], "extension", None)


def extend(extension: Any, document_of: DocumentOf) -> None:
    """Makes a site's superfences hand ours over, unless it does so already.

    Args:
        extension: It.
        document_of: Finds the document: markdown-exec lets one object of superfences convert for
            several Markdown objects.
    """
    if all(entry["name"] != _NAME for entry in extension.superfences):
        extension.superfences.append(_entry(document_of))


class OwnSuperfences:
    """Superfences for nothing but our fences.

    Args:
        md: Converts the document; what was taken out of the text is kept with it.
        document: Gets our fences.
    """

    def __init__(self, md: Markdown, document: Document) -> None:
        apart = Markdown(extensions=["pymdownx.superfences"], tab_length=md.tab_length)
        apart.htmlStash = md.htmlStash
        self._preprocessor = apart.preprocessors["fenced_code_block"]
        self._extension = in_use(apart)
        self._extension.superfences[:] = [_entry(lambda _: document)]
        # Just before the site's own processor of indented code.
        indented = _IndentedCode(md.parser, self._extension)
        md.parser.blockprocessors.register(indented, "wakepoint-code", 80.5)

    def run(self, lines: list[str]) -> list[str]:
        """A document's lines without our fences."""
        self._extension.stash.clear_stash()
        return list(self._preprocessor.run(lines))


class _IndentedCode(SuperFencesCodeBlockProcessor):  # type: ignore[misc]
    """Gives an indented code block the fence back that it only shows."""

    def __init__(self, parser: Any, extension: Any) -> None:
        super().__init__(parser)
        self.extension = extension

    def run(self, parent: Element, blocks: list[str]) -> bool:
        if CodeBlockProcessor.test(self, parent, blocks[0]):
            blocks[0] = self.revert_greedy_fences(blocks[0])
        return False  # what becomes of the block is decided by the site's own processor


def _entry(document_of: DocumentOf) -> dict[str, Any]:
    """What superfences keeps of a kind of fence."""

    def validate(
        language: str,
        inputs: dict[str, str],
        options: dict[str, Any],
        attrs: dict[str, str],
        md: Markdown,
    ) -> bool:
        options["fence"] = document_of(md).named_in(inputs)
        return options["fence"] is not None

    def format_(src: str, options: dict[str, Any], md: Markdown, **_: Any) -> str:
        return document_of(md).hold(options["fence"], src)

    return {
        "name": _NAME,
        "test": lambda language: language in LANGUAGES,
        "validator": validate,
        "formatter": format_,
        "reset": None,
    }
