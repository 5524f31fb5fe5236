"""What has to hold of a machine and every run of its coroutine.

    python -m tools.coroutines.laws FIRST LAST

holds as many generated coroutines to it, one for each seed, under the Python that runs it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from types import FunctionType

from tools.coroutines.programs import MAIN, program
from tools.coroutines.world import Trace, World
from tools.second_opinion.compare import differences
from tools.second_opinion.walk import states

from wakepoint.machine import Analysis, analyze_source
from wakepoint.machine.model import VariableKind

RUNS = 12
"""How many scripts each generated coroutine is run with."""

OPINIONS = 5
"""One in so many is held to the second opinion as well, which takes its time."""

CAN_POISON = sys.version_info >= (3, 13)
"""Whether a frame's locals can be written to from outside (PEP 667)."""


def analysis_of(source: str) -> Analysis:
    """The analysis of a generated coroutine."""
    return next(each for each in analyze_source(source) if each.code.co_name == MAIN)


def run(analysis: Analysis, script: Sequence[int], *, poison: bool = False) -> Trace:
    """Runs what was analysed with a script."""
    world = World(analysis, script, poison=poison)
    return world.run(FunctionType(analysis.code, world.names()))


def hold(analysis: Analysis, script: Sequence[int]) -> Trace:
    """Holds one run to the machine.

    Raises:
        AssertionError: If the run has shown something that the machine does not have.
    """
    trace = run(analysis, script)
    machine = analysis.machine
    if trace.results[-1] != "raised Tired":
        steps = {(each.source, each.target) for each in machine.transitions}
        for step in pairwise(trace.visits):
            assert step in steps, f"no transition {step}"
        polls = {(each.source, each.target) for each in analysis.poll_transitions}
        for step in pairwise(trace.polls):
            assert step in polls, f"no transition {step} from poll to poll"
    for state, bound in trace.bound:
        variables = machine.states[state].variables
        saved = {each.name for each in variables if each.kind is not VariableKind.OPERAND}
        assert bound <= saved, f"state {state} does not have {bound - saved}"
    if CAN_POISON:
        poisoned = run(analysis, script, poison=True)
        assert poisoned.results == trace.results, (
            "a variable that was said to be dead has been read"
        )
    return trace


def agree(analysis: Analysis, source: str) -> None:
    """Holds a machine to the second opinion.

    Raises:
        AssertionError: If they do not agree.
    """
    walked = states(source)[analysis.code.co_firstlineno, MAIN]
    problems = list(differences(analysis, walked))
    assert not problems, "; ".join(problems)


def scripts(random: Random, count: int) -> list[list[int]]:
    """Answers of the world, long and short."""
    return [[random.randrange(240) for _ in range(random.randrange(150))] for _ in range(count)]


def main() -> None:
    """Holds generated coroutines to the laws and prints what they have shown."""
    first, last = map(int, sys.argv[1:])
    suspensions = 0
    for seed in range(first, last):
        random = Random(seed)
        source = program(random)
        analysis = analysis_of(source)
        script: list[int] = []
        try:
            if seed % OPINIONS == 0:
                agree(analysis, source)
            for script in scripts(random, RUNS):
                suspensions += len(hold(analysis, script).bound)
        except AssertionError as error:
            sys.exit(f"seed {seed}: {error}\n{source}\nscript = {script}")
    print(f"{last - first} coroutines, {suspensions} suspensions")


if __name__ == "__main__":
    main()
