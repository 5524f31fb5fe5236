"""A snippet: source, options, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mkdocs_wakepoint.text import in_one_line

_STRING = re.compile(r"""("|').*?(?<!\\)\1""")
_STANDS_FOR_MORE = re.compile(r"\s*;*-+8<-+|.*\{[%!{]|\s*(?:<<<\s*@?[\w./\\]|\.\. \w+::)")


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a page: ``docs/page.md:12``. ``file`` is as the author would type it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a snippet, told in one line.

    Attributes:
        location: Where the author has to look.
        what: What is wrong.
        remedy: What to do about it.
        details: More lines for the box in the page (a trimmed traceback), never for the log.
    """

    location: Location
    what: str
    remedy: str
    details: str = ""

    def __str__(self) -> str:
        return in_one_line(f"{self.location}: {self.what}; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Question:
    """What an author asks before the run.

    Attributes:
        text: The question.
        choices: The answers to choose from; empty if the reader has to think of one.
        right: The index of the right one; None without choices.
        figure: The figure of the run that is the answer, ``polls``; empty if none is.
    """

    text: str
    choices: tuple[str, ...] = ()
    right: int | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What a fence header may say; the field names are the option names.

    Attributes:
        title: Heading of the code, as Material shows it.
        id: Anchor in the page: the snippet is ``#wp-<id>``. Without one it is made from the title.
        show: Which views to draw, in this order; see below.
        layout: ``stepper`` has code, output and machine move together, as the reader steps through
            the run; ``stack`` has the views one below the other.
        backend: Which mechanism runs it: ``epoll``, ``kqueue``, ``iocp``, ``io_uring``,
            ``simulated`` (a virtual kernel with a virtual clock), or ``auto``, the platform's own.
        timeout: Seconds that it may take. Without it, the site's setting holds.
        expect_error: Exception type that the run has to end with, ``ValueError`` for instance.
            ``Deadlock``, ``SystemExit`` and ``TimeoutError`` announce those ends.
        expect: Figures that the run has to reach, ``polls=6 suspended=5``; see below.
        ask: A question that is asked before the run; see below.
        machine: The one coroutine function whose machine is shown. Without it, each that ran.
        run: ``no`` shows the code without running it.
        session: Later snippets of the page with the same session see the names of earlier ones.
        hl_lines: Lines to highlight, ``2 4-6``; they are counted as the page shows them.
        linenums: Number of the first line, which turns line numbers on.
    """

    title: str = ""
    id: str = ""
    show: tuple[str, ...] = ("code", "output", "machine", "table")
    layout: str = "stepper"
    backend: str = "auto"
    timeout: float | None = None
    expect_error: str = ""
    expect: dict[str, int] = field(default_factory=dict)
    ask: Question | None = None
    machine: str = ""
    run: bool = True
    session: str = ""
    hl_lines: str = ""
    linenums: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """An executable fence.

    Attributes:
        source: What stands in the fence, hidden lines included.
        options: What its header says.
        location: The page, and its line of the opening fence, or the one that includes that.
        key: Unique within its page and the same on every build; ids in the HTML begin ``wp-<key>``.
        lines: Where the fence and each line of the source were written, if that is not simply one
            below the other: in a file that the page includes, for instance.
        earlier: The snippets before it in its session, in order. They run first, in the same
            process.
    """

    source: str
    options: Options
    location: Location
    key: str
    lines: tuple[Location, ...] = ()
    earlier: tuple[Snippet, ...] = ()

    @property
    def script(self) -> str:
        """All that runs, those before it in its session included: the source of its recording."""
        return "".join(part.source for part in (*self.earlier, self))

    @property
    def prelude(self) -> tuple[tuple[str, str], ...]:
        """Those before it in its session: the source of each, and the error that it announces."""
        return tuple((part.source, part.options.expect_error) for part in self.earlier)

    @property
    def lines_before(self) -> int:
        """How many lines of the script come before its own."""
        return sum(part.source.count("\n") for part in self.earlier)

    def part(self, line: int) -> tuple[Snippet, int]:
        """The snippet in which a line of the script stands, and the line's number in it, from 1."""
        for part in self.earlier:
            count = part.source.count("\n")
            if line <= count:
                return part, line
            line -= count
        return self, line

    def at(self, line: int) -> Location:
        """Where a line of the script was written, from 1; 0 is the fence."""
        part, line = self.part(line) if line else (self, 0)
        if part.lines:
            return part.lines[min(line, len(part.lines) - 1)]
        return Location(part.location.file, part.location.line + line)


def stands_for_more(line: str) -> bool:
    """True for a line of a source that others put something in the place of, or in, if they do.

    It is how extensions and plugins write that: ``--8<-- "file.py"``, ``{% include "file.py" %}``,
    ``{! file.py !}``, ``{{ value }}``, ``<<< @/file.py``, ``.. include:: file.py``.
    """
    return _STANDS_FOR_MORE.match(_STRING.sub("", line)) is not None
