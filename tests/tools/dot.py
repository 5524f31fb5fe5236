"""A ``dot`` program for tests: it answers as one does, whatever is installed here."""

from __future__ import annotations

import sys
from pathlib import Path

_SCRIPT = """\
#!{python}
import sys
from pathlib import Path

with Path({starts!r}).open("a") as starts:
    print(*sys.argv[1:], file=starts)
if "-V" in sys.argv:
    sys.exit("dot - graphviz version {version} (0)") if {fails} else print(
        "dot - graphviz version {version} (0)", file=sys.stderr
    )
else:
    from mkdocs_wakepoint.views.graphviz import Graphviz

    graphviz = Graphviz()
    for graph in sys.stdin.read().split("digraph")[1:]:
        if "BAD" in graph:
            sys.exit("syntax error")
        print(graphviz.render("digraph" + graph).decode())
"""


class Dot:
    """A program that notes its starts.

    Args:
        folder: Gets it; where that is on the path, there is a ``dot``.
        version: What it says that it is.
        fails: It cannot even tell that.
    """

    def __init__(self, folder: Path, version: str = "9.8.7", *, fails: bool = False) -> None:
        self._starts = folder / "starts"
        program = folder / "dot"
        text = _SCRIPT.format(
            python=sys.executable, starts=str(self._starts), version=version, fails=fails
        )
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    @property
    def layouts(self) -> int:
        """How often it was started to lay something out."""
        return len([line for line in self._lines() if line.strip() != "-V"])

    @property
    def starts(self) -> int:
        """How often it was started at all."""
        return len(self._lines())

    def _lines(self) -> list[str]:
        return self._starts.read_text().splitlines() if self._starts.exists() else []
