"""What a site says about running its snippets."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

SANDBOX = ("auto", "required", "off")
_WORDS = {"on_error": ("warn", "fail", "show"), "sandbox": SANDBOX}

_FOLDER, _SWITCH = (str, "names no folder"), (bool, "is neither true nor false")
_KINDS = {"recordings": _FOLDER, "cache_dir": _FOLDER, "io_uring": _SWITCH, "cache": _SWITCH}


class SettingsError(ValueError):
    """A setting with a value that cannot be; the message names it and says what can."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The site's configuration of the engine.

    Attributes:
        timeout: Seconds that one snippet may take.
        concurrency: How many snippets run at a time; 0 takes the number of cores.
        memory: MiB for one snippet and all that it starts, where the system can limit it.
        on_error: What a problem does: ``warn`` logs a warning, so that ``--strict`` fails; ``fail``
            ends the build with an error once all problems are told, though the plugin never ends
            `mkdocs serve`; ``show`` logs nothing. The page shows the problem in a box in each case.
        recordings: Folder with recordings made on other platforms.
        defaults: Options for all fences, as their headers give them: `show`, `timeout`, any but
            `title`, `id` and `ask`. What a page's front matter says goes first, and what a fence
            says goes before that.
        sandbox: What keeps snippets in: ``auto`` takes what the system has, and says so if it has
            nothing; ``required`` runs no snippet then; ``off`` takes none.
        io_uring: Let snippets use io_uring. It takes calls past the sandbox's filter; see
            [security](security.md#what-it-does-not-keep-in).
        cache: Keep runs and what is drawn of them, so that only snippets run that have changed.
        cache_dir: Folder for that.
    """

    timeout: float = 5.0
    concurrency: int = 0
    memory: int = 2048
    on_error: str = "warn"
    recordings: str = "docs/recordings"
    defaults: Mapping[str, Any] = field(default_factory=dict)
    sandbox: str = "auto"
    io_uring: bool = False
    cache: bool = True
    cache_dir: str = ".cache/wakepoint"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Settings:
        """The settings in a mapping, checked.

        Raises:
            SettingsError: For an unknown name or a value of the wrong kind.
        """
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise SettingsError(
                    f"there is no setting {name!r}; there are {', '.join(sorted(known))}"
                )
        if values.get("sandbox") is False:  # YAML takes a bare off for that
            values = {**values, "sandbox": "off"}
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        timeout: Any = self.timeout
        if type(timeout) not in (int, float) or not 0.1 <= timeout < math.inf:
            raise SettingsError(f"timeout: {timeout!r} is not a number from 0.1 up")
        for name, least in (("concurrency", 0), ("memory", 64)):
            value = getattr(self, name)
            if type(value) is not int or value < least:  # a bool is none
                raise SettingsError(f"{name}: {value!r} is not a whole number from {least} up")
        for name, (kind, wrong) in _KINDS.items():
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise SettingsError(f"{name}: {value!r} {wrong}")
        defaults: Any = self.defaults
        if not isinstance(defaults, Mapping):
            raise SettingsError(f"defaults: {defaults!r} is no mapping of options")
        for name, words in _WORDS.items():
            value = getattr(self, name)
            if value not in words:
                raise SettingsError(f"{name}: {value!r} is none of {', '.join(words)}")

    @property
    def allows_io_uring(self) -> bool:
        """Whether snippets may use it: the site says so, or whoever builds has asked for it."""
        return self.io_uring or os.environ.get("WAKEPOINT_BACKEND") == "io_uring"

    @property
    def workers(self) -> int:
        """How many snippets run at a time."""
        return int(self.concurrency) or os.cpu_count() or 1
