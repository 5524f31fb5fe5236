"""A test whose tool is missing: skipped where a person runs it, failed where CI does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


def run_marked(folder: Path, marker: str, **environment: str) -> str:
    """The closing part of a pytest run over one passing test with that marker."""
    test = folder / "test_marked.py"
    test.write_text(f"import pytest\n\n@pytest.mark.{marker}\ndef test(): pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-o", f"cache_dir={folder}"]
    command += ["--config-file", str(TESTS.parent / "pyproject.toml"), str(test)]
    variables = {name: value for name, value in os.environ.items() if name != "CI"}
    env = {**variables, "PYTHONPATH": str(TESTS), **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env).stdout


def test_it_is_skipped_and_says_how_to_get_the_tool(tmp_path: Path) -> None:
    output = run_marked(tmp_path, "browser", WAKEPOINT_BROWSER="there-is-no-such-browser")
    assert "there is no Chromium; install it, or name one in WAKEPOINT_BROWSER" in output
    assert "1 skipped" in output


@pytest.mark.skipif(sys.platform != "linux", reason="CI has to have a browser on Linux only")
def test_ci_fails_without_it(tmp_path: Path) -> None:
    output = run_marked(
        tmp_path, "browser", WAKEPOINT_BROWSER="there-is-no-such-browser", CI="true"
    )
    assert "CI has to run this: there is no Chromium" in output
    assert "passed" not in output


def test_with_the_tool_it_runs(tmp_path: Path) -> None:
    assert "1 passed" in run_marked(tmp_path, "browser", WAKEPOINT_BROWSER=sys.executable)


def test_ci_may_lack_what_is_compared_with_by_hand(tmp_path: Path) -> None:
    assert "1 skipped" in run_marked(tmp_path, "rustc", CI="true", PATH="")
    assert "1 skipped" in run_marked(tmp_path, "network", CI="true", WAKEPOINT_NETWORK="")
