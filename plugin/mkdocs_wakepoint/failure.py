"""How a document whose snippets have problems ends what converts it: the setting ``on_error``.

A plugin ends its build by itself. An extension can do no more than raise, and what a user then sees
is made by whoever called Markdown. Each problem is to be a line, and none comes with a traceback.
"""

from __future__ import annotations

import functools
import importlib
import logging
import re
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from markdown import Markdown

from mkdocs_wakepoint.engine import SettingsError
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.source import in_mkdocs, in_zensical, zensical_config

logger = logging.getLogger("wakepoint")

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]

_IN_MKDOCS = logging.getLogger("mkdocs.wakepoint")
"""MkDocs shows what is said below its own logger, and counts the warnings for ``--strict``."""


class SnippetError(Exception):
    """Something is wrong with a document's snippets, and the setting ``on_error`` is ``fail``."""


@functools.cache
def tell_unshielded(log: logging.Logger, reason: str) -> None:
    """Says once that snippets run without a sandbox, and why."""
    log.info("snippets run without a sandbox: %s", reason)


@functools.cache
def tell_unkept(log: Log, folder: Path, reason: str) -> None:
    """Says once that no run can be kept there for the next build, and why."""
    text = "nothing can be kept in %s, so the next build runs everything again: %s"
    log.info(text, folder, reason)


def tell(
    md: Markdown,
    problems: list[Problem],
    stale: list[Problem],
    on_error: str,
    runs: Runs,
) -> None:
    """Tells what is wrong with a document that no plugin cares for, as the settings say.

    Args:
        md: Has converted it.
        problems: What is wrong.
        stale: What is not wrong, but worth a word.
        on_error: The setting.
        runs: Where the runs of its snippets came from.

    Raises:
        SnippetError: If problems are to end a build. Alone, it has their lines; where something is
            that shows warnings, they were told, and it counts them.
    """
    log = _IN_MKDOCS if in_mkdocs(md) else logger
    if runs.unshielded is not None:
        tell_unshielded(log, runs.unshielded)
    if runs.cache is not None and runs.cache.problem is not None:
        tell_unkept(log, runs.cache.folder, str(runs.cache.problem.strerror))
    for problem in stale:
        log.info("%s", problem)
    hosted = in_mkdocs(md) or in_zensical(md)
    fails = on_error == "fail" or (on_error == "warn" and zensical_config(md).get("strict") is True)
    if on_error == "warn" or (fails and hosted):
        for problem in problems:
            log.log(logging.ERROR if fails else logging.WARNING, "%s", problem)
    if not problems or not fails:
        return
    if in_mkdocs(md):
        raise _build_error(md)(see_above(len(problems)))
    if in_zensical(md):
        _End.of(sys.excepthook).problems += len(problems)
        raise SnippetError(see_above(len(problems)))
    raise SnippetError("\n".join(map(str, problems)))


def see_above(number: int) -> str:
    """What ends a build, behind the lines of that many problems."""
    return f"{number} problem{'s' if number > 1 else ''} in snippets; see above"


def _build_error(md: Markdown) -> type[SnippetError]:
    """The error with which MkDocs, or ProperDocs, ends a build without a traceback."""
    host = type(md.treeprocessors["relpath"]).__module__.partition(".")[0]
    error = importlib.import_module(f"{host}.exceptions").BuildError
    return type(SnippetError.__name__, (SnippetError, error), {})


def settings_are_wrong() -> None:
    """Has Zensical, if it is there, end in one line by the `SettingsError` that is raised now."""
    if "zensical" in sys.modules:
        _End.of(sys.excepthook)


class _End:
    """Zensical's end by one of our errors, in one line.

    Whatever an extension raises comes out of Zensical's command as a `RuntimeError` that has the
    traceback in its text, and only that of the first page. Python asks `sys.excepthook` to show it.

    Args:
        before: Shows everything else.

    Attributes:
        problems: How many there were on all pages.
    """

    _OURS = re.compile(rf"Python error: ({SnippetError.__name__}|{SettingsError.__name__}): (.*)")

    def __init__(self, before: Any) -> None:
        self.problems = 0
        self._before = before

    @classmethod
    def of(cls, hook: Any) -> _End:
        """The one that is in force, or a new one that is from now on."""
        if isinstance(hook, cls):
            return hook
        sys.excepthook = new = cls(hook)
        return new

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        ours = self._OURS.match(str(error)) if kind is RuntimeError else None
        if ours is None:
            self._before(kind, error, trace)
        else:
            counted = ours[1] == SnippetError.__name__
            text = see_above(self.problems) if counted else f"wakepoint: {ours[2]}"
            print(f"Error: {text}", file=sys.stderr)  # noqa: T201
