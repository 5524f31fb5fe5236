"""Coroutine bodies at random: loops, branches, guarded blocks, and awaits in all of them."""

from hypothesis import strategies as st

PRELUDE = """
import wakepoint

LOG = []
FAIL_AT, DROP_AT, CANCEL_AT = {fail}, {drop}, {cancel}
made = 0


class Leaf(wakepoint.Future):
    def __init__(self, n):
        global made
        made += 1
        self.number, self.n, self.pendings = made, n, n % 3

    def poll(self, cx):
        if self.pendings:
            self.pendings -= 1
            return wakepoint.PENDING
        if self.number == FAIL_AT:
            raise ValueError(self.number)
        return wakepoint.Ready(self.n)

    def drop(self):
        LOG.append(("drop", self.number))

    def __repr__(self):
        return f"Leaf {self.number}"


class Manager:
    def __init__(self, n):
        self.n = n

    def __enter__(self):
        LOG.append(("enter", self.n))
        return self.n

    def __exit__(self, kind, error, traceback):
        LOG.append(("exit", self.n, kind))
        return self.n % 2 == 0 and kind is ValueError


class AsyncManager:
    def __init__(self, n):
        self.n = n

    async def __aenter__(self):
        return await Leaf(self.n)

    async def __aexit__(self, kind, error, traceback):
        LOG.append(("aexit", self.n, kind))
        await Leaf(self.n)
        return self.n % 2 == 0 and kind is ValueError


def add(*args):
    LOG.append(args)
    return sum(args)


async def inner(n):
    try:
        return await Leaf(n)
    finally:
        LOG.append(("inner", n))


async def items(n):
    for i in range(n):
        await Leaf(i)
        yield i


async def body(x, y):
    z = w = 0
{body}
    return x, y, z, w


def main():
    future = wakepoint.into_future(body(1, 2))
    context = wakepoint.Context(wakepoint.Waker(lambda: None))
    polls = 0
    try:
        while True:
            polled = future.poll(context)
            if polled is not wakepoint.PENDING:
                return polled.value
            polls += 1
            if polls == DROP_AT:
                future.drop()
                return "dropped"
            if polls == CANCEL_AT:
                future.cancel(KeyError("cancelled"))
    except Exception as error:
        return type(error), str(error)


print(main(), made)
print(LOG)
"""

_names = st.sampled_from("xyzw")
_numbers = st.integers(0, 5)
_leaves = st.builds("Leaf({})".format, _numbers) | st.builds("inner({})".format, _numbers)
_plain = st.builds("{}".format, _names) | st.builds("{}".format, _numbers)
_awaits = st.builds("await {}".format, _leaves)


def _with_awaits(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} + (await {})".format, inner, _leaves),
        st.builds("(await {}) - {}".format, _leaves, inner),
        st.builds("add({}, await {}, {})".format, inner, _leaves, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(0 < {} < {} < 9)".format, inner, inner),
        st.builds("sum([{} for q in range({}) if {}])".format, inner, st.integers(0, 2), inner),
        st.builds("sum([q + {} async for q in items({})])".format, inner, st.integers(0, 2)),
        st.builds("len(f'{{{}}}{{{}!r:>3}}')".format, inner, inner),
        st.builds("({} := {})".format, _names, inner),
        st.builds("[{}, {}][{} % 2]".format, inner, inner, inner),
    )


expressions = st.recursive(_plain | _awaits, _with_awaits, max_leaves=3)

_simple = st.one_of(
    st.builds("{} = {}".format, _names, expressions),
    st.builds("{} += {}".format, _names, expressions),
    st.builds("x, y = {}, {}".format, expressions, expressions),
    st.builds("await {}".format, _leaves),
    st.builds("LOG.append({})".format, expressions),
    st.builds("LOG.append((lambda: {})())".format, _names),
    st.builds("del {}".format, _names),
    st.builds("assert {}".format, expressions),
    st.builds("return {}".format, expressions),
    st.just("raise ValueError('raised')"),
    st.just("raise"),
    st.just("break"),
    st.just("continue"),
)


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3, *, loop: bool = False) -> list[str]:
    """Statements, as lines."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(statements(depth, loop=loop))
    return lines


@st.composite
def statements(draw: st.DrawFn, depth: int, *, loop: bool) -> list[str]:
    """One statement, as lines."""
    if depth == 0 or draw(st.booleans()):
        line = draw(_simple)
        return [line if loop or line not in {"break", "continue"} else "pass"]

    def block(loop: bool = loop) -> list[str]:
        return _indented(draw(blocks(depth - 1, loop=loop)))

    kind = draw(
        st.sampled_from(("if", "for", "while", "async for", "try", "finally", "with", "match"))
    )
    match kind:
        case "if":
            return [f"if {draw(expressions)}:", *block(), "else:", *block()]
        case "for":
            head = f"for {draw(_names)} in range({draw(st.integers(0, 3))}):"
            return [head, *block(loop=True), *draw(st.sampled_from([[], ["else:", *block()]]))]
        case "while":
            count = f"n{depth}"
            test = f"while {count} < {draw(st.integers(0, 3))}:"
            return [f"{count} = 0", test, f"    {count} += 1", *block(loop=True)]
        case "async for":
            head = f"async for {draw(_names)} in items({draw(st.integers(0, 3))}):"
            return [head, *block(loop=True)]
        case "try":
            caught = draw(
                st.sampled_from(["ValueError", "ValueError as e", "(KeyError, NameError)"])
            )
            rest = draw(st.sampled_from([[], ["else:", *block()]]))
            return ["try:", *block(), f"except {caught}:", *block(), *rest]
        case "finally":
            handlers = draw(st.sampled_from([[], ["except ValueError as e:", *block()]]))
            return ["try:", *block(), *handlers, "finally:", *block()]
        case "with":
            number = draw(_numbers)
            head = draw(
                st.sampled_from(
                    [
                        f"with Manager({number}) as z:",
                        f"async with AsyncManager({number}) as z:",
                        f"async with AsyncManager({number}), AsyncManager(3):",
                    ]
                )
            )
            return [head, *block()]
        case _:
            subject = draw(expressions)
            guard = draw(st.sampled_from(["", f" if {draw(expressions)}"]))
            return [
                f"match {subject}:",
                f"    case 1 | 2{guard}:",
                *_indented(block()),
                "    case w:",
                *_indented(block()),
            ]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A script that drives a random coroutine to its end, or drops or cancels it on the way."""
    body = "\n".join(_indented(draw(blocks())))
    fail, drop, cancel = (draw(st.integers(0, 8)) for _ in range(3))
    values = {"fail": fail, "drop": drop, "cancel": cancel, "body": body}
    text = PRELUDE
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
