"""Draws what benchmarks/runtime.py measured, where a page has ``<!-- speed: switch -->``.

The name is a load's, or ``where`` for what was measured on, ``aims`` for which aims are met, or
``recording`` for what a recorder costs that does not record. The data are in docs/data/, one file for
each Python; each build draws them anew, so no page has a figure of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
ORDER = (
    "wakepoint", "uvloop", "asyncio", "trio", "curio",
    "bare loop", "uvloop Protocol", "asyncio Protocol",
)  # fmt: skip

WIDTH, LEFT, RIGHT = 330, 120, 48
ROW, TOP, BOTTOM = 24, 6, 24

_MARK = re.compile(r"^<!-- speed: (\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replaces each mark by what it names."""
    if not _MARK.search(markdown):
        return markdown
    runs = measured()
    tellers = {"where": where, "aims": aims, "recording": recording}

    def told(mark: re.Match[str]) -> str:
        name = mark[1]
        return tellers[name](runs) if name in tellers else load(name, runs)

    return _MARK.sub(told, markdown)


def measured() -> list[dict[str, Any]]:
    """What each Python measured, the oldest first."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in DATA.glob("speed-*.json")]
    return sorted(runs, key=lambda run: [int(n) for n in re.findall(r"\d+", run["python"])])


def where(runs: list[dict[str, Any]]) -> str:
    """What was measured on, a line for each Python."""
    lines = []
    for run in runs:
        libraries = ", ".join(f"{name} {version}" for name, version in run["libraries"].items())
        lines.append(
            f"- {run['python']} with {libraries}, on {run['system']}, {run['machine']}: "
            f"{run['rounds']} rounds, {run['date']}"
        )
    return "\n".join(lines) + "\n"


def load(name: str, runs: list[dict[str, Any]]) -> str:
    """A load's plots, one for each Python, and the same in figures."""
    loads = [(run["python"], run["loads"][name]) for run in runs]
    most = max(peer["ratio"][2] for _, each in loads for peer in each["peers"].values())
    plots = "".join(_plot(python, each, most) for python, each in loads)
    title = f"{_named(name)}: {loads[0][1]['title']}"
    return (
        f'<div class="wp" data-search-exclude><div class="book-plots">{plots}</div>'
        f'<p class="wp-caption">{escape(title[0].upper() + title[1:])}. Times asyncio; the line '
        "across a bar’s end goes from the first quartile of the rounds to the third.</p></div>\n\n"
        + _figures(loads)
    )


def shown(peers: dict[str, Any]) -> list[str]:
    """The peers of a plot, in its order."""
    return [peer for peer in ORDER if peer in peers]


def _plot(python: str, of_load: dict[str, Any], most: float) -> str:
    peers = of_load["peers"]
    names = shown(peers)
    height = TOP + ROW * len(names) + BOTTOM
    x = _scale(most)
    said = "; ".join(f"{name} {_times(peers[name]['ratio'][1])}" for name in names)
    parts = [*_grid(most, height)]
    for row, name in enumerate(names):
        parts += _bar(name, peers[name]["ratio"], TOP + ROW * row, x)
    return (
        f'<figure><svg class="wp-plot" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(f"{python}: {said}")}" '
        f'font-family="inherit" font-size="13" fill="currentColor">{"".join(parts)}</svg>'
        f"<figcaption>{escape(python)}</figcaption></figure>"
    )


def _scale(most: float) -> Any:
    """From ratios to pixels, beginning at none."""
    return lambda ratio: round(LEFT + ratio / most * (WIDTH - LEFT - RIGHT), 1)


def _grid(most: float, height: int) -> Iterable[str]:
    x = _scale(most)
    step = 1 if most < 8 else 5
    for ratio in (0, 1, *range(1 + step, int(most) + 1, step)):
        shade = "" if ratio == 1 else ' opacity=".2"'
        yield f'<path d="M{x(ratio)} {TOP}V{height - BOTTOM}" stroke="currentColor"{shade}/>'
        yield f'<text x="{x(ratio)}" y="{height - 8}" text-anchor="middle">{ratio}</text>'


def _bar(name: str, ratio: list[float], top: int, x: Any) -> Iterable[str]:
    low, median, high = ratio
    ours = name == "wakepoint"
    weight = ' font-weight="bold"' if ours else ""
    middle = top + ROW / 2
    fill = "var(--wp-accent)" if ours else "var(--wp-faint)"
    yield f'<text x="{LEFT - 8}" y="{middle + 4.5}" text-anchor="end"{weight}>{name}</text>'
    yield (
        f'<rect x="{LEFT}" y="{top + 4}" width="{round(x(median) - LEFT, 1)}" height="{ROW - 8}" '
        f'fill="{fill}" opacity=".7"/>'
    )
    yield f'<path d="M{x(low)} {middle}H{x(high)}" stroke="currentColor" stroke-width="2"/>'
    yield (
        f'<text x="{max(x(high), x(median)) + 5}" y="{middle + 4.5}"{weight} paint-order="stroke" '
        f'stroke="var(--wp-paper)" stroke-width="4">{_times(median)}</text>'
    )


def _times(ratio: float) -> str:
    return f"{ratio:.2f}×"


def _spread(ratio: list[float]) -> str:
    return f"{_times(ratio[1])} ({ratio[0]:.2f}–{ratio[2]:.2f})"


def _figures(loads: list[tuple[str, dict[str, Any]]]) -> str:
    """A load's figures, a peer a line."""
    head = ["library"]
    for python, of_load in loads:
        head += [f"{python}, times asyncio", of_load["unit"]]
    lines = [_row(head), _row(["---", *["--:"] * (len(head) - 1)])]
    for name in shown({peer for _, of_load in loads for peer in of_load["peers"]}):
        cells = [name]
        for _, of_load in loads:
            peer = of_load["peers"].get(name)
            cells += [_spread(peer["ratio"]), f"{peer['cost'][1]:g}"] if peer else ["–", "–"]
        lines.append(_row(cells))
    return '??? note "In figures"\n\n' + "".join(f"    {line}\n" for line in lines)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def aims(runs: list[dict[str, Any]]) -> str:
    """Which aims are met, on each Python."""
    lines = [
        f"On {run['python']}, {sum(aim['met'] for aim in run['aims'])} of {len(run['aims'])} are met."
        for run in runs
    ]
    head = ["load", "at least", *(run["python"] for run in runs)]
    table = [_row(head), _row(["---", "---", *["---"] * len(runs)])]
    for of_runs in zip(*(run["aims"] for run in runs), strict=True):
        aim = of_runs[0]
        verdicts = (_verdict(each) for each in of_runs)
        what = f"{aim['factor']:g}× {aim['peer']}"
        table.append(_row([_named(aim["load"]), what, *verdicts]))
    return " ".join(lines) + "\n\n" + "\n".join(table) + "\n"


def recording(runs: list[dict[str, Any]]) -> str:
    """How fast we are after a recording, against a process that never had the recorder."""
    table = [
        _row(["load", *(run["python"] for run in runs)]),
        _row(["---", *["---"] * len(runs)]),
    ]
    for of_runs in zip(*(run["recording_off"] for run in runs), strict=True):
        table.append(_row([_named(of_runs[0]["load"]), *(_verdict(each) for each in of_runs)]))
    return "\n".join(table) + "\n"


def _named(name: str) -> str:
    return name.replace("_", " ")


def _verdict(aim: dict[str, Any]) -> str:
    return f"{'met' if aim['met'] else '**missed**'}: {_spread(aim['ratio'])}"
