"""Comprehensions and generator expressions: their first iterable belongs to what is around."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

COMPREHENSIONS = {
    "first iterable of a generator expression": """
        return sum(n for n in await leaf([1, 2]))
    """,
    "first iterable of a generator expression with a test": """
        return list(n for n in await leaf(range(5)) if n % 2 for m in range(n))
    """,
    "first iterable of a list comprehension": """
        return [n + 1 for n in await leaf([1, 2])]
    """,
    "first iterable of a set and a dict comprehension": """
        return {n for n in await leaf([1, 2])}, {n: n for n in await leaf([1, 2])}
    """,
    "first iterable of a generator expression in a comprehension": """
        return [sum(m for m in await leaf([n])) for n in range(2)]
    """,
    "first iterable of a generator expression in a first iterable": """
        return list(m for m in (n + 1 for n in await leaf([1, 2])))
    """,
    "first iterable that is a comprehension": """
        return list(m for m in [await leaf(n) for n in range(2)])
    """,
    "second iterable of a comprehension": """
        return [m for n in range(2) for m in await leaf([n, n + 1])]
    """,
    "test of a comprehension": """
        return [n for n in range(3) if await leaf(n != 1)]
    """,
    "comprehension in a comprehension": """
        return [[await leaf(n * m) for m in range(2)] for n in await leaf([1, 2])]
    """,
    "async comprehension": """
        return [n async for n in items(2)], {n: n async for n in items(2) if await leaf(n)}
    """,
    "async comprehension with chained comparisons": """
        return [
            (n, m, k) async for n in items(3) if 0 < n <= 2 async for m in items(2)
            if n != m < 2 for k in range(2) if 0 <= k < await leaf(2)
        ], [{m async for m in items(2) if 0 <= m < n} async for n in items(2) if -1 < n < 1]
    """,
    "async generator expression": """
        made = (n async for n in items(2))
        return [n async for n in made]
    """,
    "async generator expression that awaits": """
        made = (await leaf(n) for n in await leaf(range(2)))
        return [n async for n in made]
    """,
    "a variable of the comprehension's name": """
        n = "outer"
        found = [n for n in await leaf([1, 2])]
        return n, found
    """,
    "a variable that a comprehension reads": """
        y = 1
        return [y + z for z in await leaf([1, 2])]
    """,
    "a variable that a generator expression reads later": """
        y = 1
        made = (y + z for z in await leaf([1, 2]))
        y = 10
        await leaf()
        return list(made)
    """,
    "a comprehension over lambdas of a comprehension that awaits": """
        return [each() for each in [lambda: n for n in await leaf([1, 2])]]
    """,
    "a loop over lambdas of a comprehension that awaits": """
        for each in [lambda: (n, m) for n in await leaf([1, 2]) for m in [n, await leaf(n)]]:
            note(each(), await leaf())
        else:
            return {each: (lambda: each) for each in await leaf("ab")}["a"]()
    """,
    "comprehensions over lambdas of each other": """
        made = {n: (lambda: n) for n in await leaf([1, 2])}
        return [
            (k, each(), other()) for k in await leaf([3, 4]) for each in made.values()
            for other in [*made.values(), await leaf(lambda: 5)]
        ]
    """,
    "a walrus in a comprehension": """
        found = [(last := n) for n in await leaf([1, 2])]
        await leaf()
        return found, last
    """,
}


@pytest.mark.parametrize("body", COMPREHENSIONS.values(), ids=COMPREHENSIONS)
def test_a_comprehension_is_the_same(body: str) -> None:
    assert difference(f"async def main():{body}") is None


SHADOWED = {
    "what it goes over": "[await leaf(it) for it in it]",
    "an async one": "[it async for it in stream(it)]",
    "a call in what it goes over": "[await leaf(it) for it in reversed(it)]",
    "a lambda in what it goes over": "[await leaf(it()) for it in [lambda: it]]",
    "a generator expression in what it goes over": "[await leaf(it) for it in (it for it in it)]",
    "another in what it goes over": "[await leaf(it) for it in [await leaf(it) for it in it]]",
    "one around another": "[[await leaf(it) for it in it] for it in [it]]",
    "the second loop": "[await leaf(it) for it in it for more in [it]]",
    "a dict": "{it: await leaf(it) for it in await leaf(it)}",
    "a walrus": "[it := await leaf(each) for each in other], it",
}


@pytest.mark.parametrize("expression", SHADOWED.values(), ids=SHADOWED)
@pytest.mark.parametrize("defined", ["it = other = [1, 2]", "other = [1]"], ids=["bound", "not"])
def test_its_variable_may_be_called_as_a_global_one_that_it_goes_over(
    defined: str, expression: str
) -> None:
    source = f"""
{defined}
async def stream(over):
    for each in over:
        yield await leaf(each)
async def main():
    return {expression}
"""
    assert difference(source) is None
