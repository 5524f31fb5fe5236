"""What each step of a run is about, in words that another run of it has as well.

Numbers of events, descriptors, timers and operations differ from run to run and are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from mkdocs_wakepoint.views.boxes import heading
from mkdocs_wakepoint.views.limits import PAIRED_STEPS, STEPS
from mkdocs_wakepoint.views.stepper.board import Board
from mkdocs_wakepoint.views.stepper.instances import Instances
from mkdocs_wakepoint.views.stepper.stops import story
from wakepoint.recording import Event, Recording

Place = tuple[str, int, str, int]
"""A function, which of its runs in that task it is, what it awaits, how many steps it has made."""

BEGIN: Final = "begin"
_ENDED: Final = frozenset({"task.ready", "task.raised", "task.dropped"})


@dataclass(frozen=True, slots=True)
class Moment:
    """A step at which a reader halts.

    Attributes:
        n: Ordinal of its event; 0 is before the first.
        kind: Kind of the event; `BEGIN` and `END` where a run begins and ends.
        task: The task that it is about, if one.
        places: Where that task stands then; if it is about none, where each stands.
    """

    n: int
    kind: str
    task: int | None = None
    places: tuple[tuple[int, Place | None], ...] = ()


def moments(recording: Recording) -> list[Moment]:
    """The steps of a run, in order; of very many the first."""
    events = recording.events[:STEPS]
    halts = story(events)[:PAIRED_STEPS]
    wanted = set(halts)
    places = _Places(recording)
    listed = [Moment(0, BEGIN)]
    for event in events[: halts[-1]]:
        places.take(event)
        if event.n in wanted:
            task: int | None = event.facts.get("task")
            about = places.tasks if task is None else (task,)
            listed.append(Moment(event.n, event.kind, task, tuple(places.of(about))))
    return listed


class _Places:
    """Where the tasks of a run stand.

    Args:
        recording: Whose events it is going to be given, in order.
    """

    def __init__(self, recording: Recording) -> None:
        self._machines = recording.machines
        self._board = Board()
        self._instances = Instances(recording.machines, self._board)
        self._began: dict[int, tuple[int, int]] = {}
        self._counts: Counter[tuple[int | None, str]] = Counter()
        self._alive: dict[int, None] = {}

    @property
    def tasks(self) -> tuple[int, ...]:
        """Those that have not ended."""
        return tuple(self._alive)

    def take(self, event: Event) -> None:
        """Takes in an event."""
        self._instances.take(event)
        if event.kind == "task.spawned":
            self._alive[event["task"]] = None
        elif event.kind in _ENDED:
            self._alive.pop(event["task"], None)
        elif event.kind == "machine.started":
            of = event["task"], self._machines[event["machine"]].name
            self._counts[of] += 1
            self._began[event["instance"]] = (event["machine"], self._counts[of])

    def of(self, tasks: Iterable[int]) -> Iterator[tuple[int, Place | None]]:
        """Where each of some tasks stands; nowhere before its code has begun."""
        for task in tasks:
            yield task, self._place(self._instances.innermost(task))

    def _place(self, instance: int | None) -> Place | None:
        if instance is None:
            return None
        index, which = self._began[instance]
        machine = self._machines[index]
        state, _, steps = cast("tuple[int, str, int]", self._board.state[f"at {instance}"])
        return machine.name, which, heading(machine.states[state]), steps
