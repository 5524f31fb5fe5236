"""The lowered form in a page: beside the original, linked with it, and held to it."""

from dataclasses import replace

import pytest
from tools.pages import Convert

from mkdocs_wakepoint.views.lowered import difference
from wakepoint.recording import record, record_lowered
from wakepoint.recording.model import Output

SOURCE = """
import wakepoint

async def add(x):
    return x + await two()

async def two():
    await wakepoint.sleep(0.001)
    return 2

print(wakepoint.run(add(1)))
"""

FENCE = f'```python wakepoint id="sum" show="lowered"\n{SOURCE.strip()}\n```\n'


def test_both_forms_are_run_and_found_equal(convert: Convert) -> None:
    page = convert(FENCE)
    assert page.problems == []
    assert "the same 12 events" in page.soup.select(".wp-same")[0].get_text()
    panes = [pane.get_text() for pane in page.soup.select(".wp-pane")]
    assert "return x + await two()" in panes[0]
    assert "class Add(StateMachine):" in panes[1]
    assert "self.operand_1" not in panes[1]
    lines = page.soup.select(".wp-pane")[1].select(".wp-line")
    (summary,) = page.soup.select(".wp-folded > summary")
    assert summary.get_text() == f"Lowered form: {len(lines)} lines of 2 state machine classes"


def test_each_linked_line_is_there(convert: Convert) -> None:
    soup = convert(FENCE).soup
    links = [str(link["href"])[1:] for link in soup.select(".wp-lowered a")]
    assert len(links) > 10
    assert all(soup.find(id=target) is not None for target in links)


def test_what_cannot_be_lowered_is_told(convert: Convert) -> None:
    body = "async def f(x):\n    try:\n        await x\n    except await x:\n        pass"
    page = convert(f'```python wakepoint show="lowered"\n{body}\n```\n')
    (problem,) = page.problems
    assert "it cannot be lowered: line 4" in problem


@pytest.mark.parametrize("change", ["event", "end", "output"])
def test_a_difference_is_found(change: str) -> None:
    original = record(SOURCE, backend="simulated")
    form = record_lowered(SOURCE, backend="simulated")
    assert difference(original, form) is None
    match change:
        case "event":
            form = replace(form, events=form.events[:-20])
        case "end":
            form = replace(form, outcome=replace(form.outcome, kind="raised"))
        case _:
            form = replace(form, output=(Output("stdout", "something else"),))
    assert difference(original, form)


INNER = {
    "lambda": "f = lambda n: n + 1\n    print(await keep(f), f.__qualname__)",
    "function": "def f(): pass\n    await keep([f, {'a': f}])\n    print(f)",
    "partial": "import functools\n    def f(n): pass\n    await keep(functools.partial(f, 1))",
    "generator": "await keep(n for n in range(3))",
    "class": "class K: pass\n    print(type(await keep(K())).__qualname__)\n    await keep(K)",
    "method": "m = [].append\n    await keep(m)\n    print(m)",
    "exception": "class E(Exception): pass\n    await keep(E)\n    raise ValueError(repr(E))",
    "coroutine": "c = keep(1)\n    await keep(c)\n    await c",
    "async function": "async def f(n): return await keep(n)\n    print(await f(1), await keep(2))",
    "task": "async def f(): await keep(1)\n    await wakepoint.spawn(f())\n    await keep(f)",
    "async generator": "async def g(): yield await keep(1)\n    async for n in g(): print(n)",
}


@pytest.mark.parametrize("body", INNER.values(), ids=INNER)
def test_what_is_made_inside_a_function_makes_no_difference(convert: Convert, body: str) -> None:
    source = (
        "import wakepoint\n"
        "async def keep(x):\n    await wakepoint.sleep(0)\n    return x\n"
        f"async def main():\n    {body}\n"
        "wakepoint.run(main())\n"
    )
    announced = 'expect_error="ValueError"' if "raise" in body else ""
    page = convert(
        f'```python wakepoint backend="simulated" show="lowered" {announced}\n{source}```\n'
    )
    assert page.problems == []
    assert page.soup.select(".wp-same")
