"""The machine of every form in `forms.py` is what is written below the form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.machines import table

from wakepoint.machine import analyze_source

FILE = Path(__file__).with_name("forms.py")
TEXT = FILE.read_text(encoding="utf-8")
MACHINES = [each.machine for each in analyze_source(TEXT, str(FILE))]


def forms() -> Iterator[tuple[str, int, int, list[str]]]:
    """Name, first and last line of every definition, and the comment below it."""
    lines = TEXT.splitlines()
    for node in ast.parse(TEXT).body:
        if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef, ast.ClassDef)):
            assert node.end_lineno is not None
            below = []
            for line in lines[node.end_lineno :]:
                if not line.startswith("#"):
                    break
                below.append(line.removeprefix("# "))
            yield node.name, node.lineno, node.end_lineno, below


FORMS = {name: (first, last, below) for name, first, last, below in forms()}


@pytest.mark.parametrize("name", FORMS)
def test_its_machine_is_what_is_written_below_it(name: str) -> None:
    first, last, written = FORMS[name]
    inside = [each for each in MACHINES if first <= each.first_line <= last]
    found = []
    for machine in inside:
        if len(inside) > 1:
            found.append(f"{machine.qualname}:")
        found += table(machine)
    assert written == found


def test_nothing_is_written_twice_or_nowhere() -> None:
    assert len(FORMS) >= 40
    assert len(MACHINES) >= len(FORMS)
    assert all(written for *_, written in FORMS.values())
