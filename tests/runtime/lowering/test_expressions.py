"""Each operand is evaluated once, in its order, and kept while the next one is awaited."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

from wakepoint.machine.parsing import compiled

EXPRESSIONS = {
    "sum": "note(1) + await leaf(2) + note(3) * await leaf(4)",
    "variable before it changes": "x + (x := await leaf(2)) + x",
    "variable that an inner function changes": "x + await leaf(bump()) + x",
    "comparison": "note(1) < await leaf(2) < note(3) == await leaf(3)",
    "comparison that stops early": "note(1) > await leaf(2) > note(await leaf(3))",
    "in and is": "await leaf(1) in (await leaf([1])) and await leaf(None) is None is not x",
    "and": "await leaf(0) and note(await leaf(1))",
    "or": "await leaf(0) or note(await leaf(1)) or note(2)",
    "or in or": "(note(0) or value()) or (await leaf(1))",
    "or in or that goes on": "(0 or value() or note(0)) or ((x and value()) or await leaf(1))",
    "and in or": "(value() and value()) or await leaf(1) or (value() and value())",
    "or in and": "(value() or value()) and (value() and (await leaf(0) or value()))",
    "and or not": "not (await leaf(1) and not await leaf(0)) or await leaf(5)",
    "conditional": "note(await leaf(1)) if await leaf(0) else note(await leaf(2))",
    "conditional in a conditional": "(1 if await leaf(0) else 2) if await leaf(1) else 3",
    "call": "note(note(1), await leaf(2), note(3), *await leaf([4]), *note([5]))",
    "call with keywords": "dict(a=note(1), b=await leaf(2), **await leaf({'c': 3}), d=note(4))",
    "call of what is awaited": "(await leaf(note))(await leaf(1))",
    "method": "'a-b'.split(await leaf('-'))",
    "method of what is awaited": "(await leaf('a-b')).split(await leaf('-'))",
    "method that is looked up first": "holder.method(await leaf(holder.change()))",
    "attribute": "(await leaf(holder)).value + await leaf(1)",
    "item": "(await leaf([1, 2]))[await leaf(1)]",
    "slice": "'abcdef'[await leaf(1):await leaf(5):await leaf(2)]",
    "slice of what changes": "things[0:(await leaf(1))] + things.pop and things",
    "several indices": "Index()[await leaf(1), 2:await leaf(3), ...]",
    "star in an index": "Index()[0, *await leaf([1, 2])]",
    "tuple": "note(1), await leaf(2), *await leaf([3]), note(4)",
    "list": "[note(1), await leaf(2), *await leaf([3]), *note([4])]",
    "set": "sorted({note(1), await leaf(2), *await leaf([3])})",
    "dict": "{note(1): await leaf(2), await leaf(3): note(4), **await leaf({5: 6}), 7: note(8)}",
    "f-string": "f'{note(1)} {await leaf(2)!r} {note(3)}'",
    "lambda": "(lambda y: x + y)(await leaf(2))",
    "lambda that changes what is kept": "x + (lambda: bump())() + await leaf(x)",
    "unary": "-await leaf(1), ~await leaf(2), +x, not await leaf(3)",
    "power": "2 ** await leaf(3) ** await leaf(2)",
    "matrix": "Index() @ await leaf(2)",
    "await of await": "await await leaf(leaf(5))",
    "await of a conditional": "await (leaf(1) if await leaf(0) else leaf(2))",
    "walrus in a call": "note((y := await leaf(1)), y, (y := y + 1), y)",
    "walrus in a condition": "(y := await leaf(0)) or (z := await leaf(2)), y, z",
    "comprehension": "[note(n) + await leaf(n) for n in range(2) if await leaf(1)]",
    "comprehension over two": "[(n, await leaf(m)) for n in await leaf('ab') for m in await leaf(n)]",
    "dict comprehension": "{note(n): await leaf(n) for n in range(2)}",
    "dict comprehension in order": "{await leaf(n): note(n) async for n in items(2)}",
    "dict comprehension of calls": "{note(n): note(-n) async for n in items(2)}",
    "dict comprehension of calls of what is awaited": "{str(await leaf(n)): note(n) for n in 'ab'}",
    "dict comprehension whose key changes": "{x: (x := x + n) async for n in items(3)}",
    "dict comprehension that binds its key": "{(y := n): y + x async for n in items(2)}, y",
    "dict comprehension whose key is chosen": "{(await leaf(0) or n): note(n) for n in range(2)}",
    "dict comprehension that binds twice": "{(y := await leaf(n)): (y := 5) for n in range(2)}, y",
    "dict comprehension of what cannot be a key": "{[n]: note(n) async for n in items(1)}",
    "set comprehension": "sorted({await leaf(n % 2) for n in range(3)})",
    "comprehension in a comprehension": "[[await leaf(n) for n in range(m)] for m in range(3)]",
    "comprehension with unpacking": "[a + await leaf(b) for a, (b, *c) in [(1, (2, 3))]]",
    "comprehension that binds an item": "[0 for things[0] in await leaf([5])], things",
    "comprehension that reads around": "[x + n for n in range(2) if await leaf(x)]",
    "comprehension that is empty": "[await leaf(n) for n in ()], [n async for n in items(0)]",
    "async comprehension with tests": "[n async for n in items(3) if n if await leaf(n > 1)]",
    "async and plain": "[n * m for n in range(2) async for m in items(2)]",
    "comprehension as an operand": "x + sum([await leaf(n) for n in range(2)]) + x",
    "generator beside an await": "list(n + x for n in range(2)), await leaf(1)",
    "bytes and numbers": "await leaf(b'a') + b'\\x00', 1_000, 0x1F, 1e3, 2j, ..., None, True",
    "strings side by side": "'a' 'b' + await leaf('c') 'd'".replace("'c') 'd'", "'c')"),
    "parentheses": "((await leaf(1)))",
    "a yield-like name": "yielded + await leaf(1)",
}

STATEMENTS = {
    "return": "return {}",
    "assignment": "found = {}\n    return found",
    "two targets": "first = second = {}\n    return first, second",
    "to an item": "things[note(0)] = ({})\n    return things",
    "to an item that is awaited": "things[await leaf(0)] = ({})\n    return things",
    "to an attribute": "holder.value = ({})\n    return holder.value",
    "to an attribute of what is awaited": "(await leaf(holder)).value = ({})\n    return holder.value",
    "augmented": "found = [0]\n    found += [{}]\n    return found",
    "augmented item": "things[note(1)] += bool(({}))\n    return things",
    "augmented item that is awaited": "(await leaf(things))[await leaf(1)] += bool(({}))\n"
    "    return things",
    "augmented attribute": "holder.number += bool(({}))\n    return holder.number",
    "annotated": "found: int = ({})\n    return found",
    "if": "if ({}):\n        return 'yes', await leaf(1)\n    return 'no'",
    "while": "while not ({}):\n        break\n    else:\n        return 'else'",
    "for": "for each in [({})]:\n        note(each, await leaf(0))\n    return each",
    "assert": "assert ({}) is not note, await leaf('told')\n    return 'held'",
    "expression": "{}\n    return x",
    "raise": "raise Other({})",
    "match": "match ({}):\n        case int() | str() as found:\n            return found\n"
    "        case _:\n            return await leaf('other')",
    "with": "with plain({}) as found:\n        return found, await leaf(1)",
    "async with": "async with manager({}) as found:\n        return found",
    "delete": "found = {{0: ({})}}\n    del found[await leaf(0)]\n    return found",
    "unpacking": "first, *rest = [{}], await leaf(1), 2\n    return first, rest",
}

PROGRAM = """
class Holder:
    value = number = 1
    def method(self, given):
        return 'old', given
    def change(self):
        self.method = lambda given: ('new', given)
        return 'changed'
