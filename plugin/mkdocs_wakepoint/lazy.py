"""Names of a package that are imported when they are first asked for (PEP 562).

A build that has its site's snippets in the cache, or a site that has none, is not to pay for what
runs and draws them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

_one_imports = threading.Lock()


def import_runtime() -> None:
    """Imports the runtime; of threads that want it at the same time all but one wait.

    Of two that import its modules in different orders, one can find a module half imported.
    """
    with _one_imports:
        import_module("wakepoint.recording")


def lazy(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package.

    Args:
        package: Its ``__name__``.
        modules: The module in it that has each of its names.
    """

    def attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute
