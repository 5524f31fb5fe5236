"""What is too large to be drawn whole is folded, and the page says what it leaves out."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from bs4 import Tag
from tools.drawn import drawn, one, ran, snippet, texts

from mkdocs_wakepoint.snippet import Options
from mkdocs_wakepoint.views import render_comparison
from mkdocs_wakepoint.views.comparison import by_backend
from mkdocs_wakepoint.views.context import context
from mkdocs_wakepoint.views.output import output
from mkdocs_wakepoint.views.sections import SECTIONS
from wakepoint.recording import Event, Outcome, Output, Recording

LARGEST = 2 << 20


def ifs_in_a_row(count: int, *, argument: int = 3) -> str:
    """As many ``if …: await`` as asked for: of those, any can follow any before it."""
    tests = "".join(f"    if x > {n}:\n        await wakepoint.yield_now()\n" for n in range(count))
    return f"import wakepoint\nasync def main(x):\n{tests}wakepoint.run(main({argument}))\n"


def caption(page: Tag) -> str:
    return one(page, "figcaption").get_text()


def arrows(page: Tag, selector: str) -> set[str]:
    found = page.select(f"g.wp-transition{selector}[data-to]")
    return {f"{tag['data-from']}-{tag['data-to']}" for tag in found}


def folded(page: Tag) -> int:
    """How many ways share an arrow."""
    return sum(int(str(tag["data-ways"])) for tag in page.select("[data-ways]"))


TAKEN = ":not(.wp-untaken)"


def test_where_there_are_few_ways_all_are_drawn() -> None:
    page = drawn(ifs_in_a_row(3), "machine")
    assert len(arrows(page, "")) == 10
    assert not folded(page)


def test_of_many_ways_those_that_were_not_taken_and_skip_a_state_share_an_arrow() -> None:
    page = drawn(ifs_in_a_row(10), "machine")
    assert arrows(page, TAKEN) == {"0-1", "1-2", "2-3", "3-11"}
    assert {f"{n}-{n + 1}" for n in range(10)} <= arrows(page, "")
    assert len(arrows(page, "")) + folded(page) == 11 * 12 // 2
    first = one(page, "[data-from='0'][data-ways]")
    assert first["data-ways"] == "10"
    assert " ".join(texts(first, "text")) == "or 10 other ways: to 2–10, returned"


def test_of_far_too_many_ways_only_those_taken_are_drawn() -> None:
    page = drawn(ifs_in_a_row(110), "machine")
    assert arrows(page, "") == {"0-1", "1-2", "2-3", "3-111"}
    assert "6,327 steps are possible in it; only what the run took is drawn." in caption(page)


def awaits_in_a_row(count: int, what: str) -> str:
    awaits = f"    await {what}\n" * count
    ready = "async def ready():\n    return 1\n"
    return f"import wakepoint\n{ready}async def main():\n{awaits}wakepoint.run(main())\n"


@pytest.mark.parametrize("count", [1, 2, 5, 20, 36])
def test_up_to_so_many_states_have_a_box_each(count: int) -> None:
    page = drawn(awaits_in_a_row(count, "wakepoint.yield_now()"), "machine", machine="main")
    assert len(page.select("[data-state]")) == count + 2
    assert not page.select(".wp-several")


def test_of_hundreds_of_states_the_first_and_the_last_have_a_box_each() -> None:
    page = drawn(awaits_in_a_row(400, "wakepoint.yield_now()"), "machine", machine="main")
    (several,) = page.select(".wp-several")
    assert int(str(several["data-last"])) - int(str(several["data-state"])) + 1 == 400 - 38
    assert "suspended" in several.get_text()
    assert arrows(page, TAKEN) == arrows(page, "")
    assert len(page.select("[data-state]")) == 41


def test_a_long_stretch_that_went_straight_on_is_one_box() -> None:
    page = drawn(awaits_in_a_row(30, "ready()"), "machine", machine="main")
    assert texts(page, ".wp-several .wp-label") == ["28 states, 2–29"]
    assert texts(page, ".wp-several .wp-note") == ["went straight on"]
    assert not page.select(".wp-cluster")


@pytest.mark.parametrize("count", [300, 1000])
def test_of_too_many_states_those_that_the_run_entered_are_shown(count: int) -> None:
    page = drawn(ifs_in_a_row(count, argument=90), "machine", "table")
    assert len(page.select("g.wp-state")) <= 45
    assert [f"{n}" for n in range(1, 20)] == texts(page, "g.wp-state .wp-mark")[1:20]
    assert any("never entered" in told for told in texts(page, ".wp-several"))
    rows = texts(page, ".wp-states tbody tr")
    assert len(rows) == 121
    assert rows[-1].strip() == f"{count + 4 - 120} more states; the recording has them all"
    assert len(str(page)) < LARGEST


def test_a_coroutine_that_is_too_large_is_named_and_the_rest_is_there() -> None:
    awaits = "    await wakepoint.yield_now()\n" * 2001
    source = (
        f"import wakepoint\nasync def large():\n{awaits}"
        "async def main():\n    await large()\n    print('done')\nwakepoint.run(main())\n"
    )
    run = replace(ran(source), output=(Output("stdout", "done\n"),))
    page = drawn(source, "output", "machine", "table", recording=run)
    assert texts(page, "figcaption") == ["The machine of main, suspended 2001 times in this run."]
    assert "done" in one(page, ".wp-output").get_text()
    assert (
        "There is no machine of large: <snippet>, line 2: large is too large to be analysed: it "
        "has more than 2000 places where it can stand."
    ) in texts(page, ".wp-caption")


def many_calls(run: Recording, count: int) -> Recording:
    facts = {"args": ["fd 3"], "result": "0", "error": None, "bytes": 1}
    calls = [
        Event(n, "kernel.called", "main", {"name": f"read{n % 300}", **facts})
        for n in range(1, count + 1)
    ]
    return replace(run, events=tuple(calls))


def test_a_comparison_lists_so_many_calls_and_leads_to_none_that_is_left_out() -> None:
    run = many_calls(ran("print()"), 50_000)
    html = render_comparison(by_backend([run, run]), "key", SECTIONS, ())
    assert len(html) < LARGEST
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    assert html.count("49600 calls are left out here; the recording has them all") == 2
    assert 'value="49951"' in html
    assert "and 200 other names" in html


def test_every_view_of_fifty_thousand_events_is_small() -> None:
    source = (
        "import wakepoint\nasync def main():\n    for _ in range(20_000):\n"
        "        await wakepoint.yield_now()\nwakepoint.run(main())\n"
    )
    run = ran(source)
    assert len(run.events) == 50_000
    page = drawn(source, "output", "machine", "table", "timeline", "kernel", recording=run)
    # What can be stepped through is told event by event; as it is sent, it is small.
    assert len(str(page)) < 2_000_000
    assert len(gzip.compress(str(page).encode())) < 120_000
    columns = [replace(one, snippet=snippet(source)) for one in by_backend([run, run])]
    html = render_comparison(columns, "key", (), ())
    assert "wp-pair" in html
    assert len(gzip.compress(html.encode())) < 40_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * 30_000 + "\x1b[1K" * 8_000,
        "".join(f"\x1b[{n % 1000};1000Hx" for n in range(5_000)),
        "".join(f"\x1b[3{n % 8}mx" for n in range(10_000)),
        "x" * 30_000 + "\b" * 30_000,
        "\t\b" * 30_000,
        "<" * 64_000,
    ],
    ids=["erases", "jumps", "colours", "backspaces", "tabs", "markup"],
)
def test_output_that_is_made_to_be_large_is_bounded(text: str) -> None:
    run = replace(ran("print()"), output=(Output("stdout", text),))
    html = output(run, context(snippet("print()"), run))
    assert len(html) < LARGEST


def test_a_long_deadlock_and_a_long_traceback_are_told_in_few_words() -> None:
    from mkdocs_wakepoint.engine.diagnosis import problems
    from wakepoint.recording import Frame, Waiting

    shown = replace(snippet("f()\n"), options=Options())
    waiting = tuple(Waiting(n, f"child {n}", 1, "sleep(1)") for n in range(1, 2401))
    run = replace(ran("print()"), outcome=Outcome("deadlock", message="x", waiting=waiting))
    (problem,) = problems(shown, run)
    assert "task 20 (child 20)" in problem.what
    assert "task 21 (child 21)" not in problem.what
    assert problem.what.endswith(", and 2380 more")
    frames = (Frame(1, "f"),) * 1000
    run = replace(run, outcome=Outcome("raised", "RecursionError", "too deep", frames))
    (problem,) = problems(shown, run)
    assert problem.details.count("in f\n") == 20
    assert "… 980 more …" in problem.details
