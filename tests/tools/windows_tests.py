"""Runs tests of ours by a Windows CPython under Wine, and tells how each ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from tools.junit import Outcome, succeeded
from tools.windows_python import ROOT, pytest_arguments

Run = Callable[..., CompletedProcess[str]]


def run_tests(run: Run, report: Path, *paths: str) -> list[Outcome]:
    """Runs these tests on Windows, and fails with what failed there."""
    arguments = pytest_arguments(report.parent / "cache", report)
    done = run("-m", "pytest", *arguments, *paths, cwd=ROOT, timeout=300)
    return succeeded(report, done)
