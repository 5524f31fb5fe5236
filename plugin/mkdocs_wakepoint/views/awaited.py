"""What the tasks wait for while the thread is parked, as far as the reactor has been told."""

from __future__ import annotations

from wakepoint.recording import Event


class Awaited:
    """Follows the events of a run, in order."""

    def __init__(self) -> None:
        self._delays: dict[str, str] = {}  # timer -> as it was asked for
        self._of: dict[int | None, list[str]] = {}  # task -> what its last poll left behind
        self._operations: dict[int, str] = {}

    def take(self, event: Event) -> None:
        """Notes what an event says of waiting."""
        facts = event.facts
        match event.kind:
            case "task.polled" | "task.ready" | "task.raised" | "task.dropped":
                self._of.pop(facts["task"], None)
            case "waker.woken" if facts["queued"]:
                self._of.pop(facts["task"], None)
            case "timer.armed":
                timer = f"timer {facts['timer']}"
                self._delays[timer] = facts["delay"]
                self._wait(facts["task"], timer)
            case "interest.registered":
                self._wait(facts["task"], f"{facts['source']} {facts['interest']}")
            case "operation.submitted":
                what = f"{facts['name']} on {facts['source']}"
                self._operations[facts["operation"]] = what
                self._wait(facts["task"], what)
            case "timer.cancelled":
                self._forget(f"timer {facts['timer']}")
            case "interest.removed":
                self._forget(f"{facts['source']} {facts['interest']}")
            case "operation.cancelled":
                self._forget(self._operations.get(facts["operation"], ""))

    def until(self, bound: str) -> str:
        """What ends the sleep: ``timer 1 (10 ms) or fd 4 READ``.

        Args:
            bound: ``event``, or the timer that bounds the sleep.
        """
        waits = [what for task in self._of.values() for what in task]
        others = [what for what in dict.fromkeys(waits) if not what.startswith("timer ")]
        first = [self._named(bound)] if bound != "event" else []
        return " or ".join([*first, *others]) or "an event"

    def _named(self, timer: str) -> str:
        delay = self._delays.get(timer)
        return f"{timer} ({delay})" if delay else timer

    def _wait(self, task: int | None, what: str) -> None:
        self._of.setdefault(task, []).append(what)

    def _forget(self, what: str) -> None:
        for waits in self._of.values():
            if what in waits:
                waits.remove(what)
