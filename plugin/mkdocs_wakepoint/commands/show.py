"""``mkdocs-wakepoint show``: a recording that was kept, as text or as a page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.commands.report import report
from mkdocs_wakepoint.commands.text import text
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views import Item
from wakepoint.recording import Recording, RecordingError, loads


def main(options: argparse.Namespace) -> int:
    """Prints a recording, or the one in a file of the store of recordings.

    Raises:
        UnreadableError: If the file cannot be read.
        RecordingError: If it is none.
    """
    path: Path = options.recording
    try:
        recording = _recording(reading.text(path))
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None
    print(_page(path, recording) if options.html else text(recording))
    return 0


def _recording(content: str) -> Recording:
    try:
        data = json.loads(content)
    except ValueError as error:
        raise RecordingError(f"not a recording: {error}") from None
    except RecursionError:
        raise RecordingError("not a recording: it is nested too deeply") from None
    recording = data.get("recording") if isinstance(data, dict) else None
    return loads(content if recording is None else json.dumps(recording))


def _page(path: Path, recording: Recording) -> str:
    # A file of the store does without the source, which its page has.
    views = ("code",) if recording.source else ()
    options = Options(show=(*views, "output", "machine", "table", "kernel"))
    snippet = Snippet(recording.source, options, Location(path.as_posix(), 1), "recording")
    return report(path.name, [Item(snippet, recording, ())])
