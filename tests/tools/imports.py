"""Who imports whom, as the source says it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

Graph = dict[str, set[str]]
"""What each module imports, by their full names."""


def modules(folder: Path, package: str) -> dict[str, Path]:
    """The modules of a package that lies in a folder, and their files."""
    by_name = {}
    for file in sorted((folder / package).rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        by_name[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return by_name


def imported(source: str) -> Iterator[tuple[str, str | None]]:
    """Every import: the module, and what is taken from it, if anything.

    Those within functions and under ``TYPE_CHECKING`` are imports too, and so is the name of a
    module that is given to `importlib.import_module`.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, None) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((module, alias.name) for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield module, None


def graph(files: dict[str, Path]) -> Graph:
    """Who of these modules imports which of them.

    ``from package import module`` imports the module. That Python runs a package before the modules
    in it is left out: a package's doors may well lead into its own rooms.
    """
    edges: Graph = {}
    for name, file in files.items():
        whom = set()
        for module, attribute in imported(file.read_text(encoding="utf-8")):
            full = f"{module}.{attribute}"
            whom.add(full if full in files else module)
        edges[name] = (whom & files.keys()) - {name}
    return edges
