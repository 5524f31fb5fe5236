"""Recordings from other platforms: kept, found by what ran, left out when that has changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.pages import MarkdownFiles, Snippets
from mkdocs_wakepoint.record import record_pages
from mkdocs_wakepoint.recordings import Store, digest, platform
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from wakepoint.recording import Environment, Recording, record

SOURCE = "import wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\n"
SNIPPET = Snippet(SOURCE, Options(), Location("docs/a.md", 3), "nap")

HERE = Environment("epoll", "Linux", "CPython 3.11.7")
MACOS = Environment("kqueue", "Darwin", "CPython 3.14.0")
LIBKQUEUE = Environment("kqueue", "Linux", "CPython 3.11.7", emulation="libkqueue on Linux")
WINE = Environment("iocp", "Windows", "CPython 3.11.9", emulation="Wine")


@pytest.fixture(scope="module")
def run() -> Recording:
    return replace(record(SOURCE), environment=HERE)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(Settings())
    yield pool
    pool.close()


def found_in(docs: Path, problems: list[Problem]) -> list[Snippet]:
    snippets = Snippets(problems.append)
    MarkdownFiles(docs).convert(snippets)
    return snippets.all


def keep(folder: Path, run: Recording, environment: Environment, name: str = "a.nap") -> Path:
    recording = replace(run, environment=environment)
    return Store(folder).save(SNIPPET, recording, name, "2026-01-02")


def test_a_kept_run_comes_back_whole_with_its_date(tmp_path: Path, run: Recording) -> None:
    keep(tmp_path, run, MACOS)
    (loaded,) = Store(tmp_path).matching(SNIPPET, HERE)
    assert loaded == replace(run, environment=replace(MACOS, recorded="2026-01-02"))


def test_a_file_is_one_json_object_and_named_by_platform(tmp_path: Path, run: Recording) -> None:
    path = keep(tmp_path, run, WINE)
    assert path == tmp_path / "iocp-windows-wine" / "a.nap.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (data["page"], data["id"]) == ("docs/a.md", "nap")
    assert [event["kind"] for event in data["recording"]["events"]] == [
        event.kind for event in run.events
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"source": SOURCE + "# more\n"},
        {"options": Options(backend="io_uring")},
        {"options": Options(timeout=1.0)},
    ],
)
def test_what_changes_a_run_changes_the_digest(change: dict[str, object]) -> None:
    changed = replace(SNIPPET, **change)  # type: ignore[arg-type]
    assert digest(changed) != digest(SNIPPET)


def test_what_changes_no_run_keeps_the_recording(tmp_path: Path, run: Recording) -> None:
    keep(tmp_path, run, MACOS)
    moved = Snippet(SOURCE, Options(title="A nap", show=()), Location("docs/b.md", 70), "other")
    assert len(Store(tmp_path).matching(moved, HERE)) == 1


def test_the_builds_own_platform_is_not_shown_twice(tmp_path: Path, run: Recording) -> None:
    keep(tmp_path, run, HERE)
    assert Store(tmp_path).matching(SNIPPET, HERE) == []


def test_a_platform_displaces_what_stood_in_for_it(tmp_path: Path, run: Recording) -> None:
    keep(tmp_path, run, LIBKQUEUE)
    keep(tmp_path, run, WINE)
    assert [platform(r.environment) for r in Store(tmp_path).matching(SNIPPET, HERE)] == [
        "iocp-windows-wine",
        "kqueue-linux-libkqueue",
    ]
    keep(tmp_path, run, MACOS)
    assert [platform(r.environment) for r in Store(tmp_path).matching(SNIPPET, HERE)] == [
        "iocp-windows-wine",
        "kqueue-darwin",
    ]
    # The build itself may be that platform.
    assert [platform(r.environment) for r in Store(tmp_path).matching(SNIPPET, MACOS)] == [
        "iocp-windows-wine"
    ]


def test_an_edited_snippet_leaves_its_recording_out_and_names_it(
    tmp_path: Path, run: Recording
) -> None:
    path = keep(tmp_path, run, MACOS)
    edited = replace(SNIPPET, source=SOURCE + "print()\n")
    store = Store(tmp_path)
    assert store.matching(edited, HERE) == []
    (problem,) = store.stale([edited], whole_site=False)
    assert str(problem).startswith(f"{path.as_posix()}:1: left out, since docs/a.md#wp-nap changed")
    assert "\n" not in str(problem)


def test_a_removed_snippet_leaves_a_file_that_is_named(tmp_path: Path, run: Recording) -> None:
    keep(tmp_path, run, MACOS)
    (problem,) = Store(tmp_path).stale([], whole_site=True)
    assert "docs/a.md#wp-nap is not there any more" in problem.what
    # One page alone says nothing about the others.
    elsewhere = replace(SNIPPET, source="", location=Location("docs/b.md", 1))
    assert Store(tmp_path).stale([elsewhere], whole_site=False) == []


HEAD = '{"digest": "0", "page": "a.md", "id": "a", "recording":\n'


@pytest.mark.parametrize(
    "text",
    [
        '{"digest": "',
        '{"digest": "0"}',
        '{"digest": "0", "page": "a.md", "id": "a", "recording": {}}',
        '{"digest": "\xff',
        f"<<<<<<< HEAD\n{HEAD}=======\n{HEAD}>>>>>>> b\n",
    ],
)
def test_a_damaged_file_is_told_and_left_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kqueue-darwin" / "a.nap.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    store = Store(tmp_path)
    assert list(store) == []
    assert [str(problem) for problem in store.problems] == [
        f"{path.as_posix()}:1: it is no recording; delete it, or record it again"
    ]


NOT_OURS = {
    "empty": ("kqueue-darwin/a.json", ""),
    "an empty object": ("kqueue-darwin/a.json", "{}"),
    "a list": ("kqueue-darwin/a.json", "[1]"),
    "no JSON": ("kqueue-darwin/a.json", "\x00"),
    "with a digest further in": ("kqueue-darwin/a.json", '{"images": [{"digest": "sha256:0"}]}'),
    "a folder for something else": ("takes/a.nap.json", HEAD),
    "a folder with a dash": ("live-takes/a.nap.json", HEAD),
    "a folder with the name of a backend": ("epoll/a.nap.json", HEAD),
    "one folder deeper": ("kqueue-darwin/more/a.nap.json", HEAD),
    "beside the folders": ("a.nap.json", HEAD),
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_an_authors_own_file_is_none_of_the_stores(tmp_path: Path, what: str) -> None:
    name, text = NOT_OURS[what]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    store = Store(tmp_path)
    assert (list(store), store.problems, store.holds(path)) == ([], [], False)


def test_a_recording_of_another_version_is_told(tmp_path: Path, run: Recording) -> None:
    path = keep(tmp_path, run, MACOS)
    path.write_text(path.read_text("utf-8").replace('"version": 1', '"version": 0'), "utf-8")
    store = Store(tmp_path)
    assert store.matching(SNIPPET, HERE) == []
    assert store.matching(SNIPPET, HERE) == []
    (problem,) = store.problems
    assert "version 0" in problem.what


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "missing")
    assert (list(store), store.problems, store.matching(SNIPPET, HERE)) == ([], [], [])


def test_saving_the_same_run_again_touches_nothing(tmp_path: Path, run: Recording) -> None:
    path = keep(tmp_path, run, MACOS)
    before = path.read_bytes()
    recording = replace(run, environment=MACOS)
    Store(tmp_path).save(SNIPPET, recording, "a.nap", "2026-12-31")
    assert path.read_bytes() == before
    other = replace(recording, events=recording.events[:-1])
    Store(tmp_path).save(SNIPPET, other, "a.nap", "2026-12-31")
    assert b"2026-12-31" in path.read_bytes()


PAGE = """\
---
wakepoint:
  show: code
