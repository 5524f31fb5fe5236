"""The page that tells how fast the runtime is, and the benchmark that measures it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tools.book import DOCS, ROOT
from tools.contrast import too_faint

Open = Callable[..., Page]

DATA = sorted((DOCS / "data").glob("speed-*.json"))
PAGE = (DOCS / "reference" / "speed.md").read_text(encoding="utf-8")
WITHIN = """() => [...document.querySelectorAll(".wp-plot")].map((plot) => {
    const { left, right } = plot.getBoundingClientRect();
    const texts = [...plot.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    return [left, right, Math.min(...texts.map((text) => text.left)) - left,
        right - Math.max(...texts.map((text) => text.right))];
})"""


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "runtime.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_run_is_told_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "data.json"
    chosen = ("--loads", "echo,sleeping", "--peers", "wakepoint,trio,bare loop")
    done = benchmark("--quick", "--rounds", "1", *chosen, "--json", str(kept))
    assert done.returncode == 0, done.stderr
    data = json.loads(kept.read_text())
    assert list(data["loads"]) == ["echo", "sleeping"]
    peers = data["loads"]["echo"]["peers"]
    if sys.platform == "linux":
        assert set(peers) == {"asyncio", "trio", "wakepoint", "bare loop"}
    for each in peers.values():
        expected = peers["asyncio"]["cost"][1] / each["cost"][1]
        assert each["ratio"] == pytest.approx([expected] * 3, rel=0.002)
    against = {(aim["load"], aim["peer"]): aim for aim in data["aims"]}
    assert set(against) == {("echo", "asyncio"), ("sleeping", "asyncio")}
    for aim in against.values():
        assert aim["met"] == (aim["ratio"][1] >= aim["factor"])
        assert ("met" if aim["met"] else "MISSED") in done.stdout


@pytest.mark.parametrize("option", ["load", "peer"])
def test_a_name_that_there_is_not_is_told(option: str) -> None:
    done = benchmark(f"--{option}s", "switch,chess")
    assert done.returncode == 1
    assert done.stderr.startswith(f"there is no {option} '")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_the_data_are_of_a_whole_run(path: Path) -> None:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert data["rounds"] >= 3
    assert {"trio", "uvloop"} <= set(data["libraries"])
    for name, load in data["loads"].items():
        assert f"<!-- speed: {name} -->" in PAGE
        assert {"asyncio", "uvloop", "trio", "wakepoint"} <= set(load["peers"])


def test_there_is_one_for_each_python_that_the_aims_name() -> None:
    assert [path.stem for path in DATA] == ["speed-3.11", "speed-3.13"]


@pytest.mark.browser
def test_every_figure_is_on_the_page(open_page: Open) -> None:
    page = open_page("reference/speed")
    text = page.locator("article").text_content() or ""
    for path in DATA:
        data = json.loads(path.read_text(encoding="utf-8"))
        assert f"{data['python']} with" in text
        for load in data["loads"].values():
            for name, peer in load["peers"].items():
                if not name.startswith("wakepoint after"):
                    low, median, high = peer["ratio"]
                    assert f"{median:.2f}× ({low:.2f}–{high:.2f})" in text


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_its_plots_are_seen_whole(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("reference/speed", width, scripts=False, color_scheme=scheme)
    plots = page.evaluate(WITHIN)
    loads = sum(len(json.loads(path.read_text())["loads"]) for path in DATA)
    assert len(plots) == loads
    for left, right, before, behind in plots:
        assert left >= 0
        assert right <= width
        assert before >= 0
        assert behind >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert too_faint(page) == []
