"""Recordings side by side, and the fence that asks for them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from markdown import Markdown
from tools.programs import PIPE

from mkdocs_wakepoint import comparison as compare
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views.comparison import Column, comparison
from mkdocs_wakepoint.views.limits import DIFFERENCES
from wakepoint.recording import Environment, Event, Recording, record
from wakepoint.recording.figures import figures


@pytest.fixture(scope="module")
def run() -> Recording:
    return record(PIPE, backend="simulated")


@pytest.fixture(scope="module")
def other(run: Recording) -> Recording:
    """The same run as a completion backend would have made it: one read handed over."""
    submitted = {"operation": 1, "task": 1, "source": "fd 3", "name": "read"}
    done = {"operation": 1, "result": "5 bytes", "error": None}
    kept = [event for event in run.events if event.facts.get("name") != "read"]
    events = tuple(replace(event, n=n) for n, event in enumerate(kept, 1))
    n = len(events)
    extra = (
        Event(n + 1, "operation.submitted", "task 1", submitted),
        Event(n + 2, "operation.completed", "reactor", done),
    )
    environment = Environment(
        "iocp", "Windows", "CPython 3.11.9", emulation="Wine", recorded="2026-01-02"
    )
    return replace(run, environment=environment, events=events + extra)


def rows(html: str) -> dict[str, list[str]]:
    """Each row's cells, by its label."""
    cells = {}
    for row in BeautifulSoup(html, "html.parser").select("tbody tr:not(.wp-section)"):
        label = row.select_one("th")
        assert label is not None
        name = re.sub(r"\s*≠$", "", label.get_text().strip())
        cells[name] = [cell.get_text() for cell in row.select("td")]
    return cells


def test_each_column_says_where_it_comes_from(run: Recording, other: Recording) -> None:
    html = comparison([Column("simulated", run), Column("iocp", other)], "key")
    (table, _) = BeautifulSoup(html, "html.parser").select("table")
    heads = [th.get_text() for th in table.select("thead th")][1:]
    assert heads[0].startswith("simulated")
    assert heads[0].endswith("run by this build")
    assert heads[1] == "iocpWindows, CPython 3.11.9, emulated by Wine, recorded 2026-01-02"


def test_the_numbers_are_those_of_the_recordings(run: Recording, other: Recording) -> None:
    table = rows(comparison([Column("a", run), Column("b", other)], "key"))
    mine, theirs = figures(run), figures(other)
    assert table["polls"] == [str(mine.polls), str(theirs.polls)]
    assert table["suspensions"] == [str(mine.suspended), str(theirs.suspended)]
    assert table["events returned"] == [str(mine.events), str(theirs.events)]
    for name in mine.calls | theirs.calls:
        assert table[name] == [str(f.calls.get(name, 0)) for f in (mine, theirs)]


def test_bytes_are_told_by_who_copied_them(run: Recording, other: Recording) -> None:
    table = rows(comparison([Column("a", run), Column("b", other)], "key"))
    assert table["received, copied within a call of ours"] == ["5", "0"]
    assert table["received, copied while we were pending"] == ["0", "5"]
    assert figures(other).received == 5


def test_a_row_that_differs_is_marked_in_words_and_by_a_sign(
    run: Recording, other: Recording
) -> None:
    soup = BeautifulSoup(comparison([Column("a", run), Column("b", other)], "key"), "html.parser")
    for row in soup.select("tbody tr:not(.wp-section)"):
        cells = [cell.get_text() for cell in row.select("td")]
        mark = row.select_one("[aria-label='the columns differ']")
        assert (mark is not None) == (len(set(cells)) > 1)
        assert mark is None or mark.get_text() == "≠"
    same = comparison([Column("a", run), Column("b", run)], "key")
    assert not BeautifulSoup(same, "html.parser").select(".wp-differs")


def test_bytes_and_events_lead_to_a_call_that_is_behind_them(
    run: Recording, other: Recording
) -> None:
    soup = BeautifulSoup(comparison([Column("a", run), Column("b", other)], "key"), "html.parser")
    led: dict[str, list[str]] = {}
    for link in soup.select("tbody tr:not(:has(code)) td a"):
        label = link.find_parent("tr").select_one("th").get_text()  # type: ignore[union-attr]
        target = soup.find(id=str(link["href"])[1:])
        assert target is not None
        led.setdefault(label.rstrip(" ≠"), []).append(target.get_text().rstrip(" ↓"))
    assert led["received, copied within a call of ours"] == ["read(fd 3, 100) = 5 bytes"]
    assert led["sent, copied within a call of ours"] == ["write(fd 4, 5 bytes) = 5"] * 2
    without = comparison([Column("a", run)], "key", ["figures", "bytes"])
    assert "<a" not in without


