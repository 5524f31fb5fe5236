"""Where a site of MkDocs has its files, and what its author calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from mkdocs_wakepoint import reading


def text(page: Page) -> str:
    """The page's file, front matter and all."""
    path = page.file.abs_src_path
    try:
        return reading.text(Path(path)) if path is not None else page.file.content_string
    except (UnicodeDecodeError, AssertionError, reading.UnreadableError):  # or not any more
        return page.markdown or ""


def root(config: MkDocsConfig) -> Path:
    """The folder of mkdocs.yml."""
    return Path(config.config_file_path or "mkdocs.yml").parent


def include_folders(config: MkDocsConfig) -> Iterator[Path]:
    """The folders that other plugins take files from, for those that name one: macros does."""
    for plugin in config.plugins.values():
        name = getattr(plugin, "config", {}).get("include_dir")
        if isinstance(name, str) and name:
            yield root(config) / name


def docs_folder(config: MkDocsConfig) -> str:
    """The folder of pages, from that of mkdocs.yml."""
    path, home = Path(config.docs_dir), root(config)
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()


def add_file(path: str, content: str, files: Files, config: MkDocsConfig) -> None:
    """Adds a file to the site that is on no disk; MkDocs writes it with those of the author's."""
    known = files.get_file_from_path(path)
    if known is not None:  # of another language, in a site that is translated
        files.remove(known)
    made = File.generated(config, path, content=content, inclusion=InclusionLevel.INCLUDED)
    files.append(made)


def folder(name: str, config: MkDocsConfig) -> Path:
    """A folder that the configuration names, as short as it can be told from here."""
    path = root(config) / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def as_typed(file: File, config: MkDocsConfig) -> str:
    """The page's path as an author would type it, from the folder of mkdocs.yml.

    Some plugins put pages of several sites together elsewhere: there it is MkDocs' own name.
    """
    path, home = Path(config.docs_dir, file.src_path), root(config)
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else file.src_uri
