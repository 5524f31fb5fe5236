"""What can be imported to be used is said once, and says what it is."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import typing
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wakepoint import Future

CHANNELS = tuple(f"wakepoint.sync.{each}" for each in ("broadcast", "mpsc", "oneshot", "watch"))
RUNTIME = (
    "wakepoint",
    "wakepoint.debugging",
    "wakepoint.fs",
    "wakepoint.io",
    "wakepoint.machine",
    "wakepoint.net",
    "wakepoint.net.tls",
    "wakepoint.process",
    "wakepoint.recording",
    "wakepoint.sync",
    *CHANNELS,
)
PLUGIN = ("mkdocs_wakepoint.engine", "mkdocs_wakepoint.views")
PAGE = Path(__file__).parents[1] / "docs/reference/runtime.md"

SEAMS = {"wakepoint.contract.Backend", "wakepoint.reactor.Timer"}
"""What a reactor gives to whoever writes a backend or watches it, and to nobody else."""


def exported(*faces: str) -> dict[str, Any]:
    """What packages export, by full name."""
    return {
        f"{face}.{name}": getattr(module, name)
        for face in faces
        for module in [importlib.import_module(face)]
        for name in module.__all__
    }


OURS = exported(*RUNTIME, *PLUGIN)
CLASSES = {name: thing for name, thing in OURS.items() if inspect.isclass(thing)}
FUNCTIONS = {name: thing for name, thing in OURS.items() if inspect.isroutine(thing)}


def test_every_name_is_exported_once() -> None:
    faces = Counter(id(thing) for thing in [*CLASSES.values(), *FUNCTIONS.values()])
    assert [name for name, thing in OURS.items() if faces[id(thing)] > 1] == []
    for face in (*RUNTIME, *PLUGIN):
        names = importlib.import_module(face).__all__
        assert len(names) == len(set(names)), face


def test_nothing_private_and_nothing_of_others_is_exported() -> None:
    private = [name for name in OURS if name.rpartition(".")[2].startswith("_")]
    assert not private
    foreign = [
        name
        for name, thing in {**CLASSES, **FUNCTIONS}.items()
        if thing.__module__.partition(".")[0] != name.partition(".")[0]
    ]
    assert not foreign


def members(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions that a class defines for its users, properties among them."""
    for name, member in vars(kind).items():
        if isinstance(member, (staticmethod, classmethod)):
            member = member.__func__
        if isinstance(member, property):
            member = member.fget
        if inspect.isfunction(member) and not name.startswith("_"):
            yield name, member


def is_told(kind: type, name: str) -> bool:
    """True if a member has a docstring, or what it overrides has one."""
    return any(vars(base)[name].__doc__ for base in kind.__mro__ if name in vars(base))


def test_everything_that_is_exported_says_what_it_is() -> None:
    silent = [name for name, thing in {**CLASSES, **FUNCTIONS}.items() if not thing.__doc__]
    # A dataclass without a docstring is given its signature for one.
    silent += [
        name
        for name, kind in CLASSES.items()
        if (kind.__doc__ or "").startswith(kind.__name__ + "(")
    ]
    silent += [
        f"{name}.{member}"
        for name, kind in CLASSES.items()
        for member, _ in members(kind)
        if not is_told(kind, member)
    ]
    assert not silent


@pytest.mark.parametrize("name", exported(*RUNTIME))
def test_the_reference_has(name: str) -> None:
    face, _, last = name.rpartition(".")
    text = PAGE.read_text(encoding="utf-8")
    section = "wakepoint" if face == "wakepoint.process" else face  # told beside the rest
    part = text.partition(f"\n## `{section}`\n")[2].partition("\n## ")[0]
    assert re.search(rf"`{re.escape(last)}`", part)


# An example of `ctrl_c` takes a hand on the keyboard.
CALLED = sorted((FUNCTIONS.keys() & exported("wakepoint")) - {"wakepoint.ctrl_c"})


@pytest.mark.parametrize("name", CALLED)
def test_an_example_shows_how_to_call(name: str) -> None:
    assert ">>> " in (FUNCTIONS[name].__doc__ or "")


def parts(hint: Any) -> Iterator[type]:
    """Every class in an annotation."""
    if isinstance(hint, list):  # the arguments of a Callable
        for each in hint:
            yield from parts(each)
        return
    cls = typing.get_origin(hint) or hint
    if isinstance(cls, type):
        yield cls
    for each in typing.get_args(hint):
        yield from parts(each)


def received() -> Iterator[tuple[str, Any]]:
    """What comes out of the runtime's names: what functions return, and what data consists of."""
    for name, thing in exported(*RUNTIME).items():
        functions: list[tuple[str, Any]] = [(name, thing)] if name in FUNCTIONS else []
        if inspect.isclass(thing):
            functions = [(f"{name}.{each}", function) for each, function in members(thing)]
            if dataclasses.is_dataclass(thing) or issubclass(thing, tuple):
                for field, hint in typing.get_type_hints(thing).items():
                    yield f"{name}.{field}", hint
        for each, function in functions:
            yield each, typing.get_type_hints(function).get("return")


def test_whatever_one_is_given_can_be_imported() -> None:
    known = {id(thing) for thing in OURS.values()}
    hidden = [
        f"{name}: {kind.__module__}.{kind.__qualname__}"
        for name, hint in received()
        for kind in parts(hint)
        if kind.__module__.startswith("wakepoint")
        and id(kind) not in known
        and not issubclass(kind, Future)  # it is awaited, and has no other use
        and f"{kind.__module__}.{kind.__qualname__}" not in SEAMS
    ]
    assert not hidden
