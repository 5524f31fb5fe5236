"""The same loads written for each library, as its own users would write them.

``python -m peers PEER LOAD N`` does a load once and prints what it cost; see benchmarks/runtime.py.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

MODULES = {
    "asyncio": "on_asyncio",
    "asyncio Protocol": "on_asyncio_protocol",
    "uvloop": "on_asyncio",
    "uvloop Protocol": "on_asyncio_protocol",
    "trio": "on_trio",
    "curio": "on_curio",
    "bare loop": "on_epoll",
    "wakepoint": "on_wakepoint",
    "wakepoint after other imports": "on_wakepoint",
    "wakepoint after a recording": "on_wakepoint",
}
"""Who is measured, and where its loads are."""

PACKAGES = {"uvloop": "uvloop", "uvloop Protocol": "uvloop", "trio": "trio", "curio": "curio"}
"""What a peer needs that is not Python's own or ours."""

OTHER_IMPORTS = ("pydoc", "unittest.mock", "xml.dom.minidom")
"""Modules with about as many objects as the recorder's: as much work for the garbage collector."""


def prepare(peer: str) -> Any:
    """The module with a peer's loads, set up for it.

    Raises:
        ImportError: If its library is not installed.
    """
    module = import_module(f"peers.{MODULES[peer]}")
    if peer.startswith("uvloop"):
        vars(module)["loop_factory"] = import_module("uvloop").new_event_loop
    if peer == "wakepoint after other imports":
        for name in OTHER_IMPORTS:
            import_module(name)
    if peer == "wakepoint after a recording":
        module.record_once()
    return module
