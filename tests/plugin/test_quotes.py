"""Links that quote a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown
from tools.programs import PIPE
from tools.sites import build, write

from mkdocs_wakepoint.answers import answer
from mkdocs_wakepoint.extension import WakepointExtension
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views import Item, quotation
from mkdocs_wakepoint.views.quote import Call, Step
from wakepoint.recording import Environment, Recording, record
from wakepoint.recording.figures import figures

PAGE = f"""\
# A page

```python wakepoint id="pipe" backend="simulated"
{PIPE}```

It makes [call: simulated write 5](#wp-pipe), and polls [count: simulated polls](#wp-pipe) times.
Then it [*is* asleep](#wp-pipe "step: auto thread is parked").

| a | b |
| --- | --- |
| [call: simulated close](#wp-pipe) | [another link](#wp-pipe) |
"""


@pytest.fixture(scope="module")
def run() -> Recording:
    return record(PIPE, backend="simulated")


@pytest.fixture
def item(run: Recording) -> Item:
    snippet = Snippet(PIPE, Options(backend="simulated"), Location("docs/a.md", 3), "pipe")
    kqueue = replace(run, environment=Environment("kqueue", "Darwin", "CPython 3.14.0"))
    return Item(snippet, run, (), (replace(kqueue, events=run.events[:5]),))


def asked(text: str, href: str = "#wp-pipe") -> Quote:
    return Quote(text, href, Location("docs/a.md", 20))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("call: simulated write", "write(fd 4, 5 bytes) = 5"),
        ("call: simulated close fd 4", "close(fd 4) = 0"),
        ("call: simulated write fd … = 5", "write(fd 4, 5 bytes) = 5"),
        ("count: simulated close", 2),
        ("call: epoll close", None),
        ("count: io_uring polls", None),
        ("call: auto write", "write(fd 4, 5 bytes) = 5"),
        ("count: auto close", 2),
        ("count: auto entered main", 1),
        ("count: auto entered main 1", 1),
        ("count: auto entered main 0", 0),
        ("count: kqueue suspended main 1", 0),
    ],
)
def test_a_quote_is_what_the_run_did(item: Item, text: str, expected: str | int | None) -> None:
    said, problem = answer(asked(text), [item])
    assert (said.text if isinstance(said, Call) else said) == expected
    assert problem is None


def test_a_call_leads_to_its_step_where_the_page_walks_through_that_run(item: Item) -> None:
    said, _ = answer(asked("call: auto write"), [item])
    assert isinstance(said, Call)
    (event,) = [one for one in item.recording.events if one.n == said.step]  # type: ignore[union-attr]
    assert (event.kind, event["name"]) == ("kernel.called", "write")
    elsewhere, _ = answer(asked("call: kqueue pipe"), [item])
    assert elsewhere is None or (isinstance(elsewhere, Call) and elsewhere.step is None)


@pytest.mark.parametrize(
    "words, kind, number",
    [
        ("takes task 1", "task.polled", 0),
        ("takes task 1 then takes task 1", "task.polled", 1),
        ("is parked … until", "executor.parked", 0),
        ("Task 1 answers Pending then is parked then woken", "waker.woken", 0),
        ("main comes to line 6, await wakepoint.join(", "state.entered", 0),
    ],
)
def test_a_step_is_found_by_what_the_stepper_says(
    item: Item, words: str, kind: str, number: int
) -> None:
    said, problem = answer(asked(f"step: auto {words}"), [item])
    assert isinstance(said, Step)
    assert problem is None
    assert said.step == [event.n for event in item.recording.events if event.kind == kind][number]  # type: ignore[union-attr]
    assert quotation(said, "auto") == f'<span data-step="{said.step}"></span>'


def test_a_step_is_nowhere_where_no_run_is_walked_through(item: Item) -> None:
    options = Options(backend="simulated", layout="stack")
    stacked = replace(item, snippet=replace(item.snippet, options=options))
    assert answer(asked("call: auto write"), [stacked])[0] == Call("write(fd 4, 5 bytes) = 5", None)
    _, problem = answer(asked("step: auto takes task 1"), [stacked])
    assert str(problem).startswith("docs/a.md:20: no step of 'pipe' says 'takes task 1' on auto; ")


def test_a_quote_is_drawn_as_what_it_is() -> None:
    assert (
        quotation("read(fd 3, b'<&>')", "epoll")
        == "<code>read(fd 3, b&#39;&lt;&amp;&gt;&#39;)</code>"
    )
    assert quotation(2, "epoll") == "2"
    assert quotation(None, "<epoll>") == "<em>not recorded on &lt;epoll&gt;</em>"


def test_the_numbers_are_those_of_that_backends_recording(item: Item, run: Recording) -> None:
    counted = figures(run)
    assert answer(asked("count: simulated polls"), [item])[0] == counted.polls
    assert answer(asked("count: simulated calls"), [item])[0] == sum(counted.calls.values())
    assert answer(asked("count: kqueue calls"), [item])[0] == sum(
        event.kind == "kernel.called" for event in item.others[0].events
    )


@pytest.mark.parametrize(
    "text, href, message",
    [
        ("call: simulated send", "#wp-pipe", "'pipe' made no call 'send' on simulated; correct"),
        ("call: simulated close 9", "#wp-pipe", "'pipe' made no call 'close 9' on simulated; "),
        ("call: simulated write 5 … fd", "#wp-pipe", "'pipe' made no call 'write 5 … fd' on sim"),
        ("count: simulated zebras", "#wp-pipe", "nothing called 'zebras' was counted on simulat"),
        ("count: auto entered zebra", "#wp-pipe", "nothing called 'entered zebra' was counted "),
        ("count: auto entered main 9", "#wp-pipe", "nothing called 'entered main 9' was counted "),
        ("count: auto polls main", "#wp-pipe", "nothing called 'polls main' was counted on auto; "),
        ("count: auto entered main x", "#wp-pipe", "nothing called 'entered main x' was counted o"),
        (
            "step: auto parked then for the first",
            "#wp-pipe",
            "no step of 'pipe' says 'parked t",
        ),
        ("step: auto zebra", "#wp-pipe", "no step of 'pipe' says 'zebra' on auto; copy words from"),
        ("call: select read", "#wp-pipe", "there is no backend 'select'; choose of auto, epoll"),
        ("call: simulated read", "#wp-pip", "there is no snippet '#wp-pip'; write page.md#wp-id"),
        ("call: simulated read", "b.md#wp-pipe", "there is no snippet 'b.md#wp-pipe'; write "),
    ],
)
def test_what_no_run_did_is_told(item: Item, text: str, href: str, message: str) -> None:
    result, problem = answer(asked(text, href), [item])
    assert result == text
    assert str(problem).startswith(f"docs/a.md:20: {message}")


def test_a_snippet_that_did_not_run_is_not_quoted(item: Item) -> None:
    without = replace(item, recording=None, others=())
    assert answer(asked("count: auto polls"), [without]) == (None, None)
    assert answer(asked("step: auto polls it"), [without]) == (Step(None), None)
    assert quotation(Step(None), "auto") == ""
    assert quotation(None, "auto") == "<em>not recorded here</em>"


def test_a_state_is_counted_in_all_calls_of_its_function() -> None:
    source = """\
import wakepoint


async def nap(seconds):
    await wakepoint.sleep(seconds)
    await done()


async def done():
    pass


async def main():
    for seconds in (0.001, 0.002, 0.003):
        await nap(seconds)


wakepoint.run(main())
"""
    run = record(source, backend="simulated")
    snippet = Snippet(source, Options(backend="simulated"), Location("docs/a.md", 3), "pipe")
    item = Item(snippet, run, ())
    counts = [
        answer(asked(f"count: auto {what}"), [item])[0]
        for what in ("entered nap", "suspended nap", "suspended nap 1", "suspended nap 2")
    ]
    assert counts == [6, 3, 3, 0]


def test_a_page_is_named_from_where_the_link_stands(item: Item) -> None:
    far = Quote("count: simulated close", "../a.md#wp-pipe", Location("docs/sub/b.md", 1))
    assert answer(far, [item]) == (2, None)


def test_the_extension_alone_fills_links_in(run: Recording) -> None:
    def step(kind: str, **fields: object) -> int:
        return next(
            event.n
            for event in run.events
            if event.kind == kind and all(event[name] == value for name, value in fields.items())
        )

    written, parked = step("kernel.called", name="write"), step("executor.parked")
    closed = step("kernel.called", name="close")
    markdown = Markdown(extensions=[WakepointExtension(), "tables"])
    page = BeautifulSoup(markdown.convert(PAGE), "html.parser")
    links = [(link.decode_contents(), link["href"]) for link in page.select("p a, td a")]
    links = [(text, href) for text, href in links if href == "#wp-pipe"]
    assert links == [
        (f'<code data-step="{written}">write(fd 4, 5 bytes) = 5</code>', "#wp-pipe"),
        (str(figures(run).polls), "#wp-pipe"),
        (f'<span data-step="{parked}"></span><em>is</em> asleep', "#wp-pipe"),
        (f'<code data-step="{closed}">close(fd 3) = 0</code>', "#wp-pipe"),
        ("another link", "#wp-pipe"),
    ]


def test_in_a_site_other_pages_are_quoted_and_a_mistake_has_its_line(tmp_path: Path) -> None:
    other = """\
# Another

[call: simulated write](a.md#wp-pipe)

[call: simulated send](a.md#wp-pipe)

[To the snippet](a.md#wp-pipe), and [to none](a.md#wp-pip).
"""
    strict = "site_name: A site\nplugins: [wakepoint]\nvalidation: {links: {anchors: warn}}\n"
    write(tmp_path, {"a.md": PAGE, "sub.md": other}, strict)
    built = build(tmp_path)
    link = built.page("sub").select_one("p a")
    assert link is not None
    assert (link.get_text(), link["href"]) == ("write(fd 4, 5 bytes) = 5", "../a/#wp-pipe")
    warnings = [line for line in built.warnings if "made no call" in line]
    assert [line.partition(" made")[0] for line in warnings] == [
        "mkdocs_wakepoint: docs/sub.md:5: 'pipe'"
    ]
    # MkDocs knows what a snippet's anchors are, and tells of the one that there is not.
    unknown = [line for line in built.warnings if "anchor" in line]
    assert len(unknown) == 1
    assert "#wp-pip'" in unknown[0]


LINKS = {
    "in one line": "[count: auto polls](#wp-no)",
    "over two lines": "[count: auto\npolls](#wp-no)",
    "over two lines of a quotation": "> Said [count:\n> auto polls](#wp-no)",
    "with emphasis": "[count: auto **polls**](#wp-no)",
    "in emphasis": "*[count: auto polls](#wp-no)*",
    "in angles": "[count: auto polls](<#wp-no>)",
    "with a title": '[count: auto polls](#wp-no "More")',
    "with its address elsewhere": "[count: auto polls][no]",
    "in a title": '[often](#wp-no "step: auto polls it")',
    "in a title over two lines": "[often](#wp-no 'step: auto\npolls it')",
}


@pytest.mark.parametrize("how", LINKS)
def test_a_link_that_quotes_nothing_is_told_at_its_line(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    shown = "```text\n[count: auto polls](#wp-no)\n```\n\n<!--\n[count: auto polls](#wp-no)\n-->"
    text = f"# A page\n\n{shown}\n\nText,\nand {LINKS[how]}.\n\n[no]: #wp-no\n"
    md = Markdown(extensions=["pymdownx.superfences", WakepointExtension()])
    md.convert(text.replace("and >", "\n>"))
    (told,) = caplog.messages
    line = 13 if ">" in LINKS[how].partition("[")[0] else 12
    assert told.startswith(f"markdown:{line}: there is no snippet '#wp-no'")
