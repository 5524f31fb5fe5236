"""The variables of a coroutine and what each instruction does to them.

Sets of variables are the bits of an integer.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import CodeType

from wakepoint.machine.bytecode import Instruction, Position
from wakepoint.machine.graph import COMPREHENSIONS, Graph
from wakepoint.machine.model import VariableKind
from wakepoint.machine.syntax import Syntax, contains

# fmt: off
_LOADS = frozenset((
    "LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_CLOSURE", "LOAD_DEREF",
    "LOAD_FROM_DICT_OR_DEREF", "LOAD_CLASSDEREF",
))
# fmt: on
_STORES = frozenset(("STORE_FAST", "STORE_DEREF"))
_DELETES = frozenset(("DELETE_FAST", "DELETE_DEREF"))
_PAIRS = {
    "LOAD_FAST_LOAD_FAST": "rr",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": "rr",
    "STORE_FAST_LOAD_FAST": "wr",
    "STORE_FAST_STORE_FAST": "ww",
}
_MAY_TOUCH = _LOADS | _STORES | _DELETES | _PAIRS.keys() | {"LOAD_FAST_AND_CLEAR"}


@dataclass(eq=False, slots=True)
class Variables:
    """The variables of a coroutine, by number.

    Attributes:
        names: Their names; two may have the same one, since the variable of a comprehension is
            not the function's.
        kinds: Where they are kept.
        reads: For each instruction the bits of the variables that it reads.
        writes: For each instruction the bits of those that it binds or takes away.
        binds: For each instruction the bits of those that it binds.
        captured: By LOAD_CLOSURE instruction, the variable that it captures.
        visible: For each part of the graph the bits of the variables that exist while it runs.
        bound_at_start: The bits of parameters and captured variables.
        order: Their numbers in the order of the source.
    """

    names: list[str] = field(default_factory=list)
    kinds: list[VariableKind] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    binds: list[int] = field(default_factory=list)
    captured: dict[int, int] = field(default_factory=dict)
    visible: list[int] = field(default_factory=list)
    bound_at_start: int = 0
    order: list[int] = field(default_factory=list)

    def new(self, name: str, kind: VariableKind) -> int:
        """The number of a further variable."""
        self.names.append(name)
        self.kinds.append(kind)
        return len(self.names) - 1


def find(graph: Graph, syntax: Syntax | None) -> Variables:
    """The variables of a coroutine and what its instructions do to them."""
    variables = Variables()
    scopes = [_scope(graph.code, variables)]
    variables.visible.append(_bits(scopes[0]))
    variables.bound_at_start = (1 << _arguments(graph.code)) - 1
    for number, kind in enumerate(variables.kinds):
        if kind is VariableKind.FREE:
            variables.bound_at_start |= 1 << number
    for inlined in graph.inlined:
        outer = scopes[graph.instructions[inlined.send].part]
        scopes.append(_inner_scope(inlined.code, outer, graph, variables))
        around = variables.visible[graph.instructions[inlined.send].part]
        variables.visible.append(around | _bits(scopes[-1]))
    shadows = _shadows(graph, variables)
    variables.visible[0] |= _bits(shadows.values())
    for number, instruction in enumerate(graph.instructions):
        reads = writes = binds = 0
        if instruction.name in _MAY_TOUCH:
            scope = scopes[instruction.part]
            if shadows:
                scope = _in_comprehension(instruction, scope, shadows, syntax)
            reads, writes, binds = _effect(instruction, scope)
            if shadows:
                taken = _taken_away(instruction, scope, shadows)
                writes = writes & ~taken[0] | taken[1]
                binds &= ~taken[0]
            if instruction.name == "LOAD_CLOSURE":
                variables.captured[number] = scope[instruction.argument]
        elif instruction.name == "LOAD_GLOBAL" and _is_bare_super(graph, number):
            reads = 1 << scopes[instruction.part][0]
        variables.reads.append(reads)
        variables.writes.append(writes)
        variables.binds.append(binds)
    variables.order = _in_order(graph, variables)
    return variables


def _is_bare_super(graph: Graph, number: int) -> bool:
    """True for the ``super`` of ``super()``, which reads the first argument behind the scenes."""
    instruction = graph.instructions[number]
    code = instruction.code
    name = code.co_names[instruction.argument >> 1]
    if name != "super" or not code.co_argcount:
        return False
    after = graph.instructions[number + 1]
    if after.name == "PUSH_NULL":
        after = graph.instructions[number + 2]
    return after.name in {"CALL", "PRECALL"} and after.argument == 0


def _in_order(graph: Graph, variables: Variables) -> list[int]:
    """The variables in the order of the source: the parameters, then by the line that binds them.

    The order in which CPython numbers them differs between versions, as does what is known of
    the columns.
    """
    first: dict[int, int] = {}
    for number, instruction in enumerate(graph.instructions):
        bits = variables.binds[number]
        line = instruction.position[0]
        while bits and line is not None:
            variable = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            first[variable] = min(first.get(variable, line), line)
    parameters = _arguments(graph.code)

    def key(variable: int) -> tuple[int, int, str]:
        if variable < parameters:
            return (0, variable, "")
        captured = variables.kinds[variable] is VariableKind.FREE
        return (2 if captured else 1, first.get(variable, sys.maxsize), variables.names[variable])

    return sorted(range(len(variables.names)), key=key)


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in set(numbers))


def _arguments(code: CodeType) -> int:
    """How many of the first slots are parameters."""
    packed = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_argcount + code.co_kwonlyargcount + packed


def slots(code: CodeType) -> list[str]:
    """The names that the arguments of LOAD_FAST and LOAD_DEREF stand for."""
    cells = [name for name in code.co_cellvars if name not in code.co_varnames]
    return [*code.co_varnames, *cells, *code.co_freevars]


def _scope(code: CodeType, variables: Variables) -> list[int]:
    """The number of the variable in each slot of the coroutine's own frame."""
    cells = {name for name in code.co_cellvars if not _only_for_comprehensions(code, name)}
    kinds = dict.fromkeys(cells, VariableKind.CELL)
    kinds |= dict.fromkeys(code.co_freevars, VariableKind.FREE)
    return [variables.new(name, kinds.get(name, VariableKind.LOCAL)) for name in slots(code)]


