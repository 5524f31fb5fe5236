"""No name of the lowered form's own stands in the way of one of the program's."""

from __future__ import annotations

import re

import pytest
from tools.lowering.compared import difference

from wakepoint.machine import lower_source
from wakepoint.machine.parsing import compiled

# fmt: off
OURS = (
    "State", "Enum", "Ready", "PENDING", "DONE", "StateMachine", "StreamMachine", "into_future",
    "enter", "leave", "left", "aenter", "aleave", "anext_of", "go_on", "active",
    "self", "cx", "polled", "item", "error", "state", "awaiting", "function", "handlers", "cls",
    "poll", "poll_next", "drop", "cancel", "throw", "unwind", "let", "over", "is_over", "resumed",
    "poll_awaiting", "asend", "athrow", "aclose", "name", "machine",
    "_sent", "_thrown", "_let_go", "_run_on", "_begun", "_error",
    "operand_1", "result_1", "because_1", "items_1", "caught_1", "sent_1", "taken_1", "manager_1",
    "START", "RETURNED", "RAISED", "DROPPED", "AWAIT_3", "RETURN", "JOIN_4",
    "main_", "Main_", "_main", "_", "__", "__dict__", "__slots__",
    "__class__", "__getattr__", "__init_subclass__",
    "type", "str", "repr", "format", "setattr", "delattr", "locals", "aiter", "iter", "next",
    "RuntimeError", "BaseException", "StopAsyncIteration", "isinstance",
)
# fmt: on
"""Names that the lowered form uses, or may use, and others that are easily taken."""

AS_WHAT = {
    "variable": """
async def main():
    {name} = 1
    {name} += await leaf(2)
    for {name}_1 in range(2):
        {name} += await leaf({name}_1)
    return {name}
""",
    "parameter": """
async def inner({name}, *, {name}_1=2):
    await leaf()
    return {name} + {name}_1
async def main():
    return await inner(1), await inner({name}=3)
""",
    "parameter that is bound anew": """
async def inner({name}=1):
    try:
        {name} = await leaf({name})
    finally:
        await leaf()
    return {name}
async def main():
    return await inner()
""",
    "coroutine": """
async def {name}(x):
    return await leaf(x)
async def main():
    async with manager():
        return await {name}(1)
""",
    "async generator": """
async def {name}(x):
    try:
        yield await leaf(x)
        yield 2
    finally:
        await leaf()
async def main():
    return [each async for each in {name}(1)]
""",
    "class with coroutines": """
class {name}:
    async def method(self):
        return await leaf(type(self).__name__)
async def main():
    return await {name}().method()
""",
    "method": """
class Kind:
    async def {name}(self, x=1):
        return await leaf(x)
async def main():
    return await Kind().{name}(2)
""",
    "global": """
{name} = 5
async def main():
    global {name}
    {name} += await leaf(1)
    async with manager() as taken:
        return {name}
""",
    "global that is read": """
{name} = 5
async def main():
    for each in range(2):
        await leaf()
    return {name}
""",
    "closure": """
def make():
    {name} = 5
    async def main():
        nonlocal {name}
        {name} += await leaf(1)
        return {name}
    return main
main = make()
""",
    "captured": """
async def main():
    {name} = 5
    def more():
        nonlocal {name}
        {name} += 1
        return {name}
    await leaf()
    return more(), {name}, [{name} for _ in "ab"], (lambda: {name})()
""",
    "attribute and keyword": """
import types
async def main():
    of = types.SimpleNamespace({name}=1)
    of.{name} += await leaf(1)
    return of, dict({name}=await leaf(2))
""",
    "string": """
async def main():
    x = "{name} self.{name} State.{name}"
    y = await leaf(b"{name}")
    return x, y, f"{name} {{x}} {{await leaf('{name}')}}", {{"{name}": x}}
""",
    "comprehension's variable": """
async def main():
    return [{name} + await leaf({name}) for {name} in range(2)]
""",
    "capture of a pattern": """
async def main():
    match await leaf([1, 2]):
        case [{name}, *rest] if await leaf({name}):
            return {name}, rest
""",
    "exception": """
async def main():
    try:
        await leaf(error=Boom("x"))
    except Boom as {name}:
        await leaf()
        return str({name})
""",
    "manager": """
async def main():
    async with manager(1) as {name}, manager({name}):
        with plain({name}) as {name}_1:
            await leaf()
    return {name}, {name}_1
""",
    "inner function": """
async def main():
    def {name}(x):
        return x
    await leaf()
    async def {name}_1(x):
        return {name}(await leaf(x))
    return await {name}_1(1)
""",
    "walrus": """
async def main():
    if ({name} := await leaf(1)) and ({name}_1 := {name} + 1):
        await leaf()
    return {name}, {name}_1
""",
    "import": """
async def main():
    import json as {name}
    await leaf()
    return {name}.dumps(1)
""",
    "stream's variable": """
async def numbers():
    {name} = 1
    while {name} < 3:
        got = yield {name}
        {name} += await leaf(1)
async def main():
    return [{name} async for {name} in numbers()]
""",
    "deleted": """
async def main():
    {name} = await leaf(1)
    del {name}
    await leaf()
    try:
        return {name}
    except UnboundLocalError as caught:
        return str(caught)
""",
}


