"""The second opinion agrees with right machines, and says so of wrong ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tools.second_opinion.compare import differences
from tools.second_opinion.walk import states

from wakepoint.machine import Analysis, analyze_source

FORMS = [
    (text, analysis)
    for file in sorted(Path(__file__).with_name("forms").glob("*.py"))
    for text in [file.read_text(encoding="utf-8")]
    for analysis in analyze_source(text)
]

COPY = """
async def copy(reader, writer):
    while chunk := await reader.read(100):
        await writer.write(chunk)
    return writer
"""


def both(text: str, name: str = "copy") -> tuple[Analysis, list[str]]:
    analysis = next(each for each in analyze_source(text) if each.machine.name == name)
    return analysis, against(text, analysis)


def against(text: str, analysis: Analysis) -> list[str]:
    key = (analysis.code.co_firstlineno, analysis.machine.name)
    return list(differences(analysis, states(text)[key]))


@pytest.mark.parametrize(
    "text, analysis", FORMS, ids=[analysis.machine.qualname for _, analysis in FORMS]
)
def test_it_agrees_on_every_form(text: str, analysis: Analysis) -> None:
    assert against(text, analysis) == []


def test_a_variable_that_is_read_later_is_missed() -> None:
    analysis, differences = both(COPY)
    assert differences == []
    machine = analysis.machine
    dead = tuple(replace(each, live=False) for each in machine.states[2].variables)
    wrong = (*machine.states[:2], replace(machine.states[2], variables=dead), *machine.states[3:])
    analysis.machine = replace(machine, states=wrong)
    assert against(COPY, analysis) == ["live in state 2: ['reader', 'writer']"]


def test_a_variable_that_is_kept_is_missed() -> None:
    analysis, _ = both(COPY)
    machine = analysis.machine
    bare = replace(machine.states[1], variables=machine.states[1].variables[:2])
    analysis.machine = replace(machine, states=(machine.states[0], bare, *machine.states[2:]))
    assert against(COPY, analysis) == ["kept in state 1: ['chunk']"]


def test_a_transition_is_missed() -> None:
    analysis, _ = both(COPY)
    machine = analysis.machine
    left = tuple(each for each in machine.transitions if (each.source, each.target) != (2, 1))
    analysis.machine = replace(machine, transitions=left)
    assert against(COPY, analysis) == ["transitions: ours only [], theirs only [(2, 1)]"]


def test_a_state_is_missed() -> None:
    analysis, _ = both(COPY)
    other = COPY.replace("return writer", "return await writer")
    assert "states" in against(other, analysis)[0]
