"""A recording: what one run did, as plain data.

It is the only thing that passes from running to showing. Every view is a pure function of it.
The kinds of events and their facts are in `wakepoint.recording.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from wakepoint.machine.model import Machine, Unanalysed

FORMAT_VERSION = 1
"""Raised whenever a reader of the old format would misread the new one."""

# fmt: off
OUTCOMES: Final = (
    "finished", "raised", "syntax-error", "deadlock", "timeout", "exited", "killed", "not-lowered",
)
# fmt: on
"""How a run can end; see `Outcome`."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a run took place.

    Attributes:
        backend: ``epoll``, ``kqueue``, ``iocp``, ``io_uring`` or ``simulated``; None if the
            snippet never started a reactor.
        system: Operating system, ``Linux``, ``Darwin``, ``Windows``, ``FreeBSD``.
        python: Implementation and version, ``CPython 3.11.7``.
        clock: ``real``, or ``virtual`` if it was simulated or paused.
        emulation: What stood in for the real system (``Wine``, ``libkqueue``), or None.
        recorded: ISO date for a recording that was kept; None for one made by the build itself.
    """

    backend: str | None
    system: str
    python: str
    clock: str = "real"
    emulation: str | None = None
    recorded: str | None = None


@dataclass(slots=True)  # not frozen: there are many, and each would take five times as long
class Event:
    """One thing that happened.

    Attributes:
        n: Ordinal, from 1, without gaps.
        kind: One of the kinds in `wakepoint.recording.schema`, ``task.polled`` for instance.
        by: Who did it: ``executor``, ``reactor``, ``thread``, ``main`` or ``task 1``.
        facts: What the kind's schema names, JSON values only. In the file they stand beside the
            other fields.
    """

    n: int
    kind: str
    by: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, fact: str) -> Any:
        return self.facts[fact]


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what the run wrote.

    Attributes:
        stream: ``stdout`` or ``stderr``.
        text: What was written.
        n: Ordinal of the last event before it was written, or before the last of it was; 0 if there
            was none. Null if that is not known: a recording of an earlier version, or text that
            came past Python's own ``sys.stdout`` and ``sys.stderr``, from another process, or after
            the script's last line.
    """

    stream: str
    text: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a trimmed traceback; ``line`` counts within the snippet, from 1."""

    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending task in a deadlock report: where it stands and what it waits for."""

    task: int
    name: str
    line: int | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Somebody who was cancelled and had not ended when the time was up.

    Attributes:
        what: Who, and how it was cancelled: ``task 2 (work) was aborted when main ended``.
        line: The snippet's ``except`` that catches `Cancelled`, or the ``await`` where it stands;
            None if that is elsewhere.
        how: What that line does: ``catches Cancelled``, ``still waits for sleep(1)``.
    """

    what: str
    line: int | None
    how: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        kind: ``finished``, ``raised``, ``syntax-error``, ``deadlock``, ``timeout``, ``exited``
            (``sys.exit``), ``killed`` (``os._exit``, a signal, out of memory), ``not-lowered``
            (a lowered form was asked for, and there is none).
        error: Exception type for ``raised`` and ``syntax-error``.
        message: The exception's text, exit code or signal, in words.
        frames: The snippet's own frames, outermost first; the runtime's are folded.
        waiting: For a deadlock, each pending task.
        goes_on: For a timeout, each who was cancelled and goes on.
    """

    kind: str
    error: str | None = None
    message: str = ""
    frames: tuple[Frame, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    goes_on: tuple[GoesOn, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """What one run did.

    Attributes:
        source: The snippet that ran, whole.
        environment: Where it ran.
        machines: The machine of every coroutine function of the snippet, in source order.
        events: What happened, in order.
        output: What it wrote, below ``sys.stdout`` included, in pieces. Those of one stream are in
            the order in which they came, and those of both whose `n` is known in the order in
            which they were written. One without stands before the next of its stream that has one.
        outcome: How it ended.
        truncated: How many events at least were left out after the limit was reached: what the
            executor, the reactor and the kernel did then is counted, what coroutines did is not.
        origins: If the source is a lowered form: for each of its lines the line of the original
            that it comes from, or None. Empty for any other.
        unanalysed: The coroutine functions that have no machine, and why.
    """

    source: str
    environment: Environment
    machines: tuple[Machine, ...]
    events: tuple[Event, ...]
    output: tuple[Output, ...]
    outcome: Outcome
    truncated: int = 0
    origins: tuple[int | None, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()

    def written(self) -> dict[str, str]:
        """All that it wrote to each stream, if anything, standard output first."""
        streams: dict[str, str] = {}
        for piece in sorted(self.output, key=lambda piece: piece.stream, reverse=True):
            streams[piece.stream] = streams.get(piece.stream, "") + piece.text
        return streams
