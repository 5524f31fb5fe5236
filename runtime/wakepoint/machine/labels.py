"""The source's words for what bytecode computes."""

from __future__ import annotations

from wakepoint.machine.bytecode import Instruction, Position
from wakepoint.machine.effects import variable
from wakepoint.machine.entries import EXCEPTION, HANDLING, HIDDEN, Entry
from wakepoint.machine.graph import Graph
from wakepoint.machine.syntax import Syntax, contains

UNNAMED = "a value"

_HALF_BUILT = {
    "BUILD_LIST": "list so far",
    "BUILD_SET": "set so far",
    "BUILD_MAP": "dict so far",
    "BUILD_TUPLE": "defaults so far",
    "BUILD_CONST_KEY_MAP": "defaults so far",
    "LIST_TO_TUPLE": "arguments so far",
    "CALL_INTRINSIC_1": "arguments so far",
}
_ITS_WORDS = {
    "iter": "iterator of {}",
    "aiter": "async iterator of {}",
    "exit": "{}.__exit__",
    "aexit": "{}.__aexit__",
    "format": "{{{}}}",
}
"""What is told of a value that was made of another one."""
_MAKES_FUNCTION = frozenset(("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE"))
_CONSTANTS = frozenset(("LOAD_CONST", "LOAD_SMALL_INT", "LOAD_ASSERTION_ERROR", "RETURN_CONST"))


class Labels:
    """Names the values that are on the stack of one coroutine.

    Args:
        graph: The coroutine.
        syntax: Its source, if that is known. Without it, names come from the bytecode alone.
    """

    def __init__(self, graph: Graph, syntax: Syntax | None) -> None:
        self._instructions = graph.instructions
        self._syntax = syntax

    def operand(self, entry: Entry, awaited_at: Position) -> str | None:
        """The name of a value that is kept while something is awaited; None if it is no operand.

        Args:
            entry: The value.
            awaited_at: The source of what is awaited; a value whose own source contains it is
                only half built.
        """
        if isinstance(entry, int) and entry != HIDDEN:
            instruction = self._instructions[entry]
            if instruction.name in _CONSTANTS:
                return None
            if contains(instruction.position, awaited_at):
                if instruction.name in _MAKES_FUNCTION:
                    return None  # of a comprehension or class body: the source has none
                return _HALF_BUILT.get(instruction.name, self._name(instruction))
        elif entry in (HIDDEN, HANDLING):
            return None
        return self.text(entry)

    def text(self, entry: Entry) -> str:
        """The source of a value, in one line."""
        if isinstance(entry, int):
            return self._operand_text(entry)
        kind, *rest = entry
        if kind in _ITS_WORDS:
            return _ITS_WORDS[kind].format(self.text(rest[0]))
        match kind:
            case "name":
                return str(rest[0])
            case "first":
                return self._first_iterable(rest[0]) or UNNAMED
            case "hull":
                return (self._syntax and self._syntax.text(rest[0])) or UNNAMED
        return "the exception being handled" if entry == EXCEPTION else UNNAMED

    def _operand_text(self, at: int) -> str:
        """The source of what an instruction made."""
        if at == HIDDEN:
            return UNNAMED
        instruction = self._instructions[at]
        text = self._syntax.text(instruction.position) if self._syntax is not None else None
        return text or self._name(instruction)

    def _first_iterable(self, comprehension: Position) -> str | None:
        where = self._syntax and self._syntax.first_iterable(comprehension)
        return self._syntax.text(where) if self._syntax is not None and where else None

    @staticmethod
    def _name(instruction: Instruction) -> str:
        """A name for a value whose source is not known."""
        code, argument = instruction.code, instruction.argument
        match instruction.name:
            case "LOAD_FAST" | "LOAD_FAST_CHECK" | "LOAD_FAST_BORROW" | "LOAD_DEREF":
                return variable(code, argument)
            case "LOAD_NAME" | "LOAD_METHOD":
                return code.co_names[argument]
        return UNNAMED
