"""A captured variable that is not bound, or that an inner scope reads: as in the original."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

CAPTURED = {
    "a captured variable that is not bound yet": """
        kept = 1
        def inner():
            return x
        await leaf()
        try:
            return inner()
        except NameError as error:
            x = str(error)
        return kept, x, inner()
    """,
    "a captured variable that is deleted": """
        x = await leaf(1)
        def inner():
            return x
        note(inner())
        await leaf()
        del x
        try:
            inner()
        except NameError as error:
            note(type(error), str(error))
        try:
            x
        except NameError as error:
            return type(error), str(error)
    """,
    "a captured variable that an inner function deletes": """
        x = await leaf(1)
        def inner():
            nonlocal x
            del x
        inner()
        await leaf()
        try:
            return x
        except NameError as error:
            note(type(error), str(error))
        x = await leaf(2)
        return x
    """,
    "a captured variable that is deleted and bound again": """
        x = await leaf(1)
        read = lambda: x
        del x
        await leaf()
        x = await leaf(2)
        return read()
    """,
    "a captured name of an exception": """
        try:
            await leaf(error=Boom("b"))
        except Boom as error:
            read = lambda: str(error)
            note(read(), await leaf())
        try:
            read()
        except NameError as error:
            return str(error)
    """,
    "a variable that a comprehension reads": """
        kept = 1
        if kept > 1:
            x = 1
        try:
            return [x for _ in await leaf([1])]
        except NameError as error:
            return kept
    """,
    "a variable that a class body reads": """
        kept = 1
        if kept > 1:
            x = 1
        await leaf()
        try:
            class Kind:
                y = x
        except NameError:
            return kept
    """,
}


@pytest.mark.parametrize("body", CAPTURED.values(), ids=CAPTURED)
def test_a_captured_variable_may_be_unbound(body: str) -> None:
    assert difference(f"async def main():{body}") is None
