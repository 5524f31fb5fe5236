"""The compiler from ``async def`` to state machine, and to the code one would write by hand."""

from wakepoint.machine.analysis import Analysis, analyze, analyze_source, coroutines
from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering import Lowered, lower, lower_source
from wakepoint.machine.model import (
    Machine,
    Span,
    State,
    StateKind,
    Transition,
    Unanalysed,
    Variable,
    VariableKind,
)

__all__ = [
    "Analysis",
    "Lowered",
    "Machine",
    "MachineError",
    "Span",
    "State",
    "StateKind",
    "Transition",
    "Unanalysed",
    "Variable",
    "VariableKind",
    "analyze",
    "analyze_source",
    "coroutines",
    "lower",
    "lower_source",
]
