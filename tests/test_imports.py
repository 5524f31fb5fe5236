"""Imports run one way: no circle, nothing from a higher floor, and every module alone.

The floors are on the page that describes them, docs/contributing/architecture.md.
"""

from __future__ import annotations

import graphlib
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from tools.imports import graph, imported, modules

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = modules(ROOT / "runtime", "wakepoint")
PLUGIN = modules(ROOT / "plugin", "mkdocs_wakepoint")
GRAPH = graph({**RUNTIME, **PLUGIN})

PAGE = ROOT / "docs/contributing/architecture.md"
REST = "the rest"


def floors(package: str) -> list[tuple[str, int]]:
    """The names of a package's modules on the page, each with its floor; the rest is ``""``."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition(f"| floor of `{package}` |")[2].partition("\n\n")[0]
    imports = []
    for floor, cells in re.findall(r"^\| (\d+) \| ([^|]+) \|", table, re.MULTILINE):
        names = re.findall(r"`([\w.]+)`", cells)
        imports += [
            (package if name == package else f"{package}.{name}", int(floor)) for name in names
        ]
        if REST in cells:
            imports.append(("", int(floor)))
    return imports


def floor_of(module: str, stated: list[tuple[str, int]]) -> int | None:
    """The floor of a module: its own, or that of the package it is in, or that of the rest."""
    while True:
        for name, floor in stated:
            if name == module:
                return floor
        module, dot, _ = module.rpartition(".")
        if not dot or "." not in module:  # the top package's own floor is not that of its modules
            return dict(stated).get("")


@pytest.mark.parametrize("package", ["wakepoint", "mkdocs_wakepoint"])
def test_no_module_imports_from_a_higher_floor(package: str) -> None:
    stated = floors(package)
    names = RUNTIME if package == "wakepoint" else PLUGIN
    nowhere = [name for name in names if floor_of(name, stated) is None]
    assert not nowhere, f"{PAGE.name} says on no floor that they stand: {nowhere}"
    gone = [name for name, _ in stated if name and name not in names]
    assert not gone, f"{PAGE.name} has floors for what is not there: {gone}"
    upwards = [
        f"{name} imports {other}"
        for name in names
        for other in GRAPH[name] & names.keys()
        if (floor_of(other, stated) or 0) > (floor_of(name, stated) or 0)
    ]
    assert not upwards


def test_no_imports_go_in_a_circle() -> None:
    try:
        graphlib.TopologicalSorter(GRAPH).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def importers(names: dict[str, Path], package: str) -> set[str]:
    """Who of these imports a package or something in it."""
    return {
        name
        for name, file in names.items()
        for module, _ in imported(file.read_text(encoding="utf-8"))
        if f"{module}.".startswith(f"{package}.")
    }


def inside(package: str) -> set[str]:
    return {name for name in GRAPH if f"{name}.".startswith(f"{package}.")}


def test_the_runtime_needs_python_and_nothing_else() -> None:
    allowed = sys.stdlib_module_names | {"wakepoint"}
    foreign = {
        f"{name} imports {module}"
        for name, file in RUNTIME.items()
        for module, _ in imported(file.read_text(encoding="utf-8"))
        if module.partition(".")[0] not in allowed
    }
    assert foreign == {"wakepoint.backends.uring.library imports liburing"}  # if it is there


def test_only_three_modules_know_mkdocs() -> None:
    names = ("plugin", "site.mkdocs", "site_paths")
    assert importers(PLUGIN, "mkdocs") == {f"mkdocs_wakepoint.{name}" for name in names}


def test_no_more_is_imported_of_what_builds_a_site_before_it_is_known_to_be_there() -> None:
    assert importers(PLUGIN, "zensical") == {"mkdocs_wakepoint.site.zensical"}
    doors = {"mkdocs_wakepoint.properdocs", "mkdocs_wakepoint.site.hosts"}
    assert importers(PLUGIN, "properdocs") == doors


def test_views_and_engine_do_not_know_each_other() -> None:
    views, engine = inside("mkdocs_wakepoint.views"), inside("mkdocs_wakepoint.engine")
    assert views
    assert engine
    assert not importers(PLUGIN, "mkdocs_wakepoint.engine") & views
    assert not importers(PLUGIN, "mkdocs_wakepoint.views") & engine


def test_no_mechanism_knows_another() -> None:
    backends = "wakepoint.backends"
    rooms = {name for name in RUNTIME if name.startswith(f"{backends}.") and is_package(name)}
    assert len(rooms) >= 5
    for room in rooms:
        assert importers(RUNTIME, room) & inside(backends) <= inside(room) | {backends}


def is_package(name: str) -> bool:
    return RUNTIME[name].name == "__init__.py"


ALONE = """\
import importlib, sys, types

package, folder, *names = sys.argv[1:]
for name in names:
    for each in [each for each in sys.modules if each.partition(".")[0] == package]:
        del sys.modules[each]
    if name != package:
        hollow = sys.modules[package] = types.ModuleType(package)
        hollow.__path__, hollow.__file__ = [folder], folder + "/__init__.py"
    try:
        importlib.import_module(name)
    except AssertionError as error:
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        with open(trace.tb_frame.f_code.co_filename) as file:
            line = file.readlines()[trace.tb_lineno - 1]
        if not line.startswith("assert sys.platform"):  # it says for which platform it is
            print(f"{name}: {error!r}")
    except BaseException as error:
        print(f"{name}: {error!r}")
"""


@pytest.mark.parametrize("names", [RUNTIME, PLUGIN], ids=["runtime", "plugin"])
def test_every_module_can_be_imported_alone(names: dict[str, Path]) -> None:
    """Also before the package's public face, which imports most of them in a good order."""
    package = next(iter(names))
    folder = str(names[package].parent)
    command = [sys.executable, "-c", ALONE, package, folder, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")


def test_imports_that_are_made_late_or_for_types_alone_count() -> None:
    source = dedent("""\
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import a.b
        def late():
            from c import d
            importlib.import_module("e.f")
        """)
    assert set(imported(source)) == {
        ("typing", "TYPE_CHECKING"),
        ("a.b", None),
        ("c", "d"),
        ("e.f", None),
    }


def test_a_module_that_is_taken_from_its_package_is_imported(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("from house.cellar import wine\n")
    (package / "cellar.py").write_text("wine = 1\n")
    (package / "roof.py").write_text("from house import cellar\n")
    assert graph(modules(tmp_path, "house")) == {
        "house": {"house.cellar"},
        "house.cellar": set(),
        "house.roof": {"house.cellar"},
    }
