"""The other Pythons of this machine, to hold this one to."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

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


def run(python: str, *arguments: str, stdin: str | None = None) -> str:
    """What a Python writes, with our runtime and the tests' tools to import.

    Raises:
        AssertionError: If it fails; with what it has written.
    """
    path = os.pathsep.join([str(ROOT / "runtime"), str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [python, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
