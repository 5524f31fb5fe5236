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
from importlib import metadata, util
from pathlib import Path
from typing import Any

from peers import MODULES, PACKAGES
from peers.loads import AIMS, BASE, CONTROL, EVERY_LOAD, LOADS, OURS, RECORDED, Aim

LONGEST = 120
"""Seconds after which a load is taken to hang."""
QUICK = 10
"""Which part of the work is done in a quick look."""

Costs = dict[str, dict[str, list[float]]]
"""By load and by peer: what one time cost, a number a round."""


def cost(peer: str, load: str, share: int) -> float:
    """What a load costs a peer for each time it is done: seconds of the processor, or bytes."""
    count = LOADS[load].count_of(peer) // share
    command = [sys.executable, "-m", "peers", peer, load, str(count)]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).parent,
            stdout=subprocess.PIPE,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"{peer} was not done with {load} after {LONGEST} seconds")
    if done.returncode:
        sys.exit(f"{peer} failed at {load}: see above")
    measured = float(done.stdout)
    return measured if load == "sleeping" else measured / count


def takes_part(peer: str) -> bool:
    """True if it can be measured here; else says why not."""
    if peer == "bare loop" and sys.platform != "linux":
        print(f"{peer} is left out: it is epoll's, which Linux alone has", file=sys.stderr)
        return False
    needed = PACKAGES.get(peer)
    if needed is None or util.find_spec(needed) is not None:
        return True
    print(f"{peer} is left out: {needed} is not installed; see `make peers`", file=sys.stderr)
    return False


def run(loads: list[str], peers: list[str], rounds: int, share: int) -> Costs:
    """Measures each load with each peer, round after round.

    Each round begins with another peer, so that none always comes after the same.
    """
    costs: Costs = {}
    for load in loads:
        doing = [peer for peer in (*EVERY_LOAD, *LOADS[load].others) if peer in peers]
        costs[load] = {peer: [] for peer in doing}
    for number in range(rounds):
        for load, of_peers in costs.items():
            first = number % len(of_peers)
            doing = list(of_peers)
            for peer in doing[first:] + doing[:first]:
                show(f"round {number + 1} of {rounds}: {load}, {peer}")
                of_peers[peer].append(cost(peer, load, share))
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


def summary(costs: Costs, rounds: int) -> dict[str, Any]:
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


def outcome(aim: Aim, costs: Costs) -> dict[str, Any] | None:
    """Whether an aim is met; None if this run does not say."""
    of_peers = costs.get(aim.load, {})
    if aim.peer not in of_peers or OURS not in of_peers:
        return None
    ratio = rounded(quartiles(ratios(of_peers[aim.peer], of_peers[OURS])))
    met = ratio[1] >= aim.factor
    return {"load": aim.load, "peer": aim.peer, "factor": aim.factor, "ratio": ratio, "met": met}


def recording_off(costs: Costs) -> list[dict[str, Any]]:
    """How fast we are after a recording, against a process that never had the recorder.

    That process has imported modules with as many objects, which the garbage collector looks
    through in both. A recording costs nothing that can be measured if the rounds do not agree on
    more than a hundredth: the ratio's third quartile is at least 0.99.
    """
    rows = []
    for load, of_peers in costs.items():
        if RECORDED in of_peers and CONTROL in of_peers:
            ratio = rounded(quartiles(ratios(of_peers[CONTROL], of_peers[RECORDED])))
            rows.append({"load": load, "ratio": ratio, "met": ratio[2] >= 0.99})
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
        against = "1 × with no recorder"
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
    arguments.add_argument(
        "--quick", action="store_true", help=f"do the {QUICK}th part: to see whether all goes well"
    )
    arguments.add_argument("--json", type=Path, help="where to keep the data")
    chosen = arguments.parse_args()
    loads = chosen_from(chosen.loads or ",".join(LOADS), list(LOADS), "load")
    peers = chosen_from(chosen.peers or ",".join(MODULES), list(MODULES), "peer")
    peers = [peer for peer in MODULES if peer in {BASE, *peers}]
    peers = [peer for peer in peers if peer == BASE or takes_part(peer)]
    costs = run(loads, peers, chosen.rounds, QUICK if chosen.quick else 1)
    data = summary(costs, chosen.rounds)
    print(table(data))
    if chosen.json:
        chosen.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
