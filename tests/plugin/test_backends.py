"""A fence that names a backend: it runs on that one, or says why it cannot."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tools import find
from tools.pages import Convert

from mkdocs_wakepoint.cli import main
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from wakepoint.recording import Environment, record

ELSEWHERE = "epoll" if sys.platform == "win32" else "iocp"
"""A backend that this platform does not have."""

SOURCE = "import wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\nprint('ran')\n"
FENCE = f'```python wakepoint backend="{ELSEWHERE}" show="output kernel"\n{SOURCE}```\n'


def test_the_backend_that_is_named_runs_the_snippet(convert: Convert) -> None:
    page = convert(FENCE.replace(ELSEWHERE, "simulated"))
    assert page.outputs == ["ran"]
    assert "virtual clock" in page.soup.select(".wp-where")[0].get_text()


def test_a_backend_of_another_platform_is_told_at_the_fence(convert: Convert) -> None:
    page = convert(f"Text.\n\n{FENCE}")
    (line,) = page.problems
    assert line.startswith(f"markdown:3: this machine cannot run backend='{ELSEWHERE}' (")
    assert line.split("; ")[1].startswith("leave backend out, or keep a recording: ")
    assert page.outputs == []
    assert page.shown == [SOURCE]
    assert len(page.soup.select(".wp-problem")) == 1


def test_a_kept_recording_stands_in_for_a_run_that_cannot_be_here(
    convert: Convert, tmp_path: Path
) -> None:
    there = Environment(ELSEWHERE, "Elsewhere", "CPython 3.14.0")
    run = replace(record(SOURCE), environment=there)
    snippet = Snippet(SOURCE, Options(backend=ELSEWHERE), Location("docs/a.md", 3), "snippet")
    Store(tmp_path).save(snippet, run, "a.snippet", "2026-01-02")
    page = convert(FENCE, wakepoint={"recordings": str(tmp_path)})
    assert page.problems == []
    (where,) = [tag.get_text() for tag in page.soup.select(".wp-where")]
    assert where.startswith(f"Ran on {ELSEWHERE} · Elsewhere · CPython 3.14.0, recorded 2026-01-02")


def test_a_kept_recording_stands_in_for_a_run_that_needs_what_is_not_here(
    convert: Convert, tmp_path: Path
) -> None:
    source = "import wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\n"
    source += "raise NotImplementedError('no signals here')\n"
    there = Environment(ELSEWHERE, "Elsewhere", "CPython 3.14.0")
    run = replace(record(SOURCE), environment=there)
    snippet = Snippet(source, Options(), Location("docs/a.md", 3), "snippet")
    fence = f'```python wakepoint show="output"\n{source}```\n'
    settings = {"recordings": str(tmp_path)}
    (problem,) = convert(fence, wakepoint=settings).problems
    assert "NotImplementedError: no signals here" in problem
    Store(tmp_path).save(snippet, run, "a.snippet", "2026-01-02")
    page = convert(fence, wakepoint=settings)
    assert page.problems == []
    assert page.soup.select(".wp-where")[0].get_text().startswith(f"Ran on {ELSEWHERE} · Elsewhere")


RINGS = FENCE.replace(ELSEWHERE, "io_uring")


@pytest.mark.io_uring
@pytest.mark.parametrize("sandbox", ["auto", "off"])
def test_io_uring_runs_where_the_site_allows_it_and_nowhere_else(
    convert: Convert, sandbox: str
) -> None:
    page = convert(RINGS, wakepoint={"sandbox": sandbox})
    (line,) = page.problems
    assert line.startswith("markdown:1: this site lets no snippet use io_uring, which takes calls ")
    assert page.outputs == []
    page = convert(RINGS, wakepoint={"sandbox": sandbox, "io_uring": True})
    assert page.problems == []
    assert page.outputs == ["ran"]


MANY_RINGS = """\
from wakepoint.backends.uring.kernel import UringKernel

kernel = UringKernel()
print(len([kernel.io_uring_setup(256) for _ in range(20)]))
"""


@pytest.mark.io_uring
@pytest.mark.namespaces
def test_snippets_that_run_at_once_have_rings_enough_in_the_sandbox(convert: Convert) -> None:
    settings = {"sandbox": "required", "io_uring": True}
    page = convert(f"```python wakepoint\n{MANY_RINGS}```\n", wakepoint=settings)
    assert page.problems == []
    assert page.outputs == ["20"]


@pytest.mark.libkqueue
@pytest.mark.namespaces
def test_libkqueue_is_to_be_had_in_the_sandbox(
    convert: Convert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKEPOINT_LIBKQUEUE", find.libkqueue() or "")
    page = convert(FENCE.replace(ELSEWHERE, "kqueue"), wakepoint={"sandbox": "required"})
    assert page.problems == []
    assert page.outputs == ["ran"]


@pytest.mark.io_uring
def test_a_kept_recording_stands_in_where_io_uring_is_not_allowed(
    convert: Convert, tmp_path: Path
) -> None:
    snippet = Snippet(SOURCE, Options(backend="io_uring"), Location("docs/a.md", 3), "snippet")
    there = Environment("io_uring", "Elsewhere", "CPython 3.14.0")
    Store(tmp_path).save(
        snippet, replace(record(SOURCE), environment=there), "a.snippet", "2026-01-02"
    )
    page = convert(RINGS, wakepoint={"recordings": str(tmp_path)})
    assert page.problems == []
    assert "recorded 2026-01-02" in page.soup.select(".wp-where")[0].get_text()


@pytest.mark.io_uring
def test_whoever_builds_may_ask_for_io_uring_himself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f"```python wakepoint\n{SOURCE}```\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["record", "docs", "--out", "kept", "--backend", "io_uring"]) == 0
    assert [path.name for path in (tmp_path / "kept" / "io_uring-linux").iterdir()] == [
        "page.snippet.json"
    ]
    page.write_text(RINGS, encoding="utf-8")
    assert main(["check", "docs"]) == 1
    monkeypatch.setenv("WAKEPOINT_BACKEND", "io_uring")
    assert main(["check", "docs"]) == 0


@pytest.mark.parametrize("command", [["run"], ["check", "--format", "text"]])
def test_the_commands_tell_it_as_well(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "page.md").write_text(f"Text.\n\n{FENCE}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main([*command, "page.md"]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(f"page.md:3: this machine cannot run backend='{ELSEWHERE}' (")


def test_what_cannot_be_recorded_here_is_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["record", str(tmp_path), "--out", str(tmp_path / "out"), "--backend", ELSEWHERE]
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
