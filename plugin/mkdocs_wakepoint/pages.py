"""Pages for the commands, which read them without building a site: Markdown files as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from markdown import Markdown

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.document import Collector
from mkdocs_wakepoint.extension import WakepointExtension
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.snippet import Problem, Snippet, stands_for_more
from mkdocs_wakepoint.source import read
from mkdocs_wakepoint.text import lines_of

# Those that give indented Markdown a meaning: a fence below one of their blocks is no code block.
_CONTAINERS = (
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "pymdownx.details",
    "pymdownx.superfences",
    "pymdownx.tabbed",
)


def no_matter() -> None:
    """Where a page ends, to who does not ask."""


class Pages(Protocol):
    """Pages, and what is known of the site that they make.

    Attributes:
        note: What is not seen of the pages; empty if all is.
        whole: True if they are all of the site.
    """

    note: str
    whole: bool

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the site's configuration says of running snippets."""

    def convert(self, collector: Collector, ended: Callable[[], None] = ...) -> int:
        """Hands over what the pages hold; returns how many there are.

        Args:
            collector: Takes it.
            ended: Called behind each page that a build has know of itself alone.
        """

    def name(self, file: str) -> str:
        """A page as a name for files of its own: ``book-01-future``."""

    def path(self, file: str) -> Path:
        """Where a file is that a problem names, from the root of the file system."""


class Snippets:
    """Takes what pages hold, keeps the snippets, and runs none.

    Args:
        report: Called with each problem of a header.

    Attributes:
        all: The snippets, each once.
    """

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self.report = report
        self.all: list[Snippet] = []

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        """Takes a snippet."""
        for problem in problems:
            self.report(problem)
        if snippet not in self.all:  # a page may be converted twice, for an excerpt say
            self.all.append(snippet)
        return ""

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        """Lets a comparison be: it is drawn from runs."""
        return ""

    def add_quote(self, quote: Quote) -> str:
        """Lets a quote be: it is taken from runs."""
        return ""


class MarkdownFiles:
    """A Markdown file, or each one below a folder, outside of any site.

    Args:
        path: The file or folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.whole = not path.is_file()
        self.note = (
            f"{path} is in no site with an mkdocs.yml: what plugins and other extensions would put "
            "into a page is not seen"
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        """None: there is no configuration."""
        return {}

    def convert(self, collector: Collector, ended: Callable[[], None] = no_matter) -> int:
        """Hands over what the pages hold, in the order of their paths."""
        extension = WakepointExtension(_Unfilled(collector))
        markdown = Markdown(extensions=[*_CONTAINERS, extension])
        paths = (
            [self._path] if self._path.is_file() else [*reading.pages(self._path, collector.report)]
        )
        for path in paths:
            try:
                extension.page, text = read(path)
            except reading.UnreadableError as error:
                collector.report(error.problem)
                continue
            markdown.reset()
            markdown.convert(text)
        return len(paths)

    def name(self, file: str) -> str:
        """The file's path below the folder, in one word."""
        return "-".join(Path(file).relative_to(self._path).with_suffix("").parts)

    def path(self, file: str) -> Path:
        """The file's path, which is told from the current folder."""
        return Path(file).resolve()


class _Unfilled:
    """Hands on what is whole; a snippet that somebody else would fill is told, and not run."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self.add_comparison = collector.add_comparison
        self.add_quote = collector.add_quote
        self.report = collector.report

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        for number, line in enumerate(lines_of(snippet.source), 1):
            if snippet.options.run and stands_for_more(line):
                what = "what this line stands for is put in by a site, and here is no mkdocs.yml"
                remedy = "run the command on the docs folder of the site"
                self.report(Problem(snippet.at(number), what, remedy))
                return ""
        return self._collector.add(snippet, problems)
