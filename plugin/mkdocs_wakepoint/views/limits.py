"""How much of a run is drawn: what is more is folded or left out, and the page says so.

The limits count what there is and no seconds, so that a page is the same on every machine. Within
them any snippet is drawn in about a second.
"""

from __future__ import annotations

from typing import Final

MACHINES: Final = 16
"""Machines of a snippet that are shown."""
STATES: Final = 120
"""States of all machines of a snippet together."""
FEWEST_STATES: Final = 12
"""What each machine has of that, also where those before it took all."""
BOXES: Final = 40
"""States of one picture that have a box of their own."""
QUIET: Final = 8
"""So many states in a row in which nothing was suspended share a box."""
GHOSTS: Final = 3
"""Arrows out of one state, to others than the next, that no run took. More are one arrow."""
TRACKS: Final = 12
"""Arrows beside the boxes, next to each other. Others say in words where they lead."""
VARIABLES: Final = 600
"""Saved variables in a table of states."""
FEWEST_VARIABLES: Final = 4
"""What each state has of that."""
WAYS: Final = 12
"""Ways out of one state in a table."""
CAUSES: Final = 6
"""Causes of one kind of step, and things that one visit waits on."""
CALLS: Final = 60
"""Kernel calls in a table of them."""
LAST_CALLS: Final = 10
"""So many of them stand after the fold."""
COMPARED_CALLS: Final = 400
"""Kernel calls in the list of one recording in a comparison."""
LAST_COMPARED_CALLS: Final = 50
DIFFERENCES: Final = 8
"""Sentences of a comparison that are not folded."""
NAMES: Final = 100
"""Rows of a comparison that count something by name."""
DEEP: Final = 20
"""Coroutines within coroutines that are named."""
VALUE: Final = 120
"""Characters of a value with its name."""
TEXT: Final = 300
"""Characters of anything else that a run says."""
LOWERED_LINES: Final = 3_000
"""Lines of a lowered form."""
OUTPUT: Final = 100_000
"""Characters of one stream, as a terminal would show it."""
PIECES: Final = 10_000
"""Pieces of different looks in one stream; what follows is plain."""
STEPS: Final = 10_000
"""Events that can be stepped through, and that are told as text."""
PAIRED_STEPS: Final = 1_000
"""Polls, parks and wakes of each of two runs that are walked through side by side."""
PAIRED_RUNS: Final = 6
"""Recordings of a comparison of which a reader chooses those two."""
