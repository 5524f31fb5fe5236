"""A recording whose recorder failed says so, to whoever shows its machines and in the terminal."""

from __future__ import annotations

import pytest
from tools.drawn import snippet

from mkdocs_wakepoint.commands.text import summary
from mkdocs_wakepoint.engine.diagnosis import problems
from wakepoint.recording import Recorder, Recording, record

SOURCE = """
import wakepoint
async def main():
    await wakepoint.sleep(0.001)
wakepoint.run(main())
"""


@pytest.fixture
def failed() -> Recording:
    """A recording in which the recorder finds no memory."""
    recorder = Recorder()
    recorder.failed(MemoryError("none left"))
    return record(SOURCE, recorder=recorder)


def test_a_page_that_shows_a_machine_says_it(failed: Recording) -> None:
    told = [str(each) for each in problems(snippet(SOURCE, show=("machine",)), failed)]
    what = "the recorder failed, so that machines are not recorded to the end"
    mend = "report it, and leave lowered, machine, table, timeline and expect out until then"
    assert [each.partition(": ")[2] for each in told] == [f"{what}: MemoryError: none left; {mend}"]


def test_a_page_that_shows_none_does_not(failed: Recording) -> None:
    assert problems(snippet(SOURCE, show=("output",)), failed) == []


def test_the_summary_says_it(failed: Recording) -> None:
    assert "the recorder failed; machines are not recorded to the end" in summary(failed)
