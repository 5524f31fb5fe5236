"""The machines of a run in Graphviz' language, for who wants to lay them out in another way.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mkdocs_wakepoint.text import visible
from mkdocs_wakepoint.views.boxes import heading
from mkdocs_wakepoint.views.context import Shown
from mkdocs_wakepoint.views.limits import VALUE
from mkdocs_wakepoint.views.story import Instance
from mkdocs_wakepoint.views.words import causes, cut, ranges
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind


def dot(shown: Sequence[Shown]) -> str:
    """One graph, with a frame for each machine; empty if there is none."""
    if not shown:
        return ""
    lines = ["digraph wakepoint {", "  node [shape=box style=rounded]"]
    for number, one in enumerate(shown):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_text(_name(one))}"]
        lines += [f"    {line}" for line in _machine(f"m{number}s", one)]
        lines.append("  }")
    return "\n".join([*lines, "}", ""])


def _name(shown: Shown) -> str:
    return shown.instance.machine.qualname


def _machine(prefix: str, shown: Shown) -> Iterator[str]:
    instance = shown.instance
    known = {state.index for state in shown.states}
    for state in shown.states:
        yield f"{prefix}{state.index} [label={_text(_label(instance, state))}]"
    for source in sorted(known):
        for target, steps in sorted(instance.steps_from(source).items()):
            if target in known:
                numbers = ", ".join(ranges([step.number for step in steps]))
                why = causes(step.cause for step in steps)
                yield f"{prefix}{source} -> {prefix}{target} [label={_text(f'{numbers}: {why}')}]"
    for source, target in sorted({(t.source, t.target) for t in instance.machine.transitions}):
        if {source, target} <= known and target not in instance.steps_from(source):
            yield f"{prefix}{source} -> {prefix}{target} [style=dashed color=gray]"


def _label(instance: Instance, state: State) -> str:
    if state.kind is StateKind.START:
        return f"0 {instance.machine.name}()"
    if state.kind in TERMINAL_KINDS:
        return state.kind.value
    suspended = instance.suspended(state.index)
    return f"{state.index} {heading(state)}\nsuspended ×{suspended}"


def _text(words: str) -> str:
    """A quoted string, in which Graphviz reads no escapes but that of a line's end."""
    lines = (cut(visible(line), VALUE) for line in words.split("\n"))
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
