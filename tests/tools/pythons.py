"""The other Pythons of this machine, to hold this one to; 3.14 may be one in WebAssembly."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.webassembly import python as webassembly

ROOT = Path(__file__).parents[2]

VERSIONS = ("3.11", "3.12", "3.13", "3.14")


@functools.cache
def find(version: str) -> str | None:
    """The path of a Python of that version: this one, one on the path, or one of pyenv's."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = [str(each / "bin" / "python") for each in sorted(pyenv.glob(f"{version}.*"))]
    on_path = shutil.which(f"python{version}")
    # What is on the path may be pyenv's shim, which knows of a version and does not have it.
    candidates = [*installed, *([on_path] if on_path else [])]
    return next((each for each in candidates if _is(each, version)), None)


def _is(path: str, version: str) -> bool:
    version_text = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return version_text.stdout.startswith(f"Python {version}.")


def _parameter(version: str) -> pytest.ParameterSet:
    in_webassembly = version == webassembly.VERSION and find(version) is None
    return pytest.param(version, marks=[pytest.mark.pyodide] if in_webassembly else [])


EACH = [_parameter(version) for version in VERSIONS]
"""The versions as a test's parameters; what runs in WebAssembly is marked ``pyodide``."""


def run(version: str, *arguments: str, stdin: str | None = None) -> str:
    """What a Python of that version writes, with our runtime and the tests' tools to import.

    Raises:
        AssertionError: If it fails; with what it has written.
    """
    python = find(version)
    if python is not None:
        done = _run(python, *arguments, stdin=stdin)
    elif version == webassembly.VERSION:
        done = webassembly.run(*arguments, stdin=stdin)
    else:
        pytest.skip(f"there is no Python {version}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(python: str, *arguments: str, stdin: str | None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "runtime"), str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [python, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=env,
    )
