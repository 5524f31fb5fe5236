"""What a page has to show at each step, worked out from the fold in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mkdocs_wakepoint.views.stepper.board import State
from mkdocs_wakepoint.views.stepper.fold import Fold
from wakepoint.recording import Recording


def states(recording: Recording) -> Iterator[State]:
    """What is true before the first event, and after each."""
    fold = Fold(recording)
    yield {}
    for event in recording.events:
        fold.take(event)
        yield dict(fold.state)


def facts(state: State, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of it, as `assets/stepper/facts.js` says it."""
    front = state.get("front")
    return {
        "queue": [
            int(task) for task, _ in sorted(_below(state, "queue "), key=lambda pair: pair[1])
        ],
        "tasks": sorted([int(task), *value] for task, value in _below(state, "task ")),
        "waits": [[task, what] for _, task, what in sorted(v for _, v in _below(state, "wait "))],
        "buffers": sorted(
            ([source, held] for source, held in _below(state, "buffer ")),
            key=lambda pair: int(pair[0].removeprefix("fd ")),
        ),
        "marks": _marks(state, data),
        "chain": _chain(state, data, front) if front else [],
        "values": dict(_below(state, f"value {front} ")),
    }


def _below(state: State, start: str) -> list[tuple[str, Any]]:
    return [(key[len(start) :], value) for key, value in state.items() if key.startswith(start)]


def _marks(state: State, data: Mapping[str, Any]) -> list[list[Any]]:
    places: dict[tuple[str, str], list[int]] = {}
    for number, kind in _below(state, "mark "):
        machine = data["instances"][int(number)][0]
        line = data["machines"][machine]["lines"][state[f"at {number}"][0]]  # type: ignore[index]
        if line:
            places.setdefault((line, kind), []).append(int(number))
    listed = [[line, kind, sorted(numbers)] for (line, kind), numbers in places.items()]
    return sorted(listed, key=lambda one: one[2][0])


def _chain(state: State, data: Mapping[str, Any], front: Any) -> list[int]:
    chain: list[int] = []
    one = front
    while one and one not in chain:
        chain.insert(0, one)
        one = data["instances"][one][2]
    return [one for one in chain if one == front or _is_alive(state[f"at {one}"])]


def _is_alive(at: Any) -> bool:
    return at[1] in ("running", "suspended")
