"""What recording a run costs: ratios to the plain run, taken in turn, in one process.

    python benchmarks/recording.py           prints a table, and whether the aims are met
    python benchmarks/recording.py echo      only that load

Each load runs plain and recorded by turns, and the shortest of each counts, in CPU time. What is
timed is the script's own `wakepoint.run`. To make the recording of it afterwards, with events that
are objects, is timed apart.
"""

from __future__ import annotations

import gc
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

from wakepoint.recording import Recorder, record

ROUNDS = 7

SWITCH = """
async def main():
    for n in range({n}):
        await wakepoint.yield_now()
"""
ECHO = """
async def serve(listener):
    stream, _ = await listener.accept()
    with stream:
        while data := await stream.read(4096):
            await stream.write_all(data)

async def client(port):
    with await wakepoint.TcpStream.connect("127.0.0.1", port) as stream:
        for _ in range({n}):
            await stream.write_all(b"x" * 1024)
            await stream.read_exact(1024)

async def main():
    with wakepoint.TcpListener.bind() as listener:
        server = wakepoint.spawn(serve(listener))
        await client(listener.local_addr[1])
        await server
"""
CHILDREN = """
async def child(n):
    await wakepoint.yield_now()
    return n

async def main():
    for handle in [wakepoint.spawn(child(n)) for n in range({n})]:
        await handle
"""
CALLS = """
def plain(n):
    return n

async def main():
    for n in range({n}):
        plain(n)
"""
LIBRARY = """
import shlex

async def main():
    for n in range({n}):
        shlex.quote("word")
"""
TIMED = """
import time, wakepoint
{load}
started = time.process_time()
wakepoint.run(main())
took.append(time.process_time() - started)
"""


@dataclass(frozen=True)
class Load:
    """A script that is run plain and recorded.

    Attributes:
        name: What it is called.
        source: With ``{n}`` for how often it does it.
        n: How often.
        limit: Events that are kept at most.
    """

    name: str
    source: str
    n: int
    limit: int = 50_000


LOADS = (
    Load("switch, within the limit", SWITCH, 5_000),
    Load("switch, ten times the limit", SWITCH, 62_500),
    Load("switch, all beyond the limit", SWITCH, 5_000, limit=1),
    Load("echo of 1 KiB, 50 times", ECHO, 50),
    Load("2,400 children", CHILDREN, 2_400),
)


def measured(load: Load) -> tuple[float, float, float, int]:
    """Seconds of a plain run, of a recorded one, and of that to its recording; how many events."""
    source = TIMED.format(load=load.source.format(n=load.n))
    code = compile(source, "<load>", "exec")
    plain, recorded, whole = [], [], []
    events = 0
    for _ in range(ROUNDS):
        took: list[float] = []
        exec(code, {"__name__": "__main__", "took": took})
        plain += took
        gc.collect()
        seconds, begun = _took(source, load.limit)
        recorded.append(seconds[0])
        whole.append(time.process_time() - begun)
        events = seconds[1]
        gc.collect()
    return min(plain), min(recorded), min(whole), int(events)


def _took(source: str, limit: int) -> tuple[tuple[float, int], float]:
    main = type(sys)("__main__")
    main.__dict__["took"] = took = []
    begun = time.process_time()
    recording = record(source, recorder=Recorder(limit), main=main)
    if recording.outcome.kind != "finished":
        sys.exit(f"a load failed: {recording.outcome}")
    return (took[0], len(recording.events)), begun


def nanoseconds_a_call(source: str, n: int = 100_000) -> float:
    """What a call costs more that is of no interest to the recorder."""
    plain, recorded, _, _ = measured(Load("", source, n))
    return max(0.0, recorded - plain) / n * 1e9


def bytes_an_event() -> float:
    """Memory that a recorder holds for each event of the switch load, at the limit of events."""
    recorder = Recorder()
    source = TIMED.format(load=SWITCH.format(n=6_300))
    main = type(sys)("__main__")
    main.__dict__["took"] = []
    gc.collect()
    tracemalloc.start()
    record(source, recorder=recorder, main=main)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    count = len(recorder.events)
    del recorder
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (held - left) / count


def main() -> None:
    """Prints the tables."""
    chosen = sys.argv[1:]
    print(f"CPython {platform.python_version()}, {platform.system()}\n")
    print("| load | recorded : plain | aim | with the recording made | µs an event |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for load in LOADS:
        if chosen and not any(each in load.name for each in chosen):
            continue
        plain, recorded, whole, events = measured(load)
        ratio = recorded / plain
        aim = "3" if load is not LOADS[-1] else "-"
        met = "" if aim == "-" or ratio <= 3 else " (missed)"
        each = (recorded - plain) / events * 1e6
        print(f"| {load.name} | {ratio:.1f} | {aim}{met} | {whole / plain:.1f} | {each:.2f} |")
    if chosen:
        return
    print("\n| what | measured | aim |\n| --- | ---: | ---: |")
    rows: tuple[tuple[str, Callable[[], float], str, int], ...] = (
        ("a call of a function of the script's", lambda: nanoseconds_a_call(CALLS), "ns", 1_000),
        ("a call in the standard library", lambda: nanoseconds_a_call(LIBRARY), "ns", 1_000),
        ("memory of an event", bytes_an_event, "bytes", 200),
    )
    for what, measure, unit, most in rows:
        number = measure()
        met = "" if number <= most else " (missed)"
        print(f"| {what} | {number:.0f} {unit} | {most} {unit}{met} |")


if __name__ == "__main__":
    main()
