"""The style sheet and the script of what the views draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

_ASSETS = Path(__file__).parents[1] / "assets"
STYLESHEET = _ASSETS / "wakepoint.css"
SCRIPT = _ASSETS / "wakepoint.js"


@cache
def stylesheet() -> Markup:
    """The style sheet that every page with a snippet needs."""
    return Markup(STYLESHEET.read_text(encoding="utf-8"))  # noqa: S704 - it is ours


@cache
def script() -> Markup:
    """The script by which a reader walks through a run; every page works without it."""
    return Markup(SCRIPT.read_text(encoding="utf-8"))  # noqa: S704 - it is ours
