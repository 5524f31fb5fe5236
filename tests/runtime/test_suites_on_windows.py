"""The runtime's own tests, run once more by a Windows CPython under Wine: there they use IOCP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree as ET

import pytest
from tools.windows_python import ROOT, pytest_arguments, windows_path

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]

Run = Callable[..., CompletedProcess[str]]

MAY_SKIP = ("Windows has no interval timers", "Windows' descriptors take no overlapped calls")
"""Why a test of the IOCP backend may be left out; any other reason is a gap."""

ELSEWHERE = ("only Linux has", "Windows ")
"""How a reason begins that another test may have: it is about what Windows lacks."""


@dataclass(frozen=True)
class Outcome:
    """How one test ended there.

    Attributes:
        name: Its module and name, with parameters.
        kind: ``passed``, ``skipped``, ``failure`` or ``error``.
        text: Why it was skipped, or what went wrong.
    """

    name: str
    kind: str
    text: str


def outcomes(report: Path) -> list[Outcome]:
    """Every test in a JUnit report."""
    results = []
    for case in ET.parse(report).iter("testcase"):
        child = next(iter(case.iterfind("*")), None)
        kind, text = "passed", ""
        if child is not None:
            kind, text = child.tag, f"{child.get('message')}\n{child.text}"
        name = f"{case.get('classname')}.{case.get('name')}"
        results.append(Outcome(name, kind, text))
    return results


def run_tests(run: Run, report: Path, *paths: str) -> list[Outcome]:
    """Runs these tests on Windows, and fails with what failed there."""
    arguments = pytest_arguments(report.parent / "cache", report)
    done = run("-m", "pytest", *arguments, *paths, cwd=ROOT, timeout=300)
    assert report.exists(), done.stdout + done.stderr
    results = outcomes(report)
    broken = [f"{each.name}: {each.text}" for each in results if each.kind in ("failure", "error")]
    assert not broken, "\n\n".join(broken)
    assert done.returncode == 0, done.stdout + done.stderr
    return results


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
    paths = ["recording", "test_blocking.py", "test_cancel.py", "test_net.py", "test_task.py"]
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
