"""mkdocs-static-i18n, which builds a site once for each language: the others once one is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NAME = "i18n"


def languages(plugin: Any) -> Iterator[None]:
    """Goes once for each language that the site has; for one, if the plugin is not there.

    Args:
        plugin: The plugin. While this stands at a language, it makes the site's configuration and
            files those of that language.
    """
    yield  # it chooses the default itself
    first = getattr(plugin, "current_language", None)
    for language in getattr(plugin, "build_languages", ()):
        if language != first:
            plugin.current_language = language
            yield
