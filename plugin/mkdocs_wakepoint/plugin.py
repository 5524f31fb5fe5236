"""MkDocs: collects the snippets of all pages, runs them together, brings the style sheet along."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup
from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url

from mkdocs_wakepoint import print_site, source
from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.document import Collector
from mkdocs_wakepoint.downloads import Downloads
from mkdocs_wakepoint.engine import Settings
from mkdocs_wakepoint.engine.cache import Cache
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.extension import WakepointExtension
from mkdocs_wakepoint.failure import see_above, tell_unkept
from mkdocs_wakepoint.fence.defaults import lines_below, read_defaults
from mkdocs_wakepoint.progress import Progress
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.site_paths import (
    add_file,
    as_typed,
    docs_folder,
    folder,
    include_folders,
    root,
    text,
)
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.unread import unread
from mkdocs_wakepoint.views import problem_box
from mkdocs_wakepoint.views.markup import element
from mkdocs_wakepoint.written import fill_written, left_empty

logger = get_plugin_logger(__name__)

STYLESHEET = "assets/wakepoint.css"
SCRIPT = "assets/wakepoint.js"
"""Where they are in this package, and where they come to be in the site."""

_IDS = re.compile(r' id="(wp-[^"]+)"')
_SHOWN = re.compile(r' class="(?:[^"]* )?wp(?:-problem)?[ "]')
"""What is in every page with a snippet, a comparison, or a problem with one."""


class WakepointConfig(Config):  # type: ignore[no-untyped-call]
    """What stands under ``wakepoint:`` in mkdocs.yml; see `mkdocs_wakepoint.engine.Settings`.

    What a value can be is checked there, so that it is told alike without MkDocs.
    """

    timeout = option.Type(object, default=Settings().timeout)
    concurrency = option.Type(object, default=Settings().concurrency)
    memory = option.Type(object, default=Settings().memory)
    on_error = option.Type(object, default=Settings().on_error)
    recordings = option.Type(object, default=Settings().recordings)
    defaults = option.Type(object, default=Settings().defaults)
    sandbox = option.Type(object, default=Settings().sandbox)
    io_uring = option.Type(object, default=Settings().io_uring)
    cache = option.Type(object, default=Settings().cache)
    cache_dir = option.Type(object, default=Settings().cache_dir)


class WakepointPlugin(BasePlugin[WakepointConfig]):  # type: ignore[no-untyped-call]
    """The adapter between MkDocs' events and the extension."""

    def __init__(self) -> None:
        self._runs: Runs | None = None
        self._batch: Batch | None = None
        self._collector: Collector | None = None
        self._store: Store | None = None
        self._extension = WakepointExtension()
        self._drawing: set[str] = set()
        self._downloads = Downloads()
        self._sources: dict[str, str] = {}  # a written page -> the file that it was made of
        self._reported = 0
        self._serving = False

    def hand_to(self, collector: Collector) -> None:
        """Lets somebody else have what the pages hold: a command, which builds no site."""
        self._collector = collector

    def __deepcopy__(self, memo: object) -> WakepointPlugin:
        """Itself: whoever copies a site's configuration has the same snippets run."""
        return self

    # Having these two makes MkDocs keep this object, and so the pool, across rebuilds of serve.
    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Notes what is done: a site that is served can be mended, so no problem ends that."""
        self._serving = command == "serve"

    def on_shutdown(self) -> None:
        """Ends what still runs."""
        if self._batch is not None:
            self._batch.close()
        if self._runs is not None:
            self._runs.close()

    @event_priority(100)  # before plugins that take the list of extensions, as mkdocstrings does
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Loads the extension and names the style sheet."""
        try:
            settings = Settings.of(dict(self.config))
            if settings.sandbox == "required":
                from mkdocs_wakepoint.engine.sandbox import choose  # noqa: PLC0415 - see `lazy`

                choose(settings.sandbox)
        except ValueError as error:  # a SettingsError, or a SandboxError
            name = Path(config.config_file_path or "mkdocs.yml").name
            raise PluginError(f"{name}: wakepoint: {error}") from None
        if self._batch is not None:  # of a build that serve has given up
            self._batch.close()
        if self._runs is None or self._runs.settings != settings:
            self.on_shutdown()
            self._runs = Runs(settings, _cache(settings, config))
        self._runs.begin()
        self._drawing.clear()
        self._sources.clear()
        self._reported = 0
        self._store = Store(folder(settings.recordings, config))
        listens = logger.isEnabledFor(logging.INFO)  # --quiet
        progress = Progress(sys.stderr if listens else None)
        self._downloads = Downloads(docs_folder(config))
        self._batch = Batch(self._runs, self._report, self._store, progress, self._downloads)
        config.markdown_extensions = [
            extension for extension in config.markdown_extensions if not _is_ours(extension)
        ]
        self._extension = WakepointExtension(self._collector or self._batch)
        self._extension.defaults = self._defaults(settings.defaults, config)
        config.extra_css = [path for path in config.extra_css if path != STYLESHEET]
        config.markdown_extensions.append(self._extension)  # type: ignore[arg-type]
        return config

    def _defaults(self, values: Mapping[str, Any], config: MkDocsConfig) -> Mapping[str, Any]:
        """The site's defaults for options, once what is wrong with them has been told."""
        file = Path(config.config_file_path or "mkdocs.yml")
        try:
            lines = lines_below(file.read_text(encoding="utf-8-sig"), "wakepoint", "defaults")
        except (OSError, UnicodeDecodeError):  # the configuration was made by a program
            lines = {}
        defaults = read_defaults(values, file.name, lines)
        collector = self._collector or self._batch
        for problem in defaults.problems:
            assert collector is not None
            collector.report(problem)
        return defaults.values

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Adds the style sheet to the site, and leaves kept recordings out."""
        assert self._store is not None
        for file in list(files):
            if file.abs_src_path is not None and self._store.holds(Path(file.abs_src_path)):
                files.remove(file)
        here = str(Path(__file__).parent)
        for asset in (STYLESHEET, SCRIPT):
            if files.get_file_from_path(asset) is None:  # else this plugin is listed twice
                # A file on the disk: not every plugin expects one that is generated.
                files.append(File(asset, here, config.site_dir, use_directory_urls=False))
        return files

    def on_page_markdown(
        self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Tells the extension which page comes next."""
        name = as_typed(page.file, config)
        opened = source.page(name, text(page), page.meta, root(config))
        opened.bases += include_folders(config)
        self._extension.page = self._extension.pages[page.file.src_uri] = opened
        return markdown

    @event_priority(100)  # before all who are given the content
    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """A page is converted: finishes it, if another plugin or a hook is going to read it now.

        Otherwise it waits for `on_env`: the snippets of one page run while the next is converted.
        """
        assert self._batch is not None
        html = self._told_if_unread(html, page)
        if self._batch.draws(html):
            self._drawing.add(page.file.src_uri)
        if len(config.plugins.events["page_content"]) == 1 or not self._batch.holds(html):
            return html
        self._batch.finish(all_known=False)
        page.content = self._batch.fill(html, _from(page.url))  # some look there
        return page.content

    def _told_if_unread(self, html: str, page: MkDocsPage) -> str:
        """The page's HTML, with a problem if it has fences of ours and nobody has read them."""
        name, collector = page.file.src_uri, self._collector or self._batch
        assert collector is not None
        if name in self._extension.begun or name not in self._extension.pages:
            return html
        problem = unread(self._extension.pages[name], page.markdown or "", html)
        if problem is None:
            return html
        collector.report(problem)
        return problem_box(problem) + html

    @event_priority(50)  # before plugins that read the finished content
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """All pages are converted: waits for the snippets and puts them in."""
        assert self._batch is not None
        self._batch.finish()
        if self._runs is not None and self._runs.unshielded:
            logger.info("snippets run without a sandbox: %s", self._runs.unshielded)
        self._tell_summary(self._batch)
        for path, content in self._downloads.files.items():
            add_file(path, content, files, config)
        for problem in self._batch.stale(whole_site=True):
            # No warning: who edits a snippet may not have the platform to record it on again.
            logger.info("%s", problem)
        for file in files:  # drafts too, which serve shows
            if file.page is not None:
                self._sources[file.dest_uri] = as_typed(file, config)
                self._fill(file.page)
                if print_site.NAME in config.plugins and hasattr(file.page, "html"):
                    file.page.html = print_site.with_ids_of_page(file.page.html, file.page.url)
        if self._batch.used and "search" in config.plugins:
            from mkdocs.contrib.search import SearchPlugin  # noqa: PLC0415 - not every site has it

            from mkdocs_wakepoint.searched import give_less  # noqa: PLC0415 - see `lazy`

            give_less(SearchPlugin, config.plugins.events["page_context"])
        self._end_if_wanted()
        return env

    def _tell_summary(self, batch: Batch) -> None:
        """Says in one line what ran; and in another why it will all run again, if it will."""
        assert self._runs is not None
        if batch.summary:
            logger.info("%s", batch.summary)
        if batch.slowest:
            logger.debug("the slowest snippets: %s", batch.slowest)
        cache = self._runs.cache
        if cache is not None and cache.problem is not None:
            tell_unkept(logger, cache.folder, str(cache.problem.strerror))

    def _end_if_wanted(self) -> None:
        """Ends the build if there were problems, and the site says that they do.

        Raises:
            PluginError: If so.
        """
        if self._reported and self.config.on_error == "fail" and not self._serving:
            raise PluginError(see_above(self._reported))

    def _fill(self, page: MkDocsPage) -> None:
        """Fills the places in a page's content, and in what other plugins have kept of it there."""
        assert self._batch is not None
        for name, value in list(vars(page).items()):
            if isinstance(value, str) and self._batch.holds(value):
                setattr(page, name, self._batch.fill(value, _from(page.url)))
        if page.content and page.present_anchor_ids is not None:  # what links may lead to
            page.present_anchor_ids.update(_IDS.findall(page.content))

    @event_priority(100)
    def on_page_context(
        self, context: Any, *, page: MkDocsPage, config: MkDocsConfig, nav: Any
    ) -> Any:
        """What is converted from now on, by a template or another plugin, stands in this page."""
        self._extension.page = self._extension.begun.get(page.file.src_uri, self._extension.page)
        return context

    @event_priority(50)  # before plugins that read the finished page
    def _on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Fills the places that came to this page in another way: an excerpt of a post, say.

        A page that shows something of ours brings our style sheet along, and no other does.
        """
        output = self._filled(output, page.url)
        assert self._batch is not None
        # Another plugin may have encrypted the page, or shows parts of it elsewhere.
        if page.file.src_uri in self._drawing or _SHOWN.search(output):
            return _styled(output, page.url)
        # From here Material may bring a page with a snippet, without what stands in its head.
        features = config.theme.get("features") or ()
        if self._batch.used and "navigation.instant" in features:
            return _scripted(output, page.url)
        return output

    @event_priority(-100)  # behind plugins that convert something for the finished page
    def _on_post_page_at_last(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        return self._on_post_page(output, page=page, config=config)

    on_post_page = CombinedEvent(_on_post_page, _on_post_page_at_last)

    @event_priority(-100)
    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Fills the places in what a theme makes besides the pages, and styles what it shows."""
        output = self._filled(output_content, template_name)
        shows = template_name.endswith(".html") and _SHOWN.search(output)
        return _styled(output, template_name) if shows else output

    def _filled(self, output: str, url: str) -> str:
        assert self._batch is not None
        self._batch.finish()
        return self._batch.fill(output, _from(url))

    @event_priority(100)
    def _on_post_build(self, *, config: MkDocsConfig) -> None:
        """Pages that other plugins make from now on, of pages that were, have our style sheet."""
        assert self._batch is not None
        if self._batch.used:
            config.extra_css.append(STYLESHEET)

    @event_priority(-200)  # behind plugins that write pages of their own, or build the site again
    def _on_post_build_at_last(self, *, config: MkDocsConfig) -> None:
        """No page that was written has an empty place, or one line names it."""
        assert self._batch is not None
        if self._batch.used:
            self._batch.finish()
            for name in fill_written(Path(config.site_dir), self._batch, _styled, get_relative_url):
                self._batch.report(left_empty(self._sources.get(name, name)))
            self._end_if_wanted()

    on_post_build = CombinedEvent(_on_post_build, _on_post_build_at_last)

    def _report(self, problem: Problem) -> None:
        self._reported += 1
        if self.config.on_error != "show":
            fails = self.config.on_error == "fail" and not self._serving
            logger.log(logging.ERROR if fails else logging.WARNING, "%s", problem)


def _styled(html: str, url: str) -> str:
    """A page of the site with our style sheet and our script."""
    link = element("link", rel="stylesheet", href=get_relative_url(STYLESHEET, url))
    return _scripted(_in_head(html, link), url)


def _scripted(html: str, url: str) -> str:
    """A page of the site with our script."""
    source = get_relative_url(SCRIPT, url)
    return _in_head(html, element("script", src=source, defer=True))


def _in_head(html: str, content: Markup) -> str:
    """A page with this at the end of its head, once."""
    line = f"{content}\n"
    if line in html:
        return html
    head, end, body = html.partition("</head>")
    return f"{head}{line}{end}{body}" if end else line + html


def _from(url: str) -> Callable[[str], str]:
    """How a path in the site is reached from the page with that address."""
    return lambda path: str(get_relative_url(path, url))


def _is_ours(extension: object) -> bool:
    return extension == "wakepoint" or isinstance(extension, WakepointExtension)


def _cache(settings: Settings, config: MkDocsConfig) -> Cache | None:
    """The cache that the settings name."""
    return Cache(folder(settings.cache_dir, config)) if settings.cache else None
