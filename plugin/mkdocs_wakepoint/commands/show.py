"""``mkdocs-wakepoint show``: a recording that was kept, as text or as a page."""

from __future__ import annotations

import json
from pathlib import Path

from markupsafe import Markup

from mkdocs_wakepoint.commands.text import text
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views import Item, render_all, stylesheet
from wakepoint.recording import Recording, RecordingError, loads


def show(path: Path, *, as_html: bool) -> int:
    """Prints it.

    Args:
        path: A recording, or a file of the store of recordings.
        as_html: A whole page instead of text.

    Returns:
        The exit status.

    Raises:
        RecordingError: If the file is none.
    """
    recording = _load(path)
    print(_page(path, recording) if as_html else text(recording))
    return 0


def _load(path: Path) -> Recording:
    content = path.read_text(encoding="utf-8")
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
    (html,) = render_all([Item(snippet, recording, ())])
    return Markup(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>{}</title>\n'
        "<style>{}</style>\n<body>\n{}\n</body>\n</html>"
    ).format(path.name, stylesheet(), html)
