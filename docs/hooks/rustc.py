"""Puts rustc's states beside ours, into every page that has ``<!-- rustc: name name -->``.

``<!-- rustc sizes: name -->`` gives way to how many bytes of the future each state uses.

rustc's side is data, recorded with its version by tests/tools/rustc.py. Our side is
analysed anew by each build.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from wakepoint.machine import analyze_source
from wakepoint.machine.model import Machine, State

DATA = Path(__file__).parent.parent / "data" / "rustc"

_MARK = re.compile(r"^<!-- rustc(?P<sizes> sizes)?: (?P<names>[\w ]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replaces each mark by the functions' sources and tables."""
    if not _MARK.search(markdown):
        return markdown
    recorded = json.loads((DATA / "rustc.json").read_text(encoding="utf-8"))
    path = DATA / "functions.py"
    machines = {
        analysis.machine.name: analysis.machine
        for analysis in analyze_source(path.read_text(encoding="utf-8"), str(path))
    }

    def tables(mark: re.Match[str]) -> str:
        names = mark["names"].split()
        if mark["sizes"]:
            told = [_sizes(name, recorded["functions"][name], recorded["sizes"]) for name in names]
            origin = f"Bytes, as {recorded['rustc']} lays them out, recorded."
        else:
            told = [
                _sources(name) + "\n\n" + _table(recorded["functions"][name], machines[name])
                for name in names
            ]
            origin = f"Left: {recorded['rustc']}, recorded. Right: analysed by this build."
        return "\n\n".join([*told, origin]) + "\n"

    return _MARK.sub(tables, markdown)


def _sources(name: str) -> str:
    """Both sources, as two tabs."""
    rust = _function(DATA / "functions.rs", rf"pub async fn {name}\(.*?^}}")
    python = _function(DATA / "functions.py", rf"async def {name}\(.*?(?=\n\n\n|\Z)")
    tabs = [_tab("Rust", "rust", rust), _tab("Python", "python", python)]
    return "\n\n".join(tabs)


def _function(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, pattern
    return found[0].strip()


def _tab(title: str, language: str, code: str) -> str:
    lines = [f"```{language}", *code.splitlines(), "```"]
    return f'=== "{title}"\n\n' + "\n".join(f"    {line}".rstrip() for line in lines)


def _table(theirs: list[dict[str, Any]], ours: Machine) -> str:
    states = [state for state in ours.states if state.span and state.index]
    rows = [
        f"| `{state.label}` | {_names(saved['saved'])} | {_kept(state)} |"
        for state, saved in zip(states, theirs, strict=True)
    ]
    head = "| suspended at | Rust saves | CPython keeps |\n| --- | --- | --- |\n"
    return head + "\n".join(rows)


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _kept(state: State) -> str:
    told = [f"{'●' if v.live else '○'}&nbsp;`{v.name}`" for v in state.variables]
    return ", ".join(told) or "nothing"


def _sizes(name: str, states: list[dict[str, Any]], sizes: dict[str, Any]) -> str:
    """How many bytes each state uses, and how many the future has in all of them."""
    size = sizes[name]
    labels = {"Unresumed": "not started"} | {
        state["variant"]: f"`{state['awaits']}`" for state in states
    }
    lines = [
        f"| `{name}` stands at | its arguments | saved | awaited | in use | the whole future |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for variant, label in labels.items():
        used = size["variants"][variant]
        cells = [*used.values(), sum(used.values()), size["bytes"]]
        lines.append(f"| {label} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
