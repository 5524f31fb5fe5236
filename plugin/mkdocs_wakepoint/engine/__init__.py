"""Runs snippets: each in a process of its own, several at a time, and says what went wrong."""

from typing import TYPE_CHECKING

from mkdocs_wakepoint.lazy import lazy

if TYPE_CHECKING:
    from mkdocs_wakepoint.engine.available import unavailable, why_not
    from mkdocs_wakepoint.engine.diagnosis import not_implemented, problems, session_failed
    from mkdocs_wakepoint.engine.interpreter import own_backend
    from mkdocs_wakepoint.engine.pool import Pool
    from mkdocs_wakepoint.engine.sandbox import SandboxError
    from mkdocs_wakepoint.engine.settings import Settings, SettingsError
else:
    __getattr__ = lazy(
        __name__,
        {
            "Pool": "pool",
            "SandboxError": "sandbox",
            "Settings": "settings",
            "SettingsError": "settings",
            "not_implemented": "diagnosis",
            "own_backend": "interpreter",
            "problems": "diagnosis",
            "session_failed": "diagnosis",
            "unavailable": "available",
            "why_not": "available",
        },
    )

__all__ = [
    "Pool",
    "SandboxError",
    "Settings",
    "SettingsError",
    "not_implemented",
    "own_backend",
    "problems",
    "session_failed",
    "unavailable",
    "why_not",
]
