"""Await stacks as text, and as the tree of who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakepoint.debugging.stacks import AwaitStack, TaskStack, running, stacks_of
from wakepoint.errors import in_a_circle


def everything() -> str:
    """All tasks of all executors that run in this process, as `wakepoint.dump` prints them."""
    parts = [
        "\n".join(_of_executor(stacks_of(each), each.thread, each.circles)) for each in running()
    ]
    return "\n\n".join(parts) or "no executor of wakepoint runs in this process"


def _of_executor(
    stacks: Sequence[TaskStack], thread: str, circles: Sequence[tuple[int, ...]]
) -> Iterator[str]:
    count = len(stacks)
    yield f"{count} {'task' if count == 1 else 'tasks'} on {thread}"
    for stack in stacks:
        yield ""
        yield from _of_task(stack)
    if any(stack.joins for stack in stacks):
        yield ""
        yield "who waits for whom"
        yield ""
        yield from tree(stacks)
    for circle in circles:
        yield ""
        yield f"a circle: {in_a_circle(circle)}"


def _of_task(stack: TaskStack) -> Iterator[str]:
    for_what = "" if stack.waits_for is None else f" for {stack.waits_for}"
    if stack.state == "waits":
        yield f"task {stack.task} ({stack.name}) waits{for_what}"
    elif stack.state == "queued" and stack.waits_for is not None:
        yield f"task {stack.task} ({stack.name}) is queued; it waited{for_what}"
    else:
        yield f"task {stack.task} ({stack.name}) is {stack.state}"
    yield from _frames(stack.stack, "    ")
    if stack.state == "waits":
        who = "; ".join(stack.held_by) or "nobody that is known"
        yield f"  its waker is held by {who}"


def _frames(stack: AwaitStack, indent: str) -> Iterator[str]:
    for frame in stack.frames:
        yield f"{indent}{frame}"
    for branch in stack.branches:
        yield f"{indent}  in it: {branch.waits_for or 'nothing is awaited'}"
        yield from _frames(branch, f"{indent}    ")


def tree(stacks: Sequence[TaskStack]) -> Iterator[str]:
    """Each task, and below it those that it waits for.

    A task that several wait for is below each of them, and what is below it only the first time.
    """
    by_number = {stack.task: stack for stack in stacks}
    awaited = {number for stack in stacks for number in stack.joins}
    drawn: set[int] = set()
    # Those in a circle are awaited, all of them: they come last.
    for first in sorted(by_number, key=lambda number: (number in awaited, number)):
        if first not in drawn:
            yield from _below(first, by_number, drawn)


def _below(first: int, by_number: dict[int, TaskStack], drawn: set[int]) -> Iterator[str]:
    todo = [(first, "", "")]
    while todo:
        number, before, indent = todo.pop()
        stack = by_number[number]
        again = number in drawn
        yield f"{before}{_line(stack, again)}"
        drawn.add(number)
        if again:
            continue
        joins = [each for each in stack.joins if each in by_number]
        for each in reversed(joins):
            is_last = each == joins[-1]
            branch, below = ("└── ", "    ") if is_last else ("├── ", "│   ")
            todo.append((each, indent + branch, indent + below))


def _line(stack: TaskStack, again: bool) -> str:
    name = f"task {stack.task} ({stack.name})"
    if again:
        return f"{name}, see above"
    frames = stack.stack.frames
    place = f" {frames[-1]}" if frames else ""
    return f"{name}{place}" + (f": {stack.waits_for}" if stack.waits_for else "")