@pytest.mark.parametrize("form", AS_WHAT)
def test_a_name_of_ours_may_be_the_program_s(form: str) -> None:
    wrong = {}
    for name in OURS:
        source = AS_WHAT[form].format(name=name)
        try:
            compiled(source, "<original>")
        except SyntaxError:
            continue
        problem = _difference(source)
        if problem is not None:
            wrong[name] = problem
    assert not wrong


def _difference(source: str) -> str | None:
    try:
        return difference(source, most_runs=5)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("form", AS_WHAT)
def test_so_may_any_name_that_the_lowered_form_has(form: str) -> None:
    plain = AS_WHAT[form].format(name="plain_name")
    written = set(re.findall(r"[A-Za-z_]\w*", lower_source(plain).text))
    taken = set(re.findall(r"[A-Za-z_]\w*", plain))
    wrong = {}
    for name in sorted(written - taken):
        if name.startswith("__"):  # those mean something wherever they stand
            continue
        source = AS_WHAT[form].format(name=name)
        try:
            compiled(source, "<original>")
        except SyntaxError:
            continue
        problem = _difference(source)
        if problem is not None:
            wrong[name] = problem
    assert not wrong


TOGETHER = {
    "an enum called State": """
import enum
class State(enum.Enum):
    OPEN = "State.OPEN"
    CLOSED = 2
async def main():
    state = State.OPEN
    await leaf()
    match await leaf(state):
        case State.OPEN:
            state = State.CLOSED
        case State.CLOSED:
            state = None
    return state, State(2), f"{State.OPEN.value} State.OPEN"
""",
    "methods that the interpreter calls": """
class Kind:
    async def __new__(cls):
        return await leaf(object.__new__(cls))
    async def __init__(self, x):
        note("init", await leaf(x))
    async def init(self, x):
        note("another", await leaf(x))
    async def __call__(self, x):
        return await leaf(x)
    async def __aenter__(self):
        return await leaf(4)
    async def __aexit__(self, *details):
        note(await leaf(len(details)))
    async def __del__(self):
        pass
    def __aiter__(self):
        return self
    async def __anext__(self):
        if hasattr(self, "last"):
            raise StopAsyncIteration
        self.last = await leaf(1)
        return self.last
async def main():
    made = await Kind()
    await made.__init__(1)
    await made.init(2)
    async with made as entered:
        note(await made(entered))
    names = [each.__qualname__ for each in (Kind.__init__, Kind.init, Kind.__call__)]
    return names, [each async for each in made]
""",
    "an async def ready beside a class Ready": """
class Ready:
    pass
async def ready():
    return await leaf(Ready.__name__)
async def main():
    return await ready(), isinstance(Ready(), Ready)
""",
    "main, Main and MAIN": """
class Main:
    MAIN = 1
    async def main(self):
        return await leaf(self.MAIN)
MAIN = Main
async def main():
    return await Main().main(), MAIN is Main
""",
    "a method and a function of one name": """
async def read():
    return await leaf("function")
class A:
    async def read(self):
        return await leaf("A"), await read()
class B:
    async def read(self):
        return await leaf("B"), await A().read()
async def main():
    return await B().read()
""",
    "a function that is defined again": """
async def read():
    return await leaf(1)
first = read
async def read():
    return await leaf(2), await first()
async def main():
    return await read()
""",
    "one definition in each branch": """
if leaf:
    async def read():
        return await leaf(1)
else:
    async def read():
        return await leaf(2)
try:
    async def other():
        return await leaf(3)
except Exception:
    pass
with plain():
    async def third():
        return await leaf(4)
for each in range(2):
    async def fourth(each=each):
        return await leaf(each)
async def main():
    return await read(), await other(), await third(), await fourth()
""",
    "poll and drop as methods of a class that is polled": """
import wakepoint
class Own(wakepoint.Future):
    async def inner(self):
        return await leaf(self.value)
    def __init__(self, value):
        self.value = value
    def poll(self, cx):
        return wakepoint.Ready(self.value)
    def drop(self):
        note("dropped")
async def main():
    return await Own(1), await Own(2).inner()
""",
    "a semicolon, a comment and one line": """
async def one(x): y = await leaf(x); return y  # a comment
async def two(x): return (
    await leaf(x),  # another
    x)
x = 1; y = 2
async def main(): return await one(x), await two(y)  # the last
""",
    "tabs": """
async def main():
\tif await leaf(1):
\t\ttry:
\t\t\treturn await leaf(2)
\t\tfinally:
\t\t\tawait leaf(3)
""",
    "line continuations and parentheses": """
async def main():
    x = 1 + \\
        await leaf(2)
    if (
        x > 1
        and await leaf(True)
    ):
        return (
            x
        )
""",
    "a future import and a docstring": '''
"""What it is."""
from __future__ import annotations
async def main(x: int = 1) -> str:
    """What it does."""
    y: int = await leaf(x)
    z: str
    return y, main.__doc__, main.__annotations__, __doc__
''',
    "attributes of the function": """
async def main(x: int = 1, *, y: str = "y") -> float:
    \"\"\"What it does.\"\"\"
    await leaf()
    return (main.__name__, main.__qualname__, main.__doc__, main.__defaults__, main.__kwdefaults__,
        main.__annotations__, main.__module__)
""",
}


@pytest.mark.parametrize("source", TOGETHER.values(), ids=TOGETHER)
def test_names_that_meet(source: str) -> None:
    assert difference(source) is None
