"""Functions that say the same have the same states in rustc's view and ours, and save the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tools.rustc import oracle

from wakepoint.machine import analyze_source
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind

HERE = Path(__file__).parents[3] / "docs" / "data" / "rustc"
DATA = json.loads((HERE / "rustc.json").read_text(encoding="utf-8"))
PYTHON = HERE / "functions.py"
OURS = {
    analysis.machine.name: analysis.machine
    for analysis in analyze_source(PYTHON.read_text(encoding="utf-8"), str(PYTHON))
}


def suspended(name: str) -> list[State]:
    terminals = {StateKind.START, *TERMINAL_KINDS}
    return [state for state in OURS[name].states if state.kind not in terminals]


def in_rust(operand: str) -> str:
    """``await leaf(a)`` as Rust writes it."""
    return re.sub(r"^await (.*)$", r"\1.await", operand)


def test_there_are_enough_functions_to_speak_of() -> None:
    assert len(DATA["functions"]) >= 12
    assert DATA["functions"].keys() == OURS.keys() - {"leaf"}


@pytest.mark.parametrize("name", DATA["functions"])
def test_the_states_are_the_same(name: str) -> None:
    theirs = [state["awaits"] for state in DATA["functions"][name]]
    assert [state.label for state in suspended(name)] == theirs


@pytest.mark.parametrize("name", DATA["functions"])
def test_what_is_live_here_is_what_is_saved_there(name: str) -> None:
    for ours, theirs in zip(suspended(name), DATA["functions"][name], strict=True):
        live = {in_rust(variable.name) for variable in ours.variables if variable.live}
        assert live == set(theirs["saved"]), ours.label


@pytest.mark.parametrize("name", DATA["sizes"])
def test_a_future_is_as_large_as_its_largest_state_and_a_discriminant(name: str) -> None:
    size = DATA["sizes"][name]
    variants = size["variants"]
    largest = max(sum(variant.values()) for variant in variants.values())
    assert size["discriminant"] + largest <= size["bytes"]
    arguments = {variant["arguments"] for variant in variants.values()}
    assert arguments == {variants["Unresumed"]["arguments"]}, "an argument keeps its place"


def test_the_book_has_a_future_that_is_smaller_than_the_sum_of_its_states() -> None:
    """Chapter 6 says so of ``either``, and chapter 12 that ``outer`` contains ``inner``."""
    size = DATA["sizes"]["either"]
    saved = sum(variant["saved"] for variant in size["variants"].values())
    assert size["bytes"] < size["variants"]["Unresumed"]["arguments"] + saved + size["discriminant"]
    outer = DATA["sizes"]["outer"]["variants"]
    assert outer["Suspend0"]["awaited"] == DATA["sizes"]["inner"]["bytes"]


@pytest.mark.rustc
def test_the_data_is_what_the_installed_rustc_says() -> None:
    installed: dict[str, Any] = oracle()
    assert {**installed, "rustc": DATA["rustc"]} == DATA, (
        f"{installed['rustc']} differs from the recorded {DATA['rustc']}; "
        "run python tests/tools/rustc.py and look at the difference"
    )
