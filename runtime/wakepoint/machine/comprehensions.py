"""What a comprehension reads and binds, where CPython 3.11 calls a function for it.

Its function is made before what it iterates over is evaluated, and called afterwards. The
variables that it captures are read when it is called, so they are saved while the first iterable
is awaited; later versions compile a comprehension in place.
"""

from __future__ import annotations

from types import CodeType

from wakepoint.machine import blocks, flow, graph, unbound, variables
from wakepoint.machine.graph import Graph
from wakepoint.machine.variables import Variables


def move_to_calls(built: Graph, all_variables: Variables) -> None:
    """Moves what comprehensions do to variables from where they are made to where they are called.

    Those that are shown in place do it in their own instructions.
    """
    for call in built.calls:
        captured = []
        for number in call.closures(built.instructions):
            captured.append(all_variables.captured[number])
            all_variables.reads[number] = 0
        if call.inlined:
            continue
        reads, binds = _touched(call.code)
        for name, variable in zip(call.code.co_freevars, captured, strict=True):
            if name in reads:
                all_variables.reads[call.called] |= 1 << variable
            if name in binds:
                all_variables.binds[call.called] |= 1 << variable


def _touched(code: CodeType) -> tuple[set[str], set[str]]:
    """The captured variables that a function may read before it binds them, and those it binds."""
    built = graph.build(code)
    own_variables = variables.find(built, None)
    move_to_calls(built, own_variables)
    split = blocks.split(built)
    unbound.mark(built, split, own_variables)
    live = flow.solve(built, split, own_variables).live[split.entry]
    bound = 0
    for each in own_variables.binds:
        bound |= each
    names = dict(enumerate(own_variables.names))
    reads = {name for number, name in names.items() if live >> number & 1}
    return reads, {name for number, name in names.items() if bound >> number & 1}
