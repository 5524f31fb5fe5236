"""The tables of the reference pages.

``python -m mkdocs_wakepoint.reference_tables docs/reference`` writes them. They are made from
the code and written between two comments of each page, so that a page cannot promise what the code
does not do.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs_wakepoint.arguments import parser
from mkdocs_wakepoint.comparison import ComparisonOptions
from mkdocs_wakepoint.engine import Settings
from mkdocs_wakepoint.fence.options import FIGURES, VIEWS
from mkdocs_wakepoint.snippet import Options
from wakepoint.recording.figures import Figures

_TABLE = re.compile(r"(?<=<!-- table: )(?P<name>\w+) -->\n.*?(?=<!-- end -->)", re.DOTALL)


def options() -> str:
    """The options of a fence's header."""
    meanings = _meanings(Options)
    rows = [(f"`{field.name}`", meanings[field.name], _default(field)) for field in fields(Options)]
    return _table(("option", "meaning", "without it"), rows)


def settings() -> str:
    """The site's settings."""
    meanings = _meanings(Settings)
    rows = [
        (f"`{field.name}`", meanings[field.name], _default(field)) for field in fields(Settings)
    ]
    return _table(("setting", "meaning", "default"), rows)


def views() -> str:
    """What ``show`` can name."""
    return _table(("view", "shows"), [(f"`{name}`", text) for name, text in VIEWS.items()])


def figures() -> str:
    """What ``expect`` can name."""
    meanings = _meanings(Figures)
    return _table(("figure", "counts"), [(f"`{name}`", meanings[name]) for name in FIGURES])


def comparison() -> str:
    """The lines of a comparison."""
    meanings = _meanings(ComparisonOptions)
    rows = [
        (f"`{field.name}`", meanings[field.name], _default(field))
        for field in fields(ComparisonOptions)
    ]
    return _table(("line", "meaning", "without it"), rows)


def runtime() -> str:
    """What ``wakepoint`` exports."""
    return _names("wakepoint")


def debugging() -> str:
    """What ``wakepoint.debugging`` exports."""
    return _names("wakepoint.debugging")


def streams() -> str:
    """What ``wakepoint.io`` exports."""
    return _names("wakepoint.io")


def sockets() -> str:
    """What ``wakepoint.net`` exports, beside what ``wakepoint`` does."""
    return _names("wakepoint.net")


def files() -> str:
    """What ``wakepoint.fs`` exports."""
    return _names("wakepoint.fs")


def encryption() -> str:
    """What ``wakepoint.net.tls`` exports."""
    return _names("wakepoint.net.tls")


def sync(channel: str = "") -> str:
    """What ``wakepoint.sync`` exports, or the module of one of its channels."""
    return _names(f"wakepoint.sync{channel and '.'}{channel}")


def machines() -> str:
    """What ``wakepoint.machine`` exports."""
    return _names("wakepoint.machine")


def recordings() -> str:
    """What ``wakepoint.recording`` exports."""
    return _names("wakepoint.recording")


def command(name: str) -> str:
    """The arguments of a command."""
    actions = [action for action in commands()[name]._actions if action.dest != "help"]  # noqa: SLF001
    rows = [(f"`{_argument(action)}`", str(action.help)) for action in actions]
    return _table(("argument", "meaning"), rows)


def commands() -> dict[str, ArgumentParser]:
    """The parser of each command."""
    # argparse has no other way to ask a parser for what it takes.
    return next(a.choices for a in parser()._actions if isinstance(a, _SubParsersAction))  # noqa: SLF001


def _argument(action: Action) -> str:
    value = action.metavar or "|".join(action.choices or ())
    names = "" if action.nargs == 0 else f" {value}"
    return f"{action.option_strings[-1]}{names}" if action.option_strings else str(value)


TABLES: dict[str, Callable[[], str]] = {
    "options": options,
    "settings": settings,
    "views": views,
    "figures": figures,
    "comparison": comparison,
    "runtime": runtime,
    "files": files,
    "debugging": debugging,
    "streams": streams,
    "sockets": sockets,
    "encryption": encryption,
    "sync": sync,
    **{name: partial(sync, name) for name in ("broadcast", "mpsc", "oneshot", "watch")},
    "machines": machines,
    "recordings": recordings,
    **{f"command_{name}": partial(command, name) for name in commands()},
}


def rewrite(page: str) -> str:
    """The page with each table as the code makes it."""
    return _TABLE.sub(lambda match: f"{match['name']} -->\n\n{TABLES[match['name']]()}\n", page)


def _names(package: str) -> str:
    """Each name that a package exports, as a link to its entry, and the first line of that."""
    module = importlib.import_module(package)
    rows = [(f"[`{name}`][{package}.{name}]", summary(module, name)) for name in module.__all__]
    return _table(("name", "what it is"), rows)


def summary(module: ModuleType, name: str) -> str:
    """The first line of a docstring; of a constant, of the one behind its assignment.

    Raises:
        LookupError: If there is none.
    """
    thing = getattr(module, name)
    has_text = inspect.isroutine(thing) or inspect.isclass(thing) or inspect.ismodule(thing)
    text = inspect.getdoc(thing) if has_text else None
    for other in [module, *map(sys.modules.get, sorted(sys.modules))]:
        if text is None and other is not None and other.__name__.startswith("wakepoint"):
            text = _constants(other).get(name)
    if not text:
        raise LookupError(f"nothing is said of {module.__name__}.{name}")
    return " ".join(text.partition("\n\n")[0].split())


def _constants(module: ModuleType) -> dict[str, str]:
    """What stands behind the assignments of a module, as of an attribute."""
    texts = {}
    for assigned, behind in pairwise(ast.parse(inspect.getsource(module)).body):
        match assigned, behind:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                texts[name] = text
    return texts


def _meanings(of: type) -> dict[str, str]:
    """What a dataclass's docstring says of each attribute."""
    _, _, attributes = (inspect.getdoc(of) or "").partition("\n\nAttributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(attributes).splitlines():
        if not line.startswith(" "):
            name, _, meaning = line.partition(":")
            meanings[name] = meaning.strip()
        else:
            meanings[name] += " " + line.strip()
    return meanings


def _default(field: Field[Any]) -> str:
    value = field.default if field.default_factory is MISSING else field.default_factory()
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, float):
        value = f"{value:g}"
    return f"`{' '.join(value) if isinstance(value, tuple) else value}`"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).glob("*.md")):
        path.write_text(rewrite(path.read_text(encoding="utf-8")), encoding="utf-8")
