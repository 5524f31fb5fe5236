"""Runs tests of ours by a Windows CPython under Wine, and tells how each ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree as ET

from tools.windows_python import ROOT, pytest_arguments

Run = Callable[..., CompletedProcess[str]]


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
