"""What analysing real code costs: functions per second of CPU time, on one core.

Each phase goes over the same files, one after the other, and the time of each is the shortest of
several rounds. Peers of the same run say what to compare it with: compiling the same files, and
listing the instructions of the same functions with the standard library's ``dis``.

    WAKEPOINT_NETWORK=1 python -m tools.corpus   (in tests/) downloads the code to analyse
    python benchmarks/machine.py [FOLDER ...]    prints a table; the default is what was downloaded

Ratios hold on any machine; absolute times are of one, and of how busy it was.
"""

from __future__ import annotations

import argparse
import ast
import dis
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType

from wakepoint.machine import analyze_source, coroutines

CORPUS = Path(__file__).parents[1] / ".cache" / "corpus"
ROUNDS = 5


class Corpus:
    """The files below some folders that have coroutines in them.

    Args:
        folders: Where they are.
    """

    def __init__(self, folders: list[Path]) -> None:
        self.paths: list[Path] = []
        self.codes: list[CodeType] = []
        self.lines = 0
        for folder in folders:
            for path in sorted(folder.rglob("*.py")):
                text = path.read_text(encoding="utf-8")
                found = list(coroutines(compile(text, str(path), "exec", dont_inherit=True)))
                if found:
                    self.paths.append(path)
                    self.codes += found
                    self.lines += text.count("\n")

    # What is measured. Each goes over everything once.

    def analyze(self) -> None:
        """Reads the source and makes every machine."""
        for path in self.paths:
            analyze_source(path.read_text(encoding="utf-8"), str(path))

    def parse(self) -> None:
        """Reads the source and makes syntax trees."""
        for path in self.paths:
            ast.parse(path.read_text(encoding="utf-8"))

    def compile(self) -> None:
        """Reads the source and makes bytecode."""
        for path in self.paths:
            compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)

    def list_instructions(self) -> None:
        """Decodes every function as ``dis`` does."""
        for code in self.codes:
            for _ in dis.get_instructions(code):
                pass


def seconds(work: Callable[[], None]) -> float:
    """CPU time of one go: the shortest of several, since others only ever add to it."""
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((s.split(":", 1)[1].strip() for s in lines if s.startswith("model name")), "?")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[CORPUS])
    folders = parser.parse_args().folders
    corpus = Corpus(folders)
    if not corpus.codes:
        sys.exit(f"no coroutines below {', '.join(map(str, folders))}; see --help")
    print(f"CPython {platform.python_version()}, {platform.system()}, {processor()}")
    print(f"{len(corpus.codes):,} functions in {len(corpus.paths)} files, {corpus.lines:,} lines\n")
    print("| what | seconds | functions per second | of analyze_source |")
    print("| --- | ---: | ---: | ---: |")
    whole = seconds(corpus.analyze)
    phases = [
        ("`analyze_source`, reading included", whole),
        ("`ast.parse` of the same files", seconds(corpus.parse)),
        ("`compile` of the same files", seconds(corpus.compile)),
        ("`dis.get_instructions` of the functions", seconds(corpus.list_instructions)),
    ]
    for name, spent in phases:
        rate = len(corpus.codes) / spent
        print(f"| {name} | {spent:.2f} | {rate:,.0f} | {spent / whole:.2f} |")


if __name__ == "__main__":
    main()
