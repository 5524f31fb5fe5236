"""What axe-core finds wrong with a page for a reader who cannot see it, or not well."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page
from tools.contrast import settle

_SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 at level AA is what the tags of all three versions say together."""

_RUN = """async ([inside, options]) => {
    const { violations } = await axe.run(inside, options);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => ({
        rule: id, target: node.target.join(" "), html: node.html, why: node.failureSummary })));
}"""

COLOURS = ["color-contrast"]
"""Takes longer than all other rules, and finds the same at every width."""

# Material's script makes one beside each block of code, to hold the button that copies it.
_THEIRS = {("landmark-unique", 'class="md-code__nav"')}


def violations(page: Page, without: Iterable[str] = (), inside: str = "html") -> list[str]:
    """What is wrong with a page as it is now, boxes that open included.

    Args:
        page: It; the browser has to run scripts, though not the page's own.
        without: Rules to leave out.
        inside: A selector of what is looked at.
    """
    settle(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        "preload": False,
        "runOnly": {"type": "tag", "values": _TAGS},
        "rules": {rule: {"enabled": False} for rule in without},
    }
    if inside != "html":
        options["rules"]["region"] = {"enabled": False}  # landmarks are the theme's
    found = page.evaluate(_RUN, [inside, options])
    return [
        f"{one['rule']} at {one['target']}: {one['html'][:200]}\n{one['why']}"
        for one in found
        if not any(rule == one["rule"] and part in one["html"] for rule, part in _THEIRS)
    ]
