"""Async generators that are driven by hand: every operation at every place."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tools.lowering.compared import difference

STREAMS = {
    "plain": """
        async def main():
            yield await leaf(1)
            yield await leaf(2)
    """,
    "finally": """
        async def main():
            try:
                got = yield await leaf(1)
                note("got", got)
                yield 2
            finally:
                note("finally")
    """,
    "finally that awaits": """
        async def main():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("finally", await leaf(3))
    """,
    "handler": """
        async def main():
            while True:
                try:
                    got = yield await leaf(1)
                    note("got", got)
                except Exception as error:
                    note("caught", error, await leaf(2))
                    yield "handled"
    """,
    "yield in finally": """
        async def main():
            try:
                yield await leaf(1)
            finally:
                yield "in finally"
    """,
    "manager": """
        async def main():
            async with manager(1) as x:
                yield x
                yield await leaf(2)
    """,
    "one over another": """
        async def inner():
            try:
                got = yield await leaf(1)
                note("inner got", got)
                yield await leaf(2)
            finally:
                note("inner finally")
        async def main():
            try:
                async for each in inner():
                    note("main got", (yield each))
            finally:
                note("main finally")
    """,
    "nothing": """
        async def main():
            return
            yield
    """,
    "a loop without an await": """
        async def main():
            for each in range(3):
                got = yield each
                note("got", got)
    """,
}

OPERATIONS = [
    ("next", "next", "next", "next"),
    ("next", "send a", "send b", "next"),
    ("send early", "next"),
    ("next", "throw x", "next", "next"),
    ("throw early", "next"),
    ("next", "close", "next", "send late", "throw late"),
    ("close", "next", "close"),
    ("next", "next", "close", "close"),
    ("next", "close"),
    ("next",),
    ("next", "next", "throw x", "throw y", "close"),
]


@pytest.mark.parametrize("operations", OPERATIONS, ids=" ".join)
@pytest.mark.parametrize("source", STREAMS.values(), ids=STREAMS)
def test_whatever_is_done_with_it(source: str, operations: tuple[str, ...]) -> None:
    assert difference(dedent(source), operations, most_runs=30) is None
