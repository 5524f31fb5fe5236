"""An ``elif`` that does not suspend behind a test that does."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference


@pytest.mark.parametrize(
    "last",
    [
        "elif note(3):\n        note(4)",
        "else:\n        note(5)",
        "elif 0:\n        note(6)\n    else:\n        note(7)",
    ],
)
@pytest.mark.parametrize("second", ["note(0)", "note(1)"])
@pytest.mark.parametrize(
    "first",
    [
        "await leaf(0)",
        "await leaf(1)",
        "await leaf(1) and note(0)",
        "not await leaf(1)",
        "note(0) or await leaf(0)",
    ],
)
def test_it_is_a_test_of_its_own(first: str, second: str, last: str) -> None:
    source = f"""
async def main():
    if {first}:
        note(1)
    elif {second}:
        note(2)
    {last}
    return note(8)
"""
    assert difference(source) is None
