"""Holds programs made at random to the laws of lowering, one for each seed.

    python -m tools.lowering.laws FIRST LAST

What is accepted is Python, and behaves as the original does whatever goes wrong.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from random import Random

from tools.lowering.compared import difference
from tools.lowering.programs import program

from wakepoint.machine import MachineError

MOST_RUNS = 25
"""How many combinations of faults each program is run with."""


def wrong(seed: int, size: int = 14) -> str | None:
    """What is wrong with the lowered form of the program of a seed; None if nothing is.

    Raises:
        MachineError: If there is no lowered form.
    """
    source = program(Random(seed), size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            problem = difference(source, most_runs=MOST_RUNS)
    except MachineError:
        raise
    except Exception as error:  # it is no Python, or could not be made
        problem = f"{type(error).__name__}: {error}"
    return problem and f"seed {seed}, {problem}\n{source}"


def main() -> None:
    """Prints every difference, and what could not be lowered."""
    first, last = int(sys.argv[1]), int(sys.argv[2])
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 14
    refused: Counter[str] = Counter()
    differences = 0
    for seed in range(first, last):
        try:
            problem = wrong(seed, size)
        except MachineError as error:
            refused[str(error).partition(": ")[2]] += 1
            continue
        if problem is not None:
            differences += 1
            print(problem, flush=True)
    print(f"{last - first} programs, {differences} differences")
    for reason, count in refused.most_common():
        print(f"{count} refused: {reason}")


if __name__ == "__main__":
    main()
