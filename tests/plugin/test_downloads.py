"""What a reader can take along of a run: the files of a site, and what is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from tools.drawn import drawn, ran, snippet
from tools.pages import Convert
from tools.sites import BARE, build, write

from mkdocs_wakepoint.views.context import context
from mkdocs_wakepoint.views.files.all import files
from mkdocs_wakepoint.views.files.trace import TIME
from wakepoint.recording import Recording, loads
from wakepoint.recording.figures import figures

SOURCE = """\
import wakepoint

async def nap(name):
    await wakepoint.sleep(0.001)
    print(f'"{name}" \\\\ <slept>')

async def main():
    task = wakepoint.spawn(nap("one"))
    await nap("two")
    await task

wakepoint.run(main())
"""

PAGE = f'# Page\n\n```python wakepoint id="naps" show="code machine"\n{SOURCE}```\n'


@pytest.fixture(scope="module")
def run() -> Recording:
    return ran(SOURCE)


@pytest.fixture(scope="module")
def made(run: Recording) -> dict[str, str]:
    html = str(drawn(SOURCE, "machine", recording=run))
    return files(run, context(snippet(SOURCE, show=("machine",)), run), html)


def traced(made: dict[str, str], ph: str) -> list[dict[str, Any]]:
    return [event for event in json.loads(made["trace.json"])["traceEvents"] if event["ph"] == ph]


# -- the site -------------------------------------------------------------------------------------


@pytest.mark.parametrize("directories", ["true", "false"])
def test_each_link_leads_to_a_file_of_the_site(tmp_path: Path, directories: str) -> None:
    write(tmp_path, {"book/naps.md": PAGE}, f"{BARE}use_directory_urls: {directories}\n")
    site = build(tmp_path).folder
    name = "book/naps/index.html" if directories == "true" else "book/naps.html"
    page = site / name
    links = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(".wp-downloads a")
    assert [link.get_text() for link in links] == [
        "recording (JSON)",
        "diagram (DOT)",
        "diagram (SVG)",
        "Chrome trace (for Perfetto)",
    ]
    for link in links:
        file = page.parent / str(link["href"])
        assert file.resolve().is_relative_to((site / "assets/wakepoint/book/naps").resolve())
        assert file.stat().st_size > 100


def test_where_nobody_writes_files_nothing_leads_to_them(convert: Convert) -> None:
    assert not convert(PAGE).soup.select(".wp-downloads, a[download]")


# -- the files ------------------------------------------------------------------------------------


def test_the_recording_is_the_whole_run(run: Recording, made: dict[str, str]) -> None:
    assert loads(made["json"]) == run


def test_without_a_picture_there_is_none_to_take_along(run: Recording) -> None:
    known = context(snippet(SOURCE, show=("timeline",)), run)
    assert set(files(run, known, str(drawn(SOURCE, "timeline", recording=run)))) == {
        "json",
        "trace.json",
    }


def test_the_picture_stands_alone(made: dict[str, str]) -> None:
    root = ET.fromstring(made["svg"])
    pictures = root.findall("{http://www.w3.org/2000/svg}svg")
    assert len(pictures) == 2
    assert "var(" not in made["svg"]
    bottoms = [int(each.get("y", "0")) + int(each.attrib["height"]) for each in pictures]
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] == int(root.attrib["height"])
    assert ".wp-box { fill: #fff;" in made["svg"]


def test_the_graph_has_each_state_and_each_way_that_was_taken(
    run: Recording, made: dict[str, str]
) -> None:
    assert made["dot"].count("subgraph cluster_") == 2
    nodes = re.findall(r"^    m\d+s\d+ \[label=", made["dot"], re.MULTILINE)
    assert len(nodes) == sum(len(machine.states) for machine in run.machines)
    assert made["dot"].count("{") == made["dot"].count("}")
    # An even number of quotes that are not escaped: each text ends.
    assert all(len(re.findall(r'(?<!\\)"', line)) % 2 == 0 for line in made["dot"].split("\n"))


def test_the_trace_has_a_track_for_each_task_and_says_what_its_time_is(
    made: dict[str, str],
) -> None:
    names = [event["args"]["name"] for event in traced(made, "M") if event["name"] == "thread_name"]
    assert names == ["executor", "reactor", "kernel", "task 1 (main)", "task 2 (nap)"]
    assert json.loads(made["trace.json"])["otherData"]["time"] == TIME


def test_polls_parks_and_calls_are_slices_that_overlap_on_no_track(
    run: Recording, made: dict[str, str]
) -> None:
    slices = traced(made, "X")
    counted = figures(run)
    assert sum(each["name"].startswith("poll ") for each in slices) == counted.polls
    assert sum(each["name"] == "parked" for each in slices) == counted.parked
    assert sum("call" in each["args"] for each in slices) == sum(counted.calls.values())
    for one in slices:
        assert one["dur"] > 0
        for other in slices:
            begins = one["ts"] < other["ts"] < one["ts"] + one["dur"]
            if one["tid"] == other["tid"] and begins:  # within it, then
                assert other["ts"] + other["dur"] <= one["ts"] + one["dur"]


def test_each_wake_up_that_queued_is_an_arrow_to_the_poll_that_it_led_to(
    run: Recording, made: dict[str, str]
) -> None:
    starts, ends = traced(made, "s"), traced(made, "f")
    assert len(starts) == figures(run).wakes
    assert {end["id"] for end in ends} <= {start["id"] for start in starts}
    slices = traced(made, "X")
    for end in ends:
        assert end["bp"] == "e"
        here = [each for each in slices if (each["tid"], each["ts"]) == (end["tid"], end["ts"])]
        assert [each["name"].partition(" ")[0] for each in here] == ["poll"]
