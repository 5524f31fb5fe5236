"""Whether a function may come to use the runtime: what its names stand for is followed.

A signal handler needs no waker to wake a task: it may spawn one, or notify what is a global
variable. So its code is read: the global names in it and what they stand for just now, its closure,
and the same of all functions and objects that are met on the way. What a program looks up by a
string that it makes (`getattr`, `sys.modules`) is not seen.
"""

from __future__ import annotations

import builtins
import dis
import gc
import sys
from collections.abc import Iterator
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    MethodType,
    ModuleType,
    TracebackType,
)

MOST = 10_000
"""More functions and objects than this are not followed; the runtime might be behind them."""

_HEAP_TYPE = 1 << 9
"""``Py_TPFLAGS_HEAPTYPE``: a class that is not built in."""

_LOOKS_UP = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME"})

_ENDS = (str, bytes, int, float, complex, type(None), CodeType, FrameType, TracebackType)
"""What leads nowhere, or to whatever runs just now."""


def may_use(package: str, function: object) -> bool:
    """True if a call of the function may come to the package, as far as can be followed."""
    todo: list[object] = [function]
    met: dict[int, object] = {}
    while todo:
        thing = todo.pop()
        if id(thing) in met or isinstance(thing, _ENDS) or thing is sys.modules:
            continue
        met[id(thing)] = thing
        if len(met) > MOST or _package_of(thing) == package:
            return True
        todo += _used_by(thing)
    return False


def _package_of(thing: object) -> str:
    if isinstance(thing, ModuleType):
        name: object = thing.__name__
    else:
        home = thing if isinstance(thing, (FunctionType, type)) else type(thing)
        name = home.__module__
    return name.partition(".")[0] if isinstance(name, str) else ""


def _used_by(thing: object) -> Iterator[object]:
    if isinstance(thing, FunctionType):
        yield from _named_in(thing)
        yield from (thing.__defaults__, thing.__kwdefaults__, vars(thing))
    elif isinstance(thing, MethodType):
        yield from (thing.__func__, thing.__self__)
    elif isinstance(thing, BuiltinFunctionType):
        if not isinstance(thing.__self__, ModuleType):
            yield thing.__self__
    elif isinstance(thing, type):
        if thing.__flags__ & _HEAP_TYPE:
            yield from vars(thing).values()
            yield from thing.__bases__
    elif isinstance(thing, ModuleType):  # somebody has it as a value, so any of it may be meant
        yield from vars(thing).values()
    else:
        yield type(thing)
        yield from gc.get_referents(thing)


def _named_in(function: FunctionType) -> Iterator[object]:
    """What the names in its code stand for: globals, and what is looked up in modules."""
    names, attributes = {*_names(function.__code__)}, {*_attributes(function.__code__)}
    values = [each.cell_contents for each in function.__closure__ or () if _is_set(each)]
    for name in names:
        for place in (function.__globals__, vars(builtins), sys.modules):
            if name in place:
                values.append(place[name])
                break
    modules: list[ModuleType] = []
    for value in values:  # which grows
        if not isinstance(value, ModuleType):
            yield value
        elif value not in modules:
            modules.append(value)
            values += [vars(value)[name] for name in attributes if name in vars(value)]


def _is_set(cell: object) -> bool:
    return bool(gc.get_referents(cell))


def _names(code: CodeType) -> Iterator[str]:
    """What is looked up among the global variables, or imported."""
    for each in _codes(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname in _LOOKS_UP:
                yield instruction.argval


def _attributes(code: CodeType) -> Iterator[str]:
    """What is looked up in something; global names are among it."""
    for each in _codes(code):
        yield from each.co_names


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
