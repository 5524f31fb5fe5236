"""The trace that a page offers, opened in Perfetto itself."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from playwright.sync_api import Browser
from tools.perfetto import Perfetto
from tools.sites import Built


@pytest.mark.browser
@pytest.mark.parametrize("name", ["04-waker/socket", "04-waker/forgotten", "16-iocp/pool"])
def test_perfetto_reads_all_of_a_trace(book: Built, browser: Browser, name: str) -> None:
    file = book.folder / "assets" / "wakepoint" / "book" / f"{name}.trace.json"
    entries = json.loads(file.read_text(encoding="utf-8"))["traceEvents"]
    page = browser.new_page()
    perfetto = Perfetto(page, file)
    assert not perfetto.rows("select name, value from stats where severity != 'info' and value > 0")

    tracks = perfetto.rows("select name from thread where name is not null")
    named = [entry["args"]["name"] for entry in entries if entry["name"] == "thread_name"]
    assert [name for (name,) in tracks] == named

    slices = perfetto.rows("select name, ts, dur from slice")
    written = [entry for entry in entries if entry["ph"] == "X"]
    assert Counter(map(tuple, slices)) == Counter(
        (entry["name"], str(entry["ts"] * 1000), str(entry["dur"] * 1000)) for entry in written
    )

    arrows = perfetto.rows(
        "select source.name, target.name from flow"
        " join slice source on source.id = slice_out join slice target on target.id = slice_in"
    )
    assert len(arrows) == sum(entry["ph"] == "f" for entry in entries)
    assert all(source.startswith("wake task ") for source, _ in arrows)
    assert all(target.startswith("poll ") for _, target in arrows)
    page.close()
