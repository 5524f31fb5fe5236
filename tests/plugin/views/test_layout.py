"""Layouts: by a ``dot`` program where there is one, else by Graphviz in WebAssembly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.dot import Dot

from mkdocs_wakepoint.views import dot, layout

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")

ONE, TWO = (f'digraph {{ {name} [width=1] {name} -> end [id="{name}"] }}' for name in "ab")
BAD = "digraph { BAD -> -> }"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What was laid out before is not known, and no program was asked for its version."""
    layout.LAYOUTS.clear()
    dot.version.cache_clear()
    yield
    layout.LAYOUTS.clear()
    dot.version.cache_clear()


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the only one on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_without_a_program_layouts_are_made_all_the_same(bin_folder: Path) -> None:
    assert not layout.uses_dot()
    first, second = layout.lay_out([ONE, TWO])
    assert set(first.nodes) == {"a", "end"}
    assert set(second.nodes) == {"b", "end"}


def test_several_graphs_are_one_start_of_dot_and_are_laid_out_alike(bin_folder: Path) -> None:
    without = layout.lay_out([ONE, TWO])
    layout.LAYOUTS.clear()
    program = Dot(bin_folder)
    assert layout.lay_out([ONE, TWO, ONE]) == [*without, without[0]]
    assert program.layouts == 1


def test_what_was_laid_out_is_not_laid_out_again(bin_folder: Path) -> None:
    program = Dot(bin_folder)
    assert layout.lay_out([ONE]) == layout.lay_out([ONE])
    assert program.layouts == 1


def test_a_graph_that_dot_refuses_takes_no_other_along(bin_folder: Path) -> None:
    Dot(bin_folder)
    answers = dot.lay_out([ONE, BAD, TWO])
    assert [answer is None for answer in answers] == [False, True, False]


def test_what_dot_fails_at_is_laid_out_by_the_other(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dot, "lay_out", lambda graphs: [None] * len(graphs))
    Dot(bin_folder)
    assert layout.uses_dot()
    assert set(layout.lay_out([ONE])[0].nodes) == {"a", "end"}


def test_a_program_that_tells_no_version_is_not_used(bin_folder: Path) -> None:
    program = Dot(bin_folder, fails=True)
    assert not layout.uses_dot()
    layout.lay_out([ONE])
    assert program.layouts == 0


def test_a_text_of_many_objects_is_parted() -> None:
    text = '{"a": "} {"}\n\n{"b": 1} \n'
    assert dot.parted(text) == [{"a": "} {"}, {"b": 1}]
