"""Takes the README's picture: the stepper of the book's front page, in light and in dark.

    python tests/tools/picture.py

It builds the book, and has Chromium go to where the run waits. Whatever the site shows by then, the
picture shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import ViewportSize, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # this is a program: nobody has done it yet

from tools import find, sites

ROOT = Path(__file__).resolve().parents[2]
Scheme = Literal["light", "dark"]
PICTURES: Final[dict[Scheme, Path]] = {
    "light": ROOT / "docs/assets/stepper-light.png",
    "dark": ROOT / "docs/assets/stepper-dark.png",
}
"""The picture for each colour scheme."""

_WINDOW: Final[ViewportSize] = {"width": 1000, "height": 900}
"""So wide that code and machine stand side by side, and hardly wider than a README is shown."""
_STEPPER = "[data-key=hello]"
_STEPS = 3
_SAYS = "The thread is parked"
"""What is read there."""


def main() -> str | None:
    """Takes the pictures.

    Returns:
        What has to be done first, if something has.
    """
    browser = find.browser()
    if browser is None:
        return find.missing_browser()
    with tempfile.TemporaryDirectory() as folder:
        built = sites.build(ROOT, into=folder)
        if built.status:
            return "\n".join(built.log)
        _take(browser, built.folder / "index.html")
    return None


def _take(browser: str, page: Path) -> None:
    with sync_playwright() as playwright:
        # Without the sandbox, so that root can take it too, in a container.
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for scheme, picture in PICTURES.items():
            opened = chromium.new_page(viewport=_WINDOW, color_scheme=scheme)
            opened.goto(page.as_uri())
            stepper = opened.locator(_STEPPER)
            for _ in range(_STEPS):
                stepper.locator(".wp-next").click()
            expect(stepper.locator(".wp-now")).to_contain_text(_SAYS)
            opened.mouse.move(0, 0)
            stepper.screenshot(path=picture)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
