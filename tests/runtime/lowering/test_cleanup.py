"""``try``, ``with`` and loops in each other, whatever raises, cancels or drops them where."""

from __future__ import annotations

from itertools import product

import pytest
from tools.lowering.compared import difference

from wakepoint.machine.parsing import compiled

GUARDS = {
    "finally": """
try:
    {body}
finally:
    note("finally", await leaf())
""",
    "finally that does not await": """
try:
    {body}
finally:
    note("finally")
""",
    "handler": """
try:
    {body}
except Boom as error:
    note("caught", error, await leaf())
""",
    "handler that raises again": """
try:
    {body}
except Exception as error:
    note("caught", error)
    await leaf()
    raise
""",
    "handler that raises another": """
try:
    {body}
except (Boom, KeyError) as error:
    await leaf()
    raise Other("instead") from error
""",
    "handler that raises in passing": """
try:
    {body}
except BaseException:
    await leaf()
    raise Other("in passing")
""",
    "handler, else and finally": """
try:
    {body}
except Boom:
    await leaf()
except Other as error:
    note(error)
else:
    note("else", await leaf())
finally:
    await leaf()
    note("finally")
""",
    "except*": """
try:
    {body}
except* Boom as group:
    note("group", group)
except* (Other, KeyError):
    note("others")
""",
    "async with": """
async with manager(1, Boom) as x:
    {body}
""",
    "with": """
with plain(1, (Boom, Other)) as x:
    await leaf()
    {body}
""",
    "two managers": """
async with manager(1) as x, manager(2, Boom) as y:
    {body}
note(x, y)
""",
    "async for": """
async for x in items(2):
    {body}
else:
    note("else", await leaf())
""",
    "for": """
for x in range(2):
    await leaf()
    {body}
else:
    note("else", await leaf())
""",
    "while": """
n = 0
while n < await leaf(2):
    n += 1
    {body}
else:
    note("else")
""",
    "if": """
if await leaf(1) and not await leaf(0):
    {body}
else:
    note("never")
""",
    "match": """
match await leaf([1, 2]):
    case [x, y] if await leaf(x):
        {body}
    case _:
        note("never")
""",
}

INNERMOST = {
    "await": "note(await leaf('body'))",
    "raise": "await leaf()\nraise Boom('body')",
    "raise a group": "await leaf()\nraise ExceptionGroup('g', [Boom('b'), Other('o'), IndexError()])",
    "return": "return note('returned', await leaf())",
    "break": "await leaf()\nbreak",
    "continue": "if await leaf(1):\n    continue",
    "bare raise": "await leaf()\nraise",
}


def nested(*parts: str) -> str:
    """Source in which each part stands in the one before it."""
    text = "{body}"
    for part in parts:
        lines = part.strip("\n").split("\n")
        depth = next(
            (len(line) - len(line.lstrip()) for line in text.split("\n") if "{body}" in line), 0
        )
        text = text.replace("{body}", ("\n" + " " * depth).join(lines))
    return text


def program(*parts: str) -> str | None:
    """A coroutine with those parts in each other; None if that is no Python."""
    body = nested(*parts).replace("\n", "\n    ")
    source = f"async def main():\n    note('begin')\n    {body}\n    return note('end')\n"
    try:
        compiled(source, "<source>")
    except SyntaxError:  # a break without a loop, or out of except*
        return None
    return source


@pytest.mark.parametrize("outer", GUARDS)
def test_one_in_another(outer: str) -> None:
    wrong = {}
    for inner, body in product(GUARDS, INNERMOST):
        source = program(GUARDS[outer], GUARDS[inner], INNERMOST[body])
        problem = source and difference(source, most_runs=6)
        if problem:
            wrong[f"{inner} / {body}"] = problem
    assert not wrong


@pytest.mark.parametrize("body", INNERMOST)
@pytest.mark.parametrize("guard", GUARDS)
def test_each_alone(guard: str, body: str) -> None:
    source = program(GUARDS[guard], INNERMOST[body])
    if source is not None:
        assert difference(source) is None
