"""Which instructions may find a variable unbound, by following the nothing that is in it.

Until something is bound a variable has a value like any other, one that cannot be read.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.second_opinion.paths import Code

_UNBIND = frozenset(("DELETE_FAST", "DELETE_DEREF", "LOAD_FAST_AND_CLEAR"))
_FAST = ("LOAD_FAST", "DELETE_FAST", "STORE_FAST_LOAD_FAST")


def reads_of_nothing(code: Code) -> set[int]:
    """The instructions that raise because a variable may be unbound there."""
    compiled = code.code
    free_or_deleted = {*compiled.co_freevars, *_deleted_inside(compiled)}
    reads = set()
    for name in {*compiled.co_varnames, *compiled.co_cellvars, *compiled.co_freevars}:
        if name in free_or_deleted:  # somebody else may unbind it at any time
            lived = set(code.saved)
        else:
            paths = (code.follow(at, name) for at in _begins(code, name))
            lived = {number for path in paths for number, home in path if home == name}
        reads |= {number for number in lived if _needs(code, number, name)}
    return reads


def _begins(code: Code, name: str) -> Iterator[int]:
    """Where the variable begins to be unbound."""
    compiled = code.code
    flags = compiled.co_flags
    arguments = compiled.co_argcount + compiled.co_kwonlyargcount
    arguments += bool(flags & 0x04) + bool(flags & 0x08)  # *arguments, **options
    if name not in compiled.co_varnames[:arguments]:
        yield code.start
    for number, each in enumerate(code.listed):
        if each.opname in _UNBIND and each.argval == name and number in code.saved:
            yield from (edge.to for edge in code.edges[number] if not edge.raises)


def _needs(code: Code, number: int, name: str) -> bool:
    """Whether an instruction raises if a variable is not bound."""
    each = code.listed[number]
    if each.opname in {"LOAD_DEREF", "DELETE_DEREF"}:
        return bool(each.argval == name)
    is_cell = name in code.code.co_cellvars or name in code.code.co_freevars
    return each.opname.startswith(_FAST) and not is_cell and code.reads(number, name)


def _deleted_inside(code: CodeType) -> set[str]:
    """The variables that an inner function deletes."""
    deleted = set()
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            names = {e.argval for e in dis.get_instructions(inner) if e.opname == "DELETE_DEREF"}
            deleted |= (names | _deleted_inside(inner)) & {*inner.co_freevars}
    return deleted
