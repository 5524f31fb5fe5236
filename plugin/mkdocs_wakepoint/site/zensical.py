"""A site's pages as Zensical makes them: each is rendered on its own, with our extension in it.

Zensical finds the pages and their front matter in code that Python cannot call; that is done here.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec
from zensical.config import get_config, parse_config
from zensical.markdown.render import render

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.document import Collector
from mkdocs_wakepoint.extension import WakepointExtension
from mkdocs_wakepoint.pages import no_matter
from mkdocs_wakepoint.site.hosts import SiteError
from mkdocs_wakepoint.source import front_matter, read

NAME = "wakepoint"


def docs_dir(config: Path) -> str:
    """The folder of pages that a configuration names."""
    return str(parse_config(str(config))["docs_dir"])


class ZensicalPages:
    """The pages of a site, or some of them.

    Args:
        config: Its zensical.toml or mkdocs.yml.
        path: The page, or the folder of pages, that is asked for.

    Raises:
        SiteError: If the configuration cannot be.
    """

    def __init__(self, config: Path, path: Path) -> None:
        self._file = config
        with _one_line_errors(config):
            self._config = parse_config(str(config))
        self._docs = config.parent / self._config["docs_dir"]
        self._asked = path.resolve()
        self.whole = self._docs.resolve().is_relative_to(self._asked)
        self.note = ""
        if NAME not in self._config["markdown_extensions"]:
            self.note = (
                f"{config.name} does not list wakepoint under markdown_extensions: a build runs no "
                "snippet, since Zensical ignores plugins of MkDocs"
            )

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the configuration says under the extension's name."""
        return dict(self._config["mdx_configs"].get(NAME) or {})

    def convert(self, collector: Collector, ended: Callable[[], None] = no_matter) -> int:
        """Hands over what the pages hold, in the order of their paths; returns how many there are.

        Each knows of itself alone.

        Raises:
            SiteError: If a page cannot be rendered.
        """
        extension = WakepointExtension(collector, defaults=self.settings.get("defaults") or {})
        count = 0
        with self._extended_by(extension), contextlib.redirect_stdout(sys.stderr):
            for file in self._pages():
                count += 1
                if problem := reading.problem(file, _near(file).as_posix()):
                    collector.report(problem)
                    continue
                with _one_line_errors(file):
                    self._render(file, extension)
                ended()
        if self._asked.is_file() and not count:
            raise SiteError(f"{self._asked.name} is no page of the site in {self._file}")
        return count

    def name(self, file: str) -> str:
        """The page's path below the folder of pages, in one word."""
        path, home = Path(file).resolve(), self._docs.resolve()
        below = path.relative_to(home) if path.is_relative_to(home) else Path(file)
        return "-".join(below.with_suffix("").parts)

    def path(self, file: str) -> Path:
        """A file's path, which is told from the current folder."""
        return Path(file).resolve()

    def _pages(self) -> Iterator[Path]:
        """The pages that are asked for."""
        excluded = GitIgnoreSpec.from_lines((self._config.get("exclude_docs") or "").splitlines())
        for file in sorted(self._docs.rglob("*.md")):
            below = file.relative_to(self._docs)
            hidden = any(part.startswith(".") for part in below.parts)
            if hidden or excluded.match_file(below) or file.is_dir() or not file.exists():
                continue
            if file.resolve().is_relative_to(self._asked):
                yield file

    def _render(self, file: Path, extension: WakepointExtension) -> None:
        extension.page, text = read(_near(file))
        below = file.relative_to(self._docs)
        meta = front_matter(reading.text(file))
        meta = meta if isinstance(meta, dict) else {}
        url = f"{below.with_suffix('').as_posix()}/"
        render(text, below.as_posix(), url, json.dumps(meta, default=str))

    @contextlib.contextmanager
    def _extended_by(self, extension: WakepointExtension) -> Iterator[None]:
        """Has the pages rendered with an extension instead of the one that the site lists."""
        config = get_config()  # the one that pages are rendered with
        listed = config["markdown_extensions"]
        config["markdown_extensions"] = [each for each in listed if each != NAME] + [extension]
        try:
            yield
        finally:
            config["markdown_extensions"] = listed


def _near(file: Path) -> Path:
    """A file as it is told from the current folder, if it is below that."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


@contextlib.contextmanager
def _one_line_errors(file: Path) -> Iterator[None]:
    """What would end a build with a traceback becomes one line about a file."""
    try:
        yield
    except Exception as error:
        # Zensical's own errors are click's, which keep their text to themselves.
        text = getattr(error, "message", None) or str(error) or type(error).__name__
        raise SiteError(f"{file}: {text}") from error
