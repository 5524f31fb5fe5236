"""``locals()``, ``vars()`` and ``dir()`` give what they give in the original."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

LOCALS = {
    "behind comprehensions": """
        found = [each async for each in items(2) if await leaf(1)]
        note(sorted(locals()))
        try:
            {other: 1 for other in found for more in await leaf(found) if await leaf(error=Boom())}
        except Boom:
            return sorted(locals())
    """,
    "all": """
        x, y = 1, await leaf(2)
        return sorted(locals().items())
    """,
    "after a deletion": """
        x, y = 1, await leaf(2)
        del x
        await leaf()
        return sorted(locals())
    """,
    "of parameters": """
        async def inner(a, *b, c=3, **d):
            await leaf()
            return locals()
        return await inner(1, 2, e=5)
    """,
    "in a loop": """
        for n in range(2):
            await leaf()
            note(sorted(locals()))
    """,
    "beside what nothing reads": """
        unread = 1
        await leaf()
        return locals()["unread"]
    """,
    "as a format's arguments": """
        x = await leaf(1)
        await leaf()
        return "{x}".format(**locals())
    """,
    "in a handler": """
        x = 1
        try:
            await leaf(error=Boom())
        except Boom as error:
            await leaf()
            return sorted(locals())
    """,
    "in vars and dir": """
        x = await leaf(1)
        await leaf()
        return vars()["x"], dir()
    """,
    "eval and exec": """
        x = await leaf(1)
        await leaf()
        return eval("x + 1")
    """,
    "captured ones": """
        x = await leaf(1)
        def inner():
            return x
        await leaf()
        return sorted(locals())
    """,
}


@pytest.mark.parametrize("body", LOCALS.values(), ids=LOCALS)
def test_locals_are_the_original_s(body: str) -> None:
    assert difference(f"async def main():{body}") is None


PARAMETERS = """
async def of_locals(a, *b, c=3, **d):
    await leaf()
    return locals()
async def main():
    return await of_locals(1, 2, e=5)
"""


def test_locals_of_parameters() -> None:
    assert difference(PARAMETERS) is None
