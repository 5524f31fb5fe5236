"""``athrow()`` and ``aclose()`` where something is handled: that is not the context of theirs."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

STREAM = """
async def stream():
    while True:
        try:
            note("got", (yield 1))
        except BaseException as error:
            note("caught", error)
            {wait}
            match error:
                case KeyError():
                    raise IndexError("another")
                case ValueError():
                    try:
                        yield 2
                    except Exception as further:
                        note("second", further)
                        raise
            raise
"""

OPERATIONS = {
    "one that is raised again": "await made.athrow(Other('other'))",
    "one that another follows": "await made.athrow(KeyError('key'))",
    "a class": "await made.athrow(KeyError)",
    "a class and words": "await made.athrow(Other, 'words')",
    "what is handled": "await made.athrow(handled)",
    "one with a context": "error = Other(); error.__context__ = IndexError(); await made.athrow(error)",
    "two": "await made.athrow(ValueError('first')); await made.athrow(KeyError('second'))",
    "closing": "await made.aclose()",
    "closing in the middle of a handler": "await made.athrow(ValueError('v')); await made.aclose()",
    "before the beginning": "await stream().athrow(Other('early'))",
    "sending": "await made.asend('sent')",
}


@pytest.mark.parametrize("outside", ["note(handled)", "await leaf()"], ids=["at once", "later"])
@pytest.mark.parametrize("inside", ["pass", "await leaf()"], ids=["handled", "handled with await"])
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_what_is_handled_outside_is_not_its_context(
    operation: str, inside: str, outside: str
) -> None:
    main = f"""
async def main():
    made = stream()
    await anext(made)
    try:
        try:
            raise Boom("handled")
        except Boom as handled:
            {outside}
            {operation}
    except BaseException as error:
        note(error, error.__context__, error.__cause__)
    try:
        await made.aclose()
    except Exception as error:
        note(error)
"""
    assert difference(STREAM.format(wait=inside) + main) is None
