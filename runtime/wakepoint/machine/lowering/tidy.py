"""The same code in fewer steps, and their names."""

from __future__ import annotations

from collections import Counter

from wakepoint.machine.lowering.steps import (
    Compound,
    GoOn,
    Item,
    Jump,
    Note,
    Step,
    all_items,
    targets,
)


def tidy(steps: list[Step]) -> list[Step]:
    """Leaves out steps that are not needed, and names the others; the first one is the start."""
    start = steps[0]
    for step in steps:
        _pass_through(step)
    for step in steps:
        step.items = _with_notes_in_place(step.items, step)
    steps = _reached(steps, start)
    steps = _written_in_place(steps, start)
    _name(steps)
    return steps


def _pass_through(step: Step) -> None:
    """A jump to a step that only jumps on goes to where that one goes."""
    if step.handler is not None:
        step.handler = _end_of_jumps(step.handler)
    for item in all_items(step.items):
        if isinstance(item, (Jump, Note, GoOn)) and item.target is not None:
            item.target = _end_of_jumps(item.target)


def _is_state(step: Step) -> bool:
    """True for the states of the machine, also for one that the analysis takes for impossible."""
    return step.resumes


def _end_of_jumps(step: Step) -> Step:
    visited = {step}
    while not _is_state(step) and len(step.items) == 1 and isinstance(step.items[0], Jump):
        step = step.items[0].target
        if step in visited:  # an endless loop that does nothing
            break
        visited.add(step)
    return step


def _with_notes_in_place(items: list[Item], step: Step) -> list[Item]:
    """Steps that only note why a block is left are written where they are jumped to."""
    in_place: list[Item] = []
    for item in items:
        if isinstance(item, Compound):
            item.bodies = [_with_notes_in_place(body, step) for body in item.bodies]
        in_place += _noted(item, step) if isinstance(item, Jump) else [item]
    return in_place


def _noted(jump: Jump, step: Step) -> list[Item]:
    written: list[Item] = []
    at: Item = jump
    while isinstance(at, Jump) and _only_notes(at.target, step):
        *notes, at = at.target.items
        written += [Note(jump.origin, n.field, n.target) for n in notes if isinstance(n, Note)]
    return [*written, Jump(jump.origin, at.target)] if isinstance(at, Jump) else [jump]


def _only_notes(step: Step, from_step: Step) -> bool:
    if step is from_step or _is_state(step) or len(step.items) < 2:
        return False
    *notes, last = step.items
    return (
        all(isinstance(each, Note) for each in notes)
        and isinstance(last, Jump)
        and last.target is not step
    )


def _reached(steps: list[Step], start: Step) -> list[Step]:
    reached = {start}
    todo = [start]
    while todo:
        for target in targets(todo.pop()):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    return [step for step in steps if step in reached]


def _written_in_place(steps: list[Step], start: Step) -> list[Step]:
    """A step that is led to from the end of one other alone is the rest of that one."""
    uses = Counter(target for step in steps for target in targets(step))
    gone: set[Step] = set()
    for step in steps:
        if step in gone:
            continue
        while step.items:
            last = step.items[-1]
            if not isinstance(last, Jump) or uses[last.target] != 1:
                break
            rest = last.target
            if rest in {start, step} or _is_state(rest) or not _are_alike(rest, step):
                break
            step.items[-1:] = rest.items
            gone.add(rest)
    return [step for step in steps if step not in gone]


def _are_alike(one: Step, other: Step) -> bool:
    return (
        one.handler is other.handler
        and one.handling is other.handling
        and one.leaving == other.leaving
    )


def _name(steps: list[Step]) -> None:
    counts: Counter[str] = Counter()
    taken = {step.kind for step in steps}
    for step in steps:
        counts[step.kind] += 1
        step.name = step.kind
        while counts[step.kind] > 1 and step.name in taken:
            step.name = f"{step.kind}_{counts[step.kind]}"
            counts[step.kind] += step.name in taken
        taken.add(step.name)
