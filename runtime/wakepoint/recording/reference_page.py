"""Writes the recording format's page: ``python -m wakepoint.recording.reference_page``.

The page is made from the schema and the docstrings of the model, so it cannot lag behind them.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields

from wakepoint.machine.model import (
    Machine,
    Span,
    State,
    StateKind,
    Transition,
    Unanalysed,
    Variable,
)
from wakepoint.recording import sizes
from wakepoint.recording.model import (
    FORMAT_VERSION,
    Environment,
    Event,
    Frame,
    GoesOn,
    Outcome,
    Output,
    Recording,
    Waiting,
)
from wakepoint.recording.schema import KINDS, Fact

_INTRODUCTION = f"""\
---
title: The recording
description: The versioned JSON format in which a run is kept, and every kind of event in it.
---

# The recording

A recording is what one run of a snippet did, as plain data. What a page shows of a run is made from
it, and from nothing else: the diagrams, the tables, the timeline. You can make one with
`mkdocs-wakepoint run --json`, keep those of a site with `mkdocs-wakepoint record`, or make one in
Python:

```python
from wakepoint.recording import dumps, record

print(dumps(record(open("snippet.py").read())))
```

The text is one JSON object in UTF-8. `version` is {FORMAT_VERSION}; it is raised whenever a reader
of the old format would misread the new one. A reader should ignore fields that it does not know.

A file that `mkdocs-wakepoint record` keeps has the recording as the field `recording` of an object
whose `digest`, `page` and `id` say to which snippet it belongs. Its `source` is empty: a page that
shows it has the source.

## What is the same in every run

Two recordings of the same snippet on the same platform are equal, byte for byte, unless the
snippet itself depends on chance. To that end the recorder

- numbers tasks, timers, futures, operations, processes and instances in order of appearance,
  from 1;
- renames descriptors (`fd 3`, `fd 4`, …, the lowest free number from 3 on) and the ports that the
  system chose (50001, 50002, …), and shows memory addresses as `0x…`;
- leaves out all durations; a wait in the kernel is bounded by `timer 1`, not by milliseconds;
- fires one timer per turn of the reactor, in the order of deadlines, after the events that came
  and the tasks that are ready. Outside of a recording every timer that is due fires at once; which
  ones are due depends on how late the kernel wakes the thread, and that differs from run to run.

A *value* in a recording is text: the object's `repr`, bounded in length.
"""

_CHECKED = f"""
## What is checked

`loads` checks what it reads, and whatever it returns can be shown. It raises `RecordingError` with
one line that says what is wrong and where (`event 17 (state.entered): there is no state 9, of 5`)
unless

- every field and fact is there, is of its type, and is one of the names that it can be;
- every index leads somewhere: events to machines, states, instances, tasks, timers, operations;
- events follow from those before them: a task is spawned before it is polled, and its polls count
  on; a coroutine starts before it enters a state, suspends in the state that it entered, and does
  nothing after its end;
- each piece of output that says after which event it was written does not go back behind the one
  before it;
- the states of a machine begin with the start and end with the three ends, and their spans are
  within the source;
- nothing is too large: {sizes.EVENTS:,} events, {sizes.TEXT:,} characters of a name, value or other
  text, {sizes.MESSAGE:,} of the message of an exception, {sizes.FRAMES:,} lines of a traceback,
  {sizes.TASKS:,} waiting tasks, {sizes.PIECES:,} pieces of output, {sizes.SOURCE >> 20} MiB of
  source and of each piece of output, {sizes.CHARACTERS >> 20} MiB in all, and
  [what a machine may have](machine.md#limits). What is longer is cut where it is recorded, and ends
  with `…`; events beyond the limit are counted in `truncated`.

A script shares its interpreter with the recorder, so it can record what did not happen. Nobody can
check that.
"""

_EVENTS = """
## Events

Each event is an object with `n` (its ordinal, from 1), `kind`, `by` (who did it: `executor`,
`reactor`, `task 1`, `thread` for any other thread, or `main`), and beside these the facts of its
kind. A fact whose name ends in `?` may be absent.
"""


def _class_table(of: type) -> str:
    """The fields of a dataclass with what its docstring says of them."""
    documentation = inspect.getdoc(of) or ""
    summary, _, attributes = documentation.partition("\n\nAttributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(attributes).splitlines():
        if not line.startswith(" ") and ":" in line:
            name, _, meaning = line.partition(":")
            meanings[name] = meaning.strip()
        elif name:
            meanings[name] += " " + line.strip()
    text = f"\n## {of.__name__}\n\n{summary.strip()}\n"
    rows = [f"| `{field.name}` | {_cell(meanings.get(field.name, ''))} |" for field in fields(of)]
    return text + "\n| field | meaning |\n| --- | --- |\n" + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def _event(kind: str) -> str:
    described = KINDS[kind]
    text = f"\n### `{kind}`\n\n{described.meaning}\n"
    rows = [f"| `{name}` | {_cell(_fact(fact))} |" for name, fact in described.facts.items()]
    return text + "\n| fact | type and meaning |\n| --- | --- |\n" + "\n".join(rows) + "\n"


def _fact(fact: Fact) -> str:
    return f"{fact.type.name}: {fact.meaning}" if fact.meaning else fact.type.name


def page() -> str:
    """The whole page, in Markdown."""
    parts = [_INTRODUCTION, _CHECKED]
    parts += [
        _class_table(of) for of in (Recording, Environment, Output, Outcome, Frame, Waiting, GoesOn)
    ]
    parts += [_class_table(of) for of in (Machine, State, Variable, Transition, Span, Unanalysed)]
    kinds = ", ".join(f"`{kind.value}`" for kind in StateKind)
    parts.append(f"\nThe kinds of states are {kinds}.\n")
    parts += [_class_table(Event), _EVENTS]
    parts += [_event(kind) for kind in KINDS]
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
