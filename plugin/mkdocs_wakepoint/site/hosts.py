"""What builds a site: MkDocs 1, ProperDocs, which continues it, or Zensical.

None of them is asked for by this package: a site has one of them, and needs no other.
"""

from __future__ import annotations

import importlib
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

READERS = {
    "zensical.toml": ("zensical",),
    "properdocs.yml": ("properdocs",),
    "properdocs.yaml": ("properdocs",),
    "mkdocs.yml": ("mkdocs", "properdocs", "zensical"),
    "mkdocs.yaml": ("mkdocs", "properdocs", "zensical"),
}
"""The files that configure a site, and who reads each of them; who comes first is preferred."""

_PLUGINS_SINCE, _PLUGINS_UNTIL = (1, 6), (2, 0)
"""MkDocs' versions that call a plugin as ours expects it; from 2 on they call none."""


class SiteError(ValueError):
    """A site of which the pages cannot be made; the text says why."""


def installed(host: str) -> bool:
    """True if this Python has what builds sites by that name, in a version that can be used."""
    try:
        found = tuple(map(int, re.findall(r"\d+", version(host))[:2]))
    except PackageNotFoundError:
        return False
    return host != "mkdocs" or _PLUGINS_SINCE <= found < _PLUGINS_UNTIL


def reader(config: Path) -> str | None:
    """Who reads a configuration, of those that are installed; None if nobody does."""
    return next(filter(installed, READERS[config.name]), None)


def none_installed(config: Path) -> SiteError:
    """The error of a site that nothing here builds."""
    hosts = READERS[config.name]
    return SiteError(
        f"{config}: {' or '.join(hosts)} is not installed in {sys.executable}, and reads this "
        f"file; pip install 'mkdocs-wakepoint[{hosts[0]}]'"
    )


def as_mkdocs(host: str) -> None:
    """Makes ``import mkdocs`` give the modules of that host.

    ProperDocs' own command does the same, so that plugins that were written for MkDocs find it
    there. Where MkDocs is in use already, it stays: it reads ProperDocs' files, too.
    """
    if host == "properdocs" and "mkdocs" not in sys.modules:
        importlib.import_module("properdocs.replacement")
