"""How large a coroutine may be to be analysed: bounds on time, on memory and on what is drawn.

They count what there is and no seconds, so that a page is the same on every machine.
"""

from __future__ import annotations

from typing import Final

from wakepoint.machine.errors import MachineError
from wakepoint.machine.model import Machine

INSTRUCTIONS: Final = 100_000
"""Of a coroutine's bytecode."""
STATES: Final = 2_000
"""Where a coroutine can stand, its beginning and its ends not counted."""
VARIABLES: Final = 200_000
"""Saved variables of all states of one machine together."""
TRANSITIONS: Final = 5_000
"""Of one machine; one that has more lists none."""
VISITS: Final = 100_000
"""Blocks that are visited to find the conditions of one machine's transitions."""

MACHINES: Final = 1_000
ALL_STATES: Final = 20_000
ALL_VARIABLES: Final = 400_000
ALL_TRANSITIONS: Final = 50_000
"""Of all machines of one file together."""


class Room:
    """What is left for the machines of one file."""

    def __init__(self) -> None:
        self._left = [MACHINES, ALL_STATES, ALL_VARIABLES, ALL_TRANSITIONS]

    def take(self, machine: Machine) -> None:
        """Takes the room of one machine.

        Raises:
            MachineError: If there is not enough.
        """
        variables = sum(len(state.variables) for state in machine.states)
        sizes = (1, len(machine.states), variables, len(machine.transitions))
        left = [room - size for room, size in zip(self._left, sizes, strict=True)]
        if min(left) < 0:
            raise MachineError(
                f"{machine.filename}, line {machine.first_line}: {machine.qualname} is not "
                "analysed: together, the coroutines of this file are too large"
            )
        self._left = left
