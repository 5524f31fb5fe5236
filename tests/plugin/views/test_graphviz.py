"""Graphviz in WebAssembly: the same layouts whatever has compiled it."""

from __future__ import annotations

import platform

import pytest
import wasmtime

from mkdocs_wakepoint.views.graphviz import Graphviz

GRAPH = 'digraph { a [width=1.1] a -> b [label="to b"] subgraph cluster_c { b -> c -> b } }'


@pytest.fixture(scope="module")
def expected() -> bytes:
    one = Graphviz()
    one.start()
    return one.render(GRAPH)


def test_on_a_processor_that_the_quick_compiler_does_not_know(
    expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    assert Graphviz().render(GRAPH) == expected


def test_with_a_compiler_that_refuses_the_code(
    expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file = wasmtime.Module.from_file
    refused: list[wasmtime.Engine] = []

    def refuses_once(engine: wasmtime.Engine, path: str) -> wasmtime.Module:
        if not refused:
            refused.append(engine)
            raise wasmtime.WasmtimeError("unsupported instruction")
        assert engine not in refused
        return from_file(engine, path)

    monkeypatch.setattr(wasmtime.Module, "from_file", refuses_once)
    assert Graphviz().render(GRAPH) == expected
    assert refused


def test_its_machine_code_is_compiled_once(expected: bytes) -> None:
    code = Graphviz().start()
    assert code is not None
    second = Graphviz()
    assert second.start(code) is None
    assert second.render(GRAPH) == expected


def test_machine_code_of_another_version_is_compiled_anew(expected: bytes) -> None:
    one = Graphviz()
    assert one.start(b"of another version") is not None
    assert one.render(GRAPH) == expected