class Index:
    def __getitem__(self, given):
        return given
    def __matmul__(self, other):
        return 'matmul', other
async def main():
    x, yielded, holder, things = 1, 2, Holder(), [1, 2, 3]
    def bump():
        nonlocal x
        x += 10
        return x
    {}
"""


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_expression_in_every_statement(expression: str) -> None:
    wrong = {}
    for name, statement in STATEMENTS.items():
        body = statement.format(expression)
        source = PROGRAM.format(body)
        try:
            compiled(source, "<source>")
        except SyntaxError:
            continue
        problem = difference(source, most_runs=12 if name == "return" else 4)
        if problem is not None:
            wrong[name] = problem
    assert not wrong


OTHERS = {
    "unpacking in order": "a, b = note(1), await leaf(2)\n    (c, [d, *e]), f = (a, 'xyz'), await leaf(b)".replace(
        "(a, 'xyz')", "(a, [3, 4, 5])"
    ),
    "swap": "a, b = 1, 2\n    a, b = await leaf(b), a\n    return a, b",
    "targets from left to right": "d = {}\n    d[note(1)] = d[await leaf(2)] = note(await leaf(3))\n"
    "    return d",
    "star target": "*a, b = await leaf([1, 2, 3])\n    return a, b",
    "delete several": "a = [1, 2, 3]\n    del a[await leaf(0)], a[await leaf(0)]\n    return a",
    "delete an attribute": "class K: pass\n    k = K()\n    k.x = await leaf(1)\n    del k.x\n"
    "    return hasattr(k, 'x')",
    "augmented with all operators": "a = 5\n    for b in (2, 3):\n        a += await leaf(b)\n"
    "        a <<= await leaf(1)\n        a //= b\n        a ^= await leaf(7)\n        a **= 2\n"
    "        a %= await leaf(100)\n        a @= M()\n    return a".replace(
        "        a @= M()\n", ""
    ),
    "annotation without a value": "a: note('never')\n    b: int\n    a = await leaf(1)\n    return a",
    "annotated attribute": "class K: pass\n    k = K()\n    k.x: int = await leaf(1)\n    return k.x",
    "ellipsis and pass": "...\n    pass\n    return await leaf(...)",
    "match with everything": """match await leaf({'a': [1, (2, 3)], 'b': 'text', 'c': 1.5}):
        case {'a': [1, (x, 3)], 'b': str(y), **rest} if rest and await leaf(x):
            return x, y, rest""",
    "match whose guards fail": """match await leaf([1, 2]):
        case [x, y] if await leaf(x > y):
            return 'first'
        case [x, y] if note(x, y) and await leaf(False):
            return 'second'
        case [1, *z] | [*z]:
            return z, x, y
    """,
    "match of a class": """import dataclasses
    @dataclasses.dataclass
    class P:
        x: int
        y: int
    match await leaf(P(1, 2)):
        case P(1, y=0):
            return 'no'
        case P(x, y=yy) if await leaf(yy == 2):
            return x, yy""",
    "match of constants": """for each in (None, True, 1, 'a', -1, 2 + 3j, b'x'):
        match await leaf(each):
            case None | True as x:
                note(x)
            case 1 | -1:
                note('one', await leaf())
            case 'a' | b'x' | 2 + 3j as x:
                note(x)""",
    "match that nothing matches": """match await leaf(5):
        case str():
            return await leaf()
    return 'none'""",
    "a long chain of elifs": "x = await leaf(3)\n    if x == 0:\n        await leaf()\n"
    + "".join(f"    elif x == await leaf({n}):\n        note({n})\n" for n in range(1, 5))
    + "    else:\n        note('else')\n    return x",
    "global and nonlocal": "global g\n    g = await leaf(1)\n    def inner():\n        global g\n"
    "        g += 1\n        return g\n    return inner(), g",
    "a loop with everything": """out = []
    for i in range(await leaf(5)):
        if i == 1:
            continue
        if await leaf(i) == 3:
            break
        out.append(i)
    else:
        out.append('else')
    while out and await leaf(True):
        out.pop()
        if not out:
            break
    else:
        out.append('while else')
    return out, i""",
    "a loop over a changing list": "a = [1, 2]\n    for x in a:\n        if len(a) < 4:\n"
    "            a.append(await leaf(x))\n    return a",
    "a loop with a starred target": "for a, *b in await leaf([(1, 2, 3)]):\n        await leaf()\n"
    "    return a, b",
    "a loop with an item for a target": "d = {}\n    for d[await leaf('k')] in [1, 2]:\n"
    "        note(d)\n    return d",
    "an async loop with an item for a target": "d = {}\n    async for d['k'] in items(2):\n"
    "        note(d)\n    return d",
    "a manager with an item for a target": "d = {}\n    async with manager(1) as d['k'], manager((2, 3))"
    " as (a, b):\n        return d, a, b",
    "code behind a return": "return await leaf(1)\n    await leaf(2)\n    x = 1",
    "code under if False": "if False:\n        await leaf(1)\n    if 0:\n        x = 1\n"
    "    while False:\n        await leaf(2)\n    return await leaf(3)",
    "code under if True": "if True:\n        return await leaf(1)\n    else:\n        await leaf(2)",
    "while True": "n = 0\n    while True:\n        n += await leaf(1)\n        if n > 2:\n"
    "            return n",
    "while True with else": "while True:\n        if await leaf(1):\n            break\n    else:\n"
    "        note('never')\n    return 1",
    "if __debug__": "if __debug__:\n        note(await leaf(1))\n    assert __debug__\n    return 2",
    "nothing": "pass",
    "only a docstring": "'what it does'",
    "no await": "return note(1)",
}


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
def test_other_statements(body: str) -> None:
    assert difference(f"async def main():\n    {body}\n") is None


UNUSED = {
    "attribute": "(await leaf(v)).a",
    "attribute that is not there": "(await leaf(1)).a",
    "attribute of an attribute": "(await leaf(v)).a.b",
    "attribute of a method's result": "(await leaf(v)).method(await leaf(1)).a",
    "attribute of a walrus": "(y := await leaf(v)).a",
    "attribute of what is chosen": "((await leaf(v)) if await leaf(1) else v).a",
    "attribute in a condition": "v.a if await leaf(1) else v.b",
    "attribute behind or": "await leaf(0) or v.a",
    "attribute behind and": "await leaf(1) and v.a",
    "item": "(await leaf(v))[note(0)]",
    "comparison": "await leaf(1) < v < note(3)",
    "name that is not bound": "await leaf(0) or unbound",
    "result of a yield-like call": "v(await leaf(1))",
    "text": "f'{await leaf(v)}'",
    "default of a lambda": "lambda x=await leaf(1): v.a",
    "annotation of an attribute": "v.a: note('never')",
    "annotation of an attribute of what is awaited": "(await leaf(v)).a: note('never')",
    "annotation of an attribute of an attribute": "(await leaf(v)).a.b: note('never')",
    "annotation of an item": "v[note(0)]: note('never')",
    "annotation of an item that is awaited": "(await leaf(v))[await leaf(0)]: note('never')",
    "annotation of a slice": "v[note(0):note(1)]: note('never')",
    "annotation of a slice that is awaited": "v[note(0):await leaf(1):note(2), 3]: note('never')",
    "annotation of what is not bound": "unbound.a: note('never')",
}


@pytest.mark.parametrize("statement", UNUSED.values(), ids=UNUSED)
def test_what_nobody_uses_is_evaluated_all_the_same(statement: str) -> None:
    source = f"""
