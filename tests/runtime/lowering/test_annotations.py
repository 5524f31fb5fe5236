"""Annotations in the classes of a coroutine name its variables, and are evaluated as in there."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

CLASSES = {
    "a variable": """
    T = int
    class Kind:
        a: T
        b: [T] = note(1)
    await leaf()
    return Kind.__annotations__, T
""",
    "a parameter": """
    class Kind:
        a: given
    await leaf()
    return Kind.__annotations__
""",
    "a variable that an inner function captures": """
    T = int
    change = lambda: T
    class Kind:
        a: T
    annotations = Kind.__annotations__
    T = await leaf(str)
    return annotations, change()
""",
    "a dataclass": """
    import dataclasses, typing
    T, made = int, list
    @dataclasses.dataclass
    class Point:
        x: T
        y: made[T] = dataclasses.field(default_factory=made)
        z: typing.ClassVar[T] = 3
    return repr(Point(await leaf(1))), Point.__annotations__
""",
    "a named tuple and a typed dictionary": """
    import typing
    T = int
    await leaf()
    class Pair(typing.NamedTuple):
        x: T
        y: 'T' = 2
    class Of(typing.TypedDict):
        q: list[T]
    return Pair(1), Pair.__annotations__, Of.__annotations__
""",
    "a class in a class": """
    T = int
    class Outer:
        a: T
        class Inner:
            b: (T, given)
            T = str
            c: T
    await leaf()
    return Outer.__annotations__, Outer.Inner.__annotations__
""",
    "a name that is bound in there": """
    class Outer:
        a: given = 1
        bound = given
        class Inner:
            try:
                b: bound
            except NameError as error:
                note(str(error))
    return Outer.bound, await leaf()
""",
    "in a branch": """
    T = int
    class Kind:
        if note(1):
            a: T
        for each in "ab":
            b: [T for _ in each]
    await leaf()
    return sorted(Kind.__annotations__)
""",
    "variables of its methods are not evaluated": """
    T = int
    class Kind:
        a: T
        def method(self, x: T) -> T:
            y: nowhere = x
            self.z: nowhere = y
            return y
    await leaf()
    return Kind().method(2), Kind.method.__annotations__
""",
    "a function that is called in there": """
    class Kind:
        a: note("annotation") = note("value")
        [0][0]: note("item")
        b: (lambda: given)()
    return await leaf(2)
""",
}


@pytest.mark.parametrize("future", ["", "from __future__ import annotations"])
@pytest.mark.parametrize("body", CLASSES.values(), ids=CLASSES)
def test_the_annotations_of_a_class_in_a_coroutine(body: str, future: str) -> None:
    assert difference(f"{future}\nasync def main(given=bool):{body}") is None
