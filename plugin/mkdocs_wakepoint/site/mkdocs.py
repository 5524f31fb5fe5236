"""A site's pages as MkDocs or ProperDocs makes them: their events up to the Markdown.

So plugins, hooks and extensions do to a page what they do in a build, and nothing is written.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.base import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.structure.files import File, Files, InclusionLevel, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.yaml import yaml_load

from mkdocs_wakepoint import reading, static_i18n
from mkdocs_wakepoint.document import Collector
from mkdocs_wakepoint.pages import no_matter
from mkdocs_wakepoint.plugin import WakepointPlugin
from mkdocs_wakepoint.site.hosts import SiteError
from mkdocs_wakepoint.site_paths import as_typed, folder
from mkdocs_wakepoint.snippet import Problem


def docs_dir(config: Path) -> str:
    """The folder of pages that a configuration names."""
    with config.open(encoding="utf-8-sig") as file:
        return str(yaml_load(file).get("docs_dir", "docs"))


class SitePages:
    """The pages of a site, or some of them.

    Args:
        config: Its mkdocs.yml or properdocs.yml.
        path: The page, or the folder of pages, that is asked for.

    Raises:
        SiteError: If the configuration cannot be.
    """

    def __init__(self, config: Path, path: Path) -> None:
        self._file = config
        with self._one_line_errors():
            self._config = load_config(str(config))
        self._docs = Path(self._config.docs_dir)
        self._asked = path.resolve()
        self.whole = self._docs.resolve().is_relative_to(self._asked)
        self.note = ""
        plugins = reversed(self._config.plugins.values())
        # One that is listed twice has its last settings, in a build too.
        listed = next((each for each in plugins if isinstance(each, WakepointPlugin)), None)
        self._listed = listed is not None
        self._plugin = listed or self._added()

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the configuration says under ``wakepoint``; a folder is told as seen from here."""
        options = dict(self._plugin.config)
        return {**options, "recordings": str(folder(str(options["recordings"]), self._config))}

    def convert(self, collector: Collector, ended: Callable[[], None] = no_matter) -> int:
        """Hands over what the pages hold, in the order in which a build reads them.

        Where the site lists the extension alone, each page knows of itself alone.

        A page that cannot be read is a problem of that page, though a build would end there.

        Raises:
            SiteError: If a build would end with an error in another way, or not end at all.
        """
        if link := reading.circle(self._docs):
            raise SiteError(f"{link} leads to a folder that it is in: a build follows it for ever")
        pages: set[str] = set()  # a translated site has each in several languages
        self._plugin.hand_to(collector)
        with self._one_line_errors(), contextlib.redirect_stdout(sys.stderr):
            plugins = self._config.plugins
            plugins.on_startup(command="build", dirty=False)
            try:
                for _ in static_i18n.languages(plugins.get(static_i18n.NAME)):
                    config = plugins.on_config(self._config)
                    plugins.on_pre_build(config=config)
                    for file, files in self._pages(config):
                        pages.add(file.src_uri)
                        if problem := _unreadable(file, config):
                            collector.report(problem)
                        else:
                            _convert(file, files, config)
                        if not self._listed:
                            ended()
            finally:
                plugins.on_shutdown()
            if self._asked.is_file() and not pages:
                raise SiteError(f"{self._asked.name} is no page of the site in {self._file}")
        return len(pages)

    def name(self, file: str) -> str:
        """The page's path below the folder of pages, in one word."""
        path = (self._file.parent / file).resolve()
        home = self._docs.resolve()
        below = path.relative_to(home) if path.is_relative_to(home) else Path(file)
        return "-".join(below.with_suffix("").parts)

    def path(self, file: str) -> Path:
        """Its path from the folder of mkdocs.yml; that of a recording is told from here."""
        path = (self._file.parent / file).resolve()
        return path if path.exists() else Path(file).resolve()

    def _pages(self, config: MkDocsConfig) -> Iterator[tuple[File, Files]]:
        """The pages that are asked for, each with all files of the site."""
        files = get_files(config)
        files.add_files_from_theme(config.theme.get_env(), config)
        files = config.plugins.on_files(files, config=config)
        set_exclusions(files, config)
        config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
        for file in files.documentation_pages(inclusion=InclusionLevel.is_included):
            if self.whole or self._is_asked(file):
                yield file, files

    def _is_asked(self, file: File) -> bool:
        paths = [self._docs / file.src_path, Path(file.abs_src_path or file.src_path)]
        return any(path.resolve().is_relative_to(self._asked) for path in paths)

    def _added(self) -> WakepointPlugin:
        """The plugin for a site that lists the extension alone, or neither."""
        if "wakepoint" not in self._config.markdown_extensions:
            self.note = f"{self._file.name} does not list wakepoint: a build runs no snippet"
        plugin = WakepointPlugin()
        plugin.load_config(dict(self._config.mdx_configs.get("wakepoint", {})))
        self._config.plugins["wakepoint"] = plugin
        return plugin

    @contextlib.contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        """What ends a build becomes one line; what MkDocs says beside it is not about snippets."""
        errors = _Errors()
        # Plugins log below MkDocs' name in ProperDocs too, which itself logs below its own.
        names = {"mkdocs", load_config.__module__.partition(".")[0]}
        with contextlib.ExitStack() as stack:
            for name in names:
                stack.enter_context(errors.instead_of(logging.getLogger(name)))
            try:
                yield
            except SiteError:
                raise
            except (Exception, MkDocsException) as error:  # MkDocs' Abort is a SystemExit
                what = "; ".join([*errors.texts, str(error) or type(error).__name__])
                raise SiteError(f"{self._file}: {what}") from error


class _Errors(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    @contextlib.contextmanager
    def instead_of(self, log: logging.Logger) -> Iterator[None]:
        """Nobody else is given what a logger is told."""
        before, log.propagate = log.propagate, False
        log.addHandler(self)
        try:
            yield
        finally:
            log.removeHandler(self)
            log.propagate = before

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _unreadable(file: File, config: MkDocsConfig) -> Problem | None:
    """What keeps a page from being read; one that a plugin has made is there."""
    path = file.abs_src_path
    return None if path is None else reading.problem(Path(path), as_typed(file, config))


def _convert(file: File, files: Files, config: MkDocsConfig) -> None:
    """Does to a page what a build does until it is HTML."""
    page = file.page or Page(None, file, config)
    page = config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(
        page.markdown or "", page=page, config=config, files=files
    )
    page.render(config, files)
    config.plugins.on_page_content(page.content or "", page=page, config=config, files=files)
