"""A snippet: source, options, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field


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
        return f"{self.location}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Options:
    """What a fence header may say; the field names are the option names.

    Attributes:
        title: Heading of the snippet's box.
        id: Name for anchors; made from the title or the position if empty.
        show: Which views, in this order.
        backend: Which mechanism runs it; ``auto`` is the platform's own.
        clock: ``real`` or ``virtual`` (simulated backend only).
        timeout: Seconds the run may take; None takes the site's.
        expect_error: Exception type that the run must end with.
        expect: Figures that the run must reach, ``polls=6 suspended=5``.
        machine: Name of the coroutine function whose machine is shown; empty shows each that ran.
        run: False shows the code without running it.
        hl_lines: Lines to highlight, as in Material.
        linenums: First line number, or empty for none.
    """

    title: str = ""
    id: str = ""
    show: tuple[str, ...] = ("code", "output", "machine", "table")
    backend: str = "auto"
    clock: str = "real"
    timeout: float | None = None
    expect_error: str = ""
    expect: dict[str, int] = field(default_factory=dict)
    machine: str = ""
    run: bool = True
    hl_lines: str = ""
    linenums: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """An executable fence.

    Attributes:
        source: The whole script, hidden lines included.
        options: What its header says.
        location: The line of the opening fence; line 1 of the source is the next one.
        key: Unique within its page and the same on every build; ids in the HTML begin ``wp-<key>``.
    """

    source: str
    options: Options
    location: Location
    key: str
