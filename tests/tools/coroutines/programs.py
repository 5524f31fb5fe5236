"""Makes the source of coroutines at random.

What they call is in `world`: awaitables, iterables and context managers that answer as a script
says. Every local that is read has been bound, or what that raises is caught.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable
from random import Random

VARIABLES = ("a", "b", "c", "d")

MAIN = "main"
"""The name of the function that is made."""


def program(random: Random, *, size: int = 12) -> str:
    """The source of an ``async def main(a, b, c, d)`` with at most about ``size`` statements."""
    return _Maker(random, size).function()


class _Maker:
    def __init__(self, random: Random, size: int) -> None:
        self._random = random
        self._left = size
        self._fresh = 0
        self._names = list(VARIABLES)
        self._in_loop = False
        self._may_leave = True  # no break, continue or return out of `except*`
        self._is_generator = random.random() < 0.25
        self._has_cell = random.random() < 0.2

    def function(self) -> str:
        lines = []
        if self._has_cell:
            lines += ["def bump():", "    nonlocal d", "    d += 1", "    return d"]
        lines += self._block()
        if self._is_generator:
            lines.append(f"yield {self._value()}")
        elif self._one_in(2):
            lines.append(f"return {self._value()}")
        else:
            lines.append(f"return [{', '.join(VARIABLES)}]")
        head = f"async def {MAIN}({', '.join(VARIABLES)}):\n"
        return head + textwrap.indent("\n".join(lines), "    ") + "\n"

    # -- choices ----------------------------------------------------------------------------------

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def _pick(self, *choices: Callable[[], list[str]]) -> list[str]:
        return self._random.choice(choices)()

    def _new(self, prefix: str) -> str:
        self._fresh += 1
        return f"{prefix}{self._fresh}"

    def _name(self) -> str:
        return self._random.choice(self._names)

    # -- statements -------------------------------------------------------------------------------

    def _block(self, *known: str, loop: bool | None = None) -> list[str]:
        """Some statements, in which the names that are ``known`` may be read too."""
        names, in_loop = self._names, self._in_loop
        self._names = [*names, *known]
        self._in_loop = in_loop if loop is None else loop
        lines = self._statement()
        while self._left > 0 and self._one_in(2):
            lines += self._statement()
        self._names, self._in_loop = names, in_loop
        return lines

    def _statement(self) -> list[str]:
        self._left -= 1
        simple: list[Callable[[], list[str]]] = [self._assign, self._assign, self._show, self._drop]
        if self._may_leave:
            simple.append(self._leave)
        if self._is_generator:
            simple.append(self._yield)
        if self._left <= 0:
            return self._pick(*simple)
        compound = [self._if, self._while, self._for, self._with, self._try, self._match]
        return self._pick(*simple, *compound, *compound, self._unbound)

    def _assign(self) -> list[str]:
        target = self._random.choice(VARIABLES)
        return [f"{target} {self._random.choice(('=', '+='))} {self._value()}"]

    def _show(self) -> list[str]:
        return [f"show({self._value()}, {self._value()})"]

    def _drop(self) -> list[str]:
        name = self._new("t")
        return [f"{name} = {self._value()}", f"show({name}, {self._value()})", f"del {name}"]

    def _unbound(self) -> list[str]:
        """Reads a name that may not be bound, and catches that."""
        name = self._new("u")
        lines = [f"if {self._test()}:", f"    {name} = {self._value()}", *self._show()]
        read = self._random.choice((f"show({name}, 0)", f"{self._name()} = {name}", name))
        lines += ["try:", f"    {read}"]
        return [*lines, "except NameError:", *_indented(self._block())]

    def _yield(self) -> list[str]:
        return [f"{self._random.choice(VARIABLES)} = yield {self._value()}"]

    def _leave(self) -> list[str]:
        ways = [f"raise {self._error()}"]
        if self._in_loop:
            ways += ["break", "continue"] * 2
        ways.append("return" if self._is_generator else f"return {self._value()}")
        return [f"if {self._test()}:", f"    {self._random.choice(ways)}"]

    def _if(self) -> list[str]:
        lines = [f"if {self._test()}:", *_indented(self._block())]
        return lines + self._else(2)

    def _while(self) -> list[str]:
        lines = [f"while {self._test()}:", *_indented(self._block(loop=True))]
        return lines + self._else(3)

    def _for(self) -> list[str]:
        name = self._new("i") if self._one_in(2) else self._random.choice(VARIABLES)
        kind, made = self._random.choice((("for", "items"), ("async for", "lines")))
        lines = [f"{kind} {name} in {made}({self._value()}):"]
        lines += _indented(self._block(name, loop=True))
        return lines + self._else(3)

    def _else(self, one_in: int) -> list[str]:
        return ["else:", *_indented(self._block())] if self._one_in(one_in) else []

    def _with(self) -> list[str]:
        known = []
        items = []
        kind, made = self._random.choice(
            (("with", "plain"), ("async with", "manager"), ("async with", "manager"))
        )
        for _ in range(1 + self._one_in(3)):
            name = self._new("m")
            items.append(f"{made}({self._value()}) as {name}")
            known.append(name)
        return [f"{kind} {', '.join(items)}:", *_indented(self._block(*known))]

    def _try(self) -> list[str]:
        body = self._block()
        if not any("(" in line for line in body):  # nothing in it would ever raise
            body = [*self._show(), *body]
        lines = ["try:", *_indented(body)]
        handled = self._random.randrange(4)
        if handled == 3:
            return lines + self._handlers("except*")
        if handled:
            lines += self._handlers("except")
            lines += self._else(3)
        if not handled or self._one_in(3):
            lines += ["finally:", *_indented(self._block())]
        return lines

    def _handlers(self, word: str) -> list[str]:
        lines = []
        may_leave = self._may_leave
        self._may_leave = may_leave and word == "except"
        for error in ("Boom", "Other")[: 1 + self._one_in(2)]:
            name = f" as {self._new('e')}" if self._one_in(2) else ""
            lines += [f"{word} {error}{name}:", *_indented(self._block())]
        self._may_leave = may_leave
        return lines

    def _match(self) -> list[str]:
        name = self._new("n")
        return [
            f"match {self._value()}:",
            "    case 0 | 1:",
            *_indented(self._block(), 2),
            f"    case {name} if {self._test()}:",
            *_indented(self._block(name), 2),
        ] + (["    case _:", *_indented(self._block(), 2)] if self._one_in(2) else [])

    # -- expressions ------------------------------------------------------------------------------

    def _error(self) -> str:
        return self._random.choice(("Boom()", "Other()"))

    def _value(self, depth: int = 0) -> str:
        if depth >= 2 or self._one_in(3):
            return self._name()
        inner = functools.partial(self._value, depth + 1)
        kind = self._random.randrange(9)
        if kind <= 2:
            return f"await leaf({self._name()})"
        if kind == 3:
            return f"({inner()} + {inner()})"
        if kind == 4:
            return f"show({inner()}, {inner()})"
        if kind == 5:
            return f"({inner()} if {self._test(depth + 1)} else {inner()})"
        if kind == 6:
            return f"({self._random.choice(VARIABLES)} := {inner()})"
        if kind == 7 and self._has_cell:
            return "bump()"
        return self._comprehension(depth)

    def _comprehension(self, depth: int) -> str:
        names = self._names
        loops: list[str] = []
        for _ in range(1 + self._one_in(3)):
            # Its variable may hide one of the function's.
            name = self._new("k") if self._one_in(2) else self._random.choice(VARIABLES)
            word, made = self._random.choice((("for", "items"), ("async for", "lines")))
            over = self._random.choice(self._names)
            if not loops and self._one_in(3):  # what the first loop goes over is evaluated outside
                over = f"await leaf({over})"
            loops.append(f"{word} {name} in {made}({over})")
            self._names = [*self._names, name]
            if self._one_in(3):
                loops.append(f"if {self._inner_test()}")
        element = self._random.choice((self._name(), f"await leaf({self._name()})"))
        self._names = names
        if "await" not in f"{element} {loops}" and not any(each[0] == "a" for each in loops):
            element = f"await leaf({element})"
        opened, closed = self._random.choice(("[]", "{}"))
        return f"sum({opened}{element} {' '.join(loops)}{closed})"

    def _inner_test(self) -> str:
        return self._random.choice((f"ask({self._name()})", f"await leaf({self._name()})"))

    def _test(self, depth: int = 0) -> str:
        kind = self._random.randrange(8 if depth < 2 else 3)
        if kind == 0:
            return f"ask({self._name()})"
        if kind == 1:
            return f"await leaf({self._name()})"
        if kind == 2:
            return f"({self._random.choice(VARIABLES)} := await leaf({self._name()}))"
        if kind <= 4:
            word = self._random.choice(("and", "or"))
            return f"({self._test(depth + 1)} {word} {self._test(depth + 1)})"
        if kind == 5:
            return f"not {self._test(depth + 1)}"
        return f"ask({self._value(depth + 1)})"


def _indented(lines: list[str], by: int = 1) -> list[str]:
    return [" " * 4 * by + line for line in lines]
