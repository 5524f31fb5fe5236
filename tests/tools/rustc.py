"""Asks rustc which states it gives an ``async fn``, what each of them saves, and how large it is.

``python tests/tools/rustc.py`` compiles functions.rs and writes rustc.json, with its
version. The compiler is needed for that alone; the book and the tests read the file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2] / "docs" / "data" / "rustc"
SOURCE = HERE / "functions.rs"
DATA = HERE / "rustc.json"

_FIELD = re.compile(
    r"(_s\d+): CoroutineSavedTy \{\s*ty: (?P<type>.*?),\s*source_info: SourceInfo \{\s*"
    r"span: [^:]*:(?P<line>\d+):(?P<column>\d+): (?P<end_line>\d+):(?P<end_column>\d+)",
    re.DOTALL,
)
_VARIANT = re.compile(r"(\w+)\s*\(\s*\d+\): \[(.*?)\]")
_SIZE = re.compile(r"type: `\{async fn body of (\w+)\(\)\}`: (\d+) bytes")
_PART = re.compile(r"(variant|discriminant|upvar|local)(?: `\.?(.*?)`)?: (\d+) bytes")


def oracle() -> dict[str, Any]:
    """What rustc says of every ``async fn`` of functions.rs, in source order."""
    version = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        compiled = subprocess.run(
            [
                *("rustc", "--edition", "2024", "--crate-type", "lib", "--emit=metadata"),
                *("-Zdump-mir=coroutine_resume", f"-Zdump-mir-dir={folder}"),
                "-Zprint-type-sizes",
                *("--out-dir", folder, SOURCE.name),
            ],
            check=True,
            capture_output=True,
            text=True,
            cwd=HERE,
            env={**os.environ, "RUSTC_BOOTSTRAP": "1"},
        )
        dumps = Path(folder).glob("*.coroutine_resume.0.mir")
        functions = dict(map(_read, dumps))
    source = SOURCE.read_text(encoding="utf-8")
    sizes = _sizes(compiled.stdout)
    names = [name for name in re.findall(r"pub async fn (\w+)", source) if name in functions]
    return {
        "rustc": version.stdout.split("(")[0].strip(),
        "functions": {name: functions[name] for name in names},
        "sizes": {name: sizes[name] for name in names},
    }


def _sizes(printed: str) -> dict[str, dict[str, Any]]:
    """By the function's name: the size of its future, and in each variant of whose bytes it is."""
    sizes: dict[str, dict[str, Any]] = {}
    current: dict[str, Any] | None = None
    for line in printed.splitlines():
        if " type: " in line and not line.startswith("print-type-size  "):
            size = _SIZE.search(line)
            current = {"bytes": int(size[2]), "variants": {}} if size else None
            if size and current:
                sizes[size[1]] = current
        elif current and (part := _PART.search(line)):
            _add_part(current, part[1], part[2] or "", int(part[3]))
    return sizes


def _add_part(size: dict[str, Any], kind: str, name: str, count: int) -> None:
    if kind == "discriminant":
        size["discriminant"] = count
    elif kind == "variant":
        size["variants"][name] = {"arguments": 0, "saved": 0, "awaited": 0}
    else:
        whose = "awaited" if name == "__awaitee" else "saved" if kind == "local" else "arguments"
        variant = list(size["variants"].values())[-1]
        variant[whose] += count


def _read(dump: Path) -> tuple[str, list[dict[str, Any]]]:
    """The name of the function, and its suspended states in source order."""
    text = dump.read_text(encoding="utf-8")
    header = re.search(r"// MIR for `(\w+)::", text)
    assert header, dump
    layout = text.partition("/* coroutine_layout")[2].partition("*/")[0]
    fields = {match[1]: match for match in _FIELD.finditer(layout)}
    variants = layout.partition("variant_fields: {")[2].partition("storage_conflicts")[0]
    states = [
        {"variant": name, **_state(re.findall(r"_s\d+", saved), fields)}
        for name, saved in _VARIANT.findall(variants)
        if name.startswith("Suspend")
    ]
    return header[1], sorted(states, key=lambda state: state["position"])


def _state(saved: list[str], fields: dict[str, re.Match[str]]) -> dict[str, Any]:
    saved_fields = [_saved(fields[name]) for name in saved]
    # The awaited future is saved in every state. Its span is the await itself, as is that of a
    # half-evaluated operand; but all that functions.rs computes with is an i32.
    awaited = [one for one in saved_fields if one["type"] != "i32"]
    assert len(awaited) == 1, saved_fields
    rest = [one["text"] for one in saved_fields if one is not awaited[0]]
    return {
        "awaits": awaited[0]["text"].removesuffix(".await"),
        "line": awaited[0]["line"],
        "position": [awaited[0]["line"], awaited[0]["column"]],
        "saved": sorted(rest),
    }


def _saved(field: re.Match[str]) -> dict[str, Any]:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    line, column = int(field["line"]), int(field["column"])
    assert field["end_line"] == field["line"], field[0]
    text = lines[line - 1][column - 1 : int(field["end_column"]) - 1]
    return {
        "text": text.removeprefix("mut "),
        "type": field["type"],
        "line": line,
        "column": column,
    }


if __name__ == "__main__":
    DATA.write_text(json.dumps(oracle(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {DATA.name}\n")
