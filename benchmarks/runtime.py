"""What wakepoint costs of the processor, against asyncio, uvloop, trio, curio and a bare loop.

Every load is done by every peer in turn, round after round, each time in a fresh process, so that
what else the machine does hits all alike. What counts is the processor's time of the process that
does the load (of the server alone, for the echo), from building the loop to closing it. A ratio is
asyncio's cost by the peer's in the same round: above 1 is faster. Printed are the median of the
rounds and the quartiles. Memory is what the process has more of in memory, with what C code took.

    python benchmarks/runtime.py                            print the tables, and which aims are met
    python benchmarks/runtime.py --loads switch,echo --peers wakepoint,asyncio,uvloop --rounds 3
    python benchmarks/runtime.py --json FILE                also keep the data, for the page

uvloop, trio and curio take part where they are installed: `make peers` does that. asyncio always
does: it is what all are compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from peers import MODULES, PACKAGES

BASE = "asyncio"
OURS = "wakepoint"
RECORDED = "wakepoint after a recording"
LONGEST = 120
"""Seconds after which a load is taken to hang."""


@dataclass(frozen=True)
class Load:
    """Something that every peer does.

    Attributes:
        title: What is done.
        count: How often.
        unit: What the cost is for.
        fewer: How often a peer does it that would take too long.
        others: Peers that do this load alone, beside those that do all.
    """

    title: str
    count: int
    unit: str = "µs a turn"
    fewer: dict[str, int] | None = None
    others: tuple[str, ...] = ()

    def count_of(self, peer: str) -> int:
        """How often a peer does it."""
        return (self.fewer or {}).get(peer, self.count)


EVERY_LOAD = ("asyncio", "uvloop", "trio", "curio", OURS)
LOADS = {
    "switch": Load(
        "one task yields 1,000,000 times",
        1_000_000,
        fewer={"trio": 200_000, "curio": 200_000},
        others=(RECORDED,),
    ),
    "switch_among": Load(
        "a hundred tasks yield 10,000 times each",
        1_000_000,
        fewer={"trio": 200_000, "curio": 200_000},
    ),
    "spawn_and_join": Load(
        "100,000 tasks are made, then each is awaited",
        100_000,
        unit="µs a task",
        fewer={"curio": 10_000},  # its cost grows with the square
        others=(RECORDED,),
    ),
    "spawn_and_await_each": Load(
        "100,000 times a task is made and awaited", 100_000, unit="µs a task"
    ),
    "timers": Load("10,000 tasks sleep 10 times each, for 1 to 11 ms", 100_000, unit="µs a sleep"),
    "ping_pong": Load(
        "two tasks hand one byte to and fro over a socket pair, 20,000 times",
        20_000,
        unit="µs to and fro",
        others=(RECORDED,),
    ),
    "echo": Load(
        "a server sends back 1 KiB, over 50 connections, 50,000 times",
        50_000,
        unit="µs a message",
        others=("asyncio Protocol", "uvloop Protocol", "bare loop", RECORDED),
    ),
    "sleeping": Load("memory of each of 100,000 tasks that sleep", 100_000, unit="bytes a task"),
}


@dataclass(frozen=True)
class Aim:
    """What a load is to reach: asked of the medians of this run.

    Attributes:
        load: Which.
        peer: Against whom.
        factor: How many times as fast as that peer we are to be, at least.
    """

    load: str
    peer: str
    factor: float


TIMED = tuple(load for load in LOADS if load != "sleeping")
AIMS = (
    *(Aim(load, "uvloop", 1) for load in TIMED),
    *(Aim(load, BASE, 1.8 if load.startswith("spawn") else 2) for load in TIMED),
    Aim("switch", "trio", 4),
    Aim("switch_among", "trio", 4),
    Aim("echo", "uvloop Protocol", 0.8),
    Aim("sleeping", BASE, 1),
)


def cost(peer: str, load: str) -> float:
    """What a load costs a peer for each time it is done: seconds of the processor, or bytes."""
    count = LOADS[load].count_of(peer)
    done = subprocess.run(
        [sys.executable, "-m", "peers", peer, load, str(count)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{peer} failed at {load}: see above")
    measured = float(done.stdout)
    return measured if load == "sleeping" else measured / count


def takes_part(peer: str) -> bool:
    """True if what it needs is there."""
    if peer == "bare loop":
        return sys.platform == "linux"  # it is epoll's
    needed = PACKAGES.get(peer)
    return needed is None or util.find_spec(needed) is not None


def run(loads: list[str], peers: list[str], rounds: int) -> dict[str, dict[str, list[float]]]:
    """The cost of each load to each peer, a number a round."""
    cells = [
        (load, peer)
        for load in loads
        for peer in (*EVERY_LOAD, *LOADS[load].others)
        if peer in peers
    ]
    costs: dict[str, dict[str, list[float]]] = {load: {} for load in loads}
    for number in range(rounds):
        for load, peer in cells:
            show(f"round {number + 1} of {rounds}: {load}, {peer}")
            costs[load].setdefault(peer, []).append(cost(peer, load))
    show("")
    return costs


def show(text: str) -> None:
    """Says what is measured now, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def quartiles(numbers: list[float]) -> list[float]:
    """The first quartile, the median and the third."""
    if len(numbers) == 1:
        return numbers * 3
    return statistics.quantiles(numbers, n=4, method="inclusive")


