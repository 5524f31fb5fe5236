"""Makes expressions at random, of every kind that the grammar has."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

# fmt: off
PLAIN = ("a", "b", "c", "d", "e")
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "in", "not in")
_CONSTANTS = ("0", "1", "2.5", "'s'", "b'b'", "None", "True", "...", "'{}'", '"quoted"', "3j", "()")
BINARY = ("+", "-", "*", "/", "//", "%", ">>", "&", "|", "^", "@")
# fmt: on


class Expressions:
    """Writes expressions.

    Args:
        random: Chooses.
        names: The variables that there are.
    """

    def __init__(self, random: Random, names: list[str]) -> None:
        self._random = random
        self._names = names
        self._fresh = 0
        self._awaits = True
        self._is_main = False  # which may use the module's generator

    # -- choices ----------------------------------------------------------------------------------

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def _of(self, *choices: Callable[[int], str]) -> Callable[[int], str]:
        return self._random.choice(choices)

    def _name(self) -> str:
        return self._random.choice(self._names)

    def _read(self) -> str:
        return "g" if self._one_in(12) else self._name()

    def _new(self, prefix: str = "n") -> str:
        self._fresh += 1
        return f"{prefix}{self._fresh}"

    def _constant(self) -> str:
        return self._random.choice(_CONSTANTS)

    # -- expressions ------------------------------------------------------------------------------

    def _expression(self, depth: int = 0) -> str:
        if depth >= 3 or self._one_in(3):
            return self._of(self._a_name, self._a_name, self._a_value, self._a_constant)(depth)
        if self._awaits and self._one_in(3):
            return self._await(depth + 1)
        return self._of(
            *(self._binary, self._unary, self._bool, self._comparison, self._conditional),
            *(self._call, self._call, self._attribute, self._item, self._display),
            *(self._f_string, self._lambda, self._comprehension, self._comprehension),
            *(self._generator_expression, self._walrus),
        )(depth + 1)

    def _a_name(self, depth: int) -> str:
        return self._read()

    def _a_value(self, depth: int) -> str:
        return "value()"

    def _a_constant(self, depth: int) -> str:
        return self._constant()

    def _await(self, depth: int) -> str:
        value = self._expression(depth)
        if self._is_main and self._one_in(4):
            return self._random.choice(
                (f"(await helper({value}))", f"(await Kind().method({value}))")
            )
        of = self._random.choice(
            (f"leaf({value})", f"leaf({value})", "value()", "value().x", self._name())
        )
        return f"(await {of})"

    def _binary(self, depth: int) -> str:
        sign = self._random.choice(BINARY)
        return f"({self._expression(depth)} {sign} {self._expression(depth)})"

    def _unary(self, depth: int) -> str:
        return f"({self._random.choice(('-', '+', '~', 'not '))}{self._expression(depth)})"

    def _bool(self, depth: int) -> str:
        word = self._random.choice((" and ", " or "))
        count = 2 + self._one_in(3)
        return f"({word.join(self._expression(depth) for _ in range(count))})"

    def _comparison(self, depth: int) -> str:
        text = self._expression(depth)
        for _ in range(1 + self._one_in(2)):
            text += f" {self._random.choice(_COMPARISONS)} {self._expression(depth)}"
        return f"({text})"

    def _conditional(self, depth: int) -> str:
        a, b, c = (self._expression(depth) for _ in range(3))
        return f"({a} if {b} else {c})"

    def _call(self, depth: int) -> str:
        arguments = [self._expression(depth) for _ in range(self._random.randrange(3))]
        arguments += [f"*{self._name()}"] if self._one_in(4) else []
        arguments += [f"k={self._expression(depth)}"] if self._one_in(4) else []
        arguments += [f"**{self._name()}"] if self._one_in(6) else []
        return f"{self._random.choice(('value()', self._name()))}({', '.join(arguments)})"

    def _attribute(self, depth: int) -> str:
        return f"{self._random.choice(('value()', self._name()))}.{self._random.choice(PLAIN)}"

    def _item(self, depth: int) -> str:
        of = self._random.choice(("value()", self._name()))
        if self._one_in(3):
            return f"{of}[{self._expression(depth)}:{self._expression(depth)}]"
        return f"{of}[{self._expression(depth)}]"

    def _display(self, depth: int) -> str:
        parts = [self._expression(depth) for _ in range(self._random.randrange(3))]
        parts += [f"*{self._expression(depth)}"] if self._one_in(4) else []
        kind = self._random.randrange(4)
        if kind == 0:
            pairs = [f"{self._expression(depth)}: {each}" for each in parts if each[0] != "*"]
            return f"{{{', '.join(pairs)}}}"
        if kind == 1 and parts:
            return f"{{{', '.join(parts)}}}"
        return f"[{', '.join(parts)}]" if kind == 2 else f"({''.join(f'{p}, ' for p in parts)})"

    def _f_string(self, depth: int) -> str:
        text = ""
        for _ in range(1 + self._one_in(2)):
            value = self._expression(depth)
            spec = self._random.choice(("", "", ":>8", f":{{{self._name()}}}", f":a{{{value}}}b"))
            conversion = self._random.choice(("", "", "!r", "!s"))
            text += f"x{{{value}{conversion}{spec}}}{{{{"
        if "'" in text or "\\" in text or '"' in text or "lambda" in text or ":=" in text:
            return self._name()
        return f"f'{text}'"

    def _lambda(self, depth: int) -> str:
        default = f"x={self._expression(depth)}"
        awaits, self._awaits = self._awaits, False
        made = f"(lambda {default}, *y: {self._expression(depth)})"
        self._awaits = awaits
        return made if self._one_in(4) else f"{made}()"

    def _comprehension(self, depth: int) -> str:
        element = self._expression(depth)
        if self._one_in(4):
            element += f": {self._expression(depth)}"
        elif self._one_in(2):
            return f"[{element} {self._loops_of(depth)}]"
        return f"{{{element} {self._loops_of(depth)}}}"

    def _loops_of(self, depth: int) -> str:
        parts = []
        for _ in range(1 + self._one_in(4)):
            word, over = self._loop_over()
            if not self._awaits:
                word, over = "for", "value()"
            name = self._random.choice((self._name(), self._new()))
            parts.append(f"{word} {name} in {over}")
            if self._one_in(3):
                parts.append(f"if {self._expression(depth)}")
        return " ".join(parts)

    def _generator_expression(self, depth: int) -> str:
        over = self._expression(depth)
        awaits, self._awaits = self._awaits, False
        made = f"({self._expression(depth)} for {self._name()} in {over})"
        self._awaits = awaits
        return f"list{made}"

    def _walrus(self, depth: int) -> str:
        return f"({self._random.choice(self._names)} := {self._expression(depth)})"

    def _loop_over(self) -> tuple[str, str]:
        if self._one_in(2):
            return "for", self._random.choice((self._expression(1), "value()", "(1, 2)"))
        others = ("stream(1)", "stream(1)") if self._is_main else ()
        return "async for", self._random.choice(("value()", "items(2)", self._name(), *others))
