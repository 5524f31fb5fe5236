"""MkDocs: collects the snippets of all pages, runs them together, brings the style sheet along."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage

from mkdocs_wakepoint import source
from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.document import Collector
from mkdocs_wakepoint.engine import Pool, Settings, SettingsError
from mkdocs_wakepoint.extension import WakepointExtension
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views import stylesheet

logger = get_plugin_logger(__name__)

STYLESHEET = "assets/wakepoint/wakepoint.css"

_IDS = re.compile(r' id="(wp-[^"]+)"')


class WakepointConfig(Config):  # type: ignore[no-untyped-call]
    """What stands under ``wakepoint:`` in mkdocs.yml; see `mkdocs_wakepoint.engine.Settings`.

    What a value can be is checked there, so that it is told alike without MkDocs.
    """

    timeout = option.Type(object, default=Settings().timeout)
    concurrency = option.Type(object, default=Settings().concurrency)
    memory = option.Type(object, default=Settings().memory)
    on_error = option.Type(object, default=Settings().on_error)
    recordings = option.Type(object, default=Settings().recordings)


class WakepointPlugin(BasePlugin[WakepointConfig]):  # type: ignore[no-untyped-call]
    """The adapter between MkDocs' events and the extension."""

    def __init__(self) -> None:
        self._pool: Pool | None = None
        self._batch: Batch | None = None
        self._collector: Collector | None = None
        self._store: Store | None = None
        self._extension = WakepointExtension()
        self._reported = 0
        self._serving = False

    def hand_to(self, collector: Collector) -> None:
        """Lets somebody else have what the pages hold: a command, which builds no site."""
        self._collector = collector

    # Having these two makes MkDocs keep this object, and so the pool, across rebuilds of serve.
    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Notes what is done: a site that is served can be mended, so no problem ends that."""
        self._serving = command == "serve"

    def on_shutdown(self) -> None:
        """Ends what still runs."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Loads the extension and names the style sheet."""
        try:
            settings = Settings.of(dict(self.config))
        except SettingsError as error:
            raise PluginError(f"mkdocs.yml: wakepoint: {error}") from None
        if self._pool is None or self._pool.settings != settings:
            self.on_shutdown()
            self._pool = Pool(settings)
        self._reported = 0
        self._store = Store(folder(settings.recordings, config))
        self._batch = Batch(self._pool, self._report, self._store)
        config.markdown_extensions = [
            extension for extension in config.markdown_extensions if not _is_ours(extension)
        ]
        self._extension = WakepointExtension(self._collector or self._batch)
        config.markdown_extensions.append(self._extension)  # type: ignore[arg-type]
        config.extra_css.append(STYLESHEET)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Adds the style sheet to the site, and leaves kept recordings out."""
        assert self._store is not None
        for file in list(files):
            if file.abs_src_path is not None and self._store.holds(Path(file.abs_src_path)):
                files.remove(file)
        files.append(File.generated(config, STYLESHEET, content=stylesheet()))
        return files

    def on_page_markdown(
        self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Tells the extension which page comes next."""
        name = _as_typed(page.file.src_path, config)
        home = Path(config.config_file_path).parent
        self._extension.page = source.page(name, _text(page), page.meta, home)
        if page.file.abs_src_path is not None:
            self._extension.pages[Path(page.file.abs_src_path)] = self._extension.page
        return markdown

    @event_priority(50)  # before plugins that read the finished content
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """All pages are converted: wait for the snippets and put them in."""
        assert self._batch is not None
        for problem in self._batch.stale(whole_site=True):
            # No warning: who edits a snippet may not have the platform to record it on again.
            logger.info("%s", problem)
        self._batch.finish()
        for file in files:  # drafts too, which serve shows
            if file.page is not None and file.page.content:
                file.page.content = self._batch.fill(file.page.content)
                if file.page.present_anchor_ids is not None:  # what links may lead to
                    file.page.present_anchor_ids.update(_IDS.findall(file.page.content))
        if self._reported and self.config.on_error == "fail" and not self._serving:
            raise PluginError(f"{self._reported} problems in snippets; see above")
        return env

    @event_priority(50)
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Fills the places that came to this page in another way: an excerpt of a post, say."""
        assert self._batch is not None
        self._batch.finish()
        return self._batch.fill(output)

    def _report(self, problem: Problem) -> None:
        self._reported += 1
        if self.config.on_error != "show":
            logger.warning("%s", problem)


def _is_ours(extension: object) -> bool:
    return extension == "wakepoint" or isinstance(extension, WakepointExtension)


def _text(page: MkDocsPage) -> str:
    """The page's file, front matter and all."""
    try:
        return page.file.content_string
    except OSError:  # made by another plugin and already gone
        return page.markdown or ""


def folder(name: str, config: MkDocsConfig) -> Path:
    """A folder that the configuration names, as short as it can be told from here."""
    path = Path(config.config_file_path).parent / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _as_typed(src_path: str, config: MkDocsConfig) -> str:
    """The page's path as an author would type it, from the folder of mkdocs.yml."""
    path = Path(config.docs_dir, src_path)
    try:
        return path.relative_to(Path(config.config_file_path).parent).as_posix()
    except ValueError:
        return path.as_posix()