def ratios(base: list[float], costs: list[float]) -> list[float]:
    """How many times as fast, round by round."""
    return [ours / theirs for ours, theirs in zip(base, costs, strict=True)]


def summary(costs: dict[str, dict[str, list[float]]], rounds: int) -> dict[str, Any]:
    """The data as they are kept: what was measured, on what, and whether the aims are met."""
    loads = {}
    for load, of_peers in costs.items():
        scale = 1 if load == "sleeping" else 1e6
        loads[load] = {
            "title": LOADS[load].title,
            "unit": LOADS[load].unit,
            "peers": {
                peer: {
                    "count": LOADS[load].count_of(peer),
                    "cost": rounded([each * scale for each in quartiles(numbers)]),
                    "ratio": rounded(quartiles(ratios(of_peers[BASE], numbers))),
                }
                for peer, numbers in of_peers.items()
            },
        }
    return {
        **where(),
        "rounds": rounds,
        "loads": loads,
        "aims": [told for aim in AIMS if (told := outcome(aim, costs))],
        "recording_off": recording_off(costs),
    }


def rounded(numbers: list[float]) -> list[float]:
    """To four digits that say something."""
    return [float(f"{each:.4g}") for each in numbers]


def outcome(aim: Aim, costs: dict[str, dict[str, list[float]]]) -> dict[str, Any] | None:
    """Whether an aim is met; None if this run does not say."""
    of_peers = costs.get(aim.load, {})
    if aim.peer not in of_peers or OURS not in of_peers:
        return None
    ratio = rounded(quartiles(ratios(of_peers[aim.peer], of_peers[OURS])))
    met = ratio[1] >= aim.factor
    return {"load": aim.load, "peer": aim.peer, "factor": aim.factor, "ratio": ratio, "met": met}


def recording_off(costs: dict[str, dict[str, list[float]]]) -> list[dict[str, Any]]:
    """How fast we are after a recording, against a process that never had the recorder.

    It costs nothing that can be measured if the rounds do not agree that it is slower: the ratio's
    third quartile is 1 or above.
    """
    rows = []
    for load, of_peers in costs.items():
        if RECORDED in of_peers and OURS in of_peers:
            ratio = rounded(quartiles(ratios(of_peers[OURS], of_peers[RECORDED])))
            rows.append({"load": load, "ratio": ratio, "met": ratio[2] >= 1})
    return rows


def where() -> dict[str, Any]:
    """What the figures are of: the machine, its system, Python and the libraries."""
    versions = {name: metadata.version(name) for name in PACKAGES.values() if util.find_spec(name)}
    return {
        "machine": f"{os.cpu_count()} × {processor()}",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": versions,
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    """The processor's name, as the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def table(data: dict[str, Any]) -> str:
    """The data as text."""
    lines = [f"{data['python']}, {data['system']}, {data['machine']}; {data['rounds']} rounds"]
    for load, of_load in data["loads"].items():
        lines += ["", f"{load}: {of_load['title']}"]
        for peer, of_peer in of_load["peers"].items():
            mine = f"{of_peer['cost'][1]:10.2f} {of_load['unit']}"
            lines.append(f"  {peer:30}{spread(of_peer['ratio']):>22}{mine}")
    lines += ["", "aims, wakepoint against the peer in the same rounds:"]
    for aim in data["aims"]:
        verdict = "met" if aim["met"] else "MISSED"
        against = f"{aim['factor']:g} × {aim['peer']}"
        lines.append(f"  {aim['load']:22}{against:22}{spread(aim['ratio']):>22}   {verdict}")
    for row in data["recording_off"]:
        verdict = "met" if row["met"] else "MISSED"
        against = "1 × after a recording"
        lines.append(f"  {row['load']:22}{against:22}{spread(row['ratio']):>22}   {verdict}")
    return "\n".join(lines)


def spread(ratio: list[float]) -> str:
    """The median, and the quartiles."""
    low, median, high = ratio
    return f"{median:.2f} ({low:.2f}–{high:.2f})"


def chosen_from(text: str, names: list[str], what: str) -> list[str]:
    """The names that an option lists, in our order."""
    wanted = [each.strip() for each in text.split(",")]
    for each in wanted:
        if each not in names:
            sys.exit(f"there is no {what} {each!r}; choose from: {', '.join(names)}")
    return [name for name in names if name in wanted]


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--loads", help="which, with commas between; default: all")
    arguments.add_argument("--peers", help="which, with commas between; default: all there are")
    arguments.add_argument("--rounds", type=int, default=7, help="how often; default: 7")
    arguments.add_argument("--json", type=Path, help="where to keep the data")
    chosen = arguments.parse_args()
    loads = chosen_from(chosen.loads or ",".join(LOADS), list(LOADS), "load")
    peers = chosen_from(chosen.peers or ",".join(MODULES), list(MODULES), "peer")
    missing = [peer for peer in peers if not takes_part(peer)]
    if missing:
        print(f"not here, and left out: {', '.join(missing)}", file=sys.stderr)
    here = [peer for peer in peers if takes_part(peer)]
    costs = run(loads, [BASE, *(peer for peer in here if peer != BASE)], chosen.rounds)
    data = summary(costs, chosen.rounds)
    print(table(data))
    if chosen.json:
        chosen.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
