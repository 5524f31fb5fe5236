"""Two recordings walked through side by side: their steps in common, and what is written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from textwrap import dedent
from typing import Any

import pytest
from bs4 import BeautifulSoup
from tools.book import DOCS
from tools.pages import Convert
from tools.stepped import states

from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views.comparison import Column, by_backend
from mkdocs_wakepoint.views.page import render_comparison
from mkdocs_wakepoint.views.pair.alignment import alignment
from mkdocs_wakepoint.views.pair.data import Walked, pair_data
from mkdocs_wakepoint.views.pair.moments import Moment, moments
from mkdocs_wakepoint.views.sections import SECTIONS
from mkdocs_wakepoint.views.stepper.fold import Fold
from wakepoint.recording import Environment, Recording, record

TWO_AWAITS = """
import wakepoint
async def fetch(seconds):
    await wakepoint.sleep(seconds)
async def main():
    await fetch(0.02)
    await fetch(0.01)
wakepoint.run(main())
"""
TWO_TASKS = """
import wakepoint
async def fetch(seconds):
    await wakepoint.sleep(seconds)
async def main():
    tasks = [wakepoint.spawn(fetch(seconds)) for seconds in (0.02, 0.01)]
    for task in tasks:
        await task
wakepoint.run(main())
"""
PROGRAM = """
import wakepoint
async def reader(end):
    return await end.read(100)
async def main():
    read, write = wakepoint.pipe()
    task = wakepoint.spawn(reader(read))
    await wakepoint.yield_now()
    await write.write_all(b"hello")
    print(await task)
    read.close()
    write.close()
