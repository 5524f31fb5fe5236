"""Names that are free: for the classes, the imports and the variables that lowered code adds."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Collection, Container, Iterable

from wakepoint.machine.lowering.scope import binds, type_parameters
from wakepoint.machine.running.stream_machine import StreamMachine

RESERVED = frozenset(dir(StreamMachine)) | StreamMachine.attributes
"""The attributes of a machine, which no variable can have as the name of its field."""

_BUILTINS = frozenset(dir(builtins))

_MODULES = dict.fromkeys(_BUILTINS, "builtins") | {"Enum": "enum"}
"""Where helpers come from that are not in `wakepoint.machine.support`."""


def names_used(root: ast.AST) -> frozenset[str]:
    """Every name that is mentioned in a tree, whatever it means there."""
    mentioned: set[str] = set()
    for node in ast.walk(root):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                mentioned.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                mentioned |= set(names)
            case _:
                mentioned |= {*binds(node), *type_parameters(node)}
    return frozenset(mentioned)


def names_bound(root: ast.AST) -> frozenset[str]:
    """Every name that is bound somewhere in a tree."""
    bound: set[str] = set()
    for node in ast.walk(root):
        bound |= {node.arg} if isinstance(node, ast.arg) else set(binds(node))
    return frozenset(bound)


def has_private_names(root: ast.AST) -> bool:
    """True if a class around a tree would spell some name in it otherwise."""
    return any(
        name.startswith("__") and not name.endswith("__")
        for node in ast.walk(root)
        for name in (*_identifiers(node), *binds(node))
    )


def _identifiers(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
            return [name]
        case ast.keyword(arg=str(name)):
            return [name]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return names
    return []


def free(name: str, taken: Container[str]) -> str:
    """The name, or one like it that is not taken."""
    while name in taken:
        name += "_"
    return name


class ModuleNames:
    """The names of a module, and those that lowered code adds to it.

    Attributes:
        imports: What has to be imported, and where from, by the name that it is used by.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._used = names_used(tree)
        self._bound = names_bound(tree)
        self._classes: set[str] = set()
        # What a star import brings is not known, but that it has no underscore in front.
        self._anything = any(
            isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
            for node in ast.walk(tree)
        )
        self.imports: dict[str, tuple[str, str]] = {}

    def machine(self, function: str, around: str | None, *, private: bool) -> str:
        """A name for the class of a function's machine, after the function.

        Args:
            function: The function's name.
            around: The class around a method.
            private: True if a class would spell names in the function otherwise: one that has no
                letter in its name leaves them as they are.
        """
        taken = self._used | _BUILTINS | self._classes | set(self.imports)
        words = "".join(part[:1].upper() + part[1:] for part in function.split("_"))
        chosen = free(f"{around or ''}{words}".lstrip("_") or "Machine", taken)
        if private:
            chosen = free("_", taken)
        self._classes.add(chosen)
        return chosen

    def is_bound(self, name: str) -> bool:
        """True if a name is bound somewhere in the module."""
        return name in self._bound

    def helper(self, name: str) -> str:
        """What a helper is called in the module; it will be imported if it has to be."""
        module = _MODULES.get(name, "wakepoint.machine.support")
        if module == "builtins" and name not in self._bound:
            return name
        chosen = f"_{name}" if self._anything and module != "builtins" else name
        while chosen in self._used | self._classes or self._is_another(chosen, module, name):
            chosen += "_"
        self.imports[chosen] = module, name
        return chosen

    def _is_another(self, chosen: str, module: str, name: str) -> bool:
        return self.imports.get(chosen, (module, name)) != (module, name)


class LocalNames:
    """The names of one function, and those that its lowered form adds to it.

    Args:
        used: All that are mentioned in it.
        module: The names around it.
    """

    def __init__(self, used: Collection[str], module: ModuleNames) -> None:
        self._used = set(used)
        self._module = module
        self._chosen: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def local(self, name: str) -> str:
        """What a variable of the lowered code is called, the same for the same name."""
        if name not in self._chosen:
            self._chosen[name] = free(name, self._used)
        return self._chosen[name]

    def helper(self, name: str) -> str:
        """What a helper is called."""
        return self._module.helper(name)

    def is_bound(self, name: str) -> bool:
        """True if a name is bound somewhere in the module: it may be no builtin."""
        return self._module.is_bound(name)

    def number(self, kind: str) -> str:
        """A further name of a kind, ``operand_2``."""
        self._counts[kind] += 1
        name = f"{kind.strip('_') or 'it'}_{self._counts[kind]}"
        return self.number(kind) if name in self._used else name


def fields_of(variables: Iterable[str], used: Collection[str]) -> dict[str, str]:
    """The names of the fields of variables; some mean something else in a machine."""
    fields: dict[str, str] = {}
    taken = set(used) | RESERVED
    for name in variables:
        # A class spells a private name in its methods otherwise, and dunders mean something.
        if name in RESERVED or name.startswith("__"):
            bare = name.strip("_")
            fields[name] = free(f"{bare if bare.isidentifier() else f'it{bare}'}_", taken)
            taken.add(fields[name])
        else:
            fields[name] = name
    return fields
