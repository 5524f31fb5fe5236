"""What happened, in a sentence for each event.

The words are those of the glossary: a task is polled and pending, a coroutine is suspended, a waker
is woken, the thread is parked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from markupsafe import Markup

from mkdocs_wakepoint.views.boxes import heading
from mkdocs_wakepoint.views.limits import TEXT, VALUE
from mkdocs_wakepoint.views.markup import code, element, joined
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.stepper.phrases import (
    READY,
    actor,
    by_whom,
    error,
    listed,
    ordinal,
    sentence,
    strong,
    task,
    the_task,
)
from mkdocs_wakepoint.views.stepper.stops import is_set_up
from mkdocs_wakepoint.views.strace import invocation
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.machine.model import Machine, State, StateKind
from wakepoint.recording import Event, Recording


def sentences(recording: Recording, lines: SourceLines) -> Iterator[Markup]:
    """A sentence for each event, in the order of the run."""
    teller = _Teller(recording, lines)
    return map(teller.tell, recording.events)


class _Teller:
    def __init__(self, recording: Recording, lines: SourceLines) -> None:
        self._machines = recording.machines
        self._lines = lines
        self._machine_of: dict[int, Machine] = {}
        self._standing: dict[int, int] = {}  # of each instance, its state
        self._task_of: dict[int, int | None] = {}
        self._parents: dict[int, int | None] = {}
        # In the poll that is under way: what was suspended, innermost first; what was registered.
        self._suspended: list[int] = []
        self._waits: list[str] = []
        self._leaves: dict[int | None, str] = {}  # of each instance, what it polled last
        self._queued: set[int] = set()

    def tell(self, event: Event) -> Markup:
        """The sentence for the next event."""
        handler = self.handlers.get(event.kind)
        return handler(self, event) if handler is not None else element("span", event.kind)

    # -- tasks ---------------------------------------------------------------------------------

    def _task_spawned(self, event: Event) -> Markup:
        self._queued.add(event["task"])
        name = code(cut(event["name"], VALUE))
        return sentence(
            the_task(event),
            " is made of ",
            name,
            " and put into the run queue. None of it has run yet.",
        )

    def _task_polled(self, event: Event) -> Markup:
        self._suspended.clear()
        self._waits.clear()
        self._leaves.clear()
        which = (
            "for the first time" if event["poll"] == 1 else f"for the {ordinal(event['poll'])} time"
        )
        if event["task"] not in self._queued:
            return sentence(
                "The executor ", strong("polls"), " ", task(event), f" {which}, though nobody "
                "has woken it: it is aborted.",
            )  # fmt: skip
        self._queued.discard(event["task"])
        return sentence(
            "The executor takes ", task(event), " from the run queue and ", strong("polls"),
            f" it {which}.",
        )  # fmt: skip

    def _task_pending(self, event: Event) -> Markup:
        answer = sentence(the_task(event), " answers ", strong("Pending"))
        if not self._suspended:
            return joined((answer, ". The thread is free for others."))
        number = self._suspended[0]
        state = self._machine_of[number].states[self._standing[number]]
        stays = joined((answer, ": ", self._name(number), f" stays in {self._where(state)}"))
        if self._waits:
            return joined((stays, f", until {listed(self._waits)}."))
        if number in self._leaves:
            return joined((stays, ", until ", code(self._leaves[number]), " is ready."))
        return joined((stays, "."))

    def _task_ready(self, event: Event) -> Markup:
        value = code(f"Ready({cut(event['value'], VALUE)})")
        return sentence(the_task(event), " answers ", value, ". It has ended.")

    def _task_raised(self, event: Event) -> Markup:
        return sentence(the_task(event), " ends with ", error(event), ".")

    def _task_dropped(self, event: Event) -> Markup:
        return sentence(the_task(event), f" is dropped without a result: {event['why']}.")

    # -- coroutines ----------------------------------------------------------------------------

    def _machine_started(self, event: Event) -> Markup:
        number = event["instance"]
        machine = self._machines[event["machine"]]
        self._machine_of[number] = machine
        self._standing[number] = 0
        within: Markup | str = ""
        if event["parent"] in self._machine_of:
            within = joined((", inside ", self._name(event["parent"])))
        elif event["task"] is not None:
            within = joined((", the coroutine of ", task(event)))
        return sentence("The code of ", self._name(number), " begins to run", within, ".")

    def _state_entered(self, event: Event) -> Markup:
        name = self._name(event["instance"])
        if event["state"] is None:
            return sentence(name, " awaits something that has no state.")
        self._standing[event["instance"]] = event["state"]
        state = self._machine_of[event["instance"]].states[event["state"]]
        awaited = code(cut(heading(state), VALUE))
        then = ", and polls what it awaits."
        if state.kind is StateKind.YIELD:
            then = ": it hands over a value."
        return sentence(name, f" comes to {self._where(state)}, ", awaited, then)

    def _state_suspended(self, event: Event) -> Markup:
        number = event["instance"]
        state = self._machine_of[number].states[self._standing[number]]
        if state.kind is not StateKind.YIELD:  # which waits for nothing
            self._suspended.append(number)
        return sentence(
            self._name(number), " is ", strong("suspended"),
            f" in {self._where(state)}: its variables are kept, its stack frame is given up.",
        )  # fmt: skip

    def _state_resumed(self, event: Event) -> Markup:
        number = event["instance"]
        state = self._machine_of[number].states[self._standing[number]]
        where = self._where(state) if self._standing[number] else "its beginning"
        return sentence(self._name(number), f" goes on from {where}, where it was suspended.")

    def _machine_returned(self, event: Event) -> Markup:
        value = code(cut(event["value"], VALUE))
        name = self._name(event["instance"])
        return sentence(name, " returns ", value, f" in {self._lines.name(event['line'])}.")

    def _machine_raised(self, event: Event) -> Markup:
        name = self._name(event["instance"])
        return sentence(error(event), " leaves ", name, f" in {self._lines.name(event['line'])}.")

    def _machine_dropped(self, event: Event) -> Markup:
        return sentence(self._name(event["instance"]), " is dropped where it stands.")

    def _future_polled(self, event: Event) -> Markup:
        future = code(cut(event["type"], VALUE))
        value = cut(event.facts.get("value") or "", VALUE)
        match event["outcome"]:
            case "pending":
                self._leaves[event["instance"]] = cut(event["type"], VALUE)
                return sentence(
                    "The future ", future, " is polled and answers ", strong("Pending"), "."
                )
            case "ready":
                ready = code(f"Ready({value})")
                return sentence("The future ", future, " is polled and answers ", ready, ".")
            case _:
                return sentence("The future ", future, " is polled and raises ", code(value), ".")

    # -- wakers and the reactor ------------------------------------------------------------------

    def _waker_cloned(self, event: Event) -> Markup:
        holder = actor(event["holder"])
        return sentence(f"{holder} keeps a clone of the waker of ", task(event), ".")

    def _waker_woken(self, event: Event) -> Markup:
        because = f" ({event['because']})" if event["because"] else by_whom(event.by)
        start = sentence("The waker of ", task(event), " is ", strong("woken"), f"{because}")
        if event["queued"]:
            self._queued.add(event["task"])
            return joined((start, ": the task goes into the run queue."))
        return joined(
            (start, ", to no effect: the task is in the run queue already, or has ended.")
        )

    def _waker_dropped(self, event: Event) -> Markup:
        holder = actor(event["holder"])
        return sentence(f"{holder} lets a waker of ", task(event), " go, unused.")

    def _interest_registered(self, event: Event) -> Markup:
        ready = READY.get(event["interest"], "is ready")
        self._waits.append(f"{event['source']} {ready}")
        wake = joined((", wake ", task(event))) if event["task"] is not None else ""
        return sentence(f"The reactor notes: when {event['source']} {ready}", wake, ".")

    def _interest_removed(self, event: Event) -> Markup:
        return sentence(
            f"The reactor forgets {event['source']} {event['interest']}: nobody waits for it."
        )

    def _operation_submitted(self, event: Event) -> Markup:
        what = f"{event['name']} on {event['source']}"
        self._waits.append(f"{what} is done")
        handed = f"{actor(event.by)} hands {what} to the kernel, as operation {event['operation']}"
        return sentence(handed, "; when it is done, wake ", task(event), ".")

    def _operation_completed(self, event: Event) -> Markup:
        result = cut(event["error"] or event["result"], VALUE)
        return sentence(f"The kernel has done operation {event['operation']}: ", code(result), ".")

    def _operation_cancelled(self, event: Event) -> Markup:
        return sentence(f"The kernel is asked to give operation {event['operation']} back early.")

    def _timer_armed(self, event: Event) -> Markup:
        self._waits.append(f"timer {event['timer']} fires")
        wake = joined((", wake ", task(event))) if event["task"] is not None else ""
        return sentence(f"The reactor notes timer {event['timer']}: in {event['delay']}", wake, ".")

    def _timer_fired(self, event: Event) -> Markup:
        return sentence(f"The time of timer {event['timer']} has come.")

    def _timer_cancelled(self, event: Event) -> Markup:
        return sentence(f"Timer {event['timer']} is taken back.")

    def _event_dispatched(self, event: Event) -> Markup:
        happened = code(cut(event["event"], VALUE))
        return sentence(f"The reactor looks up who waits for {event['source']}, on which ",
                         happened, " happened.")  # fmt: skip

    # -- the thread and the kernel ---------------------------------------------------------------

    def _executor_parked(self, event: Event) -> Markup:
        until = "something happens"
        if event["until"] != "event":
            until += f" or {event['until']} is due"
        return sentence("The run queue is empty. The thread is ", strong("parked"),
                         f" in the kernel until {until}; it takes no processor time.")  # fmt: skip

    def _executor_unparked(self, event: Event) -> Markup:
        return sentence(
            f"The kernel gives the thread back, with {times(event['events'], 'event')}."
        )

    def _kernel_called(self, event: Event) -> Markup:
        result = code(cut(event["error"] or event["result"], TEXT))
        more = (
            ": nothing is there yet, and the call did not wait"
            if event["error"] == "EAGAIN"
            else ""
        )
        made = "sets up: " if is_set_up(event) else "calls "
        return sentence(
            f"{actor(event.by)} {made}", code(invocation(event)), " → ", result, f"{more}."
        )

    def _trace_failed(self, event: Event) -> Markup:
        return sentence("The recorder failed (", error(event), "); it tells no more of coroutines.")

    def _trace_replaced(self, event: Event) -> Markup:
        where = self._lines.name(event["line"])
        return sentence(f"The snippet put a tracer of its own in the recorder's place, in {where}.")

    # -- words -------------------------------------------------------------------------------------

    def _name(self, number: int) -> Markup:
        return code(cut(self._machine_of[number].name, VALUE))

    def _where(self, state: State) -> str:
        return self._lines.name(state.span.line) if state.span else "its beginning"

    handlers: ClassVar[Mapping[str, Callable[[_Teller, Event], Markup]]] = {
        "task.spawned": _task_spawned,
        "task.polled": _task_polled,
        "task.pending": _task_pending,
        "task.ready": _task_ready,
        "task.raised": _task_raised,
        "task.dropped": _task_dropped,
        "machine.started": _machine_started,
        "state.entered": _state_entered,
        "state.suspended": _state_suspended,
        "state.resumed": _state_resumed,
        "machine.returned": _machine_returned,
        "machine.raised": _machine_raised,
        "machine.dropped": _machine_dropped,
        "future.polled": _future_polled,
        "waker.cloned": _waker_cloned,
        "waker.woken": _waker_woken,
        "waker.dropped": _waker_dropped,
        "interest.registered": _interest_registered,
        "interest.removed": _interest_removed,
        "operation.submitted": _operation_submitted,
        "operation.completed": _operation_completed,
        "operation.cancelled": _operation_cancelled,
        "timer.armed": _timer_armed,
        "timer.fired": _timer_fired,
        "timer.cancelled": _timer_cancelled,
        "event.dispatched": _event_dispatched,
        "executor.parked": _executor_parked,
        "executor.unparked": _executor_unparked,
        "kernel.called": _kernel_called,
        "trace.failed": _trace_failed,
        "trace.replaced": _trace_replaced,
    }
    """What tells each kind of event."""
