"""Runs snippets: each in a process of its own, several at a time, and says what went wrong."""

from mkdocs_wakepoint.engine.available import unavailable, why_not
from mkdocs_wakepoint.engine.pool import Pool
from mkdocs_wakepoint.engine.problems import not_implemented, problems
from mkdocs_wakepoint.engine.process import own_backend
from mkdocs_wakepoint.engine.settings import Settings, SettingsError

__all__ = [
    "Pool",
    "Settings",
    "SettingsError",
    "not_implemented",
    "own_backend",
    "problems",
    "unavailable",
    "why_not",
]
