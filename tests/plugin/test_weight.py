"""What a snippet adds to the page that a reader loads."""

from __future__ import annotations

import subprocess
import sys

from tools.book import ROOT


def test_a_page_with_a_snippet_is_hardly_heavier() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "weight.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].endswith("| met    |")
