"""pytest: ``pytest docs/ --wakepoint`` runs the snippets of Markdown pages as tests.

pytest imports this wherever the package is installed. So it imports nothing else of
ours before that is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mkdocs_wakepoint.testing.items import PageFile
    from mkdocs_wakepoint.testing.recorded_run import RecordRun

_OPTION = "--wakepoint"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Called by pytest."""
    group = parser.getgroup("wakepoint", "executed snippets in Markdown")
    group.addoption(
        _OPTION, action="store_true", help="collect the wakepoint fences of Markdown pages as tests"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageFile | None:
    """Called by pytest for each file."""
    if not parent.config.getoption(_OPTION):
        return None
    from mkdocs_wakepoint.reading import is_markdown  # noqa: PLC0415 - see above

    if not is_markdown(file_path):
        return None
    from mkdocs_wakepoint.testing.items import PageFile  # noqa: PLC0415 - see above

    return PageFile.from_parent(parent, path=file_path)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Called by pytest: ends what still runs."""
    if session.config.getoption(_OPTION):
        from mkdocs_wakepoint.testing.items import close  # noqa: PLC0415 - see above

        close(session.config)


@pytest.fixture
def record_run() -> RecordRun:
    """Runs a coroutine within a test, and gives what it did.

    See `mkdocs_wakepoint.testing.recorded_run.record_run`.
    """
    from mkdocs_wakepoint.testing import recorded_run  # noqa: PLC0415 - see above

    return recorded_run.record_run