wakepoint.run(main())
"""


def recorded(source: str, backend: str = "simulated") -> Recording:
    return record(dedent(source), backend=backend)


def snippet_of(recording: Recording, key: str = "snippet", **options: Any) -> Snippet:
    return Snippet(recording.source, Options(**options), Location("page.md", 1), key)


def halts(aligned: str, left: Sequence[Moment], right: Sequence[Moment]) -> list[tuple[Any, Any]]:
    """The moments of each row: None on a side that stands still."""
    ours, theirs = iter(left), iter(right)
    rows = [
        (next(ours) if step in "=<" else None, next(theirs) if step in "=>" else None)
        for step in aligned
    ]
    assert next(ours, None) is None
    assert next(theirs, None) is None
    return rows


def test_a_run_has_every_step_in_common_with_itself() -> None:
    run = recorded(PROGRAM)
    assert alignment(run, recorded(PROGRAM)) == "=" * len(moments(run))


def test_two_programs_have_in_common_what_happens_to_tasks_of_the_same_name() -> None:
    awaits, tasks = recorded(TWO_AWAITS), recorded(TWO_TASKS)
    rows = halts(alignment(awaits, tasks), moments(awaits), moments(tasks))
    assert rows[0] == (Moment(0, "begin"), Moment(0, "begin"))
    both = [(left, right) for left, right in rows if left and right]
    assert all(left.kind == right.kind and left.task == right.task for left, right in both)
    only = [(left, right) for left, right in rows if not (left and right)]
    polled = {right.task for left, right in only if left is None and right.kind == "task.polled"}
    assert polled >= {2, 3}  # the spawned ones
    kinds = [left.kind for left, _ in both]
    assert kinds[:2] == ["begin", "task.polled"]
    assert "task.ready" in kinds


def test_tasks_are_matched_by_what_they_were_made_of() -> None:
    other = TWO_TASKS.replace("async def main", "async def first():\n    pass\nasync def main")
    other = other.replace("    tasks =", "    wakepoint.spawn(first())\n    tasks =")
    tasks, more = recorded(TWO_TASKS), recorded(other)
    rows = halts(alignment(tasks, more), moments(tasks), moments(more))
    matched = {(left.task, right.task) for left, right in rows if left and right and left.task}
    assert matched == {(1, 1), (2, 3), (3, 4)}


def kept(page: str, key: str) -> list[Recording]:
    """The recordings that the book keeps of a snippet."""
    text = (DOCS / page).read_text(encoding="utf-8")
    fence = re.search(
        rf'^```python wakepoint[^\n]* id="{key}".*?\n(.*?)^```', text, re.MULTILINE | re.DOTALL
    )
    assert fence is not None
    snippet = Snippet(fence[1], Options(), Location(page, 1), key)
    return Store(DOCS / "recordings").matching(snippet, Environment(None, "", ""))


@pytest.mark.parametrize(
    ("page", "key"), [("book/19-differences.md", "ping"), ("book/17-buffers.md", "read")]
)
def test_a_step_in_common_is_at_the_same_place_of_one_program(page: str, key: str) -> None:
    runs = {run.environment.backend: run for run in kept(page, key)}
    assert runs.keys() >= {"epoll", "kqueue", "iocp", "io_uring"}
    for left, right in combinations(runs.values(), 2):
        rows = halts(alignment(left, right), moments(left), moments(right))
        for one, other in rows:
            if one and other:
                assert replace(one, n=0) == replace(other, n=0)
        assert all(rows[-1])


def test_what_a_send_waits_for_only_a_completion_has() -> None:
    runs = {run.environment.backend: run for run in kept("book/19-differences.md", "ping")}
    ours, theirs = runs["epoll"], runs["iocp"]
    rows = halts(alignment(ours, theirs), moments(ours), moments(theirs))
    sends = [
        (one, other)
        for one, other in rows
        for _, place in (other or one or rows[0][0]).places
        if place and "write_all" in place[2] and (other or one).kind == "task.pending"
    ]
    assert len(sends) >= 6  # three there, three back
    assert all(one is None for one, _ in sends)
    assert set(alignment(ours, runs["kqueue"])) == {"="}


@pytest.mark.parametrize("backend", ["simulated", "auto"])
def test_what_is_true_at_each_halt_is_the_fold_of_the_recording(backend: str) -> None:
    run, other = recorded(PROGRAM, backend), recorded(PROGRAM)
    named = (("a", run), ("b", other))
    walked = [Walked(name, one, snippet_of(one), in_page=False) for name, one in named]
    known = json.loads(json.dumps(pair_data(walked, [0, 0])))
    for one, told in zip((run, other), known["runs"], strict=True):
        after = list(states(told["data"]))
        fold = Fold(one)
        for event in one.events:
            fold.take(event)
            if event.n in told["halts"]:
                assert after[event.n] == json.loads(json.dumps(fold.state)), event
        assert len(told["tasks"]) == len(told["halts"])


def page_of(columns: Sequence[Column]) -> BeautifulSoup:
    return BeautifulSoup(render_comparison(columns, "key", SECTIONS, ()), "html.parser")


def walkable(*runs: Recording, in_page: bool = False) -> list[Column]:
    columns = by_backend(runs)
    return [
        replace(column, snippet=snippet_of(column.recording), in_page=in_page and n == 0)
        for n, column in enumerate(columns)
    ]


def test_a_pair_is_there_where_two_recordings_can_be_walked_through() -> None:
    run, never = recorded(PROGRAM), recorded("print(1)")
    assert page_of(walkable(run, run)).select(".wp-pair")
    assert not page_of(walkable(run)).select(".wp-pair")
    assert not page_of(walkable(run, never)).select(".wp-pair")
    assert not page_of(by_backend([run, run])).select(".wp-pair")


def test_what_the_page_has_already_is_not_in_it_again() -> None:
    run = recorded(PROGRAM)
    page = page_of(walkable(run, run, in_page=True))
    (block,) = page.select(".wp-pair > .wp-run")
    runs = json.loads(block.get_text())["runs"]
    assert [one["data"] is None for one in runs] == [True, False]
    assert len(page.select(".wp-pair > .wp-told")) == 1


def test_ids_of_both_sides_are_unique_and_codes_that_are_the_same_are_there_once() -> None:
    run, other = recorded(TWO_AWAITS), recorded(TWO_TASKS)
    page = page_of([*walkable(run, run), *walkable(other)])
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for side in page.select(".wp-pane-code"):
        assert [code.has_attr("hidden") for code in side.select(".wp-code")] == [False, True]


def test_two_recordings_need_no_choice_and_more_have_one() -> None:
    run = recorded(PROGRAM)
    assert not page_of(walkable(run, run)).select(".wp-whose")
    names = page_of(walkable(run, run, run)).select(".wp-whose")[0].select("option")
    assert [name.get_text() for name in names] == [
        "simulated (1)",
        "simulated (2)",
        "simulated (3)",
    ]


def test_a_snippet_that_hides_its_code_shows_none_in_a_pair() -> None:
    run = recorded(PROGRAM)
    columns = [
        replace(one, snippet=snippet_of(run, show=("machine",))) for one in walkable(run, run)
    ]
    page = page_of(columns)
    assert page.select(".wp-pair")
    assert not page.select(".wp-pane-code")


def test_long_runs_are_aligned_for_as_long_as_is_walked() -> None:
    spin = """
    import wakepoint
    async def spin():
        for _ in range(1500):
            await wakepoint.yield_now()
    async def main():
        tasks = [wakepoint.spawn(spin()) for _ in range(2)]
        for task in tasks:
            await task
    wakepoint.run(main())
    """
    run = recorded(spin)
    other = recorded(spin.replace("1500", "1400"))
    assert len(moments(run)) == 1000
    assert set(alignment(run, run)) == {"="}
    assert alignment(run, other).count("=") > 900


def test_layout_stack_has_the_tables_alone(convert: Convert) -> None:
    text = f"""
```python wakepoint id="one" backend="simulated"
{PROGRAM}```

```wakepoint-compare
snippets: one one
by: snippet
LAYOUT```
"""
    page = convert(text.replace("LAYOUT", ""))
    assert page.soup.select(".wp-pair")
    stack = convert(text.replace("LAYOUT", "layout: stack\n"))
    assert not stack.soup.select(".wp-pair")
    assert stack.soup.select(".wp-compare")
    wrong = convert(text.replace("LAYOUT", "layout: side\n"))
    assert any("choose one of stepper, stack" in one for one in wrong.problems)
