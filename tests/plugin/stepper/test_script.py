"""The script of the site: it says what Python says, and the built file is what its modules say."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tools.book import ROOT
from tools.stepped import facts, states

from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views.context import context
from mkdocs_wakepoint.views.pair.alignment import alignment
from mkdocs_wakepoint.views.pair.moments import moments
from mkdocs_wakepoint.views.stepper.data import data
from mkdocs_wakepoint.views.stepper.fold import Fold
from mkdocs_wakepoint.views.style import SCRIPT, STYLESHEET
from wakepoint.recording import Recording, record

HERE = Path(__file__).parent
LARGEST = 15_000
"""Bytes of the script, gzipped."""
OPTIONS = Options(show=("code", "machine", "lifecycle"))

LOADS = {
    "naps": """
        import wakepoint
        async def naps():
            await wakepoint.sleep(0.010)
            await wakepoint.sleep(0.020)
        wakepoint.run(naps())
    """,
    "sockets": """
        import wakepoint
        async def server(listener):
            stream, _ = await listener.accept()
            for size in (600, 600, 424):
                await stream.write_all(b"x" * size)
                await wakepoint.sleep(0.010)
            stream.close()
        async def download(port):
            stream = await wakepoint.TcpStream.connect("127.0.0.1", port)
            size = 0
            while chunk := await stream.read(1024):
                size += len(chunk)
            stream.close()
            return size
        async def main():
            listener = wakepoint.TcpListener.bind("127.0.0.1")
            _, port = listener.local_addr
            task = wakepoint.spawn(server(listener))
            print(await download(port), "bytes")
            await task
            listener.close()
        wakepoint.run(main())
    """,
    "joined": """
        import wakepoint
        async def work(n):
            for _ in range(n):
                await wakepoint.yield_now()
            if n == 2:
                raise ValueError(n)
            return n
        async def items():
            for n in range(3):
                yield n
                await wakepoint.yield_now()
        async def main():
            tasks = [wakepoint.spawn(work(n)) for n in range(12)]
            async for n in items():
                print(n)
            for task in tasks:
                try:
                    await task
                except Exception as error:
                    print(error)
        wakepoint.run(main())
    """,
    "aborted": """
        import wakepoint
        async def wait_long():
            await wakepoint.sleep(60)
        async def spin():
            for _ in range(3):
                await wakepoint.yield_now()
        async def main():
            tasks = [wakepoint.spawn(wait_long()), wakepoint.spawn(spin())]
            await wakepoint.yield_now()
            tasks[0].abort()
            never = wakepoint.spawn(wait_long())
        wakepoint.run(main())
    """,
}

PAIRS = [("sockets", "sockets"), ("naps", "sockets"), ("joined", "aborted")]


def recorded(name: str) -> Recording:
    return record(dedent(LOADS[name]), backend="simulated")


def one_run(name: str) -> dict[str, Any]:
    recording = recorded(name)
    snippet = Snippet(recording.source, OPTIONS, Location("page.md", 1), "key")
    known = json.loads(json.dumps(data(recording, context(snippet, recording))))
    folded = list(states(known))
    chance = random.Random(name)
    moves = [0, *(chance.randrange(len(folded)) for _ in range(60)), len(folded) - 1]
    return {
        "name": name,
        "data": known,
        "states": folded,
        "facts": [facts(state, known) for state in folded],
        "moves": moves,
    }


def one_pair(left: str, right: str) -> dict[str, Any]:
    one, other = recorded(left), recorded(right)
    halts = [[moment.n for moment in moments(run)] for run in (one, other)]
    aligned = alignment(one, other)
    expected = []
    for end in range(1, len(aligned) + 1):
        steps = [sum(aligned[:end].count(sign) for sign in signs) for signs in ("=<", "=>")]
        at = [of[step - 1] for of, step in zip(halts, steps, strict=True)]
        expected.append([at, [aligned[end - 1] in signs for signs in ("=<", "=>")]])
    return {
        "name": f"{left} and {right}",
        "alignment": aligned,
        "halts": halts,
        "expected": expected,
    }


@pytest.mark.parametrize("name", LOADS)
def test_the_changes_add_up_to_the_fold_of_the_recording(name: str) -> None:
    recording = recorded(name)
    snippet = Snippet(recording.source, OPTIONS, Location("page.md", 1), "key")
    known = json.loads(json.dumps(data(recording, context(snippet, recording))))
    fold = Fold(recording, lives=True)
    after = states(known)
    assert next(after) == {}
    for event, state in zip(recording.events, after, strict=True):
        fold.take(event)
        assert state == json.loads(json.dumps(fold.state)), event


@pytest.mark.node
def test_the_script_says_what_python_says(tmp_path: Path) -> None:
    runs = tmp_path / "runs.json"
    known = {"runs": [one_run(name) for name in LOADS], "pairs": [one_pair(*two) for two in PAIRS]}
    runs.write_text(json.dumps(known), encoding="utf-8")
    tests = sorted(map(str, (HERE / "script").glob("*.test.js")))
    assert tests
    done = subprocess.run(
        [shutil.which("node") or "node", "--test", "--test-reporter=spec", *tests],
        env=os.environ | {"WAKEPOINT_RUNS": str(runs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.node
@pytest.mark.parametrize("part, published", [("script", SCRIPT), ("styles", STYLESHEET)])
def test_a_built_file_is_what_its_parts_say(part: str, published: Path, tmp_path: Path) -> None:
    built = tmp_path / published.name
    done = subprocess.run(
        ["npm", "run", "--silent", f"build:{part}", "--", f"--outfile={built}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert built.read_bytes() == published.read_bytes(), "run `make assets`"


def test_it_is_small() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= LARGEST
