"""The style sheet of what the views draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

STYLESHEET = Path(__file__).parents[1] / "assets" / "wakepoint.css"


@cache
def stylesheet() -> Markup:
    """The style sheet that every page with a snippet needs."""
    return Markup(STYLESHEET.read_text(encoding="utf-8"))  # noqa: S704 - it is ours
