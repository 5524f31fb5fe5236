"""Makes the runtime's docstrings ready for mkdocstrings, as an extension of Griffe, which reads them.

A method that overrides another and has no docstring has that of the other. Examples are code, names
between backticks are links to where they are told, and whatever has a counterpart in Python says
which: see ``docs/data/counterparts.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from griffe import Alias, Class, Docstring, Extension, Function, Module, Object

_DOCS = Path(__file__).parents[1]
_EXAMPLE = re.compile(r"^Example:\n(?P<code>(?: {4}.*(?:\n|\Z)|\n)+)", re.MULTILINE)
_SECTION = re.compile(r"^(?:Args|Attributes|Example|Raises|Returns|Yields):$", re.MULTILINE)
_NAME = re.compile(r"(?<![`\[\w])`(?P<name>[A-Za-z_]\w*(?:\.\w+)?)`(?!`)")
_ROW = re.compile(
    r"^\| (?P<words>\*\*[^|]+?) \|[^|]*\|[^|]*\| (?P<asyncio>[^|]+?) \|$", re.MULTILINE
)
_LEADS = {"asyncio": "In asyncio", "trio": "In trio", "python": "In Python's library"}


def counterparts() -> dict[str, str]:
    """What there is in asyncio, trio or elsewhere in Python for each name that has it there."""
    table = tomllib.loads((_DOCS / "data/counterparts.toml").read_text(encoding="utf-8"))
    words = glossary()
    return {name: _sentences(entry, words) for name, entry in table.items()}


def glossary() -> dict[str, str]:
    """What the glossary has of asyncio, for each of its words."""
    text = (_DOCS / "glossary.md").read_text(encoding="utf-8")
    return {
        word: row["asyncio"]
        for row in _ROW.finditer(text)
        for word in re.findall(r"\*\*(.+?)\*\*", row["words"])
    }


def _sentences(entry: dict[str, str], words: dict[str, str]) -> str:
    given = dict(entry)
    if word := given.pop("glossary", ""):
        given["asyncio"] = words[word]
    return f"{'. '.join(f'{_LEADS[key]}: {text}' for key, text in given.items())}."


class Docstrings(Extension):
    """What is done with the package between reading it and showing it."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Goes through the package once, when all of it is read."""
        if pkg.name != "wakepoint":
            return
        faces = {face.path: _exports(face) for face in _modules(pkg) if face.exports}
        for face, names in faces.items():
            for name, target in names.items():
                path = f"{face}.{name}"
                if path != target.path:
                    target.aliases.setdefault(path, Alias(name, target))
        _Texts(faces, counterparts()).finish(pkg)


def _modules(module: Module) -> Iterator[Module]:
    yield module
    for member in module.members.values():
        if isinstance(member, Module):
            yield from _modules(member)


def _exports(face: Module) -> dict[str, Object]:
    """What a module exports. A function that is called as its module is found in that."""
    names: dict[str, Object] = {}
    for name in map(str, face.exports or ()):
        member = face.members[name]
        if isinstance(member, Module) and name in member.members:
            member = member.members[name]
        if isinstance(member, Alias):
            if not member.target_path.startswith("wakepoint."):
                continue  # a constant of Python's library
            member = member.final_target
        names[name] = member
    return names


class _Texts:
    """Rewrites docstrings.

    Args:
        faces: What is exported, for each module that exports anything.
        counterparts: What to add, for each full name.
    """

    def __init__(self, faces: dict[str, dict[str, Object]], counterparts: dict[str, str]) -> None:
        self._faces = faces
        self._counterparts = counterparts
        self._public: dict[str, str] = {}
        """By where a thing is defined, what it is imported as; the shortest, where there are two."""
        for face in sorted(faces, reverse=True, key=len):
            for name, target in faces[face].items():
                self._public[target.path] = f"{face}.{name}"

    def finish(self, parent: Object) -> None:
        """Everything that is defined in a module or class."""
        if isinstance(parent, Class):
            _inherit(parent)
        self._rewrite(parent)
        for member in parent.members.values():
            if isinstance(member, Object):
                self.finish(member)

    def _rewrite(self, thing: Object) -> None:
        if thing.docstring is None:
            return
        text = thing.docstring.value
        linked = "".join(
            part
            if part.startswith("Example:\n")
            else _NAME.sub(lambda it: self._link(it, thing), part)
            for part in re.split(r"(?m)^(?=Example:$)|^(?=(?:Args|Raises|Returns|Yields):$)", text)
        )
        if said := self._counterparts.get(self._name(thing)):
            at = section.start() if (section := _SECTION.search(linked)) else len(linked)
            linked = f"{linked[:at].rstrip()}\n\n{said}\n\n{linked[at:]}"
        thing.docstring.value = _EXAMPLE.sub(_fenced, linked)

    def _name(self, thing: Object) -> str:
        """What a thing is called by who imports it."""
        if thing.path not in self._public and isinstance(thing.parent, Class):
            return f"{self._name(thing.parent)}.{thing.name}"
        return self._public.get(thing.path, thing.path)

    def _link(self, written: re.Match[str], thing: Object) -> str:
        name, _, attribute = written["name"].partition(".")
        if isinstance(thing, Function) and name in thing.parameters:
            return written[0]
        kind = thing if isinstance(thing, Class) else thing.parent
        if isinstance(kind, Class) and not attribute and name in kind.members:
            known = kind.path in self._public and _has(kind, name)
            return f"[{written[0]}][{self._name(kind)}.{name}]" if known else written[0]
        home = max(
            (face for face in self._faces if f"{thing.path}.".startswith(f"{face}.")), key=len
        )
        for face in (self._name(thing).rpartition(".")[0], home, "wakepoint"):
            target = self._faces.get(face, {}).get(name)
            if target is None or (attribute and not _has(target, attribute)):
                continue
            return f"[{written[0]}][{self._public[target.path]}{attribute and '.'}{attribute}]"
        return written[0]


def _has(target: Object, attribute: str) -> bool:
    member = target.all_members.get(attribute)
    return member is not None and member.has_docstring


def _inherit(kind: Class) -> None:
    """Gives a class's methods without a docstring those of what they override."""
    for name, member in kind.members.items():
        if not isinstance(member, Function) or member.docstring is not None:
            continue
        for base in kind.mro():
            told = base.members.get(name)
            if isinstance(told, Function) and told.docstring is not None:
                member.docstring = Docstring(told.docstring.value, parent=member)
                break


def _fenced(example: re.Match[str]) -> str:
    code = re.sub(r"(?m)^ {4}", "", example["code"]).strip("\n")
    return f"**Example**\n\n```pycon\n{code}\n```\n\n"
