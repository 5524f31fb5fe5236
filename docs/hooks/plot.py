"""Draws a benchmark's data where a page has ``<!-- plot: backends -->``.

The data was measured by benchmarks/backends.py and is kept in docs/data/; each build draws it anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from textwrap import indent
from typing import Any

DATA = Path(__file__).parent.parent / "data"

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 110, 16, 52
NAME_HEIGHT = 18
DASHES = ("", "8 4", "2 4", "10 3 2 3")
SHAPES = ("circle", "square", "diamond", "triangle")

_MARK = re.compile(r"^( *)<!-- plot: (\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replaces each mark by the plot and a table of the same numbers."""

    def drawn(mark: re.Match[str]) -> str:
        data = json.loads((DATA / f"{mark[2]}.json").read_text(encoding="utf-8"))
        return indent(f"{_figure(data)}\n\n{_table(data)}\n", mark[1])

    return _MARK.sub(drawn, markdown)


def _figure(data: dict[str, Any]) -> str:
    series: dict[str, list[float | None]] = data["microseconds"]
    numbers = [t for times in series.values() for t in times if t]
    x = _Scale(data["idle"][0], data["idle"][-1], LEFT, WIDTH - RIGHT)
    y = _Scale(
        10 ** math.floor(math.log10(min(numbers))),
        10 ** math.ceil(math.log10(max(numbers))),
        HEIGHT - BOTTOM,
        TOP,
    )
    parts = [*_grid(x, y)]
    ends = {}
    for index, (name, times) in enumerate(series.items()):
        points = [(x(n), y(t)) for n, t in zip(data["idle"], times, strict=True) if t]
        parts += _line(points, index)
        ends[name] = points[-1]
    parts += _names(ends)
    title = "Time per wake-up against the number of idle descriptors"
    caption = (
        f"Measured by benchmarks/backends.py on {data['system']}, {data['python']}, {data['date']}."
    )
    return (
        '<div class="wp" data-search-exclude>'
        f'<div class="wp-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<svg class="wp-plot" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{title}" font-family="inherit" font-size="13" '
        f'fill="currentColor">{"".join(parts)}</svg></div>'
        f'<p class="wp-caption">{title}. {escape(caption)}</p></div>'
    )


class _Scale:
    """Logarithmic, from values to pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def decades(self) -> Iterable[float]:
        value = 10 ** math.ceil(math.log10(self.low))
        while value <= self.high:
            yield value
            value *= 10


def _grid(x: _Scale, y: _Scale) -> Iterable[str]:
    for value in y.decades():
        yield f'<path d="M{LEFT} {y(value)}H{WIDTH - RIGHT}" stroke="currentColor" opacity=".15"/>'
        label = f"{value:g} µs" if value < 1000 else f"{value / 1000:g} ms"
        yield f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{label}</text>'
    for value in x.decades():
        yield f'<path d="M{x(value)} {TOP}V{HEIGHT - BOTTOM}" stroke="currentColor" opacity=".15"/>'
        label = f"{value:,.0f}".replace(",", "\u202f")
        yield f'<text x="{x(value)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{label}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">idle descriptors</text>'


def _line(points: list[tuple[float, float]], index: int) -> Iterable[str]:
    path = "L".join(f"{px} {py}" for px, py in points)
    dash = f' stroke-dasharray="{DASHES[index]}"' if DASHES[index] else ""
    yield f'<path d="M{path}" fill="none" stroke="currentColor" stroke-width="2"{dash}/>'
    yield from (_marker(SHAPES[index], px, py) for px, py in points)


def _names(ends: dict[str, tuple[float, float]]) -> Iterable[str]:
    """Writes each line's name at its end, below another's where both end at about the same place.

    Its marker stands before the name, since the line itself may be some way above.
    """
    shapes = dict(zip(ends, SHAPES, strict=False))
    lowest: dict[float, float] = {}
    for name, (px, py) in sorted(ends.items(), key=lambda end: end[1][1]):
        at = max(py, lowest.get(px, 0) + NAME_HEIGHT)
        lowest[px] = at
        yield _marker(shapes[name], px + 16, at)
        yield f'<text x="{px + 26}" y="{at + 4}" font-weight="bold">{name}</text>'


def _marker(shape: str, x: float, y: float) -> str:
    if shape == "circle":
        return f'<circle cx="{x}" cy="{y}" r="4"/>'
    if shape == "square":
        return f'<path d="M{x - 4} {y - 4}h8v8h-8z"/>'
    if shape == "diamond":
        return f'<path d="M{x} {y - 6}l6 6-6 6-6-6z"/>'
    return f'<path d="M{x} {y - 5}l6 10h-12z"/>'


def _table(data: dict[str, Any]) -> str:
    ratios = data["ratio_to_epoll_at_least_idle"]
    lines = [
        "| idle descriptors | " + " | ".join(ratios) + " |",
        "| --: |" + " --: |" * len(ratios),
    ]
    for n, count in enumerate(data["idle"]):
        cells = (f"{times[n]:g}×" if times[n] is not None else "–" for times in ratios.values())
        lines.append(f"| {count} | " + " | ".join(cells) + " |")
    base = f"1× is epoll with {data['idle'][0]} idle descriptors in the same run."
    return "\n".join(lines) + f"\n\n{base} – means that the mechanism cannot hold that many."
