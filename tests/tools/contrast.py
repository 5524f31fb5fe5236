"""How well what we show stands out, as a browser paints it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_CONTRAST = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
TEXT, LINES = 4.5, 3.0
"""What WCAG 2.2 asks for at level AA: 1.4.3 for text of this size, 1.4.11 for lines."""


_SETTLED = "() => document.getAnimations().every((one) => one.playState !== 'running')"


def settle(page: Page) -> None:
    """Opens every box that opens, and waits until no colour changes any more.

    Material fades from one palette to another.
    """
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true })")
    page.wait_for_function(_SETTLED)


def too_faint(page: Page) -> list[str]:
    """Each text and line whose contrast is too low, boxes that open included."""
    settle(page)
    texts = page.evaluate(_CONTRAST)
    assert {one["what"] for one in texts} >= {"text"}
    return [
        f"{one['what']} {one['text']}: {one['ratio']:.2f}"
        for one in texts
        if one["ratio"] < (TEXT if one["what"] == "text" else LINES)
    ]
