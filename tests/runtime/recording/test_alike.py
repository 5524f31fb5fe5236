"""What two runs of one program tell alike, though addresses and objects are others."""

from __future__ import annotations

from wakepoint.recording import Recording, record, safe_repr
from wakepoint.recording.equality import alike, machine_facts

LONG_NAMES = """
import wakepoint

async def keeps(thing):
    await wakepoint.yield_now()
    return thing

async def main():
    def a_function_with_a_name_that_is_so_long_that_what_is_said_of_it_is_cut(): ...
    {padding}
    kept = [{count} * "x", a_function_with_a_name_that_is_so_long_that_what_is_said_of_it_is_cut]
    return await keeps(kept)

wakepoint.run(main())
"""


def test_no_address_is_told_wherever_a_description_is_cut() -> None:
    for count in range(40):
        run = record(LONG_NAMES.format(padding="pass", count=count))
        assert run.outcome.kind == "finished"
        other = record(LONG_NAMES.format(padding="spare = [object()] * 50", count=count))
        values = [value for run in (run, other) for value in _values(run)]
        assert not [each for each in values if "0x" in each and "0x…" not in each]
        assert set(_values(run)) == set(_values(other))


def _values(run: Recording) -> list[str]:
    all_facts = [facts for _, facts in machine_facts(run)]
    return [
        facts["variables"]["thing"] for facts in all_facts if "thing" in facts.get("variables", {})
    ]


class Holder:
    async def fetch(self) -> None: ...


def test_what_a_call_of_a_coroutine_function_gives_is_told_by_the_call() -> None:
    made = Holder().fetch()
    text = safe_repr([made])
    made.close()
    assert text == "[Holder.fetch()]"
    assert alike(f"a {made!r} in a text") == "a Holder.fetch() in a text"


def test_outputs_are_alike_whatever_the_addresses() -> None:
    one, other = object(), object()
    assert repr(one) != repr(other)
    assert alike(f"{one} and 0x1f") == alike(f"{other} and 0x1f")
    assert alike("at 0x1f") != alike("at 0x2f")


CLOSED = """
import wakepoint

async def never(n):
    await wakepoint.yield_now()

async def stream():
    yield 1

async def main():
    never(1).close()
    aborted = wakepoint.spawn(never(2))
    aborted.abort()
    await stream().aclose()
    made = stream()
    del made
    await never(3)

wakepoint.run(main())
"""


def test_a_coroutine_that_is_closed_before_its_start_has_not_started() -> None:
    recording = record(CLOSED)
    names = [each.name for each in recording.machines]
    started = [e.facts for e in recording.events if e.kind == "machine.started"]
    assert [names[each["machine"]] for each in started] == ["main", "never"]
    assert [each["instance"] for each in started] == [1, 2]
    assert "machine.dropped" not in {each.kind for each in recording.events}


def test_one_that_raises_at_once_has_started() -> None:
    recording = record(LEAVES)
    kinds = [each.kind for each in recording.events if each.kind.startswith("machine.")]
    assert kinds == ["machine.started", "machine.dropped"]


LEAVES = """
import wakepoint

async def main():
    raise GeneratorExit

wakepoint.run(main())
"""
