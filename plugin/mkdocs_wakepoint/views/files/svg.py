"""The pictures of a snippet's machines as a file that needs no style sheet beside it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mkdocs_wakepoint.views.style import machine_styles

_FIGURE = re.compile(r'<figure class="wp-machine".*?<svg (.*?)</svg>', re.DOTALL)
_SIZE = re.compile(r'\b(width|height)="(\d+)"')
_RULE = re.compile(r"^\.wp-svg ([^{}]*)\{([^{}]*)\}$", re.MULTILINE)
_VARIABLE = re.compile(r"var\(--(?:wp|md)-([\w-]+)(?:,[^()]*)?\)")
_BETWEEN: Final = 24
"""Room between two pictures, in pixels."""

_PAPER: Final = "#fff"
_COLOURS: Final = {
    "text": "#1f2328",
    "soft": "#545b66",
    "faint": "#79818d",
    "accent": "#225899",
    "accent-bg": "#e1f0ff",
    "done": "#166841",
    "done-bg": "#dff5e7",
    "fail": "#93332d",
    "fail-bg": "#ffe9e6",
    "wake": "#7b4c00",
    "ask": "#753a8d",
    "paper": _PAPER,
    "shade": "#f1f6fe",
    "area": "#f3f9ff",
    "rule": "#d0d8e5",
    "hot": "#fff3c4",
    "mono": "ui-monospace, monospace",
}
"""The light palette of the style sheet, worked out; not every viewer of SVG can."""


def svg(drawn: str) -> str:
    """The machines in a snippet's HTML, one below another; empty if it has none.

    Args:
        drawn: The HTML.
    """
    parts: list[str] = []
    width = height = 0
    for match in _FIGURE.finditer(drawn):
        picture = match[1]
        size = dict(_SIZE.findall(picture.partition(">")[0]))
        y = height + _BETWEEN if parts else 0
        parts.append(f'<svg y="{y}" {picture}</svg>')
        width, height = max(width, int(size["width"])), y + int(size["height"])
    if not parts:
        return ""
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    paper = f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>'
    head = f'{start} width="{width}" height="{height}">\n<style>\n{_rules()}\n</style>\n{paper}\n'
    return "\n".join([f"{head}{parts[0]}", *parts[1:], "</svg>\n"])


@cache
def _rules() -> str:
    """The style sheet's rules for pictures, with colours in the place of variables."""
    base = f"svg {{ font: 13px system-ui, sans-serif; }}\ntext {{ fill: {_COLOURS['text']}; }}"
    rules = (f"{match[1]}{{{match[2]}}}" for match in _RULE.finditer(_alone(machine_styles())))
    return _VARIABLE.sub(lambda match: _COLOURS.get(match[1], "inherit"), "\n".join([base, *rules]))


def _alone(css: str) -> str:
    """Each selector of a rule on pictures in a rule of its own."""
    return re.sub(r", \.wp-svg ", ", ", css)