def test_a_number_leads_to_all_the_calls_behind_it(run: Recording, other: Recording) -> None:
    columns = [Column("a", run), Column("b", other)]
    soup = BeautifulSoup(comparison(columns, "key"), "html.parser")
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for link in soup.select("tbody tr:has(code) td a"):
        name = link.find_parent("tr").select_one("code").get_text()  # type: ignore[union-attr]
        visited = []
        target: Tag | None = link
        while target is not None:
            item = soup.find(id=str(target["href"])[1:])
            assert isinstance(item, Tag)
            visited.append(item)
            assert item.get_text().startswith(f"{name}(")
            target = item.select_one("a")
        assert len(visited) == int(link.get_text())


def test_what_differs_is_said_in_sentences_that_come_first(
    run: Recording, other: Recording
) -> None:
    soup = BeautifulSoup(
        comparison([Column("simulated", run), Column("iocp", other)], "key"), "html.parser"
    )
    told = [item.get_text() for item in soup.select(".wp-differences li")]
    assert "received, copied within a call of ours: 5 on simulated, none on iocp." in told
    reads = [event for event in run.events if event.facts.get("name") == "read"]
    failed = [event["error"] for event in reads if event["error"]]
    why = f" ({len(failed)} {failed[0]})" if failed else ""
    often = "1 time" if len(reads) == 1 else f"{len(reads)} times"
    assert f"Kernel calls on simulated alone: read {often}{why}." in told
    assert "Operations handed to the kernel on iocp alone: read 1 time." in told
    first = soup.select_one(".wp-compare > *")
    assert first is not None
    assert first["class"] == ["wp-differences"]


def test_of_many_differences_the_first_are_open_and_the_others_folded(
    run: Recording, other: Recording
) -> None:
    unlike = [replace(run, events=run.events[:9]), run, other]
    columns = [Column(str(n), recording) for n, recording in enumerate(unlike)]
    soup = BeautifulSoup(comparison(columns, "key"), "html.parser")
    first, *others = soup.select(".wp-differences")
    assert len(first.select("li")) == DIFFERENCES
    (more,) = others
    box = more.find_parent("details")
    assert box is not None
    assert box.summary is not None
    assert box.summary.get_text() == f"Other differences: {len(more.select('li'))}"


def test_rows_that_are_equal_are_folded_and_counted(run: Recording, other: Recording) -> None:
    soup = BeautifulSoup(comparison([Column("a", run), Column("b", other)], "key"), "html.parser")
    (box,) = soup.select(".wp-compare > details:not(.wp-calls)")
    same = box.select("tbody tr:not(.wp-section)")
    assert box.select("summary")[0].get_text() == f"{len(same)} rows are the same everywhere"
    assert not box.select(".wp-differs")
    shown = soup.select(".wp-compare > .wp-scroll tbody tr:not(.wp-section)")
    assert shown == soup.select(".wp-differs")


def test_of_equal_runs_it_is_said_that_nothing_differs(run: Recording) -> None:
    html = comparison([Column("a", run), Column("b", run)], "key")
    assert "Nothing that was counted differs." in html


def test_sections_can_be_chosen(run: Recording, other: Recording) -> None:
    columns = [Column("a", run), Column("b", other)]
    assert list(rows(comparison(columns, "key", ["operations"]))) == ["read"]
    assert "polls" not in rows(comparison(columns, "key", ["calls"]))
    assert "wp-calls" not in comparison(columns, "key", ["figures"])


# -- the fence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source, options",
    [
        ("snippets: read", compare.ComparisonOptions(("read",))),
        ("snippets: a, b\nby: snippet\n", compare.ComparisonOptions(("a", "b"), by="snippet")),
        (
            "snippets: book/a.md#read\nbackends: iocp epoll\nsections: bytes",
            compare.ComparisonOptions(
                ("book/a.md#read",), backends=("iocp", "epoll"), sections=("bytes",)
            ),
        ),
    ],
)
def test_a_fence_is_read(source: str, options: compare.ComparisonOptions) -> None:
    assert compare.parse(source, [Location("docs/a.md", n) for n in range(7, 12)]) == (options, [])


