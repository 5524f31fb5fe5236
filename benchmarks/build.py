"""What snippets cost a build, as ratios to the same site without them.

Each site has 21 pages. Its twins differ in one thing: what is done with the Python in their fences.
All are built in turn, several times, and each counts with its shortest time, since whatever else
the machine does only ever adds to it.

    python benchmarks/build.py                       prints a table, and which aims are met: the
                                                     page on the architecture has it
    python benchmarks/build.py --jupyter PYTHON      with mkdocs-jupyter, where that Python has it
    python benchmarks/build.py --exec PYTHON         with markdown-exec; `make neighbours` has it

Ratios hold on any machine that is as idle; absolute times are of one. On a busy machine those of
processor time hold better than those of seconds by the clock, from which the verdicts are.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

PAGES = 20
"""Those with snippets; there is an index besides."""

NEIGHBOURS = Path(sys.prefix) / "neighbours" / "bin" / "python"

PROSE = "A paragraph of prose, with *emphasis*, `code` and a [link](index.md), as it is.\n\n"

SNIPPET = """\
import wakepoint

async def double(n):
    await wakepoint.sleep(0)
    return 2 * n

async def main():
    first = await double({number})
    print(first)

wakepoint.run(main(), backend="simulated")
"""
BLOCKING = """\
def double(n):
    return 2 * n

first = double({number})
print(first)
"""
"""Much the same for those that run no coroutines."""


@dataclass(frozen=True)
class Kind:
    """A way to have Python in a page.

    Attributes:
        name: What the table calls it.
        config: What mkdocs.yml says of it.
        fence: What begins a fence; empty for a notebook.
        source: What stands in it.
        python: Builds the site.
    """

    name: str
    config: str
    fence: str
    source: str = SNIPPET
    python: Path = Path(sys.executable)


def kinds(options: argparse.Namespace) -> dict[str, Kind]:
    """Those that can be measured here, by name."""
    superfences = "markdown_extensions: [pymdownx.superfences]\n"
    all_kinds = [
        Kind("bare", superfences, "python"),
        Kind("wakepoint", superfences + "plugins: [search, wakepoint]\n", "python wakepoint"),
    ]
    if options.exec.exists():
        config = superfences + "plugins: [search, markdown-exec]\n"
        all_kinds.append(Kind("markdown-exec", config, 'python exec="on"', BLOCKING, options.exec))
    if options.jupyter is not None:
        config = "plugins: [search, mkdocs-jupyter: {execute: true}]\n"
        all_kinds.append(Kind("mkdocs-jupyter", config, "", BLOCKING, options.jupyter))
    return {kind.name: kind for kind in all_kinds}


@dataclass(frozen=True)
class Cost:
    """What a build took.

    Attributes:
        wall: Seconds by the clock on the wall.
        processor: Seconds of processor time, of all its processes.
    """

    wall: float
    processor: float


class Site:
    """A site in a folder of its own.

    Args:
        folder: Where it comes to be.
        kind: What is done with its snippets.
        count: How many it has.
    """

    def __init__(self, folder: Path, kind: Kind, count: int) -> None:
        self.folder = folder
        self._kind = kind
        docs = folder / "docs"
        docs.mkdir(parents=True)
        (folder / "mkdocs.yml").write_text(f"site_name: A site\n{kind.config}", encoding="utf-8")
        (docs / "index.md").write_text(f"# Home\n\n{PROSE}", encoding="utf-8")
        for page in range(PAGES):
            numbers = range(page, count, PAGES)
            if kind.fence:
                text = f"# Page {page}\n\n" + "".join(map(self._fenced, numbers))
                (docs / f"page{page}.md").write_text(text + PROSE, encoding="utf-8")
            else:
                cells = [cell for number in numbers for cell in self._cells(number)]
                notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
                (docs / f"page{page}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    @property
    def page(self) -> Path:
        """One that has snippets."""
        return self.folder / "docs" / "page3.md"

    def _fenced(self, number: int) -> str:
        source = self._kind.source.format(number=number)
        return f"{PROSE}```{self._kind.fence}\n{source}```\n\n"

    def _cells(self, number: int) -> Iterator[dict[str, object]]:
        source = self._kind.source.format(number=number)
        yield {"cell_type": "markdown", "id": f"p{number}", "metadata": {}, "source": PROSE}
        yield {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }

    def forget(self) -> None:
        """Leaves nothing of earlier builds."""
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)

    def build(self) -> Cost:
        """What one build takes."""
        command = [str(self._kind.python), "-m", "mkdocs", "build", "--quiet"]
        started, before = time.perf_counter(), _processor()
        subprocess.run(command, cwd=self.folder, env=_environment(), check=True)
        return Cost(time.perf_counter() - started, _processor() - before)

    @contextmanager
    def served(self) -> Iterator[Callable[[str], float]]:
        """Serves it; what is yielded saves a page and returns the seconds of the build after it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(self._kind.python), "-u", "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=_environment(),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

        def built() -> float:
            assert process.stderr is not None
            for line in process.stderr:
                if match := re.search(r"Documentation built in ([\d.]+) seconds", line):
                    return float(match[1])
            raise RuntimeError("mkdocs serve has ended")

        def save(text: str) -> float:
            self.page.write_text(text, encoding="utf-8")
            heard = threading.Event()
            saving = threading.Thread(target=again_until, args=(heard,))
            saving.start()
            try:
                return built()
            finally:
                heard.set()
                saving.join()

        def again_until(heard: threading.Event) -> None:
            # It looks at the files now and then, and misses one that is saved meanwhile.
            while not heard.wait(5):
                self.page.touch()

        try:
            built()
            assert process.stderr is not None
            while "Serving on" not in process.stderr.readline():
                pass
            yield save
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def _processor() -> float:
    """Seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    # What is installed is compiled. A Python that may not keep that would do it in each build.
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "NO_MKDOCS_2_WARNING": "1"}


def in_turn(works: dict[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The least that each took, all done in turn."""
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            costs[name].append(work())
    return {
        name: Cost(min(one.wall for one in each), min(one.processor for one in each))
        for name, each in costs.items()
    }


