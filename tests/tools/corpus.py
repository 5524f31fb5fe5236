"""Code that nobody here wrote, for machines to be proven on.

    WAKEPOINT_NETWORK=1 python -m tools.corpus

downloads it (once, to ``.cache/corpus``), holds every coroutine in it to the second opinion, and
prints the table of ``docs/reference/machine.md``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.second_opinion.compare import differences
from tools.second_opinion.walk import states

from wakepoint.machine import Analysis, analyze_source

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "corpus"


@dataclass(frozen=True, slots=True)
class Package:
    """A package's source distribution."""

    name: str
    version: str
    sha256: str

    @property
    def folder(self) -> Path:
        """Where it is unpacked."""
        return FOLDER / f"{self.name}-{self.version}"


PACKAGES = (
    Package(
        "aiohttp", "3.14.5", "5558a7f5a05af9ecf744af91e5baefc436f93c9333e656c27ec253f9a6bbe178"
    ),
    Package("anyio", "4.16.0", "59bb03251907983d1603d27c3087ddb1e93299ea2163adcdba37899a4fb12ffb"),
    Package(
        "starlette", "1.10.0", "b8399098d4c1e3522734f7235dc79b1fc967f96cf139c81e0fa30479e0685f9b"
    ),
    Package(
        "websockets", "17.4", "09d3939b70df0c8ad2da145ebd50978bccaee1d565e838b0e7921a34d38571eb"
    ),
)


def fetch(package: Package) -> Path:
    """Downloads and unpacks a package, unless that was done before.

    Returns:
        Its folder.
    """
    if package.folder.exists():
        return package.folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    requirements = FOLDER / f"{package.name}.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-binary", package.name]
    subprocess.run([*command, "--dest", FOLDER, "--requirement", requirements], check=True)
    with tarfile.open(FOLDER / f"{package.name}-{package.version}.tar.gz") as archive:
        archive.extractall(FOLDER, filter="data")
    return package.folder


def files(package: Package) -> Iterator[tuple[Path, str]]:
    """The package's Python files, tests and examples included, and their texts."""
    for path in sorted(fetch(package).rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")


@dataclass(slots=True)
class Result:
    """What the check of one package has found."""

    package: Package
    functions: int = 0
    states: int = 0
    variables: int = 0
    transitions: int = 0
    differences: list[str] = field(default_factory=list)

    def row(self) -> str:
        """A row of the table in the documentation."""
        numbers = (self.functions, self.states, self.variables, self.transitions)
        cells = [self.package.name, self.package.version, *(f"{each:,}" for each in numbers)]
        return f"| {' | '.join(cells)} | {len(self.differences)} |"


def check(package: Package) -> Result:
    """Holds every coroutine and async generator of a package to the second opinion.

    Raises:
        MachineError: If one of them cannot be analysed.
    """
    result = Result(package)
    for path, text in files(package):
        analyses = analyze_source(text, str(path))
        if not analyses:
            continue
        walked = states(text)
        keys = [(each.code.co_firstlineno, each.machine.name) for each in analyses]
        twins = {key for key, count in Counter(keys).items() if count > 1}
        for key, analysis in zip(keys, analyses, strict=True):
            _count(analysis, result)
            # Of two functions with one name on one line the walk has the states of both.
            places = None if key in twins else walked[key]
            where = f"{path.relative_to(FOLDER)}:{key[0]} {key[1]}"
            result.differences += (f"{where}: {each}" for each in differences(analysis, places))
    return result


def _count(analysis: Analysis, result: Result) -> None:
    machine = analysis.machine
    result.functions += 1
    result.states += len(machine.states) - 4  # without the start and the three ends
    result.variables += sum(len(each.variables) for each in machine.states[1:-3])
    result.transitions += len(machine.transitions)


_OWN_TESTS = (
    *("tests/test_taskgroups.py", "tests/test_synchronization.py", "tests/test_itertools.py"),
    *("tests/streams/test_memory.py", "tests/test_functools.py", "tests/test_contextmanagers.py"),
)
"""Tests of anyio that need no network and take half a minute."""

_THEY_NEED = (
    *("anyio==4.16.0", "blockbuster==1.5.29", "hypothesis==6.170.17", "psutil==7.2.2"),
    *("pytest==9.2.0", "pytest-mock==3.17.0", "pytest-timeout==2.4.0", "trio==0.35.0"),
    *("trustme==1.2.1", "truststore==0.10.5"),
)


def run_own_tests() -> tuple[str, dict[str, Any]]:
    """Runs some of anyio's own tests and notes every suspension that they reach.

    Returns:
        The last line of pytest, and what `tools.suspensions` has written.
    """
    folder = fetch(next(each for each in PACKAGES if each.name == "anyio"))
    environment = FOLDER.with_name("corpus-venv-{}.{}".format(*sys.version_info[:2]))
    python = environment / "bin" / "python"
    if not (environment / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *_THEY_NEED], check=True)
        (environment / "installed").touch()
    written = FOLDER / "suspensions.json"
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests", ROOT / "runtime", folder / "src"))),
        "WAKEPOINT_PREFIXES": os.pathsep.join(map(str, (folder / "src", folder / "tests"))),
        "WAKEPOINT_SUSPENSIONS": str(written),
    }
    command = [str(python), "-m", "pytest", "-q", "-p", "tools.suspensions"]
    command += ["-p", "no:cacheprovider", "-k", "not uvloop", *_OWN_TESTS]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if not written.exists():
        raise RuntimeError(f"the run has noted nothing: {done.stdout}{done.stderr}")
    noted = json.loads(written.read_text(encoding="utf-8"))
    written.unlink()
    return done.stdout.splitlines()[-1], noted


HEAD = """\
| package | version | functions | states | saved variables | transitions | differences |
| --- | --- | ---: | ---: | ---: | ---: | ---: |"""


def main() -> None:
    """Prints the table, and every difference."""
    results = [check(package) for package in PACKAGES]
    print(HEAD)
    for result in results:
        print(result.row())
    for result in results:
        for difference in result.differences:
            print(difference)
    ended, noted = run_own_tests()
    print(ended)
    print(json.dumps(noted, indent=4))


if __name__ == "__main__":
    main()
