"""What can run after what inside one coroutine: its control-flow graph.

The graph is of the source's coroutine, not of one code object. CPython 3.11 compiles an async
comprehension to a coroutine of its own that the outer one awaits, later versions compile it in
place; here it is in place always, so every version has the same states.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType

from wakepoint.machine.bytecode import NOWHERE, Instruction, decode

STOPITERATION_ERROR = 3
"""CALL_INTRINSIC_1's argument in the handler that turns StopIteration into RuntimeError."""

COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})

# Where a variable may be unbound, `unbound.mark` says so.
# fmt: off
_NEVER_RAISES = frozenset((
    "LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_LOAD_FAST", "LOAD_FAST_AND_CLEAR",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "DELETE_FAST", "STORE_FAST",
    "STORE_FAST_LOAD_FAST", "STORE_FAST_STORE_FAST", "LOAD_CLOSURE", "LOAD_DEREF", "STORE_DEREF",
    "DELETE_DEREF", "LOAD_CONST",
    "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT", "LOAD_ASSERTION_ERROR", "PUSH_NULL", "NOP",
    "NOT_TAKEN", "RESUME", "MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR", "POP_TOP",
    "POP_ITER", "END_FOR", "END_SEND", "COPY", "SWAP", "PRECALL", "KW_NAMES", "PUSH_EXC_INFO",
    "POP_EXCEPT", "CHECK_EXC_MATCH", "MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE", "BUILD_LIST",
    "BUILD_TUPLE", "BUILD_STRING", "RETURN_VALUE", "RETURN_CONST", "IS_OP", "JUMP_FORWARD",
    "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE",
    "POP_JUMP_FORWARD_IF_NONE", "POP_JUMP_FORWARD_IF_NOT_NONE", "POP_JUMP_BACKWARD_IF_NONE",
    "UNARY_NOT", "POP_JUMP_BACKWARD_IF_NOT_NONE", "MATCH_SEQUENCE", "MATCH_MAPPING",
    "LIST_APPEND",
))
# fmt: on
# fmt: off
_GIVES_BOOL = frozenset((
    "COMPARE_OP", "IS_OP", "CONTAINS_OP", "UNARY_NOT", "CHECK_EXC_MATCH", "MATCH_SEQUENCE",
    "MATCH_MAPPING", "TO_BOOL",
))
# fmt: on

_TRUTH_JUMPS = frozenset(("POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE"))


@dataclass(eq=False, slots=True)
class Inlined:
    """An async comprehension that 3.11 has compiled to a coroutine of its own.

    Attributes:
        code: Its code object.
        send: The instruction of the outer coroutine that awaits it.
        first: The number of its first instruction in the graph.
    """

    code: CodeType
    send: int
    first: int


@dataclass(eq=False, slots=True)
class Call:
    """A comprehension that 3.11 has compiled to a function, and calls at once.

    Attributes:
        code: The function's code object.
        made: The instruction that makes the function.
        called: The one that calls it; what it iterates over is evaluated between them.
        inlined: Whether it is shown in place.
    """

    code: CodeType
    made: int
    called: int
    inlined: bool = False

    def closures(self, instructions: list[Instruction]) -> range:
        """The instructions that capture its free variables, in their order."""
        count = len(self.code.co_freevars)
        last = self.made - 2  # BUILD_TUPLE, LOAD_CONST, MAKE_FUNCTION
        return range(last - count, last) if count else range(0)


@dataclass(eq=False, slots=True)
class Graph:
    """The instructions of one coroutine and how they follow each other.

    Attributes:
        code: The coroutine's code object.
        instructions: Its instructions, those of inlined comprehensions behind them.
        raises: For each instruction whether it may raise.
        suspensions: The number of each instruction where the coroutine can stand: SEND for
            whatever awaits, YIELD_VALUE for ``yield``.
        inlined: The comprehensions that were compiled apart and are shown in place.
        calls: Those and the others that were compiled apart.
        entry: The first instruction that runs when it is polled for the first time.
    """

    code: CodeType
    instructions: list[Instruction]
    raises: list[bool] = field(default_factory=list)
    suspensions: list[int] = field(default_factory=list)
    inlined: list[Inlined] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    entry: int = 0


def build(code: CodeType) -> Graph:
    """The graph of a coroutine's code object."""
    instructions = decode(code)
    graph = Graph(code, instructions, entry=_entry(instructions))
    if sys.version_info < (3, 12):
        _inline(graph, 0)
    _leave_out_throwing(instructions)
    _thread_jumps(instructions)
    graph.raises = _what_raises(instructions)
    graph.suspensions = _suspensions(graph)
    return graph


def _entry(instructions: list[Instruction]) -> int:
    return next(n for n, each in enumerate(instructions) if each.name == "RESUME")


