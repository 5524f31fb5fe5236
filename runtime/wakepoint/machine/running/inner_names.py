"""The qualified names of what is defined inside of a lowered function."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any


def name_inner_scopes(machine: Any) -> None:
    """Names the functions and classes inside of a machine's ``poll`` as in the original.

    They are ``main.<locals>.<lambda>`` there, and would be ``Main.poll.<locals>.<lambda>`` here.

    Args:
        machine: The machine's class.
    """
    for method in ("poll", "poll_next"):
        function = vars(machine).get(method)
        if isinstance(function, FunctionType) and "function" in vars(machine):
            was, becomes = function.__qualname__, str(vars(machine)["function"])
            function.__code__ = _renamed(function.__code__, f"{was}.", f"{becomes}.")


def _renamed(code: CodeType, was: str, becomes: str) -> CodeType:
    constants = tuple(
        _renamed(each, was, becomes)
        if isinstance(each, CodeType)
        else becomes + each.removeprefix(was)
        if each == code.co_qualname and code.co_qualname.startswith(was)  # a class's own name
        else each
        for each in code.co_consts
    )
    qualname = code.co_qualname
    if qualname.startswith(was):
        qualname = becomes + qualname.removeprefix(was)
    return code.replace(co_consts=constants, co_qualname=qualname)
