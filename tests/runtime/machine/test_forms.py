"""The machine of every form in `forms/` is what is written below the form.

The comments below a form: a line for each state and what it keeps, one for where it goes from
there. ``live`` will be read again, ``kept`` will not; ``!→`` is taken because something raised.
Nothing in there is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tools.machines import table

from wakepoint.machine import Machine, analyze_source

FILES = sorted(Path(__file__).with_name("forms").glob("*.py"))


@dataclass(frozen=True)
class Form:
    """A definition, its machines, and what is written below it."""

    name: str
    machines: tuple[Machine, ...]
    below: tuple[str, ...]


def forms(file: Path) -> Iterator[Form]:
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    machines = [each.machine for each in analyze_source(text, str(file))]
    for node in ast.parse(text).body:
        if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef, ast.ClassDef)):
            assert node.end_lineno is not None
            below = []
            for line in lines[node.end_lineno :]:
                if not line.startswith("#"):
                    break
                below.append(line.removeprefix("# "))
            within = range(node.lineno, node.end_lineno + 1)
            inside = tuple(each for each in machines if each.first_line in within)
            yield Form(f"{file.stem}.{node.name}", inside, tuple(below))


FORMS = [form for file in FILES for form in forms(file)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_its_machine_is_what_is_written_below_it(form: Form) -> None:
    lines = []
    for machine in form.machines:
        if len(form.machines) > 1:
            lines.append(f"{machine.qualname}:")
        lines += table(machine)
    assert form.below == tuple(lines)


def test_nothing_is_written_twice_or_nowhere() -> None:
    assert len(FORMS) >= 40
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(form.below and form.machines for form in FORMS)
