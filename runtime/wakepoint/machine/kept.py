"""The variables that a frame keeps, from bits: a state has a list of them."""

from __future__ import annotations

from wakepoint.machine.model import Variable, VariableKind
from wakepoint.machine.variables import Variables


class Kept:
    """Lists variables in the order of the source.

    Args:
        variables: Of the coroutine.
    """

    def __init__(self, variables: Variables) -> None:
        self._rows = []
        names = []
        for number in variables.order:
            name, kind = variables.names[number], variables.kinds[number]
            if not name.startswith("."):
                names.append(name)
                # States share them: there may be as many states as variables.
                always = kind is not VariableKind.LOCAL
                unread = Variable(name, kind, live=always)
                self._rows.append((number, unread, Variable(name, kind, live=True)))
        self._size = len(variables.names)
        self._has_twins = len(names) > len(set(names))

    def variables(self, bound: int, live: int) -> list[Variable]:
        """Those that may be bound; each says whether it may be read later.

        Args:
            bound: The bits of those that may be bound.
            live: The bits of those that may be read.
        """
        is_bound, is_live = self._digits(bound), self._digits(live)
        variables = [
            read if is_live[number] == "1" else unread
            for number, unread, read in self._rows
            if is_bound[number] == "1"
        ]
        return _merged(variables) if self._has_twins else variables

    def _digits(self, bits: int) -> str:
        return f"{bits:0{self._size}b}"[::-1]


def _merged(variables: list[Variable]) -> list[Variable]:
    """A comprehension's variable hides the function's of the same name."""
    merged: dict[str, Variable] = {}
    for each in variables:
        earlier = merged.get(each.name)
        live = each.live or (earlier is not None and earlier.live)
        merged[each.name] = each if live is each.live else Variable(each.name, each.kind, live)
    return list(merged.values())
