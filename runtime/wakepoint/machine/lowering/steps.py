"""The cases of a lowered ``poll``: straight pieces of code that jump to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

_BEGIN, _END = "\ue001", "\ue002"  # so that a name is not found in a longer one


@dataclass(eq=False, slots=True)
class Line:
    """One statement of lowered code.

    Attributes:
        indent: How deep it stands in its step.
        text: The code; more lines of it keep their indentation relative to the first.
        origin: The line of the original that it comes from.
        target: Where it jumps to, if it is a jump.
    """

    indent: int
    text: str
    origin: int | None = None
    target: Step | None = None


@dataclass(eq=False, slots=True)
class Step:
    """A case: a state of the machine, or a step between states that several paths lead to.

    Attributes:
        name: Its name in the enum of states.
        handler: Where exceptions raised in it go.
        index: The number of the state in the machine; None for a step in between.
        comment: What to say about it in the enum.
        lines: Its code.
    """

    name: str
    handler: Step | None
    index: int | None = None
    comment: str = ""
    lines: list[Line] = field(default_factory=list)


class Code:
    """The steps of one function while they are written.

    Attributes:
        steps: All of them, in the order in which they were made.
        step: The one that is written to.
        indent: How deep.
        handler: Where exceptions go that the code to be written raises.
        reachable: False behind a jump or a return.
        origin: The line of the original whose code is being written.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.indent = 0
        self.handler: Step | None = None
        self.reachable = True
        self.origin: int | None = None
        self._names: dict[str, int] = {}
        self.step = self.new("START")

    def new(self, name: str, index: int | None = None, comment: str = "") -> Step:
        """A step that has no code yet; it is one of the steps once it is begun."""
        self._names[name] = self._names.get(name, 0) + 1
        count = self._names[name]
        return Step(name if count == 1 else f"{name}_{count}", self.handler, index, comment)

    def begin(self, step: Step) -> None:
        """Goes on writing in another step."""
        self.steps.append(step)
        self.step, self.indent, self.reachable = step, 0, True

    def emit(self, text: str) -> None:
        """Writes a statement."""
        if self.reachable:
            self.step.lines.append(Line(self.indent, text, self.origin))

    def jump(self, target: Step) -> None:
        """Goes to another step."""
        if self.reachable:
            self.step.lines.append(Line(self.indent, "", self.origin, target))
            self.reachable = False

    def stop(self) -> None:
        """What was written last does not go on."""
        self.reachable = False


def tidy(steps: list[Step], start: Step) -> list[Step]:
    """The same code in fewer steps."""
    _pass_through(steps)
    _say_where_it_jumps(steps)
    while True:
        steps = _reached(steps, start)
        for step in steps:
            if step is not start and step.index is None and _write_in_place(step, steps):
                break
        else:
            return steps


def _pass_through(steps: list[Step]) -> None:
    """A jump to a step that only jumps on goes to where that one goes."""
    for step in steps:
        for line in step.lines:
            if line.target is not None:
                line.target = _end_of_jumps(line.target)
            for other in _named(line, steps):
                line.text = line.text.replace(mention(other), mention(_end_of_jumps(other)))
        if step.handler is not None:
            step.handler = _end_of_jumps(step.handler)


def _end_of_jumps(step: Step) -> Step:
    seen = {step}
    while len(step.lines) == 1 and step.lines[0].target is not None and step.index is None:
        step = step.lines[0].target
        if step in seen:  # an endless loop that does nothing
            break
        seen.add(step)
    return step


def _say_where_it_jumps(steps: list[Step]) -> None:
    """Steps that only note why a block is left are written where they are jumped to."""
    changed = True
    while changed:
        changed = False
        for step in steps:
            for at, line in enumerate(step.lines):
                target = line.target
                if target is not None and target is not step and _only_notes(target):
                    step.lines[at : at + 1] = [
                        Line(line.indent, each.text, line.origin, each.target)
                        for each in target.lines
                    ]
                    changed = True
                    break


def _only_notes(step: Step) -> bool:
    *notes, last = step.lines or [Line(0, "")]
    if last.target is None or last.target is step or not notes or step.index is not None:
        return False
    return all(line.text.partition(" = ")[2].startswith(f"State.{_BEGIN}") for line in notes)


def _reached(steps: list[Step], start: Step) -> list[Step]:
    reached = {start}
    todo = [start]
    while todo:
        step = todo.pop()
        targets = [line.target for line in step.lines if line.target is not None]
        targets += [other for line in step.lines for other in _named(line, steps)]
        if step.handler is not None:
            targets.append(step.handler)
        for target in targets:
            if target not in reached:
                reached.add(target)
                todo.append(target)
    return [step for step in steps if step in reached]


def _named(line: Line, steps: list[Step]) -> list[Step]:
    """The steps that a line names without jumping to them itself."""
    if "State." not in line.text:
        return []
    return [step for step in steps if mention(step) in line.text]


def mention(step: Step) -> str:
    """How code names a step until it is rendered."""
    return f"State.{_BEGIN}{step.name}{_END}"


def _write_in_place(step: Step, steps: list[Step]) -> bool:
    if any(other.handler is step for other in steps):
        return False
    if any(mention(step) in line.text for other in steps for line in other.lines):
        return False
    jumps = [
        (other, at) for other in steps for at, line in enumerate(other.lines) if line.target is step
    ]
    if len(jumps) != 1:
        return False
    other, at = jumps[0]
    line = other.lines[at]
    if (
        other is step
        or at != len(other.lines) - 1
        or line.indent
        or other.handler is not step.handler
    ):
        return False
    other.lines[at:] = step.lines
    steps.remove(step)
    return True


# --- text -----------------------------------------------------------------------------------------


def render(step: Step, machine: str) -> list[tuple[str, int | None]]:
    """The lines of a step's case, with the original's line of each."""
    found: list[tuple[str, int | None]] = []
    before: int | None = None
    for at, line in enumerate(step.lines):
        text = line.text.replace(_BEGIN, "").replace(_END, "")
        if line.target is not None:
            text = f"{machine}.state = State.{line.target.name}"
            if at < len(step.lines) - 1:
                text += "\ncontinue"
        first, *rest = text.split("\n")
        if line.origin not in {None, before} and line.target is None:
            first += f"  # line {line.origin}"
            before = line.origin
        found += [(" " * 4 * line.indent + each, line.origin) for each in [first, *rest]]
    return found
