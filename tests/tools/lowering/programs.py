"""Makes programs at random, out of everything that the grammar has.

What they work with are the world's values, so that hardly anything is a mistake; what is one
raises the same in both forms.
"""

from __future__ import annotations

import sys
import textwrap
import warnings
from random import Random

from tools.lowering.expressions import BINARY, PLAIN, Expressions

# fmt: off
_TAKEN = (
    "State", "Ready", "PENDING", "DONE", "Enum", "self", "cx", "polled", "error", "item", "state",
    "awaiting", "function", "poll", "drop", "_sent", "_thrown", "handlers", "operand_1", "result_1",
    "because_1", "into_future", "enter", "leave", "go_on", "Main", "RETURNED", "type", "str",
    "format", "name", "let", "_", "__x", "cls",
)
# fmt: on
_UNBOUND = "UnboundLocalError" if sys.version_info >= (3, 12) else "NameError"
"""What reading an unbound variable raises in a comprehension as well."""
_ERRORS = ("Boom", "Other", "KeyError", "Exception", "(Boom, NameError)", _UNBOUND)


def program(random: Random, size: int = 14) -> str:
    """A module with a coroutine ``main()`` that is Python; about ``size`` statements in it."""
    while True:
        made = _Maker(random, size).module()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                compile(made, "<program>", "exec", dont_inherit=True)
        except SyntaxError:  # such as a nonlocal behind a use, a walrus where none may be
            continue
        return made


