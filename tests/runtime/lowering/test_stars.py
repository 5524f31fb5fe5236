"""What a star unpacks is unpacked before the next operand is evaluated, with CPython's errors."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

STARS = {
    "list": "[*5, undefined, await leaf(1)]",
    "tuple": "(note(1), *5, undefined, await leaf(1))",
    "call": "note(*5, undefined, await leaf(1))",
    "call with one star": "note(*5, a=note(1), b=await leaf(1))",
    "index": "{}[*5, undefined, await leaf(1)]",
    "text": "note(*'ab', note(1), await leaf(1))",
    "set": "{*5, undefined, await leaf(1)}",
    "set in front": "{[], *undefined, await leaf(1)}",
    "set behind": "{*(), [], undefined, await leaf(1)}",
    "set that is well": "sorted({note(1), *note([2]), await leaf(3), *await leaf([4]), note(5)})",
    "set of equals": "[*{*[True], 1, *await leaf([1.0, 2]), 2.0}]",
    "dict": "{**5, undefined: await leaf(1)}",
    "dict of text": "{**'ab', note(1): await leaf(1)}",
    "dict in front": "{[]: 1, **undefined, 1: await leaf(1)}",
    "dict behind": "{**{}, []: 1, **undefined, 1: await leaf(1)}",
    "dict that is well": "{note(1): await leaf(2), **note({3: 4}), 1: await leaf(6), "
    "**await leaf({7: 8}), 9: note(10)}",
    "keywords": "dict(**5, a=undefined, b=await leaf(1))",
    "keywords of a function": "note(**note(5), a=undefined, b=await leaf(1))",
    "keywords of a method": "{}.update(**5, a=undefined, b=await leaf(1))",
    "keywords of a lambda": "(lambda **all: all)(**5, a=undefined, b=await leaf(1))",
    "keywords of a value": "value()(**5, a=undefined, b=await leaf(1))",
    "keywords twice": "dict(**{'a': 1}, **{'a': 2}, b=undefined, c=await leaf(1))",
    "a keyword, then unpacked": "dict(a=1, **{'a': 2}, b=undefined, c=await leaf(1))",
    "unpacked, then a keyword": "dict(**{'a': 1}, a=2, **undefined, c=await leaf(1))",
    "keywords that are no text": "dict(**{1: 2}, a=note(3), b=await leaf(1))",
    "keywords that are well": "dict(**{'a': 1}, b=note(2), **note({'c': 3}), d=await leaf(4), "
    "**{'e': 5})",
}


@pytest.mark.parametrize("expression", STARS.values(), ids=STARS)
def test_a_star_unpacks_at_its_turn(expression: str) -> None:
    assert difference(f"async def main():\n    return {expression}\n") is None


@pytest.mark.parametrize(
    "arguments", ["*5, undefined", "**5, a=undefined", "**{'a': 1}, **{'a': 2}"]
)
def test_a_class_does_too(arguments: str) -> None:
    source = f"async def main():\n    class Made({arguments}, b=await leaf(1)):\n        pass\n"
    assert difference(source) is None
