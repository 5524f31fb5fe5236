"""ProperDocs' way to the plugin, which is made of its classes then."""

import properdocs.replacement  # noqa: F401 - from here on, what is imported from mkdocs is its own

from mkdocs_wakepoint.plugin import WakepointPlugin

__all__ = ["WakepointPlugin"]
