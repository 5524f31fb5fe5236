"""The style sheet and the script of what the views draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

_ASSETS = Path(__file__).parents[1] / "assets"
STYLESHEET = _ASSETS / "wakepoint.css"
SCRIPT = _ASSETS / "wakepoint.js"
_OF_MACHINES = _ASSETS / "styles" / "machine.css"


@cache
def stylesheet() -> Markup:
    """The style sheet that every page with a snippet needs."""
    return Markup(STYLESHEET.read_text(encoding="utf-8"))  # noqa: S704 - it is ours


@cache
def machine_styles() -> str:
    """The part of the style sheet that is about pictures of machines, as it was written."""
    return _OF_MACHINES.read_text(encoding="utf-8")


@cache
def script() -> Markup:
    """The script by which a reader walks through a run; every page works without it."""
    return Markup(SCRIPT.read_text(encoding="utf-8"))  # noqa: S704 - it is ours