def cold(site: Site) -> Callable[[], Cost]:
    """A build that finds nothing of an earlier one."""

    def work() -> Cost:
        site.forget()
        return site.build()

    return work


def edits(bare: Site, site: Site, rounds: int) -> tuple[float, float]:
    """Seconds that a save costs under serve beyond the bare site's: of prose, and of a snippet."""
    texts = [one.page.read_text(encoding="utf-8") for one in (bare, site)]
    new = iter(range(10**6, 10**7))
    found: dict[str, list[float]] = {"bare": [], "prose": [], "snippet": []}
    with bare.served() as save_bare, site.served() as save:
        for _ in range(rounds + 1):
            found["bare"].append(save_bare(f"{texts[0]}\nLine {next(new)}.\n"))
            found["prose"].append(save(f"{texts[1]}\nLine {next(new)}.\n"))
            found["snippet"].append(save(texts[1].replace("(3)", f"({next(new)})")))
    # The first of each comes before everything is warm.
    least = {name: min(seconds[1:]) for name, seconds in found.items()}
    return least["prose"] - least["bare"], least["snippet"] - least["bare"]


def cpu_of_a_run(source: str) -> float:
    """Seconds of processor time that one more snippet costs beyond the build's own process."""
    from mkdocs_wakepoint.engine import Pool, Settings  # noqa: PLC0415 - not before the builds
    from mkdocs_wakepoint.snippet import Location, Options, Snippet  # noqa: PLC0415

    def seconds(count: int) -> float:
        before = _processor()
        with closing(Pool(Settings())) as pool:
            snippets = [
                Snippet(source, Options(), Location("page.md", 1), f"s{number}")
                for number in range(count)
            ]
            for run in [pool.submit(snippet) for snippet in snippets]:
                if run.result().outcome.kind != "finished":
                    raise RuntimeError(f"a run ended with {run.result().outcome}")
        return _processor() - before

    few, many = 10, 110
    return (seconds(many) - seconds(few)) / (many - few)


