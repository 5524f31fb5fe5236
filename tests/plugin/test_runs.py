"""Which kept runs will do, where, and with which settings."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tools.drawn import ran

from mkdocs_wakepoint.engine import Settings, sandbox
from mkdocs_wakepoint.engine.cache import Cache
from mkdocs_wakepoint.engine.pool import Pool, PoolRun
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.engine.sandbox import Sandbox
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.target import Target

SNIPPET = Snippet("print(1)\n", Options(), Location("page.md", 1), "key")


class Ran(Pool):
    """A pool in which everything has run already."""

    def submit(self, snippet: Snippet, *, lowered: bool = False) -> PoolRun:
        future = PoolRun()
        future.inputs = ()
        future.set_result(ran(snippet.source))
        return future


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Says which sandbox this machine has: ``has.setattr(sandbox, "choose", …)``."""
    return monkeypatch


def keep(folder: Path, setting: str, snippet: Snippet = SNIPPET) -> None:
    settings = Settings(sandbox=setting)
    Runs(settings, Cache(folder), Ran(settings)).start(snippet).recording()


def is_kept(folder: Path, setting: str, snippet: Snippet = SNIPPET) -> bool:
    return Runs(Settings(sandbox=setting), Cache(folder)).kept(snippet) is not None


@pytest.mark.parametrize("kind", [Sandbox.NAMESPACES, Sandbox.BUBBLEWRAP])
def test_a_run_in_a_sandbox_will_do_wherever_one_is_wanted(
    tmp_path: Path, has: pytest.MonkeyPatch, kind: Sandbox
) -> None:
    has.setattr(sandbox, "choose", lambda _: kind)
    keep(tmp_path, "auto")
    has.setattr(sandbox, "choose", lambda _: Sandbox.PLAIN)
    assert [is_kept(tmp_path, one) for one in ("auto", "required", "off")] == [True, True, False]


def test_a_run_without_a_sandbox_will_do_only_where_there_is_none(
    tmp_path: Path, has: pytest.MonkeyPatch
) -> None:
    has.setattr(sandbox, "choose", lambda _: Sandbox.PLAIN)
    keep(tmp_path, "auto")
    assert [is_kept(tmp_path, one) for one in ("auto", "required", "off")] == [True, False, True]
    has.setattr(sandbox, "choose", lambda _: Sandbox.NAMESPACES)
    assert not is_kept(tmp_path, "auto")


@pytest.mark.parametrize(
    ("variable", "matters"),
    [
        ("WAKEPOINT_SITE_URL", False),
        ("HOME", False),
        ("WAKEPOINT_BACKEND", True),
        ("PYTHONPATH", True),
    ],
)
def test_a_variable_is_in_the_key_if_the_snippet_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, matters: bool
) -> None:
    keep(tmp_path, "off")
    monkeypatch.setenv(variable, "another")
    assert is_kept(tmp_path, "off") is not matters


@pytest.mark.parametrize("name", ["executable", "prefix", "base_prefix"])
def test_where_the_python_is_matters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    keep(tmp_path, "off")
    assert is_kept(tmp_path, "off")
    monkeypatch.setattr(sys, name, str(tmp_path / "elsewhere"))
    assert not is_kept(tmp_path, "off")


def test_whether_io_uring_is_allowed_matters(tmp_path: Path) -> None:
    snippet = replace(SNIPPET, options=replace(SNIPPET.options, backend="io_uring"))
    keep(tmp_path, "off", snippet)
    allowing = Runs(Settings(sandbox="off", io_uring=True), Cache(tmp_path))
    assert is_kept(tmp_path, "off", snippet)
    assert allowing.kept(snippet) is None


def test_a_run_on_a_mechanism_that_this_machine_lacks_is_taken_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet = replace(SNIPPET, options=replace(SNIPPET.options, backend="iocp"))
    monkeypatch.setattr("mkdocs_wakepoint.engine.available.why_not", lambda _: "none here")
    settings, store = Settings(sandbox="off"), Store(tmp_path / "recordings")

    def problems() -> int:
        target = Target(snippet, (), Runs(settings, Cache(tmp_path)), store)
        target.draw()
        return len(target.problems)

    assert problems() == 1
    keep(tmp_path, "off", snippet)
    assert problems() == 0
