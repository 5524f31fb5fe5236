"""Strings and numbers as the source has them, or with the quotes that ruff would choose."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from wakepoint.machine.lowering.build import call, rebuilt
from wakepoint.machine.parsing import parsed_expression


class Literals:
    """Puts the texts of literals in place of them.

    `ast.unparse` prints a name as it is, so a literal's text stands there as one.

    Args:
        is_own: Tells whether a node stands in the source as it is.
        text: Gives the text of such a node, or None if that stands on several lines.
    """

    def __init__(
        self, is_own: Callable[[ast.AST], bool], text: Callable[[ast.AST], str | None]
    ) -> None:
        self._is_own = is_own
        self._text = text

    def visit(self, node: Any) -> Any:
        """A node with the texts of its literals in it."""
        match node:
            case ast.Constant(value=str() | bytes() | int() | float() | complex() as value):
                return ast.Name(self._own(node) or _quoted(value), ast.Load())
            case ast.Attribute(value=ast.Constant(value=int())):
                return node  # a space has to stand behind the number
            case ast.JoinedStr():
                text = self._own(node) or f_string(node)
                return self.visit(joined(node)) if text is None else ast.Name(text, ast.Load())
        return rebuilt(node, self.visit)

    def _own(self, node: ast.AST) -> str | None:
        return self._text(node) if self._is_own(node) else None


def _quoted(value: object) -> str:
    text = repr(value)
    if text.endswith("'") and '"' not in text and "\\" not in text:
        return text.replace("'", '"')
    return text


def f_string(node: ast.JoinedStr) -> str | None:
    """The text of an f-string; None if it has none, since quotes are few."""
    for quote in ('"', "'", '"""', "'''"):
        try:
            text = f"f{quote}{_inside(node, quote)}{quote}"
            if _is(text, node):
                return text
        except (ValueError, SyntaxError):
            continue
    return None


def _is(text: str, node: ast.JoinedStr) -> bool:
    return ast.dump(parsed_expression(text)) == ast.dump(_merged(node))


def _merged(node: ast.AST) -> ast.AST:
    """An f-string as the parser would have made it: no constants beside each other."""
    made = rebuilt(node, _merged)
    if not isinstance(made, ast.JoinedStr):
        return made
    values: list[ast.expr] = []
    for each in made.values:
        match values, each:
            case [*_, ast.Constant(value=str(before))], ast.Constant(value=str(more)):
                values[-1] = ast.Constant(before + more)
            case _:
                values.append(each)
    return ast.JoinedStr(values)


def _inside(node: ast.JoinedStr, quote: str) -> str:
    pieces = []
    for each in node.values:
        if isinstance(each, ast.Constant):
            pieces.append(_escaped(str(each.value), quote))
        elif isinstance(each, ast.FormattedValue):
            pieces.append(_replacement(each, quote))
    return "".join(pieces)


def _escaped(text: str, quote: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
    if len(quote) == 1:
        escaped = escaped.replace(quote, "\\" + quote)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped)


def _replacement(node: ast.FormattedValue, quote: str) -> str:
    value = ast.unparse(node.value)
    if isinstance(node.value, ast.Lambda):
        value = f"({value})"
    if value.startswith("{"):
        value = f" {value}"
    if "\\" in value or quote[0] in value or "\n" in value or "#" in value:
        raise ValueError("not in these quotes")
    if node.conversion != -1:
        value += f"!{chr(node.conversion)}"
    if isinstance(node.format_spec, ast.JoinedStr):
        value += f":{_inside(node.format_spec, quote)}"
    return f"{{{value}}}"


def joined(node: ast.JoinedStr) -> ast.expr:
    """An f-string as what it stands for: texts that are joined."""
    pieces = [_piece(each) for each in node.values]
    return call(ast.Attribute(ast.Constant(""), "join", ast.Load()), ast.List(pieces, ast.Load()))


_CONVERT = {115: "s", 114: "r", 97: "a"}


def _piece(node: ast.expr) -> ast.expr:
    if not isinstance(node, ast.FormattedValue):
        return node
    # str.format does to a value what an f-string does, and needs no name.
    spec = node.format_spec if isinstance(node.format_spec, ast.JoinedStr) else None
    conversion = f"!{_CONVERT[node.conversion]}" if node.conversion != -1 else ""
    form = ast.Constant("{0" + conversion + (":{1}}" if spec else "}"))
    arguments = [node.value, *([joined(spec)] if spec else [])]
    return call(ast.Attribute(form, "format", ast.Load()), *arguments)
