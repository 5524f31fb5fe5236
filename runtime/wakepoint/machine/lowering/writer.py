"""What all writers of lowered code share: names, steps, suspensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from wakepoint.machine.lowering.rewrite import Rewriter
from wakepoint.machine.lowering.scope import Scope
from wakepoint.machine.lowering.steps import Code, Step
from wakepoint.machine.model import StateKind
from wakepoint.machine.stream_machine import StreamMachine

RESERVED = frozenset(each for each in dir(StreamMachine) if not each.startswith("__")) | {
    "awaiting",
    "error",
    "function",
    "state",
}
"""The attributes of a machine, which no variable can have as the name of its field."""

Helper = Callable[[str], str]
"""Names a helper of `state_machine` and makes sure that it is imported."""

StateAt = Callable[[StateKind, ast.AST], tuple[int | None, str]]
"""The index and the label of the state that stands for a node."""


@dataclass(eq=False, slots=True)
class Names:
    """What the machine's own things are called in one function.

    Attributes:
        taken: The names that the function uses itself.
        cx: The context that ``poll`` gets.
        polled: What polling gave.
        item: What an iterator gave.
        returned: The state in which it has returned.
        generator: True for an async generator.
        inner: The fields of comprehensions' variables, by the name of the field.
    """

    taken: frozenset[str]
    cx: str
    polled: str
    item: str
    returned: Step
    generator: bool
    inner: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Loop:
    """A loop whose steps can be jumped to.

    Attributes:
        again: Where ``continue`` goes.
        done: Where ``break`` goes.
        depth: How many cleanups are around it.
    """

    again: Step
    done: Step
    depth: int


@dataclass(eq=False, slots=True)
class Cleanup:
    """What has to run whichever way a block is left: ``finally``, ``__exit__``, ``__aexit__``.

    Attributes:
        step: Its code, which goes on at what `because` holds.
        because: The field that says where to go on: a state, or the exception that is raised.
    """

    step: Step
    because: str
    ways: dict[Step, Step] = field(default_factory=dict)


class Writer:
    """Writes lowered code.

    Args:
        code: Where to write.
        rewriter: Cuts texts out of the source.
        scope: The function's names.
        state_at: Finds states.
        helper: Names helpers.
        names: What the machine's own variables are called here.
    """

    def __init__(
        self,
        code: Code,
        rewriter: Rewriter,
        scope: Scope,
        *,
        state_at: StateAt,
        helper: Helper,
        names: Names,
    ) -> None:
        self.code = code
        self.rewriter = rewriter
        self.scope = scope
        self.state_at = state_at
        self.helper = helper
        self.names = names
        self.me = rewriter.machine
        self.iterators: dict[Step, str] = {}
        self._counts: dict[str, int] = {}
        self._rebound: set[str] = set()
        self.loops: list[Loop] = []
        self.cleanups: list[Cleanup] = []
        self._returned: Step | None = None
        self._result = ""
        # The field of the exception that a bare ``raise`` raises, or the finally that it is in.
        self._handling: str | Cleanup | None = None

    def number(self, kind: str) -> str:
        """A further name of a kind, ``operand_2``."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        name = f"{kind}_{self._counts[kind]}"
        return name if name not in self.names.taken else self.number(kind)

    @staticmethod
    def choose(name: str) -> str:
        """The name of the field for a variable; some names mean something else in a machine."""
        return f"{name}_" if name in RESERVED else name

    def field(self, kind: str) -> str:
        """A further field of the machine's own, ``self.operand_2``."""
        return f"{self.me}.{self.number(kind)}"

    # -- suspensions ------------------------------------------------------------------------------

    def wait(self, awaited: str, kind: StateKind, node: ast.AST) -> str:
        """Waits for something; returns the text of its result."""
        self.code.emit(f"{self.me}.awaiting = {self.helper('into_future')}({awaited})")
        self.suspend(kind, node)
        polled = self.names.polled
        self.code.emit(f"{polled} = {self.me}.poll_awaiting({self.names.cx})")
        self.return_if_pending()
        return f"{polled}.value"

    def return_if_pending(self) -> None:
        """The end of a poll that cannot go on."""
        pending = self.helper("PENDING")
        self.code.emit(f"if {self.names.polled} is {pending}:\n    return {pending}")

    def suspend(self, kind: StateKind, node: ast.AST) -> Step:
        """Goes on in the state that stands for a node."""
        index, label = self.state_at(kind, node)
        placed = node.context_expr if isinstance(node, ast.withitem) else node
        step = self.code.new(f"{kind.name}_{self.line(placed)}", index, label)
        self.code.jump(step)
        self.code.begin(step)
        return step

    def jump_if(self, test: str, target: Step) -> None:
        self.code.emit(test)
        self.code.indent += 1
        self.code.jump(target)
        self.code.reachable = True
        self.code.indent -= 1

    def join(self, end: Step) -> None:
        self.code.jump(end)
        self.code.begin(end)

    def new_step(self, name: str, node: ast.AST) -> Step:
        return self.code.new(f"{name}_{self.line(node)}")

    def line(self, node: ast.AST) -> int:
        return int(node.lineno)  # type: ignore[attr-defined]
