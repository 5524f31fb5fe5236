"""The tests of Windows' job objects, run by a Windows CPython under Wine."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.windows_tests import Run, run_tests

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]


def test_what_wine_enforces_of_job_objects_holds(windows_python: Run, tmp_path: Path) -> None:
    results = run_tests(
        windows_python, tmp_path / "report.xml", "tests/plugin/sandbox/test_windows.py"
    )
    left_out = [each for each in results if each.kind == "skipped"]
    assert all("does not enforce it" in each.text for each in left_out)
    assert len(left_out) == 3
    assert len(results) - len(left_out) == 6
