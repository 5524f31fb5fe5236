"""The compiler from ``async def`` to state machine."""

from wakepoint.machine.analysis import Analysis, analyze, analyze_source, coroutines
from wakepoint.machine.errors import MachineError

__all__ = ["Analysis", "MachineError", "analyze", "analyze_source", "coroutines"]
