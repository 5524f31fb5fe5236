"""Defaults for the options of many fences: a page's, in its front matter, and a site's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mkdocs_wakepoint.fence.options import READERS
from mkdocs_wakepoint.fence.reader import Reader
from mkdocs_wakepoint.snippet import Location, Problem

_OF_ONE_FENCE: Final = ("title", "id", "ask")
_READERS: Final = {name: read for name, read in READERS.items() if name not in _OF_ONE_FENCE}


@dataclass(frozen=True, slots=True)
class Defaults:
    """Options for many fences, and what is wrong with how they are given.

    Attributes:
        values: The value of each option that is given.
        problems: What is wrong.
    """

    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


def read_defaults(values: object, file: str, lines: Mapping[str, int]) -> Defaults:
    """Reads a mapping of options.

    Args:
        values: The mapping, as YAML gives it.
        file: Where it is written.
        lines: The line of each name, as `lines_below` has them.
    """
    whole = Location(file, lines.get("", 1))
    if not isinstance(values, Mapping):
        remedy = "write options below it, one to a line: timeout: 10"
        return Defaults({}, (Problem(whole, "the defaults are no mapping", remedy),))
    reader = Reader("option", _READERS)
    for name, value in values.items():
        here = Location(file, lines.get(str(name), whole.line))
        if name in _OF_ONE_FENCE:
            what = f"{name} belongs to one fence and has no default"
            reader.problem(here, what, "write it in the fence's header")
        elif value is None:
            reader.problem(here, f"option {str(name)!r} has no value", f"write {name}: value")
        else:
            reader.take(str(name), _as_typed(value), here)
    return Defaults(reader.values, tuple(reader.problems))


def lines_below(text: str, *names: str) -> dict[str, int]:
    """The lines of a mapping's names in a YAML file, from 1; that of the mapping's own name is "".

    Args:
        text: The file.
        names: The name of the mapping, behind those that it stands below, wherever the first is.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    for node in _nodes(root):
        found = _below(node, names)
        if found:
            return found
    return {}


def _below(node: Node, names: tuple[str, ...]) -> dict[str, int]:
    line = 1
    for name in names:
        pairs = node.value if isinstance(node, MappingNode) else []
        for key, value in pairs:
            if isinstance(key, ScalarNode) and key.value == name:
                line, node = key.start_mark.line + 1, value
                break
        else:
            return {}
    pairs = node.value if isinstance(node, MappingNode) else []
    return {"": line} | {str(key.value): key.start_mark.line + 1 for key, _ in pairs}


def _nodes(node: Node | None) -> Iterator[Node]:
    """A node and all below it, from the top down."""
    todo = [] if node is None else [node]
    while todo:
        node = todo.pop(0)
        yield node
        if isinstance(node, SequenceNode):
            todo += node.value
        elif isinstance(node, MappingNode):
            todo += [value for _, value in node.value]


def _as_typed(value: object) -> str:
    """A value from YAML as an author would have typed it in a header."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):  # expect: {polls: 6}
        return " ".join(f"{name}={number}" for name, number in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
