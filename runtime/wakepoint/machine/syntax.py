"""What the source says at a place: the awaits, their texts, and the tests between them.

Bytecode knows for every instruction the stretch of source that it was compiled from. The syntax
tree says what stands there. Both count columns in bytes of UTF-8; what we show counts characters.
"""

from __future__ import annotations

import ast
import io
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from wakepoint.machine.model import Span, StateKind
from wakepoint.machine.parsing import parsed

Place = tuple[int | None, int | None, int | None, int | None]
"""First line, last line, first column, last column; the order of ``co_positions``."""

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Suspension:
    """A place in the source where a coroutine can suspend.

    Attributes:
        kind: Why.
        start: The node that the state's span begins with.
        end: The node that it ends with.
        label: The node whose text names the state; None for a bare ``yield``.
        scope_end: Where what it belongs to ends: an exit comes after the body of its block.
    """

    kind: StateKind
    start: ast.AST
    end: ast.AST
    label: ast.AST | None
    scope_end: ast.AST


class Syntax:
    """The tree of one file, by place."""

    def __init__(self, text: str, tree: ast.AST) -> None:
        self.source = text
        # As Python counts them: `str.splitlines` breaks at a form feed too.
        self.lines: list[str] = [*io.StringIO(text, newline="")]
        self.awaits: dict[Place, ast.Await | ast.YieldFrom] = {}
        self.yields: dict[Place, ast.Yield] = {}
        self.withs: dict[Place, ast.AsyncWith] = {}
        self.items: dict[Place, ast.withitem] = {}
        self.item_of: dict[ast.withitem, ast.AsyncWith] = {}
        self.fors: dict[Place, ast.AsyncFor] = {}
        self.comprehensions: dict[Place, Comprehension] = {}
        self.elements: dict[Place, ast.expr] = {}
        self.patterns: dict[Place, ast.pattern] = {}
        self.choices: dict[Place, Place] = {}
        """The statement that a pattern or an exception type is one of, by their places."""
        self.functions: dict[tuple[int, str], list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        self._index(tree)

    def _index(self, tree: ast.AST) -> None:
        # Not ast.walk and match: a file is read for each of the functions in it.
        kinds: dict[type[ast.AST], Callable[[Any], None]] = {
            ast.Await: self._index_await,
            ast.YieldFrom: self._index_await,
            ast.Yield: self._index_yield,
            ast.AsyncWith: self._index_with,
            ast.AsyncFor: self._index_for,
            ast.ListComp: self._index_comprehension,
            ast.SetComp: self._index_comprehension,
            ast.DictComp: self._index_comprehension,
            ast.GeneratorExp: self._index_generator,
            ast.FunctionDef: self._index_function,
            ast.AsyncFunctionDef: self._index_function,
            ast.Match: self._index_match,
            ast.Try: self._index_try,
            ast.TryStar: self._index_try,
        }
        todo = [tree]
        while todo:
            node = todo.pop()
            handle = kinds.get(type(node))
            if handle is not None:
                handle(node)
            for name in node._fields:
                child = getattr(node, name, None)
                if isinstance(child, list):
                    todo += [each for each in child if type(each) not in _LEAVES]
                elif child is not None and type(child) not in _LEAVES:
                    todo.append(child)

    def _index_await(self, node: ast.Await | ast.YieldFrom) -> None:
        self.awaits[place(node)] = node

    def _index_yield(self, node: ast.Yield) -> None:
        self.yields[place(node)] = node

    def _index_with(self, node: ast.AsyncWith) -> None:
        self.withs[place(node)] = node
        for item in node.items:
            self.items[place(item.context_expr)] = item
            self.item_of[item] = node

    def _index_for(self, node: ast.AsyncFor) -> None:
        self.fors[place(node)] = node

    def _index_comprehension(self, node: Comprehension) -> None:
        self.comprehensions[place(node)] = node

    def _index_generator(self, node: ast.GeneratorExp) -> None:
        self.comprehensions[place(node)] = node
        # 3.11 says that the whole expression yields, later versions that its element does.
        self.elements[place(node if sys.version_info < (3, 12) else node.elt)] = node.elt

    def _index_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        self.functions.setdefault((first, node.name), []).append(node)

    def _index_match(self, node: ast.Match) -> None:
        for case in node.cases:
            self.choices[place(case.pattern)] = place(node)
            for part in ast.walk(case.pattern):
                self.patterns.setdefault(place(part), case.pattern)

    def _index_try(self, node: ast.Try | ast.TryStar) -> None:
        for handler in node.handlers:
            if handler.type is not None:
                self.choices[place(handler.type)] = place(node)

    # -- what can suspend ----------------------------------------------------------------------

    def suspension(self, kind: StateKind, where: Place, which: int | Place) -> Suspension | None:
        """The place in the source that was compiled to a suspension.

        Args:
            kind: What the bytecode says that it is.
            where: What the bytecode says where it is.
            which: Which item, or the place of what is iterated over, where several suspensions
                have the same place.
        """
        if kind is StateKind.NEXT:
            return self._next(where, which)
        if kind is StateKind.YIELD:
            return self._yield(where)
        if kind is StateKind.AWAIT:
            awaited = self.awaits.get(where)
            if awaited is None:
                return None
            return Suspension(kind, awaited, awaited, awaited.value, awaited)
        return self._enter_or_exit(kind, where, which)

    def _yield(self, where: Place) -> Suspension | None:
        written = self.yields.get(where)
        if written is not None:
            return Suspension(StateKind.YIELD, written, written, written.value, written)
        element = self.elements.get(where)  # what a generator expression yields
        return (
            None
            if element is None
            else Suspension(StateKind.YIELD, element, element, element, element)
        )

    def _next(self, where: Place, iterated: int | Place) -> Suspension | None:
        loop = self.fors.get(where)
        if loop is not None:
            return Suspension(StateKind.NEXT, loop, loop.iter, loop.iter, loop.iter)
        each = self._comprehension_loop(where, iterated)
        if each is None:
            return None
        return Suspension(StateKind.NEXT, each.target, each.iter, each.iter, each.iter)

    def _comprehension_loop(self, where: Place, iterated: int | Place) -> ast.comprehension | None:
        # 3.11 gives the place of a chained comparison to what stands behind it.
        comprehension = self.comprehensions.get(where)
        around = self.comprehensions.values() if comprehension is None else [comprehension]
        parts = [part for each in around for part in each.generators if part.is_async]
        first = None if comprehension is None else parts[0]
        return next((part for part in parts if place(part.iter) == iterated), first)

    def _enter_or_exit(
        self, kind: StateKind, where: Place, index: int | Place
    ) -> Suspension | None:
        # 3.11 and 3.12 give the place of the statement, later versions that of the item.
        statement = self.withs.get(where)
        if statement is not None and isinstance(index, int) and index < len(statement.items):
            item: ast.withitem | None = statement.items[index]
        else:
            item = self.items.get(where)
        if item is None:
            return None
        block = self.item_of[item]
        ends = item.context_expr if kind is StateKind.ENTER else block
        return Suspension(kind, item.context_expr, item.context_expr, item.context_expr, ends)

    def first_iterable(self, where: Place) -> Place | None:
        """The place of what a comprehension there iterates over, which is evaluated outside it."""
        comprehension = self.comprehensions.get(where)
        return None if comprehension is None else place(comprehension.generators[0].iter)

    # -- text ----------------------------------------------------------------------------------

    def text(self, where: Place) -> str | None:
        """The source at a place, in one line; None if the place is not known."""
        line, end_line, column, end_column = where
        if line is None or end_line is None or column is None or end_column is None:
            return None
        if end_line > len(self.lines) or line < 1:
            return None
        if line == end_line:
            return self._cut(line, column, end_column).strip()
        first = self._cut(line, column, None)
        last = self._cut(end_line, 0, end_column)
        middle = self.lines[line : end_line - 1]
        return one_line("".join([first, *middle, last]))

    def _cut(self, line: int, start: int, end: int | None) -> str:
        text = self.lines[line - 1]
        if text.isascii():
            return text[start:end]
        return text.encode()[start:end].decode(errors="replace")

    def characters(self, line: int, column: int) -> int:
        """A column in characters, from one in bytes."""
        text = self.lines[line - 1]
        return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))

    def span(self, suspension: Suspension) -> Span:
        """The stretch of source that stands for a suspension."""
        line, _, column, _ = place(suspension.start)
        _, end_line, _, end_column = place(suspension.end)
        return Span(
            line or 0,
            self.characters(line or 1, column or 0),
            end_line or 0,
            self.characters(end_line or 1, end_column or 0),
        )

    def function(self, first_line: int, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The definition of a function, if there is one of that name on that line alone."""
        functions = self.functions.get((first_line, name), [])
        return functions[0] if len(functions) == 1 else None

    def header(self, first_line: int, name: str) -> Span | None:
        """The line of a function's ``def``; None if the function is not found."""
        function = self.function(first_line, name)
        if function is None:
            return None
        column = self.characters(function.lineno, function.col_offset)
        return Span(
            function.lineno, column, function.lineno, len(self.lines[function.lineno - 1].rstrip())
        )


# fmt: off
_LEAVES = frozenset((
    ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.alias, ast.Import,
    ast.ImportFrom, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal,
    str, int, float, complex, bytes, bool, type(None), type(...),
    *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__(),
    *ast.cmpop.__subclasses__(), *ast.boolop.__subclasses__(),
))
# fmt: on


def contains(outer: Place, inner: Place) -> bool:
    """True if one place is within another, or the same."""
    line, end_line, column, end_column = outer
    inner_line, inner_end_line, inner_column, inner_end_column = inner
    if line is None or end_line is None or column is None or end_column is None:
        return False
    if inner_line is None or inner_end_line is None:
        return False
    if inner_column is None or inner_end_column is None:
        return False
    starts = (line, column) <= (inner_line, inner_column)
    ends = (inner_end_line, inner_end_column) <= (end_line, end_column)
    return starts and ends


def place(node: ast.AST) -> Place:
    """Where a node stands."""
    return (
        getattr(node, "lineno", None),
        getattr(node, "end_lineno", None),
        getattr(node, "col_offset", None),
        getattr(node, "end_col_offset", None),
    )


def one_line(text: str) -> str:
    """Source as one line without comments."""
    lines = [_without_comment(line).strip() for line in text.splitlines()]
    joined = ""
    for line in lines:
        if joined and not joined.endswith(("(", "[", "{")) and not line.startswith((")", "]", "}")):
            joined += " "
        joined += line
    for bracket in ")]}":
        joined = joined.replace("," + bracket, bracket)
    return joined


def _without_comment(line: str) -> str:
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote and line[index - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return line[:index]
    return line


def parse(text: str) -> Syntax | None:
    """The syntax of a text, or None if it is no source of this Python."""
    try:
        return _parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=32)
def _parse(text: str) -> Syntax:
    return Syntax(text, parsed(text))


def of_file(filename: str) -> Syntax | None:
    """The syntax of the file that a code object names, or None if it cannot be read."""
    lines = linecache.getlines(filename)
    return parse("".join(lines)) if lines else None
