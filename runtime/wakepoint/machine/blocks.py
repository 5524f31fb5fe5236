"""Instructions in runs that are entered at the top only: the graph in the size that analyses need.

Within a block nothing branches and every instruction that raises goes to the same handler.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wakepoint.machine.bytecode import NOWHERE
from wakepoint.machine.graph import Graph


@dataclass(eq=False, slots=True)
class Block:
    """A run of instructions. Blocks refer to each other by number.

    Attributes:
        first: The number of its first instruction.
        last: The number of its last instruction.
        following: The block that runs after it, or `NOWHERE`.
        jump: The block that it may jump to, or `NOWHERE`.
        handler: The block that exceptions raised in it go to, or `NOWHERE` if they leave.
        raises: True if one of its instructions may raise.
    """

    first: int
    last: int
    following: int = NOWHERE
    jump: int = NOWHERE
    handler: int = NOWHERE
    raises: bool = False


@dataclass(eq=False, slots=True)
class Blocks:
    """The blocks of a graph.

    Attributes:
        all: The blocks, in the order of their instructions.
        of: The number of the block that each instruction is in.
        entry: The block that runs first.
        rank: For each block its place in an order in which, loops aside, a block comes behind all
            that lead to it.
    """

    all: list[Block] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    entry: int = 0
    rank: list[int] = field(default_factory=list)


def split(graph: Graph) -> Blocks:
    """The blocks of a graph. A suspension is a block of its own."""
    instructions = graph.instructions
    starts = _starts(graph)
    blocks = Blocks()
    current: Block | None = None
    handler = NOWHERE
    for number, instruction in enumerate(instructions):
        if current is None or number in starts or instruction.handler != handler:
            handler = instruction.handler
            current = Block(number, number)
            blocks.all.append(current)
        current.last = number
        if graph.raises[number]:
            current.raises = True
        blocks.of.append(len(blocks.all) - 1)
    of = [*blocks.of, NOWHERE]  # the last is for NOWHERE
    for block in blocks.all:
        last = instructions[block.last]
        block.following, block.jump = of[last.following], of[last.jump]
        block.handler = of[last.handler]
    blocks.entry = of[graph.entry]
    blocks.rank = _ranks(blocks)
    return blocks


def _ranks(blocks: Blocks) -> list[int]:
    """The reverse of the order in which a walk leaves the blocks; CPython moves some to the end."""
    left: list[int] = []
    visited = {NOWHERE}
    for entry in (blocks.entry, *range(len(blocks.all))):  # some are reached by suspending alone
        todo = [(entry, False)]
        while todo:
            number, is_done = todo.pop()
            if is_done:
                left.append(number)
            elif number not in visited:
                visited.add(number)
                block = blocks.all[number]
                todo.append((number, True))
                todo += [(each, False) for each in (block.handler, block.jump, block.following)]
    ranks = [0] * len(blocks.all)
    for rank, number in enumerate(reversed(left)):
        ranks[number] = rank
    return ranks


def _starts(graph: Graph) -> set[int]:
    starts = {graph.entry, *graph.suspensions}
    for number, instruction in enumerate(graph.instructions):
        if instruction.jump != NOWHERE:
            starts.add(instruction.jump)
            starts.add(number + 1)
        if instruction.handler != NOWHERE:
            starts.add(instruction.handler)
        if instruction.name == "END_ASYNC_FOR":  # past it the loop is exhausted
            starts.add(number + 1)
        if instruction.following != number + 1:
            starts.add(number + 1)
            starts.add(instruction.following)
    for number in graph.suspensions:
        starts.add(number + 1)
    return starts
