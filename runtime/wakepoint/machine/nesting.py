"""Source that is nested too deeply for Python's compiler, and where."""

from __future__ import annotations

import io
import tokenize
from itertools import pairwise

from wakepoint.machine.errors import MachineError
from wakepoint.machine.parsing import compiled, parsed


def too_deep(text: str, filename: str) -> MachineError:
    """The error of source that cannot be compiled for its depth: it names the statement."""
    lines = text.splitlines(keepends=True)
    starts = [*_statements(text), len(lines) + 1]
    line = next(
        (
            start
            for start, end in pairwise(starts)
            if not _compiles("".join(lines[start - 1 : end - 1]))
        ),
        1,
    )
    return MachineError(
        f"{filename}, line {line}: what begins there is nested too deeply for Python to compile; "
        "write it in several statements"
    )


def _statements(text: str) -> list[int]:
    """The lines on which a module's own statements begin."""
    starts = []
    depth = 0
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.NEWLINE:
            begins = True
        elif token.type not in {tokenize.NL, tokenize.COMMENT}:
            if begins and not depth:
                starts.append(token.start[0])
            begins = False
    return starts


def _compiles(text: str) -> bool:
    try:
        compiled(text, "<statement>")
        parsed(text)
    except (RecursionError, MemoryError):
        return False
    except (SyntaxError, ValueError):  # an else without its if: no statement of its own
        return True
    return True
