"""The compiler from ``async def`` to state machine, and to the code one would write by hand."""

from wakepoint.machine.analysis import Analysis, analyze, analyze_source, coroutines
from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering import Lowered, lower, lower_source

__all__ = [
    "Analysis",
    "Lowered",
    "MachineError",
    "analyze",
    "analyze_source",
    "coroutines",
    "lower",
    "lower_source",
]