def _only_for_comprehensions(code: CodeType, name: str) -> bool:
    """True for a cell that 3.11 made for the sake of a comprehension; later versions make none."""
    if sys.version_info >= (3, 12):
        return False
    users = [
        each for each in code.co_consts if isinstance(each, CodeType) and name in each.co_freevars
    ]
    return all(
        user.co_name in COMPREHENSIONS and _passes_to_comprehensions(user, name) for user in users
    )


def _passes_to_comprehensions(code: CodeType, name: str) -> bool:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return all(
        each.co_name in COMPREHENSIONS and _passes_to_comprehensions(each, name)
        for each in inner
        if name in each.co_freevars
    )


def _inner_scope(code: CodeType, outer: list[int], graph: Graph, variables: Variables) -> list[int]:
    by_name = {variables.names[number]: number for number in outer}
    scope = []
    for name in slots(code):
        if name in code.co_freevars and name in by_name:
            scope.append(by_name[name])
        else:
            cell = name in code.co_cellvars and not _only_for_comprehensions(code, name)
            scope.append(variables.new(name, VariableKind.CELL if cell else VariableKind.LOCAL))
    return scope


# --- comprehensions in place (PEP 709, CPython 3.12) -------------------------------------------

Shadows = dict[tuple[Position, int], int]
"""By the place of a comprehension and the slot of its variable: the variable's own number."""


def _shadows(graph: Graph, variables: Variables) -> Shadows:
    """The variables of comprehensions that share a slot with one of the function.

    LOAD_FAST_AND_CLEAR puts the function's variable of the same name aside; a STORE_FAST at the
    place of the whole comprehension brings it back.
    """
    shadows: Shadows = {}
    for each in graph.instructions:
        key = (each.position, each.argument)
        if each.name == "LOAD_FAST_AND_CLEAR" and key not in shadows:
            shadows[key] = variables.new(slots(each.code)[each.argument], VariableKind.LOCAL)
    return shadows


def _in_comprehension(
    instruction: Instruction, scope: list[int], shadows: Shadows, syntax: Syntax | None
) -> list[int]:
    """What the slots mean where the instruction stands."""
    for (place, slot), variable in shadows.items():  # inner comprehensions come later and win
        if slot in _slots_of(instruction) and _is_inside(instruction.position, place):
            outside = syntax.first_iterable(place) if syntax is not None else None
            if outside is None or not contains(outside, instruction.position):
                scope = [*scope[:slot], variable, *scope[slot + 1 :]]
    return scope


def _taken_away(instruction: Instruction, scope: list[int], shadows: Shadows) -> tuple[int, int]:
    """The variables around a comprehension that are brought back, and its own that end there."""
    back = ended = 0
    if instruction.name.startswith("STORE_FAST"):
        for slot in _slots_of(instruction):
            shadow = shadows.get((instruction.position, slot))
            if shadow is not None:
                back |= 1 << scope[slot]
                ended |= 1 << shadow
    return back, ended


def _slots_of(instruction: Instruction) -> tuple[int, ...]:
    name = instruction.name
    if name in _PAIRS:
        return (instruction.argument >> 4, instruction.argument & 15)
    return (instruction.argument,) if name in _MAY_TOUCH else ()


def _is_inside(position: Position, comprehension: Position) -> bool:
    return position != comprehension and contains(comprehension, position)


def _effect(instruction: Instruction, scope: list[int]) -> tuple[int, int, int]:
    """What an instruction reads, writes (binds or takes away) and binds."""
    name, argument = instruction.name, instruction.argument
    if name in _PAIRS:
        reads = writes = 0
        # The first half runs first: what it writes, the second one does not read from before.
        for how, slot in zip(_PAIRS[name], (argument >> 4, argument & 15), strict=True):
            if how == "r":
                reads |= 1 << scope[slot] & ~writes
            else:
                writes |= 1 << scope[slot]
        return reads, writes, writes
    bit = 1 << scope[argument]
    if name in _LOADS:
        return bit, 0, 0
    if name in _STORES:
        return 0, bit, bit
    if name in _DELETES:
        return bit, bit, 0
    return 0, 0, 0