class _Maker(Expressions):
    def __init__(self, random: Random, size: int) -> None:
        taken = random.sample(_TAKEN, random.choice((0, 0, 1, 2)))
        super().__init__(random, [*PLAIN[: 5 - len(taken)], *taken])
        self._left = size
        self._loops = 0
        self._generator = False
        self._star = False  # in an except*

    def module(self) -> str:
        lines = [f"g = {self._constant()}"]
        size = self._left
        for name, generator in (("helper", False), ("stream", True)):
            self._left = size // 4
            lines += self._coroutine(name, "p, *, q=1", generator)
        self._left = size // 4
        lines += ["class Kind:", *_indented(self._coroutine("method", "self, p", False))]
        self._left = size
        return "\n".join([*lines, *self._coroutine("main", "", False)]) + "\n"

    def _coroutine(self, name: str, parameters: str, generator: bool) -> list[str]:
        self._generator = generator
        self._is_main = name == "main"
        lines = [f"{each} = value()" for each in self._names if not self._one_in(8)]
        while self._left > 0:
            block = self._block()
            if not self._one_in(3):  # so that what is wrong in one is not the end of all
                error = self._new("error")
                block = ["try:", *_indented(block)]
                block += [f"except Exception as {error}:", f"    note({error})"]
            lines += block
        if generator:
            lines.append(f"yield {self._expression()}")
        lines.append("return" if generator else f"return {self._expression()}")
        if self._one_in(6):
            lines = ["global g", f"g = {self._expression()}", *lines]
        self._generator = False
        self._is_main = False
        return [f"async def {name}({parameters}):", *_indented(lines)]

    def _error(self) -> str:
        return self._random.choice(_ERRORS)

    # -- statements -------------------------------------------------------------------------------

    def _block(self, *, loop: bool | None = None) -> list[str]:
        loops = self._loops
        if loop is not None:
            self._loops = int(loop)
        lines = self._statement()
        while self._left > 0 and not self._one_in(3):
            lines += self._statement()
        self._loops = loops
        return lines

    def _statement(self) -> list[str]:
        self._left -= 1
        if self._left < 0 or self._one_in(2):
            return self._simple()
        return self._random.choice(
            (
                *(self._if, self._for, self._for, self._while, self._with, self._with),
                *(self._try, self._try, self._try, self._match, self._def, self._class),
            )
        )()

    def _simple(self) -> list[str]:  # noqa: C901 - a branch for each kind of statement
        kind = self._random.randrange(20)
        value = self._expression()
        match kind:
            case 0 | 1 | 2 | 3:
                return [f"{self._target()} = {value}"]
            case 4:
                return [f"{self._target()} = {self._target()} = {value}"]
            case 5 | 6:
                target = self._random.choice((self._name(), self._name(), self._place()))
                return [f"{target} {self._random.choice(BINARY)}= {value}"]
            case 7:
                return [f"{self._random.choice((self._name(), self._place()))}: {value} = {value}"]
            case 8 if self._one_in(3):
                return [f"del {self._random.choice((self._name(), self._place()))}"]
            case 9:
                return [f"assert value() == {value}, {self._expression()}"]
            case 10:
                return [f"raise {self._random.choice(('Boom', 'Other'))}({value})"]
            case 11:
                cause = self._random.choice(("None", "Other()", value))
                return [f"raise Boom({value}) from {cause}"]
            case 12:
                return ["raise"] if self._one_in(2) else [f"note({value})"]
            case 13 if not self._star:
                return ["return"] if self._generator else [f"return {value}"]
            case 14 if self._loops and not self._star:
                return [self._random.choice(("break", "continue"))]
            case 15 if self._generator:
                return [f"{self._name()} = yield {value}"]
            case 16 if self._one_in(4):
                return [f"import {self._random.choice(('json', 'os.path'))} as {self._name()}"]
            case 17 if self._one_in(8):
                return ["note(sorted(locals()))"]
            case _:
                return [f"note({value})"]

    def _target(self) -> str:
        if self._one_in(4):
            return self._place()
        if self._one_in(6):
            return f"{self._name()}, *{self._name()}"
        return self._name()

    def _place(self) -> str:
        if self._one_in(2):
            return f"{self._name()}.x"
        return f"{self._name()}[{self._expression(1)}]"

    def _if(self) -> list[str]:
        lines = [f"if {self._expression()}:", *_indented(self._block())]
        while self._one_in(3):
            lines += [f"elif {self._expression()}:", *_indented(self._block())]
        return lines + self._else(2)

    def _else(self, one_in: int) -> list[str]:
        return ["else:", *_indented(self._block())] if self._one_in(one_in) else []

    def _for(self) -> list[str]:
        word, over = self._loop_over()
        lines = [f"{word} {self._target()} in {over}:", *_indented(self._block(loop=True))]
        return lines + self._else(4)

    def _while(self) -> list[str]:
        # Each time round asks another value, whose answers are a script's.
        test = self._random.choice(
            ("value()", "await value()", f"value() and {self._expression(1)}")
        )
        lines = [f"while {test}:"]
        return lines + _indented(self._block(loop=True)) + self._else(4)

    def _with(self) -> list[str]:
        word = self._random.choice(("with", "async with", "async with"))
        items = []
        for _ in range(1 + self._one_in(3)):
            named = f" as {self._target()}" if self._one_in(2) else ""
            items.append(f"{self._random.choice(('value()', self._expression(1)))}{named}")
        if self._one_in(5):
            return [f"{word} ({', '.join(items)}):", *_indented(self._block())]
        return [f"{word} {', '.join(items)}:", *_indented(self._block())]

    def _try(self) -> list[str]:
        lines = ["try:", *_indented(self._block())]
        kind = self._random.randrange(5)
        star = self._star
        if kind == 0:
            self._star = True
            for _ in range(1 + self._one_in(2)):
                lines += self._handler("except*", self._error())
            self._star = star
        elif kind < 4:
            for _ in range(1 + self._one_in(3)):
                lines += self._handler("except", self._error())
            if self._one_in(4):
                lines += ["except:", *_indented(self._block())]
            lines += self._else(4)
        if kind == 4 or self._one_in(4):
            lines += ["finally:", *_indented(self._block())]
        return lines

    def _handler(self, word: str, error: str) -> list[str]:
        named = f" as {self._name()}" if self._one_in(2) else ""
        if word == "except*" and error.startswith("("):
            error = "Boom"
        return [f"{word} {error}{named}:", *_indented(self._block())]

    def _match(self) -> list[str]:
        lines = [f"match {self._expression()}:"]
        for _ in range(1 + self._random.randrange(3)):
            guard = f" if {self._expression(1)}" if self._one_in(2) else ""
            lines += [f"    case {self._pattern()}{guard}:", *_indented(self._block(), 2)]
        if self._one_in(2):
            lines += ["    case _:", *_indented(self._block(), 2)]
        return lines

    def _pattern(self) -> str:
        name, other = self._new(), self._new()
        return self._random.choice(
            (
                *("1", "None", "'s' | 2 | -3", f"[{name}, *{other}]", f"({name}, _)", "[]"),
                *(f"{{'k': {name}, **{other}}}", f"object(x={name})", f"int() | str() as {name}"),
                *(f"object() as {self._random.choice(self._names)}", f"[1, [{name}]]", "Boom()"),
            )
        )

    def _def(self) -> list[str]:
        name = self._new("f")
        return self._inner_function(name) + self._use(name)

    def _inner_function(self, name: str) -> list[str]:
        kind = self._random.choice(("def", "def", "async def", "async def", "stream", "generator"))
        lines = [f"@{self._decorator()}" for _ in range(self._one_in(3) + self._one_in(6))]
        decorated = bool(lines)
        note = f": {self._expression(1)}" if self._one_in(4) else ""
        parameters = [f"x{note}", f"y={self._expression(1)}"]
        if self._one_in(3):
            parameters += ["*rest", f"z={self._expression(1)}"]
        returns = f" -> {self._expression(1)}" if self._one_in(5) else ""
        word = "def" if kind in {"def", "generator"} else "async def"
        lines.append(f"{word} {name}({', '.join(parameters)}){returns}:")
        lines += _indented(self._inner_body(kind))
        self._kinds = {**getattr(self, "_kinds", {}), name: "decorated" if decorated else kind}
        return lines

    def _decorator(self) -> str:
        return self._random.choice(
            ("decorated('tag')", "await leaf(decorated('awaited'))", "(lambda made: made)")
        )

    def _inner_body(self, kind: str) -> list[str]:
        outer = self._generator, self._loops, self._awaits, self._star
        self._generator, self._loops, self._star = kind == "stream", 0, False
        self._awaits = kind in {"async def", "stream"}
        lines = []
        if self._one_in(3):
            lines.append(f"nonlocal {self._random.choice(self._names)}")
        lines += self._simple() + self._simple() if self._awaits else [f"note({self._name()})"]
        if kind == "stream":
            lines.append(f"yield {self._expression(1)}")
        elif kind == "generator":
            lines.append(f"yield {self._name()}")
        else:
            lines.append(f"return {self._expression(1)}")
        self._generator, self._loops, self._awaits, self._star = outer
        return lines

    def _use(self, name: str) -> list[str]:
        call = f"{name}({self._expression(1)})"
        match self._kinds[name]:
            case "def":
                return [f"note({call})"]
            case "async def":
                return [f"note(await {call})"]
            case "stream":
                return [f"async for {self._name()} in {call}:", *_indented(self._block(loop=True))]
            case "generator":
                return [f"note(*{call})"]
        return [f"note({name})"]

    def _class(self) -> list[str]:
        name = self._new("K")
        lines = [f"@{self._decorator()}"] if self._one_in(3) else []
        heads = [self._random.choice(("value()", "await leaf(dict)", "object", "await value()"))]
        if self._one_in(5):
            heads.append("metaclass=await leaf(type)")
        head = f"({', '.join(heads)})" if self._one_in(2) else ""
        lines.append(f"class {name}{head}:")
        awaits, self._awaits = self._awaits, False
        body = [f"{self._name()} = {self._expression(1)}", f"y = {self._expression(1)}"]
        if self._one_in(2):
            body += ["def method(self):", f"    return {self._expression(1)}"]
        self._awaits = awaits
        return [*lines, *_indented(body), f"note({name})"]


def _indented(lines: list[str], by: int = 1) -> list[str]:
    return textwrap.indent("\n".join(lines), "    " * by).split("\n")
