"""A lowered function is called as the original is, whatever its parameters are called."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

CALLS = {
    "keywords that are called as our parameters": (
        "async def f(**rest): return await leaf(rest)",
        "f(self=1, cx=2, state=3, machine=4, owner=5)",
    ),
    "keywords that are called as positional ones": (
        "async def f(a, b=2, /, c=3, **rest): return await leaf((a, b, c, rest))",
        "f(1, a=4, b=5)",
    ),
    "keywords besides all that there is": (
        "async def f(a, /, b, *more, c=3, **rest): return await leaf((a, b, more, c, rest))",
        "f(1, 2, 3, 4, a=5, self=6)",
    ),
    "keywords of an async generator": (
        "async def f(a, /, **rest):\n    yield await leaf(a)\n    yield rest",
        "anext(f(1, a=2, self=3))",
    ),
    "keywords of a method": (
        "class K:\n    async def m(self, /, **rest): return await leaf(rest)",
        "K().m(self=1, owner=2)",
    ),
    "keywords of a method that has super": (
        (
            "class K:\n    async def m(this, /, *more, **rest):\n"
            "        return super().__str__ and __class__.__name__, await leaf((more, rest))"
        ),
        "K().m(1, this=2, self=3, owner=4, machine=5)",
    ),
    "private keywords": (
        (
            "class K:\n    async def m(self, __a, /, __b=1, *__c, __d=3, **__e):\n"
            "        return await leaf((__a, __b, __c, __d, __e))"
        ),
        "K().m(1, 2, 3, _K__d=4, __a=5, _K__a=6)",
    ),
    "all variables, beside one around that is called self": (
        (
            "def make(self):\n    async def f(x):\n        await leaf(self)\n"
            "        return sorted(locals().items())\n    return f"
        ),
        "make(1)(2)",
    ),
}


@pytest.mark.parametrize(("definition", "call"), CALLS.values(), ids=CALLS)
def test_arguments_arrive_as_in_the_original(definition: str, call: str) -> None:
    assert difference(f"{definition}\nasync def main():\n    return await {call}\n") is None
