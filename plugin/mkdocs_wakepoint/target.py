"""A snippet of a batch, on its way from its source to its HTML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from mkdocs_wakepoint.engine.runs import Run, Runs
from mkdocs_wakepoint.lazy import import_runtime
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.frame import framed

if TYPE_CHECKING:
    from mkdocs_wakepoint.downloads import Downloads
    from mkdocs_wakepoint.views import Item
    from wakepoint.recording import Recording

KIND = "drawings"
FILES_KIND = "files"


class Target:
    """A snippet, its runs, and what is drawn of them.

    Args:
        snippet: What the author wrote.
        mistakes: What is wrong with its header.
        runs: Gets its runs.
        store: Has its recordings from other platforms.

    Attributes:
        downloads: Where its files go; None if there is no place for them.
        snippet: The same.
        ran: Its runs: its own, and that of its lowered form if it shows that.
        problems: What is wrong with it, once it is drawn.
        layouter: Which Graphviz lays it out; see `mkdocs_wakepoint.layouter`.
    """

    def __init__(
        self, snippet: Snippet, mistakes: tuple[Problem, ...], runs: Runs, store: Store
    ) -> None:
        self.snippet = snippet
        self.problems = mistakes
        self.ran: list[Run] = []
        self.layouter = ""
        self.downloads: Downloads | None = None
        self._mistakes = mistakes
        self._keys, self._cache = runs.keys, runs.cache
        self._store = store
        self._missing: Problem | None = None
        self._item: Item | None = None
        self._body = Markup()
        self._files: dict[str, str] | None = None
        if snippet.options.run:
            self._start(runs)

    def _start(self, runs: Runs) -> None:
        own = runs.kept(self.snippet)
        if own is None:
            from mkdocs_wakepoint.engine import unavailable  # noqa: PLC0415 - see `lazy`

            self._missing = unavailable(self.snippet, runs.settings)
            if self._missing is not None:
                return
            own = runs.start(self.snippet)
        self.ran.append(own)
        if "lowered" in self.snippet.options.show:
            lowered = runs.kept(self.snippet, lowered=True)
            self.ran.append(lowered or runs.start(self.snippet, lowered=True))

    @property
    def item(self) -> Item:
        """The snippet with its recordings; waits for its runs."""
        if self._item is None:
            import_runtime()
            from mkdocs_wakepoint.results import item_of  # noqa: PLC0415 - see `lazy`

            ended = [run.recording() for run in self.ran]
            self._item = item_of(self.snippet, self._mistakes, ended, self._missing, self._store)
        return self._item

    @property
    def recording(self) -> Recording | None:
        """Its run; None if it was not run."""
        return self.item.recording

    @property
    def runs(self) -> tuple[Recording, ...]:
        """Every recording of it, this build's own first."""
        return self.item.runs

    def draw_from_cache(self) -> bool:
        """Takes what an earlier build has drawn; False if there is nothing."""
        key = self._key()
        entry = self._cache.read(KIND, key) if self._cache is not None and key else None
        files = self._kept_files(key)
        if entry is None or (self.downloads is not None and files is None):
            return False
        self._files = files
        line, _, body = entry.partition(b"\n")
        if json.loads(line)["problems"]:  # their lines may have moved
            self.problems = self.item.problems
        self._body = Markup(body.decode())  # noqa: S704 - it was drawn by us
        return True

    def draw(self) -> None:
        """Draws it, once its runs have ended; any thread may do that."""
        from mkdocs_wakepoint.views.page import body, files_of  # noqa: PLC0415 - see `lazy`

        self.problems = self.item.problems
        self._body = body(self.item)
        key = self._key()
        if self._cache is not None and key:
            facts = {"problems": len(self.problems) > len(self._mistakes)}
            self._cache.write(KIND, key, f"{json.dumps(facts)}\n{self._body}".encode())
        if self.downloads is None:
            return
        self._files = files_of(self.item, self._body)
        if self._cache is not None and key:
            self._cache.write(FILES_KIND, key, json.dumps(self._files).encode())

    def _kept_files(self, key: str | None) -> dict[str, str] | None:
        """What an earlier build has made of its files; None if there is nothing, or no need."""
        if self.downloads is None or self._cache is None or not key:
            return None
        entry = self._cache.read(FILES_KIND, key)
        return None if entry is None else dict(json.loads(entry))

    def _key(self) -> str | None:
        """What its drawing is kept by; None if that depends on luck, or on a run under way."""
        digests = [run.digest for run in self.ran if run.digest is not None]
        if self._keys is None or len(digests) < len(self.ran):
            return None
        kept = self._store.files(self.snippet)
        return self._keys.drawing(self.snippet, digests, kept, self.layouter)

    @property
    def html(self) -> Markup:
        """What stands in its place in the page, once it is drawn."""
        body = self._body
        if self.downloads is not None and self._files:
            body += self.downloads.add(self.snippet, self._files)
        return framed(self.problems, body, self.snippet.key)
