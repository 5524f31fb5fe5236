"""What stands below the machine: folded, each with a line that says what is inside."""

from __future__ import annotations

from collections import Counter

import pytest
from bs4 import Tag
from tools.drawn import drawn, one, ran, texts

from mkdocs_wakepoint.views.set_up import sort_of
from wakepoint.recording.figures import figures

SOURCE = """
    import wakepoint

    async def answer(stream):
        return await stream.read(10)

    async def main():
        with wakepoint.TcpListener.bind() as listener:
            stream = await wakepoint.TcpStream.connect(*listener.local_addr)
            other, _ = await listener.accept()
            task = wakepoint.spawn(answer(other))
            await wakepoint.sleep(0.001)
            await stream.write_all(b"12345")
            print(await task)
            stream.close()
            other.close()

    wakepoint.run(main())
"""


def summary(box: Tag) -> str:
    return one(box, ":scope > summary").get_text()


def test_the_line_of_the_state_table_counts_states() -> None:
    box = one(drawn(SOURCE, "table"), ".wp > details")
    rows = box.select("table")[0].select("tbody tr")
    waits = [
        row for row in rows if (cell := row.select_one(".wp-of-suspended")) and cell.get_text()
    ]
    suspended = [row for row in waits if one(row, ".wp-of-suspended").get_text() != "0"]
    name = f"main has {len(waits)} states, and was suspended in {len(suspended)}"
    assert summary(box).startswith(
        f"State table: {name}; answer has 1 state, and was suspended in it"
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("pass", "main has no state between its start and its end"),
        ("await leaf()", "main has 1 state, and was suspended in none"),
        ("await wakepoint.sleep(0)", "main has 1 state, and was suspended in it"),
    ],
)
def test_the_line_of_the_state_table_is_a_sentence(body: str, sentence: str) -> None:
    leaf = "async def leaf():\n    pass\n"
    source = f"import wakepoint\n{leaf}async def main():\n    {body}\nwakepoint.run(main())\n"
    assert sentence in summary(one(drawn(source, "table"), ".wp > details"))


def test_many_tables_are_told_by_their_sums() -> None:
    functions = "".join(f"async def f{n}():\n    await wakepoint.sleep(0)\n" for n in range(3))
    calls = "".join(f"wakepoint.run(f{n}())\n" for n in range(3))
    box = one(drawn(f"import wakepoint\n{functions}{calls}", "table"), ".wp > details")
    assert summary(box) == "State tables of 3 machines: 3 states, suspended in 3"


def test_the_state_table_is_printed_though_it_is_folded() -> None:
    box = one(drawn(SOURCE, "table"), ".wp > details")
    assert "wp-printed" in box["class"]
    assert not box.has_attr("open")


def test_the_line_of_the_kernel_calls_counts_what_found_nothing() -> None:
    recording = ran(SOURCE)
    box = one(drawn(SOURCE, "kernel", recording=recording), ".wp > details")
    calls = [event for event in recording.events if event.kind == "kernel.called"]
    ((error, count),) = Counter(filter(None, (event["error"] for event in calls))).most_common(1)
    assert summary(box).startswith(f"Kernel calls: {len(calls)}, {count} of them {error}")


def test_calls_that_set_something_up_share_a_row_of_the_kernel_calls() -> None:
    recording = ran(SOURCE)
    box = one(drawn(SOURCE, "kernel", recording=recording), ".wp > details")
    cells = [texts(row, "td") for row in box.select("tbody tr")]
    assert cells[0] == [
        "1–6",
        "task 1",
        "6 set-up calls: socket ×2, setsockopt, bind, listen, getsockname",
    ]
    steps = [cell[0].split("–") for cell in cells]
    count = sum(int(step[-1]) - int(step[0]) + 1 for step in steps)
    assert count == sum(figures(recording).calls.values())


def test_a_set_up_call_that_failed_stands_alone() -> None:
    assert sort_of("bind", None) == "set-up"
    assert sort_of("bind", "EADDRINUSE") == ""
    assert sort_of("recv", None) == ""
