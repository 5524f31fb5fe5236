"""What lower() writes, and that it behaves as the original."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from textwrap import dedent, indent

import pytest
from tools.same_recording import both

from wakepoint.machine import MachineError, lower, lower_source
from wakepoint.machine.parsing import compiled

EVERY_FORM = (Path(__file__).parent / "every_form.py").read_text(encoding="utf-8")


def test_every_form_has_the_original_s_recording() -> None:
    original, lowered = both(EVERY_FORM)
    assert original[1] == ("finished", None, "")
    assert lowered == original


async def adds(first: int) -> int:
    return first + await other(2)


async def other(number: int) -> int:
    return number


def test_the_text_is_an_enum_fields_poll_and_drop() -> None:
    tree = ast.parse(lower(adds))
    machine = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    inner = {
        node.name for node in machine.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    assert inner == {"State", "__init__", "poll", "drop"}
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["adds"]


def test_the_text_names_the_original_s_lines() -> None:
    line = adds.__code__.co_firstlineno
    text = lower(adds)
    assert f"of line {line}," in text
    assert f"AWAIT_{line + 1}" in text
    assert f"# line {line + 1}" in text


def test_each_line_knows_where_it_comes_from() -> None:
    source = "async def f(x):\n    y = await x\n    return y\n"
    lowered = lower_source(source)
    lines = lowered.text.splitlines()
    assert len(lines) == len(lowered.origins)
    returned = next(at for at, line in enumerate(lines) if "return Ready(" in line)
    assert lowered.origins[returned] == 3


def test_the_text_is_formatted_as_ruff_would(tmp_path: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("there is no ruff beside this Python")
    file = tmp_path / "lowered.py"
    file.write_text(lower(adds), encoding="utf-8")
    done = subprocess.run(
        [ruff, "format", "--isolated", "--diff", str(file)], capture_output=True, text=True
    )
    assert not done.stdout


def test_no_machine_takes_a_name_that_is_there() -> None:
    original, lowered = both("""
import wakepoint

class Client:
    pass

async def client(x):
    return await twice(1) + x

def make(n):
    async def twice(x):
        return n * x
    return twice

def another():
    async def twice(x):
        return x - 1
    return twice

twice = make(2)
print(wakepoint.run(client(3)), Client().__class__.__name__, wakepoint.run(another()(5)))
""")
    assert original[0] == "5 Client 4\n"
    assert lowered == original


def ordinary() -> None: ...


def generator() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("function", "message"),
    [(ordinary, "ordinary function"), (generator, "is a generator"), (len, "no Python code")],
)
def test_what_cannot_be_lowered_is_named(function: object, message: str) -> None:
    with pytest.raises(MachineError, match=message):
        lower(function)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("try:\n        await x\n    except* ValueError:\n        await x", "line 4: .*except\\*"),
        ("try:\n        await x\n    except await x:\n        pass", "line 4: .*except catches"),
        ("for _ in x:\n        [lambda: n for n in await x]", "line 3: .*comprehension's own 'n'"),
        ("return [[lambda: n for n in await x] for _ in x]", "line 2: .*runs more than once"),
    ],
)
def test_what_is_out_of_reach_is_told_with_its_line(body: str, message: str) -> None:
    with pytest.raises(MachineError, match=message):
        lower_source(f"async def f(x):\n    {body}\n")


def test_a_super_that_is_called_later_is_told_with_its_line() -> None:
    with pytest.raises(MachineError, match="line 4: super"):
        lower_source(
            "class K:\n  async def f(self):\n    await x\n    found = super\n    found().f"
        )


def test_source_that_is_not_known_cannot_be_lowered() -> None:
    namespace: dict[str, object] = {}
    exec("async def made(x):\n    return await x\n", namespace)
    with pytest.raises(MachineError, match="source is not known"):
        lower(namespace["made"])


BODIES = {
    "a return is evaluated before the state": (
        """
        try:
            return int(await leaf('x'))
        except ValueError:
            return 1
        """,
        "1",
    ),
    "StopIteration": (
        """
        try:
            return await stops()
        except RuntimeError as e:
            return str(e)
        """,
        "coroutine raised StopIteration",
    ),
    "a format spec": (
        """
        w = 8
        return f'{await leaf(3):>{w}}|{3:{await leaf(4)}}'
        """,
        "       3|   3",
    ),
    "a first iterable": (
        """
        return sum(n for n in await leaf([1, 2]))
        """,
        "3",
    ),
    "a default": (
        """
        def f(x=await leaf(5)):
            return x
        return f()
        """,
        "5",
    ),
    "a base": (
        """
        class K(await leaf(int)): ...
        return K(7) + 1
        """,
        "8",
    ),
    "a metaclass": (
        """
        class K(metaclass=await leaf(type)): ...
        return type(K).__name__
        """,
        "type",
    ),
    "decorators": (
        """
        @await leaf(str)
        @await leaf(lambda f: f() + 1)
        def f():
            return 1
        return f
        """,
        "2",
    ),
    "a qualified name": (
        """
        await leaf(1)
        return (lambda: 1).__qualname__
        """,
        "main.<locals>.<lambda>",
    ),
    "a name that was deleted": (
        """
        x = kept = 1
        await leaf(1)
        del x
        try:
            x
        except UnboundLocalError as e:
            return kept, str(e)
        """,
        "(1, \"cannot access local variable 'x' where it is not associated with a value\")",
    ),
    "a captured one": (
        """
        x = 1
        f = lambda: x
        await leaf(1)
        del x
        try:
            f()
        except NameError as e:
            return str(e)
        """,
        (
            "cannot access free variable 'x' where it is not associated with "
            "a value in enclosing scope"
        ),
    ),
    "a closure that outlives it": (
        """
        x = 3
        await leaf(1)
        return (lambda: x)
        """,
        "3",
    ),
    "locals": (
        """
        a, b = 1, await leaf(2)
        return locals()
        """,
        "{'a': 1, 'b': 2}",
    ),
    "names": (
        """
        State, cx, polled, self, _sent = 1, 2, 3, 4, await leaf(5)
        return 'State.AWAIT_14', State, cx, polled, self, _sent
        """,
        "('State.AWAIT_14', 1, 2, 3, 4, 5)",
    ),
    "characters of no meaning": (
        r"""
        return await leaf('\ue000') + ''
        """,
        "\ue000\ue001",
    ),
    "what is handled": (
        """
        import sys
        try:
            raise KeyError(1)
        except KeyError:
            await leaf(1)
            return sys.exc_info()[1]
        """,
        "1",
    ),
}


@pytest.mark.parametrize(("body", "result"), BODIES.values(), ids=BODIES)
def test_it_means_the_same(body: str, result: str) -> None:
    source = f"""
import wakepoint

async def leaf(value):
    await wakepoint.yield_now()
    return value

async def stops():
    return next(iter([]))

async def main():
{indent(dedent(body), "    ")}

result = wakepoint.run(main())
print(result() if callable(result) and not isinstance(result, type) else result)
"""
    original, lowered = both(source)
    assert original[0] == f"{result}\n"
    assert lowered == original


@pytest.mark.parametrize("count", [330, 3000])
def test_a_long_chain_of_branches_is_lowered_or_told(count: int) -> None:
    branches = "".join(f"    elif x == {n}:\n        await g({n})\n" for n in range(count))
    source = f"async def f(x):\n    if x < 0:\n        await g(0)\n{branches}"
    with suppress(MachineError) if count > 1000 else nullcontext():
        compiled(lower_source(source).text, "<lowered>")
