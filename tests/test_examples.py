"""The examples in docstrings show what the code does."""

from __future__ import annotations

import doctest
import importlib
import sys
from pathlib import Path

import pytest
from tools.imports import modules

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    **modules(ROOT / "runtime", "wakepoint"),
    **modules(ROOT / "plugin", "mkdocs_wakepoint"),
}
MODULES = [name for name, file in FILES.items() if ">>> " in file.read_text(encoding="utf-8")]
NEED_POSIX = {
    "wakepoint.debugging.asking",
    "wakepoint.debugging.dumping",
    "wakepoint.files",
    "wakepoint.io.copying",
    "wakepoint.io.halves",
    "wakepoint.net.unix",
    "wakepoint.process",
    "wakepoint.signals",
}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if sys.platform == "win32" and name in NEED_POSIX:
        pytest.skip("Windows has no Unix sockets, hears of no files, starts programs otherwise")
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for each in doctest.DocTestFinder().find(importlib.import_module(name), name):
        runner.run(each)
    assert runner.tries
    assert not runner.failures, capsys.readouterr().out
