"""The file behind a page: its lines, and the defaults in its front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from markdown import Markdown

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.fence.defaults import lines_below, read_defaults
from mkdocs_wakepoint.included import Text
from mkdocs_wakepoint.snippet import Options, Problem, Snippet
from mkdocs_wakepoint.text import lines_of

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
"""As MkDocs and Zensical read it."""


@dataclass(slots=True)
class Page:
    """Where the fences that are converted now stand.

    Attributes:
        file: The file as its author would type it.
        lines: The file's text, for line numbers.
        folder: What the file's name is relative to.
        bases: More folders in which included files are looked for.
        defaults: What the page's front matter says of options.
        site: What the site says of them; the page goes before it.
        problems: What is wrong with those; told once the page is converted.
        keys: The keys that its snippets have taken.
        ids: What its headings, and whatever else has an id that begins as ours do, have taken.
        sessions: The snippets of each session so far, none with those before it.
    """

    file: str
    lines: list[str] = field(default_factory=list)
    folder: Path = field(default_factory=Path)
    bases: list[Path] = field(default_factory=list)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    site: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    sessions: dict[str, list[Snippet]] = field(default_factory=dict)

    @property
    def options(self) -> Options:
        """What holds where a fence says nothing."""
        return Options(**{**self.site, **self.defaults})

    def again(self) -> Page:
        """The same page, to be converted once more; what is wrong with it has been told."""
        return replace(self, problems=[], keys=set(), ids=set(), sessions={})


def page(file: str, text: str, meta: Any, folder: Path = Path()) -> Page:
    """What is known of a page before it is converted.

    Args:
        file: The file as its author would type it.
        text: The file's text, front matter and all.
        meta: The front matter, as YAML gives it.
        folder: What the file's name is relative to.
    """
    lines = lines_of(text)
    if not isinstance(meta, dict) or "wakepoint" not in meta:
        return Page(file, lines, folder)
    matter = FRONT_MATTER.match(text)
    above = matter[0][: matter.start(1)].count("\n") if matter else 0
    names = lines_below(matter[1], "wakepoint") if matter else {}
    defaults = read_defaults(
        meta["wakepoint"], file, {name: line + above for name, line in names.items()}
    )
    return Page(file, lines, folder, [], defaults.values, problems=[*defaults.problems])


def read(path: Path) -> tuple[Page, str]:
    """The page in a file, and its Markdown without the front matter.

    Raises:
        UnreadableError: If the file cannot be read, or is no text.
    """
    text = reading.text(path)
    return page(path.as_posix(), text, front_matter(text)), FRONT_MATTER.sub("", text, count=1)


def written(page: Page, md: Markdown, lines: list[str]) -> Text:
    """What the author of a page wrote.

    Args:
        page: The page.
        md: Converts it.
        lines: Those that it was given; they stand for a page that is no file.
    """
    bases = [*page.bases]
    if "snippet" in md.preprocessors:
        bases += [Path(base) for base in getattr(md.preprocessors["snippet"], "base_path", ())]
    return Text(page.file, page.lines or lines, page.folder, bases)


def converted_by(md: Markdown, lines: list[str]) -> Page:
    """The page that a Markdown object converts, as far as it was told: MkDocs and Zensical do.

    Args:
        md: Converts it.
        lines: Those that it was given; front matter is among them if nobody took it away.
    """
    path = file_of(md)
    if path is None:
        text = "\n".join(lines)
        return page("markdown", text, front_matter(text))
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    try:
        return read(near)[0]
    except reading.UnreadableError:  # made by a plugin, and nowhere on the disk
        return Page(near.as_posix())


def file_of(md: Markdown) -> Path | None:
    """The file that a Markdown object converts; None if it was not told."""
    return _mkdocs(md) or _zensical(md)


def name_of(md: Markdown) -> str | None:
    """What MkDocs calls the page that a Markdown object converts; None if it was not told."""
    return str(md.treeprocessors["relpath"].file.src_uri) if in_mkdocs(md) else None  # type: ignore[attr-defined]


def in_mkdocs(md: Markdown) -> bool:
    """True if MkDocs has set this Markdown object up."""
    return "relpath" in md.treeprocessors and hasattr(md.treeprocessors["relpath"], "file")


def _mkdocs(md: Markdown) -> Path | None:
    """From the processor that makes links relative."""
    if not in_mkdocs(md):
        return None
    path = md.treeprocessors["relpath"].file.abs_src_path  # type: ignore[attr-defined]
    return None if path is None else Path(path)


def in_zensical(md: Markdown) -> bool:
    """True if Zensical has set this Markdown object up."""
    return "rendering_context" in md.preprocessors


def zensical_config(md: Markdown) -> dict[str, Any]:
    """The site's configuration as Zensical has read it; empty if it converts nothing here."""
    return md.preprocessors["rendering_context"].config if in_zensical(md) else {}  # type: ignore[attr-defined]


def _zensical(md: Markdown) -> Path | None:
    """From the processor that keeps what is known of the page."""
    if not in_zensical(md):
        return None
    config, known = zensical_config(md), md.preprocessors["rendering_context"]
    path = known.page.path  # type: ignore[attr-defined]
    return Path(config.get("root_dir", ""), config.get("docs_dir", "docs"), path)


def front_matter(text: str) -> Any:
    """What a page's front matter says, as YAML gives it; None if there is none."""
    match = FRONT_MATTER.match(text)
    try:
        return yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError:  # MkDocs takes it for text, too
        return None