async def main():
    v = value()
    {statement}
    await leaf()
    if not v:
        unbound = 1
    return v
"""
    assert difference(source) is None


TESTS = {
    "chain": "value() < value() <= await leaf(value()) < value()",
    "chain that is negated": "not (value() == await leaf(value()) in await leaf(value()))",
    "chain in and": "value() < value() < await leaf(value()) and value()",
    "chain in or": "value() or value() is not value() < await leaf(value())",
    "choice": "await leaf(value()) if value() else value()",
    "choice of and": "(value() and value()) if value() else await leaf(value()) or value()",
    "choice by a chain": "value() if value() < value() < await leaf(value()) else not value()",
    "choice that is negated": "not (value() if await leaf(value()) else not value())",
    "choice in a choice": "(value() if value() else value()) if await leaf(value()) else value()",
    "choice in or": "(value() if await leaf(value()) else value()) or value()",
}

TESTED = {
    "if": "if {}:\n        return 'yes'\n    return 'no'",
    "if that goes on": "if {}:\n        note('yes', await leaf())\n    else:\n        note('no')",
    "elif": "if x > 5:\n        pass\n    elif {}:\n        note('yes')\n    else:\n        note('no')",
    "while": "while {}:\n        note('again')\n    else:\n        note('else')",
    "assert": "assert {}, await leaf('no')",
    "conditional": "return 'yes' if {} else 'no'",
    "guard": "match x:\n        case 1 if {}:\n            note('yes')\n        case _:\n"
    "            note('no')",
    "comprehension": "return [n for n in range(3) if {}]",
}


@pytest.mark.parametrize("test", TESTS)
def test_the_truth_of_a_test_is_asked_as_often_as_in_the_original(test: str) -> None:
    wrong = {}
    for name, statement in TESTED.items():
        told = difference(
            f"async def main():\n    x = 1\n    {statement.format(f'({TESTS[test]})')}\n"
        )
        if told is not None:
            wrong[name] = told
    assert not wrong
