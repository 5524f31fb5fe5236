"""The fields of a machine: its variables, which may be unbound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any, ClassVar

from wakepoint.machine.running.cells import Cell, Cells
from wakepoint.machine.running.inner_names import name_inner_scopes


def _names_in(code: CodeType) -> Iterator[str]:
    """The names that are not a function's own, in its code and in what is defined there."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names_in(each)


class Fields:
    """An object whose attributes are a function's variables.

    Attributes:
        variables: The names of variables by those of their fields, where they are not the same;
            all of them, if the function looks at them by ``locals()``.
        cells: The variables that inner functions capture.
    """

    variables: ClassVar[Mapping[str, str]] = {}
    cells: Cells
    attributes: ClassVar[frozenset[str]] = frozenset(
        (
            *("State", "function", "state", "awaiting", "error", "cells"),
            *("cancellation", "cancellations", "on_its_way"),
            *("sent", "thrown", "outside", "running", "closed", "used", "finalizer"),
            *("shown", "showing"),
        )
    )
    """What a machine has besides its fields, and ``dir`` of this class does not tell."""
    code: ClassVar[CodeType | None] = None
    """Of the method that runs the function's body."""
    mentioned: ClassVar[frozenset[str]] = frozenset()
    """The names in that code: those of all fields are among them."""
    kind: ClassVar[str] = "coroutine"
    """What CPython calls it in errors."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name_inner_scopes(cls)
        method = vars(cls).get("poll") or vars(cls).get("poll_next")
        cls.code = getattr(method, "__code__", None)
        cls.mentioned = frozenset() if cls.code is None else frozenset(_names_in(cls.code))

    @classmethod
    def type_name(cls) -> str:
        """What the type of the original's object is called."""
        return cls.kind.replace(" ", "_")

    def unbound(self, field: str) -> UnboundLocalError:
        """The error of reading a variable that is not bound."""
        name = self.variables.get(field, field)
        return UnboundLocalError(
            f"cannot access local variable {name!r} where it is not associated with a value"
        )

    def __getattr__(self, name: str) -> Any:
        # A field that is not there is a variable that is not bound.
        if name.startswith("__") or name not in self.mentioned:
            message = f"{self.type_name()!r} object has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=self)
        raise self.unbound(name)

    def __delattr__(self, name: str) -> None:
        if isinstance(getattr(type(self), name, None), Cell):
            super().__delattr__(name)
        elif name in self.__dict__:
            del self.__dict__[name]
        else:
            raise self.unbound(name)

    def locals(self, /, **around: Any) -> dict[str, Any]:
        """``locals()``: the variables that are bound.

        Args:
            around: Those that are taken from functions around.
        """
        bound = vars(self) | vars(self.cells)
        own = {name: bound[field] for field, name in self.variables.items() if field in bound}
        return own | around

    def let(self, name: str, value: Any) -> Any:
        """``(name := value)``, for a field."""
        setattr(self, name, value)
        return value

    def let_fields_go(self) -> None:
        """Lets go of whatever the fields hold."""
        held = vars(self)
        own = {name: held[name] for name in self.attributes if name in held}
        held.clear()
        held |= own | {"awaiting": None, "error": None, "cells": Cells(self.variables)}