class Table:
    """Prints what was measured, and whether it is what it should be, as Markdown."""

    def __init__(self) -> None:
        self._print("build", "seconds", "ratio", "processor", "ratio", "aim", "")
        print(
            f"| :{'-' * 43} | {'-' * 8}: | {'-' * 6}: | {'-' * 8}: | {'-' * 6}: | ---- | ------ |"
        )

    def row(self, name: str, cost: Cost, to: Cost, aim: float | None = None) -> None:
        """What something cost, and its ratio to another."""
        ratio, work = cost.wall / to.wall, cost.processor / to.processor
        figures = [f"{cost.wall:.2f}", f"{ratio:.2f}", f"{cost.processor:.2f}", f"{work:.2f}"]
        self._print(name, *figures, *_verdict(ratio, aim, ""))

    def limit(self, name: str, seconds: float, aim: float) -> None:
        """A time that is to be short."""
        self._print(name, f"{seconds:.3f}", "", "", "", *_verdict(seconds, aim, " s"))

    def work(self, name: str, seconds: float, aim: float) -> None:
        """A processor time that is to be short."""
        self._print(name, "", "", f"{seconds:.4f}", "", *_verdict(seconds, aim, " s"))

    def _print(self, name: str, *cells: str) -> None:
        wall, ratio, processor, work, aim, verdict = cells
        figures = f"{wall:>9} | {ratio:>7} | {processor:>9} | {work:>7}"
        print(f"| {name:44} | {figures} | {aim:7} | {verdict:6} |", flush=True)


def _verdict(value: float, aim: float | None, unit: str) -> tuple[str, str]:
    if aim is None:
        return "", ""
    return f"{aim:g}{unit}", "met" if value <= aim else "missed"


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=1000, help="snippets of the largest site")
    parser.add_argument("--exec", type=Path, default=NEIGHBOURS, metavar="PYTHON")
    parser.add_argument("--jupyter", type=Path, metavar="PYTHON")
    options = parser.parse_args()
    all_kinds = kinds(options)
    # A shell that starts this in the background has it ignore what ends `mkdocs serve`.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="build-benchmark-") as folder:
        measure(Path(folder), all_kinds, options)


def measure(folder: Path, all_kinds: dict[str, Kind], options: argparse.Namespace) -> None:
    """Makes the sites and the table."""
    names = iter(map(str, range(100)))

    def site(kind: Kind, count: int = 100) -> Site:
        return Site(folder / next(names), kind, count)

    table = Table()
    bare, ours = all_kinds["bare"], all_kinds["wakepoint"]
    warm = site(ours)
    warm.build()
    works = {name: cold(site(kind)) for name, kind in all_kinds.items()}
    works |= {"warm": warm.build, "unused": site(replace(ours, fence="python")).build}
    costs = in_turn(works, options.rounds)
    table.row("100 plain fences, without the plugin", costs["bare"], costs["bare"])
    table.row("100 plain fences, with the plugin", costs["unused"], costs["bare"], 1.05)
    table.row("100 snippets, cold", costs["wakepoint"], costs["bare"], 2.0)
    table.row("100 snippets, warm", costs["warm"], costs["bare"], 1.1)
    for name in all_kinds.keys() - {"bare", "wakepoint"}:
        table.row(f"100 blocks, {name}", costs[name], costs["bare"])

    prose, snippet = edits(site(bare), warm, options.rounds)
    table.limit("a save of prose under serve, beyond bare", prose, 0.3)
    table.limit("a save of a snippet under serve, beyond bare", snippet, 0.3)

    kinds_of_many = {"bare": bare, "wakepoint": ours}
    many = in_turn({n: cold(site(k, options.many)) for n, k in kinds_of_many.items()}, 1)
    table.row(f"{options.many} plain fences", many["bare"], costs["bare"])
    table.row(f"{options.many} snippets, cold, to 100", many["wakepoint"], costs["wakepoint"], 11)

    table.work("an empty snippet in the sandbox", cpu_of_a_run("pass\n"), 0.008)
    table.work("one as above", cpu_of_a_run(SNIPPET.format(number=1)), 0.02)


if __name__ == "__main__":
    main()
