"""The fence as an extension of Python-Markdown: ``extensions=["wakepoint"]``.

It needs no MkDocs. On its own, a document is a batch: `markdown.convert` returns once its snippets
have run. MkDocs' plugin hands a batch in, and fills the places itself once all pages are converted.
"""

from __future__ import annotations

import atexit
import logging
import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from mkdocs_wakepoint import fence
from mkdocs_wakepoint.batch import Batch, Page, key
from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.preprocessor import FencePreprocessor, Found, find
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.views import script, stylesheet

# Between pymdownx.snippets (32), which pulls in text, and pymdownx.superfences (25).
_PRIORITY = 29

_PLACE = re.compile(r'<div class="wp-place" data-wp="(\d+)"></div>')

logger = logging.getLogger("wakepoint")


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
        self._sources: dict[int, str] = {}
        self._fences: FencePreprocessor | None = None
        self._pool: Pool | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name for it
        """Called by Markdown."""
        md.registerExtension(self)
        self._md = md
        if _superfences(md) is None:
            md.registerExtensions(["pymdownx.superfences"], {})
        self._fences = _Preprocessor(md, self)
        md.preprocessors.register(self._fences, "wakepoint", _PRIORITY)
        md.postprocessors.register(_Fill(md, self), "wakepoint", 0)

    def reset(self) -> None:
        """Called by Markdown before each document."""
        self._sources.clear()

    # -- superfences -------------------------------------------------------------------------

    def attach(self, lines: list[str]) -> list[str]:
        """Makes superfences hand our fences over, whichever extension was loaded first."""
        extension = _superfences(self._md)
        replaced = extension is None
        if extension is None:  # Markdown's own fenced_code came after us and took its place
            self._md.registerExtensions(["pymdownx.superfences"], {})
            extension = _superfences(self._md)
        superfences = extension.superfences
        if all(entry["name"] != "wakepoint" for entry in superfences):
            superfences.append(
                {
                    "name": "wakepoint",
                    "test": lambda language: language == "python",
                    "validator": self._validate,
                    "formatter": self._format,
                    "reset": None,
                }
            )
        if replaced:  # too late for the list of preprocessors that Markdown is going through
            return list(self._md.preprocessors["fenced_code_block"].run(lines))
        return lines

    def _validate(
        self,
        language: str,
        inputs: dict[str, str],
        options: dict[str, Any],
        attrs: dict[str, str],
        md: Markdown,
    ) -> bool:
        assert self._fences is not None
        for found in self._fences.found:
            if found.mark in inputs:
                options["found"] = found
                return True
        return False

    def _format(self, src: str, options: dict[str, Any], **_: Any) -> str:
        # Superfences may take this fence back if it stands in an indented code block. So it is only
        # noted here, and started once its place is seen in the converted page.
        found: Found = options["found"]
        self._sources[found.number] = src
        return f'<div class="wp-place" data-wp="{found.number}"></div>'

    # -- the converted page ------------------------------------------------------------------

    def fill(self, text: str) -> str:
        """Starts what the page shows; on its own, waits for it as well."""
        assert self._fences is not None
        batch = self.batch or self._own_batch()
        for found in self._fences.found:
            if found.options is None:
                batch.report(_close(self._location(batch.page, found)))
        text = _PLACE.sub(lambda place: self._start(batch, int(place[1])), text)
        text = self._fences.restore(text)
        if self.batch is not None or "wp-pending" not in text:
            return text
        # Without MkDocs nobody else brings the style sheet and the script to the page.
        return (
            f"<style>{stylesheet()}</style>\n{batch.finish()(text)}\n"
            f'<script type="module">{script()}</script>'
        )

    def _own_batch(self) -> Batch:
        if self._pool is None:
            self._pool = Pool(self._settings)
            atexit.register(self._pool.close)
        return Batch(self._pool, _log)

    def _start(self, batch: Batch, number: int) -> str:
        assert self._fences is not None
        found = self._fences.found[number]
        location = self._location(batch.page, found)
        header = fence.parse(found.options or "", location, batch.page.defaults)
        options: Options = header.options
        source = self._sources[number].rstrip("\n") + "\n"
        name = key(batch.page, options.id or options.title)
        return batch.add(Snippet(source, options, location, name), header.problems)

    def _location(self, page: Page, found: Found) -> Location:
        """The line in the author's file: front matter and included text shift Markdown's own."""
        assert self._fences is not None
        before = [one for one in self._fences.found[: found.number] if one.info == found.info]
        same = [one.line for one in find(page.lines) if one.info == found.info]
        line = same[len(before)] if len(before) < len(same) else found.line
        return Location(page.file, line)


class _Preprocessor(FencePreprocessor):
    def __init__(self, md: Markdown, extension: WakepointExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, lines: list[str]) -> list[str]:
        return self._extension.attach(super().run(lines))


class _Fill(Postprocessor):
    def __init__(self, md: Markdown, extension: WakepointExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, text: str) -> str:
        return self._extension.fill(text)


def _superfences(md: Markdown) -> Any:
    """The extension object of superfences, or None if it is not in use."""
    if "fenced_code_block" not in md.preprocessors:
        return None
    return getattr(md.preprocessors["fenced_code_block"], "extension", None)


def _close(location: Location) -> Problem:
    return Problem(
        location,
        "this fence's header names wakepoint but is not one of its fences",
        "write ```python wakepoint, followed by options",
    )


def _log(problem: Problem) -> None:
    logger.warning("%s", problem)


def makeExtension(**settings: Any) -> WakepointExtension:  # noqa: N802 - Markdown's name for it
    """Called by Markdown for ``extensions=["wakepoint"]``."""
    return WakepointExtension(**settings)
