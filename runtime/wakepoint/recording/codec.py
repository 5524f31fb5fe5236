"""Recordings as JSON: the published, versioned form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, NoReturn

from wakepoint.backends import NAMES
from wakepoint.machine import sizes as machine_sizes
from wakepoint.machine.model import (
    Machine,
    Span,
    State,
    StateKind,
    Transition,
    Unanalysed,
    Variable,
    VariableKind,
)
from wakepoint.recording import sizes
from wakepoint.recording.consistency import check
from wakepoint.recording.model import (
    FORMAT_VERSION,
    OUTCOMES,
    Environment,
    Event,
    Frame,
    GoesOn,
    Outcome,
    Output,
    Recording,
    Waiting,
)
from wakepoint.recording.reading import (
    BOOLEAN,
    RecordingError,
    Type,
    many,
    matching,
    number,
    one_of,
    optional,
    record,
    shown,
    text,
)
from wakepoint.recording.schema import KINDS


def dumps(recording: Recording) -> str:
    """The recording as JSON, the same text for equal recordings, one event a line.

    Example:
        >>> from wakepoint.recording import record
        >>> recording = record("print", backend="simulated")
        >>> loads(dumps(recording)) == recording
        True
    """
    whole = _fields(recording)
    events = whole.pop("events")
    machines = whole.pop("machines")
    if not whole["origins"]:  # of a lowered form alone
        del whole["origins"]
    head = {"version": FORMAT_VERSION, **whole}
    lines = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    lines.append(_list("machines", machines))
    lines.append(_list("events", map(_flat, events)))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _flat(event: Event) -> dict[str, Any]:
    return {"n": event.n, "kind": event.kind, "by": event.by, **event.facts}


def _list(name: str, items: Iterable[Any]) -> str:
    lines = [f"  {_json(item)}" for item in items]
    return f'"{name}": [\n' + ",\n".join(lines) + "\n]" if lines else f'"{name}": []'


def _fields(thing: Any) -> dict[str, Any]:
    """A dataclass as an object of JSON; `asdict` copies all that is in it as well."""
    return {name: getattr(thing, name) for name in thing.__slots__}


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_fields).encode


def loads(text: str, source: str | None = None) -> Recording:
    """Reads what `dumps` wrote, and checks it: against the format, and against itself.

    What comes back can be shown: every index leads somewhere, every event follows from those
    before it, and nothing is larger than `wakepoint.recording.sizes` allows. Whether the run went
    as it says cannot be seen: a script may lie about itself.

    Args:
        text: The JSON.
        source: The script, where that is known better than from the text: a recording that is
            kept beside its page has none.

    Raises:
        RecordingError: If it is no recording, one of another version, or a damaged one; the error
            says in one line what is wrong, and where.
    """
    data = _parsed(text)
    if not isinstance(data, dict) or "version" not in data:
        raise RecordingError("not a recording: it is no object with a version")
    version = data["version"]
    if type(version) is not int or version != FORMAT_VERSION:
        raise RecordingError(f"recording of version {shown(version)}; this reads {FORMAT_VERSION}")
    try:
        recording = _RECORDING.read(data)
        if source is not None:
            recording = replace(recording, source=source)
        check(recording)
    except RecordingError as error:
        raise error.within("a damaged recording") from None
    return recording


# --- JSON -----------------------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    if len(text) > sizes.CHARACTERS:
        raise RecordingError(f"not a recording: it has more than {sizes.CHARACTERS} characters")
    try:
        return json.loads(
            text,
            parse_int=_int,
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise RecordingError(f"not a recording: {error}") from None
    except RecursionError:
        raise RecordingError("not a recording: it is nested too deeply") from None


_DIGITS: Final = len(str(sizes.NUMBER)) + 1


def _int(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise RecordingError(f"not a recording: it has a number of {len(digits)} digits")
    return int(digits)


def _no_float(digits: str) -> NoReturn:
    raise RecordingError(f"not a recording: it has the number {digits[:20]}, which is no int")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RecordingError(f"not a recording: an object has {shown(twice)} twice")
    return whole


# --- the format -----------------------------------------------------------------------------------

_COUNT: Final = number()
_NUMBER: Final = number(1)
_TEXT: Final = text()
_WORD: Final = r"[A-Za-z0-9][\w.+-]{0,60}"

_ENVIRONMENT: Final = record(
    Environment,
    backend=optional(one_of(NAMES)),
    # Folders are named after these two.
    system=matching(rf"|{_WORD}", "the name of a system"),
    emulation_=optional(matching(rf"{_WORD}( [\w.,+ ()-]{{0,60}})?", "what emulates a system")),
    python=text(100),
    clock_=one_of(("real", "virtual")),
    recorded_=optional(matching(r"\d{4}-\d\d-\d\d", "a date")),
)
_SPAN: Final = record(Span, line=_NUMBER, column=_COUNT, end_line=_NUMBER, end_column=_COUNT)
_VARIABLE: Final = record(
    Variable,
    name=_TEXT,
    kind=one_of({kind.value: kind for kind in VariableKind}),
    live=BOOLEAN,
)
_STATE: Final = record(
    State,
    index=_COUNT,
    kind=one_of({kind.value: kind for kind in StateKind}),
    label=_TEXT,
    span=optional(_SPAN),
    on_exception_=BOOLEAN,
    variables_=many(_VARIABLE, "variable", machine_sizes.VARIABLES),
)
_TRANSITION: Final = record(
    Transition,
    source=_COUNT,
    target=_COUNT,
    condition_=optional(_TEXT),
    exceptional_=BOOLEAN,
)
_MACHINE: Final = record(
    Machine,
    name=_TEXT,
    qualname=_TEXT,
    filename=_TEXT,
    first_line=_NUMBER,
    kind=one_of(("coroutine", "async generator", "generator")),
    states=many(_STATE, "state", machine_sizes.STATES + 4),
    transitions=many(_TRANSITION, "transition", machine_sizes.TRANSITIONS),
    unlisted_=_COUNT,
)
_FRAME: Final = record(Frame, line=_NUMBER, function=_TEXT)
_WAITING: Final = record(Waiting, task=_NUMBER, name=_TEXT, line=optional(_NUMBER), waits_for=_TEXT)
_GOES_ON: Final = record(GoesOn, what=_TEXT, line=optional(_NUMBER), how=_TEXT)
_OUTCOME: Final = record(
    Outcome,
    kind=one_of(OUTCOMES),
    error_=optional(_TEXT),
    message_=text(sizes.MESSAGE),
    frames_=many(_FRAME, "frame", sizes.FRAMES),
    waiting_=many(_WAITING, "waiting task", sizes.TASKS),
    goes_on_=many(_GOES_ON, "who goes on", sizes.TASKS),
)
_OUTPUT: Final = record(
    Output,
    stream=one_of(("stdout", "stderr")),
    text=text(sizes.OUTPUT),
    n_=optional(number(0, sizes.EVENTS)),
)

_KINDS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    kind: record(
        dict, **{name.replace("?", "_"): fact.type for name, fact in described.facts.items()}
    ).read
    for kind, described in KINDS.items()
}
_N: Final = number(1, sizes.EVENTS)
_BY: Final = matching("executor|reactor|thread|main|task [1-9][0-9]{0,14}", "an actor")
_HEAD: Final = record(
    lambda **head: head, n=_N, kind=one_of(tuple(KINDS), "a kind of event"), by=_BY
)


def _event(data: Any) -> Event:
    head = _HEAD.read(data)
    facts = _KINDS[head["kind"]](data)
    return Event(head["n"], head["kind"], head["by"], facts)


_UNANALYSED: Final = record(Unanalysed, name=_TEXT, line=_NUMBER, reason=_TEXT)
_RECORDING: Final = record(
    Recording,
    source=text(sizes.SOURCE),
    environment=_ENVIRONMENT,
    machines=many(_MACHINE, "machine", machine_sizes.MACHINES),
    events=many(Type("event", _event), "event", sizes.EVENTS),
    output=many(_OUTPUT, "piece of output", sizes.PIECES),
    outcome=_OUTCOME,
    truncated_=_COUNT,
    origins_=many(optional(_NUMBER), "origin", sizes.LINES),
    unanalysed_=many(_UNANALYSED, "function", machine_sizes.MACHINES),
)
