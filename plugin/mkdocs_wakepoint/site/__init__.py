"""A site's pages as a build makes them, for the commands; nothing is written."""

from __future__ import annotations

from pathlib import Path

from mkdocs_wakepoint.pages import MarkdownFiles, Pages
from mkdocs_wakepoint.site import hosts
from mkdocs_wakepoint.site.hosts import SiteError

__all__ = ["SiteError", "config_of", "pages_at", "pages_of"]


def pages_at(path: Path) -> Pages:
    """The pages in a file or a folder: those of the site that it is in, if it is in one.

    Raises:
        SiteError: If the site's configuration cannot be, or nothing that reads it is installed.
    """
    config = config_of(path)
    return MarkdownFiles(path) if config is None else pages_of(config, path)


def config_of(path: Path) -> Path | None:
    """The configuration of the site that a file or folder is in, if it is in one."""
    for above in (path.absolute(), *path.absolute().parents):
        configs = [above / name for name in hosts.READERS]
        configs = [config for config in configs if config.is_file() and _has(config, path)]
        if configs:
            # There may be more than one, where somebody moves from one to another.
            return next(filter(hosts.reader, configs), configs[0])
    return None


# Nothing is imported that builds sites before it is known which of them is there.


def pages_of(config: Path, path: Path) -> Pages:
    """The pages of a site that are in a file or folder, as whoever builds it has them.

    Raises:
        SiteError: If the configuration cannot be, or nothing that reads it is installed.
    """
    host = hosts.reader(config)
    if host is None:
        raise hosts.none_installed(config)
    if host == "zensical":
        from mkdocs_wakepoint.site.zensical import ZensicalPages  # noqa: PLC0415

        return ZensicalPages(config, path)
    hosts.as_mkdocs(host)
    from mkdocs_wakepoint.site.mkdocs import SitePages  # noqa: PLC0415

    return SitePages(config, path)


def _has(config: Path, path: Path) -> bool:
    """True if a site's pages are in a folder, or the other way round."""
    home = (config.parent / _docs_dir(config)).resolve()
    return home.is_relative_to(path.resolve()) or path.resolve().is_relative_to(home)


def _docs_dir(config: Path) -> str:
    """The folder of pages that a configuration names."""
    host = hosts.reader(config)
    try:
        if host == "zensical":
            from mkdocs_wakepoint.site.zensical import docs_dir  # noqa: PLC0415
        elif host is not None:
            hosts.as_mkdocs(host)
            from mkdocs_wakepoint.site.mkdocs import docs_dir  # noqa: PLC0415
        else:
            return "docs"
        return docs_dir(config)
    except Exception:  # what is wrong is told when it is loaded
        return "docs"