def _suspensions(graph: Graph) -> list[int]:
    instructions = graph.instructions
    inlined = {each.send for each in graph.inlined}
    suspensions = []
    for number, instruction in enumerate(instructions):
        if instruction.name == "SEND":
            # It falls through to the YIELD_VALUE of its own loop and comes back from there; what
            # comes after the await is where it jumps to.
            if number not in inlined:
                instruction.following = NOWHERE
                suspensions.append(number)
        elif instruction.name == "YIELD_VALUE" and instructions[number - 1].name != "SEND":
            suspensions.append(number)
    return suspensions


def _leave_out_throwing(instructions: list[Instruction]) -> None:
    """Handlers that CPython 3.12 adds to every coroutine say nothing about its source."""
    for instruction in instructions:
        if instruction.handler == NOWHERE:
            continue
        handler = instructions[instruction.handler]
        if handler.name == "CALL_INTRINSIC_1" and handler.argument == STOPITERATION_ERROR:
            instruction.handler = NOWHERE


def _thread_jumps(instructions: list[Instruction]) -> None:
    """Lets ``a and b or c`` go from a falsy ``a`` to ``c`` at once, as the source does.

    From CPython 3.12 on it goes to the test of ``a and b``, which asks the same value again.
    """
    for number, instruction in enumerate(instructions):
        if instruction.name not in _TRUTH_JUMPS or not _tests_copy(instructions, number):
            continue
        while (again := _test_of_copy(instructions, instruction.jump)) is not None:
            asks_the_same = instruction.name == again.name
            instruction.jump = again.jump if asks_the_same else again.following


def _tests_copy(instructions: list[Instruction], number: int) -> bool:
    before = instructions[number - 1]
    if before.name == "TO_BOOL":
        before = instructions[number - 2]
    return before.name == "COPY" and before.argument == 1


def _test_of_copy(instructions: list[Instruction], start: int) -> Instruction | None:
    """The jump that the truth of what is on top of the stack decides, if that is what starts."""
    number = start + 1
    if instructions[number].name == "TO_BOOL":
        number += 1
    is_test = instructions[number].name in _TRUTH_JUMPS and _tests_copy(instructions, number)
    return instructions[number] if is_test else None


def _what_raises(instructions: list[Instruction]) -> list[bool]:
    raises = []
    before = ""
    for instruction in instructions:
        name = instruction.name
        if name.startswith(("POP_JUMP", "JUMP_IF")):
            # Asks an object for its truth unless that is settled; TO_BOOL does it from 3.13 on.
            asks = sys.version_info < (3, 13) and before not in _GIVES_BOOL
            raises.append(asks and "NONE" not in name)
        else:
            raises.append(name not in _NEVER_RAISES)
        before = name
    return raises


# --- CPython 3.11 ------------------------------------------------------------------------------


def _inline(graph: Graph, first: int) -> None:
    """Puts the async comprehensions from number ``first`` on in place of what awaits them."""
    for call in list(_calls(graph.instructions, first)):
        graph.calls.append(call)
        if call.inlined:
            send = call.called + 3  # GET_AWAITABLE, LOAD_CONST, SEND
            _put_in_place(graph, send, call.code)


def _calls(instructions: list[Instruction], first: int) -> Iterator[Call]:
    """The comprehensions that are made and called from number ``first`` on."""
    waiting: list[tuple[int, CodeType]] = []
    for number in range(first, len(instructions)):
        if instructions[number].name == "MAKE_FUNCTION":
            code = _constant(instructions[number - 1])
            if code is not None and code.co_name in {*COMPREHENSIONS, "<genexpr>"}:
                waiting.append((number, code))
        elif waiting and _calls_with_iterator(instructions, number):
            made, code = waiting.pop()
            if code.co_name in COMPREHENSIONS:
                yield Call(code, made, number, bool(code.co_flags & inspect.CO_COROUTINE))


def _constant(instruction: Instruction) -> CodeType | None:
    if instruction.name != "LOAD_CONST":
        return None
    value = instruction.code.co_consts[instruction.argument]
    return value if isinstance(value, CodeType) else None


def _calls_with_iterator(instructions: list[Instruction], number: int) -> bool:
    # GET_ITER PRECALL CALL: nothing else calls with an iterator.
    names = [each.name for each in instructions[number - 2 : number + 1]]
    return names in (["GET_ITER", "PRECALL", "CALL"], ["GET_AITER", "PRECALL", "CALL"])


def _put_in_place(graph: Graph, send: int, code: CodeType) -> None:
    outer = graph.instructions[send]
    first = len(graph.instructions)
    inner = decode(code, first)
    graph.instructions += inner
    graph.inlined.append(Inlined(code, send, first))
    after = outer.jump
    outer.jump = NOWHERE
    outer.following = first + _entry(inner)
    part = len(graph.inlined)
    for instruction in inner:
        instruction.part = part
        if instruction.name == "RETURN_VALUE":
            instruction.following = after
        if instruction.handler == NOWHERE:
            instruction.handler = outer.handler
            instruction.depth = outer.depth
            instruction.keeps_lasti = outer.keeps_lasti
    _inline(graph, first)
