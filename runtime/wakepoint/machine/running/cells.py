"""The variables of a lowered function that its inner functions capture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Cells:
    """The variables of a machine that inner functions capture; they may outlive the machine.

    Args:
        names: The names of variables by those of their fields, where they are not the same.
    """

    __slots__ = ("__dict__", "__weakref__", "_names")

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        variable = self._names.get(name, name)
        raise NameError(
            f"cannot access free variable {variable!r} where it is not associated with a value "
            "in enclosing scope"
        )

    def __delattr__(self, name: str) -> None:
        if name not in self.__dict__:
            getattr(self, name)
        del self.__dict__[name]

    def let(self, name: str, value: Any) -> Any:
        """``(name := value)``, for a cell."""
        setattr(self, name, value)
        return value


class Cell:
    """A field of a machine that an inner function captures: it is kept in the machine's `Cells`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, machine: Any, owner: type) -> Any:
        if machine is None:
            return self
        bound = vars(machine.cells)
        if self._name not in bound:
            raise machine.unbound(self._name)
        return bound[self._name]

    def __set__(self, machine: Any, value: Any) -> None:
        setattr(machine.cells, self._name, value)

    def __delete__(self, machine: Any) -> None:
        if self._name not in vars(machine.cells):
            raise machine.unbound(self._name)
        delattr(machine.cells, self._name)
