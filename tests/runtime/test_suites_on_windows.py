"""The runtime's own tests, run once more by a Windows CPython under Wine: there they use IOCP."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.windows_python import windows_path
from tools.windows_tests import Run, run_tests

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]

MAY_SKIP = ("Windows has no interval timers", "Windows' descriptors take no overlapped calls")
"""Why a test of the IOCP backend may be left out; any other reason is a gap."""

ELSEWHERE = (
    "only Linux has",
    "io_uring is Linux's",
    "Windows ",
    "Python 3.11 has no sys.monitoring",
)
"""How a reason begins that another test may have: it is about what Windows lacks."""


def test_the_contract_suite_holds_on_iocp(windows_python: Run, tmp_path: Path) -> None:
    # The simulated kernel is the same everywhere, and its tests need hypothesis.
    paths = ("tests/runtime/backends", "--ignore=tests/runtime/backends/simulated")
    results = run_tests(windows_python, tmp_path / "report.xml", *paths)
    ours = [each for each in results if "[iocp]" in each.name or ".iocp." in each.name]
    left_out = [each for each in ours if each.kind == "skipped"]
    unexplained = [each for each in left_out if not any(why in each.text for why in MAY_SKIP)]
    assert not unexplained
    assert len(left_out) == len(MAY_SKIP)
    assert len(ours) - len(left_out) >= 60


def test_recordings_and_what_stands_on_the_backend(windows_python: Run, tmp_path: Path) -> None:
    # Others in these folders need hypothesis, or are about what Windows lacks.
    net = [f"net/test_{name}.py" for name in ("halves", "streams", "tcp", "tls")]
    io = ["io/test_copying.py", "io/test_fs.py"]
    paths = ["recording", "test_blocking.py", "test_cancel.py", "test_task.py", *net, *io]
    results = run_tests(
        windows_python, tmp_path / "report.xml", *(f"tests/runtime/{path}" for path in paths)
    )
    left_out = [each for each in results if each.kind == "skipped"]
    assert not [each for each in left_out if not any(why in each.text for why in ELSEWHERE)]
    assert len(results) - len(left_out) >= 60


def test_a_failing_test_there_fails_here(windows_python: Run, tmp_path: Path) -> None:
    suite = tmp_path / "test_wrong.py"
    suite.write_text("def test_wrong() -> None:\n    assert False, 'as it should be'\n")
    # Without a root of its own, pytest looks at whatever else is in the temporary folder.
    root = f"--rootdir={windows_path(tmp_path)}"
    with pytest.raises(AssertionError, match="as it should be"):
        run_tests(windows_python, tmp_path / "report.xml", root, windows_path(suite))
