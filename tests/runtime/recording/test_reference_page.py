"""The reference page of the recording format says what the code says."""

from pathlib import Path

from wakepoint.recording.reference_page import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "recording.md"


def test_the_page_is_what_the_schema_makes_of_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m wakepoint.recording.reference_page > docs/reference/recording.md"
    )