---
# A page

```python wakepoint id="nap"
import wakepoint
wakepoint.run(wakepoint.sleep(0.001))
```

!!! note

    ```python wakepoint id="inner" show="output"
    import wakepoint
    wakepoint.run(wakepoint.sleep(0.002))
    ```

```python wakepoint id="same" backend="simulated"
import wakepoint
wakepoint.run(wakepoint.sleep(1))
```

```python wakepoint id="broken"
import wakepoint
wakepoint.run(wakepoint.sleep(0.001)); raise ValueError("no")
```
"""


def test_the_snippets_of_a_site_are_those_of_its_pages(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(PAGE, encoding="utf-8")
    problems: list[Problem] = []
    snippets = found_in(tmp_path, problems)
    assert problems == []
    assert [(s.key, s.location.line, s.options.show) for s in snippets] == [
        ("nap", 7, ("code",)),
        ("inner", 14, ("output",)),
        ("same", 19, ("code",)),
        ("broken", 24, ("code",)),
    ]
    assert snippets[1].source == "import wakepoint\nwakepoint.run(wakepoint.sleep(0.002))\n"


def test_recording_a_site_keeps_what_ran_and_tells_what_did_not(tmp_path: Path, pool: Pool) -> None:
    docs, out = tmp_path / "docs", tmp_path / "out"
    docs.mkdir()
    (docs / "a.md").write_text(PAGE, encoding="utf-8")
    recorded = record_pages(MarkdownFiles(docs), out, pool)
    assert [path.name for path in recorded.files] == ["a.nap.json", "a.inner.json"]
    assert ["simulated" in problem.what for problem in recorded.left_out] == [True]
    (problem,) = recorded.problems
    assert problem.location.line == 26
    assert "ValueError" in problem.what

    store = Store(out)
    snippets = found_in(docs, [])
    elsewhere = Environment("other", "Plan 9", "CPython 3.11.7")
    assert [len(store.matching(snippet, elsewhere)) for snippet in snippets] == [1, 1, 0, 0]

    # Recording again removes what belongs to no snippet any more.
    (docs / "a.md").write_text(PAGE.replace('id="inner"', 'id="outer"'), encoding="utf-8")
    again = record_pages(MarkdownFiles(docs), out, pool)
    assert [path.name for path in again.removed] == ["a.inner.json"]
    shutil.rmtree(docs)
    docs.mkdir()
    assert record_pages(MarkdownFiles(docs), out, pool).files == []


def test_a_snippet_that_fails_keeps_the_recording_that_it_has(tmp_path: Path) -> None:
    docs, out = tmp_path / "docs", tmp_path / "out"
    docs.mkdir()
    flag = tmp_path / "flag"
    source = (
        "import pathlib, wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\n"
        f"assert not pathlib.Path({str(flag)!r}).exists()\n"
    )
    fence = '```python wakepoint id="{}"\n{}```\n\n'
    sound = "import wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\n"
    (docs / "a.md").write_text(fence.format("a", source) + fence.format("b", sound), "utf-8")
    with closing(Pool(Settings(sandbox="off"))) as pool:  # in one it would not see the flag
        assert len(record_pages(MarkdownFiles(docs), out, pool).files) == 2
        flag.touch()
        recorded = record_pages(MarkdownFiles(docs), out, pool)
    assert (len(recorded.files), len(recorded.problems), recorded.removed) == (1, 1, [])
    assert len(list(out.glob("*/*.json"))) == 2


def test_what_the_platform_cannot_do_is_left_out_and_no_problem(tmp_path: Path, pool: Pool) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    fence = '```python wakepoint {}\nraise NotImplementedError("no signals here")\n```\n\n'
    announced = fence.format('id="b" expect_error="NotImplementedError"')
    (docs / "a.md").write_text(fence.format('id="a"') + announced, encoding="utf-8")
    recorded = record_pages(MarkdownFiles(docs), tmp_path / "out", pool)
    assert (recorded.files, recorded.problems) == ([], [])
    reasons = [str(problem).partition(": ")[2] for problem in recorded.left_out]
    assert reasons == [
        "it needs what is not here (no signals here); nothing to record",
        "it never waits; nothing to compare",
    ]


def test_a_snippet_may_go_to_another_folder(tmp_path: Path, pool: Pool) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    text = "import os, tempfile, wakepoint\nos.chdir(tempfile.gettempdir())\n"
    text = f"```python wakepoint\n{text}wakepoint.run(wakepoint.sleep(0.001))\n```\n"
    (docs / "a.md").write_text(text, encoding="utf-8")
    recorded = record_pages(MarkdownFiles(docs), tmp_path / "out", pool)
    assert len(recorded.files) == 1, recorded
