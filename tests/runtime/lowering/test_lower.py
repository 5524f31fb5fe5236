"""What lower() writes, and that it behaves as the original."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.same_recording import both

from wakepoint.machine import MachineError, lower, lower_source

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
    ("function", "said"),
    [(ordinary, "ordinary function"), (generator, "is a generator"), (len, "no Python code")],
)
def test_what_cannot_be_lowered_is_named(function: object, said: str) -> None:
    with pytest.raises(MachineError, match=said):
        lower(function)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("try:\n        await x\n    except* ValueError:\n        await x", "line 4: .*except\\*"),
        ("try:\n        await x\n    except await x:\n        pass", "line 4: .*except catches"),
    ],
)
def test_what_is_out_of_reach_is_told_with_its_line(body: str, said: str) -> None:
    with pytest.raises(MachineError, match=said):
        lower_source(f"async def f(x):\n    {body}\n")


def test_source_that_is_not_known_cannot_be_lowered() -> None:
    namespace: dict[str, object] = {}
    exec("async def made(x):\n    return await x\n", namespace)
    with pytest.raises(MachineError, match="source is not known"):
        lower(namespace["made"])
