"""The reference has an entry for every public name, and each says what a caller has to know."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
import tomllib
import typing
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from test_api import CLASSES, FUNCTIONS, RUNTIME, exported

from wakepoint import JoinHandle, RemoteHandle

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted((DOCS / "reference/api").glob("*.md"))
NAMES = [
    *exported(*RUNTIME),
    *(f"wakepoint.time.{name}" for name in ("pause", "advance", "resume")),
]
HANDLES = (JoinHandle, RemoteHandle)  # their classes say it, for all who give them


def entries(page: Path) -> list[str]:
    """The names that a page tells, as they are imported."""
    text = page.read_text(encoding="utf-8")
    # Where a function is called as its module, mkdocstrings is told of both, and to write one.
    written = re.sub(
        r"^::: \S+\n    options:\n      heading: (?=wakepoint)", "::: ", text, flags=re.MULTILINE
    )
    return re.findall(r"^(?:::: |#+ .*\{#)(wakepoint[\w.]+)", written, re.MULTILINE)


def test_each_public_name_has_one_entry() -> None:
    told = Counter(name for page in PAGES for name in entries(page))
    assert [name for name, times in told.items() if times > 1] == []
    assert set(told) == set(NAMES)


def test_the_navigation_has_each_page() -> None:
    site = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r"reference/api/(\w+\.md)", site)) == [page.name for page in PAGES]


def awaitable(function: Callable[..., Any]) -> bool:
    """True of what makes a future of its own that may wait."""
    if inspect.iscoroutinefunction(function):
        return True
    hint = typing.get_type_hints(function).get("return")
    kind = typing.get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, Awaitable) and not issubclass(kind, HANDLES)


def operations() -> Iterator[tuple[str, str]]:
    """Whatever makes such a future, and what is said of it."""
    for name, function in FUNCTIONS.items():
        if awaitable(function) and name != "wakepoint.into_future":
            yield name, function.__doc__ or ""
    for name, kind in CLASSES.items():
        for member in dir(kind):
            thing = inspect.getattr_static(kind, member)
            function = getattr(thing, "__func__", thing)
            if (
                member.startswith("_")
                or member == "into_future"
                or not inspect.isfunction(function)
            ):
                continue
            if function.__module__.startswith("wakepoint") and awaitable(function):
                yield f"{name}.{member}", inspect.getdoc(getattr(kind, member)) or ""


OPERATIONS = dict(operations())


def test_there_are_operations_of_functions_methods_and_static_methods() -> None:
    assert {
        "wakepoint.sleep",
        "wakepoint.Command.output",
        "wakepoint.TcpStream.connect",
        "wakepoint.UnixStream.read",
        "wakepoint.sync.mpsc.Receiver.recv",
    } <= OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_is_said_whether_it_is_cancel_safe(name: str) -> None:
    assert re.search(r"\bcancel\s+safe(ty:|ty\b|\b)", OPERATIONS[name], re.IGNORECASE)


@pytest.mark.parametrize("handle", HANDLES)
def test_a_handle_says_it_for_all_who_give_one(handle: type) -> None:
    assert "Cancel safe:" in (handle.__doc__ or "")


# -- counterparts ----------------------------------------------------------------------------------

COUNTERPARTS = tomllib.loads((DOCS / "data/counterparts.toml").read_text(encoding="utf-8"))
SINCE_3_13 = {"asyncio.QueueShutDown"}


def rows() -> dict[str, list[str]]:
    """The cells of the glossary, by each word of a row."""
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    tables = [line.strip("| ").split(" | ") for line in lines if line.startswith("| **")]
    return {word: cells for cells in tables for word in re.findall(r"\*\*(.+?)\*\*", cells[0])}


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_a_counterpart_is_told_of_something_public(name: str) -> None:
    face, _, member = name.rpartition(".")
    if face in CLASSES:
        assert hasattr(CLASSES[face], member)
    else:
        assert name in NAMES
    entry = COUNTERPARTS[name]
    assert entry.keys() <= {"glossary", "asyncio", "trio", "python"}
    assert not {"glossary", "asyncio"} <= entry.keys()  # said once
    assert entry.get("glossary", "future") in rows()


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_what_is_named_there_exists(name: str) -> None:
    for text in COUNTERPARTS[name].values():
        for path in re.findall(r"`((?:asyncio|trio)(?:\.\w+)+)", text):
            if path in SINCE_3_13 and not hasattr(asyncio, path.rpartition(".")[2]):
                continue
            thing: Any = {"asyncio": asyncio, "trio": trio}[path.partition(".")[0]]
            if path.startswith("trio.testing"):
                importlib.import_module("trio.testing")
            for part in path.split(".")[1:]:
                thing = getattr(thing, part)


def test_what_the_glossary_has_a_word_for_is_taken_from_there() -> None:
    """A row whose word is a public name's own says its counterpart for both."""
    own = {name.rpartition(".")[2].lower(): name for name in COUNTERPARTS}
    known = {word for word in rows() if word.lower() in own} - {"channel", "poll"}  # no such thing
    assert {"spawn", "task", "waker", "mutex", "barrier"} <= known
    taken = {entry.get("glossary") for entry in COUNTERPARTS.values()}
    assert known - taken == {"abort"}  # in one row with "cancel"