@pytest.mark.parametrize(
    "source, message",
    [
        ("", "docs/a.md:7: it names no snippet; write snippets: and their ids"),
        ("snippets: a\nby: colour", "docs/a.md:9: by='colour' cannot be; choose one of backend, "),
        ("snippet: a", "docs/a.md:8: there is no line 'snippet'; write snippets"),
        ("snippets: a\nzzz: a", "docs/a.md:9: there is no line 'zzz'; the lines are snippets, by"),
        ("snippets a", "docs/a.md:8: 'snippets a' has no name; write name: value, one to a line"),
        ("snippets: ,", "docs/a.md:8: snippets has no value; write name: value, one to a line"),
        ("snippets:", "docs/a.md:8: snippets has no value; write name: value, one to a line"),
        (
            "snippets: a\nby: snippet backend",
            "docs/a.md:9: by='snippet backend' cannot be; choose one",
        ),
        ("snippets: a\nsnippets: b", "docs/a.md:9: line 'snippets' is given twice; keep one"),
        (
            "snippets: a\nbackends: select",
            "docs/a.md:9: backends='select' cannot be; there is no backend",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, message: str) -> None:
    _, problems = compare.parse(source, [Location("docs/a.md", n) for n in range(7, 12)])
    assert [str(problem)[: len(message)] for problem in problems] == [message]


PAGE = f"""\
```python wakepoint id="pipe" backend="simulated" show="code"
{PIPE}```

```wakepoint-compare
FENCE
```
"""


class Site:
    """One page, converted by the extension alone."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        self._folder = folder
        self._caplog = caplog

    def convert(self, fence: str) -> BeautifulSoup:
        markdown = Markdown(
            extensions=["wakepoint", "pymdownx.superfences"],
            extension_configs={"wakepoint": {"recordings": str(self._folder)}},
        )
        return BeautifulSoup(markdown.convert(PAGE.replace("FENCE", fence)), "html.parser")

    @property
    def problems(self) -> list[str]:
        return self._caplog.messages


@pytest.fixture
def site(
    tmp_path: Path, run: Recording, other: Recording, caplog: pytest.LogCaptureFixture
) -> Site:
    options = Options(backend="simulated")
    snippet = Snippet(PIPE, options, Location("markdown", 1), "pipe")
    macos = replace(run, environment=Environment("kqueue", "Darwin", "CPython 3.14.0"))
    emulated = replace(
        run, environment=Environment("kqueue", "Linux", "CPython 3.11.7", emulation="libkqueue")
    )
    for recording in (other, macos, emulated):
        undated = replace(recording, environment=replace(recording.environment, recorded=None))
        Store(tmp_path).save(snippet, undated, "page.pipe", "2026-01-02")
    return Site(tmp_path, caplog)


def columns(page: BeautifulSoup) -> list[str]:
    for table in page.select(".wp-compare table"):  # each has the same
        return [str(next(iter(th.strings))) for th in table.select("thead th")][1:]
    return []


def test_by_backend_the_builds_own_run_comes_first(site: Site) -> None:
    assert columns(site.convert("snippets: pipe")) == ["simulated", "kqueue", "iocp"]
    assert site.problems == []


def test_backends_are_shown_in_the_order_asked_for(site: Site) -> None:
    page = site.convert("snippets: pipe\nbackends: kqueue simulated\nsections: figures")
    assert columns(page) == ["kqueue", "simulated"]
    assert site.problems == []


def test_a_backend_without_a_recording_is_told_in_log_and_page(site: Site) -> None:
    page = site.convert("snippets: pipe\nbackends: simulated io_uring")
    assert columns(page) == ["simulated"]
    (problem,) = site.problems
    assert problem.startswith("markdown:15: there is no recording of 'pipe' on io_uring; make one")
    assert "io_uring" in page.select_one(".wp-problem").get_text()  # type: ignore[union-attr]


def test_a_snippet_that_is_not_there_is_told(site: Site) -> None:
    assert columns(site.convert("snippets: pip")) == []
    assert site.problems == ["markdown:15: there is no snippet 'pip'; this page has pipe"]


def test_by_snippet_has_a_column_for_each(site: Site) -> None:
    assert columns(site.convert("snippets: pipe pipe\nby: snippet")) == ["pipe", "pipe"]
    site.convert("snippets: pipe pipe")
    assert site.problems == [
        "markdown:15: by backend compares one snippet; name one, or write by: snippet"
    ]


@pytest.mark.parametrize(
    "header", ["wakepoint-compare x", 'wakepoint-compare by="snippet"', "Wakepoint-Compare"]
)
def test_a_header_that_comes_close_is_told(site: Site, header: str) -> None:
    fence = f"snippets: pipe\n```\n\n```{header}\nsnippets: pipe"
    site.convert(fence)
    (problem,) = site.problems
    assert problem.startswith("markdown:19: this fence's header names wakepoint but is not one")


def test_a_fence_that_is_only_shown_is_left_as_it_is(site: Site) -> None:
    text = (
        "snippets: pipe\n```\n\n````text\n```wakepoint-compare\nsnippets: x\n```\n````\n\n```text"
    )
    page = site.convert(text)
    assert "```wakepoint-compare\nsnippets: x\n```" in page.get_text()
    assert site.problems == []
