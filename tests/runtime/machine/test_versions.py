"""The machines are the same whichever Python has compiled the source."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tools import pythons
from tools.coroutines.programs import program
from tools.machines import as_data

FORMS = sorted(Path(__file__).with_name("forms").glob("*.py"))
PROGRAMS = 80


@functools.cache
def ours() -> dict[str, Any]:
    """What this Python makes of the forms and of some generated coroutines, by their source."""
    texts = [file.read_text(encoding="utf-8") for file in FORMS]
    texts += [program(Random(seed)) for seed in range(PROGRAMS)]
    return {text: json.loads(json.dumps(as_data(text, "<source>"))) for text in texts}


@pytest.mark.parametrize("version", pythons.EACH)
def test_they_are_the_same_on(version: str) -> None:
    here = json.dumps(list(ours()))
    theirs = json.loads(pythons.run(version, "-m", "tools.machines", stdin=here))
    for (text, machines), other in zip(ours().items(), theirs, strict=True):
        assert other == machines, text
