"""How a Python is started that runs snippets: its command line, and its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mkdocs_wakepoint.engine.sandbox import ENVIRONMENT
from mkdocs_wakepoint.engine.variables import passed_on


def _runtime() -> Path:
    """Where it is; it is not imported for that."""
    spec = find_spec("wakepoint")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


PACKAGES = (_runtime(), Path(__file__).parents[1])
"""What has to be found by the Python that runs snippets."""


def home(package: Path) -> str:
    """The folder that has to be on the module path for a package."""
    return package.parent.as_posix()


# The paths come last: another Python (under Wine, say) finds the two packages here and everything
# else at home.
_PATHS = f"import sys; sys.path += {[home(package) for package in PACKAGES]!r}"


def command(python: Sequence[str], program: str, *arguments: str) -> list[str]:
    """The command line for a program that imports this package.

    Args:
        python: The command that starts Python; it need not have this package installed.
        program: Python's source, one line.
        arguments: Its ``sys.argv[1:]``.
    """
    # -P keeps the current folder off the module path, so a page's neighbours are not imported by
    # accident.
    return [*python, "-P", "-s", "-u", "-X", "utf8", "-c", f"{_PATHS}; {program}", *arguments]


def environment(python: Sequence[str] = (sys.executable,)) -> dict[str, str]:
    """The environment in which snippets run: none of the build's secrets are in it.

    Args:
        python: The command that starts Python.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{ENVIRONMENT['PATH']}"
    passed = passed_on(os.environ, another_python=[*python] != [sys.executable])
    return {**ENVIRONMENT, "PATH": path, **passed}


def own_backend(python: Sequence[str]) -> str:
    """The backend that a Python takes if nobody names one.

    Raises:
        OSError: If the Python does not start.
        ValueError: If it cannot run the runtime.
    """
    program = f"{_PATHS}; from wakepoint.backends import resolve; print(resolve(None))"
    ran = subprocess.run([*python, "-c", program], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise ValueError(f"{' '.join(python)} cannot run the runtime: {ran.stderr.strip()}")
    return ran.stdout.strip()
