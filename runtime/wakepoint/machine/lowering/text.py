"""Small questions about source text."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator


def as_argument(node: ast.expr, text: str) -> str:
    """The text of an expression where a comma would mean something else."""
    if not isinstance(node, ast.Tuple) or _in_parentheses(text):
        return text
    return f"({text})"


def _in_parentheses(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if not depth and at < len(text) - 1:
            return False
    return text.startswith("(")


def on_its_own(text: str) -> str:
    """The text of an expression that may have lost the parentheses that held its lines together."""
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "\n" and not depth:
            return f"({text})"
    return text


def formatted(node: ast.FormattedValue, value: str) -> str:
    """What a part of an f-string does to its value."""
    convert = {115: "str", 114: "repr", 97: "ascii"}.get(node.conversion)
    told = f"{convert}({value})" if convert else value
    if node.format_spec is None:
        return told if convert else f"format({told})"
    return f"format({told}, {ast.unparse(node.format_spec)})"


def captures(pattern: ast.pattern) -> list[str]:
    """The names that a pattern binds."""
    found = []
    for node in ast.walk(pattern):
        match node:
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.append(name)
            case ast.MatchMapping(rest=str(name)):
                found.append(name)
    return found


def end_of_header(text: str) -> int:
    """Behind the colon that ends a header: the last one that no comment follows."""
    depth = 0
    lines = io.StringIO(text)
    try:
        for token in tokenize.generate_tokens(lines.readline):
            if token.string in {"(", "[", "{"}:
                depth += 1
            elif token.string in {")", "]", "}"}:
                depth -= 1
            elif token.string == ":" and not depth:
                before = text.split("\n")[: token.end[0] - 1]
                return sum(len(line) + 1 for line in before) + token.end[1]
    except (tokenize.TokenError, IndentationError):
        pass
    return len(text.rstrip())


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter, in no order that matters."""
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def line_starts(source: bytes) -> list[int]:
    """Where each line begins, in bytes."""
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def newlines_in_strings(source: str, starts: list[int]) -> Iterator[int]:
    """The line breaks inside of strings, in bytes."""
    strings = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    lines = source.encode().split(b"\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in strings:
            for line in range(token.start[0], token.end[0]):
                yield starts[line - 1] + len(lines[line - 1])
