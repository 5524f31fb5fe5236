"""What a stepper's page has to say at each step, worked out in Python from its data block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mkdocs_wakepoint.views.lives import MOVES
from mkdocs_wakepoint.views.lives import STATES as LIFE

State = dict[str, Any]

_TASK = {
    "running": "is being polled",
    "queued": "queued",
    "pending": "pending",
    "ready": "✓ ready",
    "raised": "✗ raised",
    "dropped": "✗ dropped",
}
_MARK = {
    "runs": ("▶", "runs from here", "run from here"),
    "waits": ("‖", "waits", "wait"),
    "queued": ("▷", "is queued", "are queued"),
    "inside": ("↳", "is inside", "are inside"),
    "yields": ("‖", "has yielded", "have yielded"),
}
ROWS, FRAMES, CHIPS = 8, 3, 5


def states(data: Mapping[str, Any]) -> Iterator[State]:
    """What is true before the first event, and after each."""
    state: State = {}
    yield dict(state)
    for step in data["steps"]:
        for key, value in zip(step[::2], step[1::2], strict=True):
            state[data["keys"][key]] = value
        state = {key: value for key, value in state.items() if value is not None}
        yield dict(state)


def facts(state: State, data: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is shown, as `assets/stepper/facts.js` says it."""
    front = state.get("front")
    return {
        "queue": [int(task) for task, _ in sorted(_below(state, "queue "), key=lambda one: one[1])],
        "tasks": sorted([int(task), *value] for task, value in _below(state, "task ")),
        "waits": [[task, what] for _, task, what in sorted(_waits(state))],
        "buffers": sorted(map(list, _below(state, "buffer ")), key=lambda one: int(one[0][3:])),
        "marks": _marks(state, data),
        "chain": _chain(state, data, front) if front else [],
        "values": dict(_below(state, f"value {front} ")),
        "lives": _lives(state),
    }


def shown(state: State, data: Mapping[str, Any]) -> dict[str, Any]:
    """The texts that a reader sees, but for the sentence and the machine's picture."""
    known = facts(state, data)
    return {
        "queue": _rows([f"task {task}" for task in known["queue"]], "empty"),
        "tasks": _rows([_task(one, data) for one in known["tasks"]], "none yet"),
        "waits": _rows([_wait(*one) for one in known["waits"]], "nothing"),
        "marks": sorted([line, _mark(kind, of, data)] for line, kind, of in known["marks"]),
        "frames": _frames(state, data),
        **_life(known["lives"], has_life=any(key.startswith("move ") for key in data["keys"])),
    }


def _life(lives: Mapping[str, Any], *, has_life: bool) -> dict[str, Any]:
    """The picture of a future's life: the tasks in its boxes, and the numbers at its arrows."""
    if not has_life:
        return {"standing": [], "ways": []}
    counts, last = lives["counts"], lives["last"]
    moves = sorted(map(" ".join, MOVES))
    return {
        "standing": [[state, _chips(lives["standing"].get(state, []))] for state in LIFE],
        "ways": [[one, f" ×{counts[one]}" if one in counts else "", one == last] for one in moves],
    }


def _chips(tasks: Sequence[int]) -> list[str]:
    named = list(map(str, tasks))
    if len(named) > CHIPS:
        named[CHIPS - 1 :] = [f"+{len(named) - CHIPS + 1}"]
    return named[::-1]


def _frames(state: State, data: Mapping[str, Any]) -> list[str]:
    """Those around the machine that moves, or moved last, of those that have a picture."""
    # In the order in which they began.
    began = dict.fromkeys(machine for machine, _, _ in data["instances"].values())
    pictured = [index for index in began if data["machines"][index]["anchor"]]
    front = state.get("front")
    if front is None or data["instances"][str(front)][0] not in pictured:
        front = state.get(f"last {pictured[0]}") if pictured else None
    chain = _chain(state, data, front) if front else []
    return [_name(one, data) for one in chain[:-1]][-FRAMES:]


def _waits(state: State) -> list[Any]:
    return [value for _, value in _below(state, "wait ")]


def _name(instance: int, data: Mapping[str, Any]) -> str:
    name: str = data["machines"][data["instances"][str(instance)][0]]["name"]
    return name


def _rows(rows: Sequence[str], otherwise: str) -> list[str]:
    if len(rows) > ROWS:
        return [*rows[: ROWS - 1], f"and {len(rows) - ROWS + 1} more"]
    return list(rows) or [otherwise]


def _task(told: Sequence[Any], data: Mapping[str, Any]) -> str:
    task, how, polls = told
    name = data["tasks"][str(task)]
    return f"task {task} {name}: {_TASK[how]}, {polls} poll{'' if polls == 1 else 's'}"


def _wait(task: int | None, what: str) -> str:
    return f"{what} → wake task {task}" if task else what


def _mark(kind: str, numbers: Sequence[int], data: Mapping[str, Any]) -> str:
    sign, one, several = _MARK[kind]
    instances = [data["instances"][str(number)] for number in numbers]
    tasks = sorted({task for _, task, _ in instances if task})
    if len(tasks) > 3:
        who = f"{len(tasks)} tasks"
    elif tasks:
        who = f"task {', '.join(map(str, tasks))}"
    else:
        who = _name(numbers[-1], data)
    return f"{sign} {who} {several if len(tasks) > 1 else one}"


def _below(state: State, start: str) -> list[tuple[str, Any]]:
    return [(key[len(start) :], value) for key, value in state.items() if key.startswith(start)]


def _lives(state: State) -> dict[str, Any]:
    standing: dict[str, list[int]] = {}
    for task, (how, _) in sorted((int(task), value) for task, value in _below(state, "task ")):
        standing.setdefault("polled" if how == "running" else how, []).append(task)
    moves = dict(_below(state, "move "))
    return {
        "standing": standing,
        "counts": {move: count for move, (count, _) in moves.items()},
        "last": max(moves, key=lambda move: moves[move][1], default=None),
    }


def _marks(state: State, data: Mapping[str, Any]) -> list[list[Any]]:
    places: dict[tuple[str, str], list[int]] = {}
    for number, kind in _below(state, "mark "):
        machine = data["instances"][number][0]
        line = data["machines"][machine]["lines"][state[f"at {number}"][0]]
        if line:
            places.setdefault((line, kind), []).append(int(number))
    listed = [[line, kind, sorted(numbers)] for (line, kind), numbers in places.items()]
    return sorted(listed, key=lambda one: one[2][0])


def _chain(state: State, data: Mapping[str, Any], front: int) -> list[int]:
    chain: list[int] = []
    one: int | None = front
    while one and one not in chain:
        chain.insert(0, one)
        one = data["instances"][str(one)][2]
    return [one for one in chain if one == front or _is_alive(state[f"at {one}"])]


def _is_alive(at: Any) -> bool:
    return at[1] in ("running", "suspended")
