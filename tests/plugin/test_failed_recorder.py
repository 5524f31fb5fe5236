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


def failed_by(error: Exception) -> Recording:
    recorder = Recorder()
    recorder.failed(error)
    return record(SOURCE, recorder=recorder)


@pytest.fixture
def failed() -> Recording:
    """A recording in which the recorder finds no memory."""
    return failed_by(MemoryError("none left"))


@pytest.mark.parametrize(
    "error, told, mend",
    [
        (MemoryError("none left"), "MemoryError: none left", "let the snippet use less memory, or"),
        (LookupError("a mistake"), "LookupError: a mistake", "report it, and"),
    ],
)
def test_a_page_that_shows_a_machine_says_it(error: Exception, told: str, mend: str) -> None:
    (problem,) = problems(snippet(SOURCE, show=("machine",)), failed_by(error))
    what = "the recorder failed, so that machines are not recorded to the end"
    assert problem.what == f"{what}: {told}"
    assert problem.remedy.startswith(f"{mend} leave lowered, machine, table, timeline and expect")


def test_a_page_that_shows_none_does_not(failed: Recording) -> None:
    assert problems(snippet(SOURCE, show=("output",)), failed) == []


def test_the_summary_says_it(failed: Recording) -> None:
    assert "the recorder failed; machines are not recorded to the end" in summary(failed)
