"""Runs tests of ours by CPython in WebAssembly, and tells how each ended."""

from __future__ import annotations

from pathlib import Path

from tools.junit import Outcome, succeeded
from tools.webassembly.python import run


def run_tests(report: Path, *arguments: str, timeout: float = 300.0) -> list[Outcome]:
    """Runs these tests there, and fails with what failed."""
    options = ["--quiet", "--tb=short", f"--junitxml={report}", "-p", "tools.webassembly.plugin"]
    # In memory, as all but the mounted folders; and the fault handler would start a thread.
    options += ["--override-ini=cache_dir=/tmp/cache", "-p", "no:faulthandler"]
    done = run("-m", "pytest", *options, *arguments, folders=[report.parent], timeout=timeout)
    return succeeded(report, done)
