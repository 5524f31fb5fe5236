"""A script does the same recorded as plain: what it prints and how it ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

RECORDED = """
import sys
from wakepoint.recording import record
recording = record(sys.stdin.read(), filename="<stdin>", backend="simulated", timeout=60)
outcome = recording.outcome
print(outcome.kind, outcome.error or "", outcome.message, sep="|")
"""
PLAIN = """
import sys
source = sys.stdin.read()
try:
    exec(compile(source, "<stdin>", "exec"), {"__name__": "__main__"})
except SystemExit as error:
    print("exited", "", repr(error.code), sep="|")
except BaseException as error:
    print("raised", type(error).__name__, error, sep="|")
else:
    print("finished", "", "", sep="|")
"""

AROUND = """
import sys, wakepoint
{made}
async def work(thing):
    await wakepoint.yield_now()
    return thing
async def main():
    thing = Thing()
    await work(thing)
    await wakepoint.spawn(work(thing))
    print("done")
wakepoint.run(main())
"""

HOSTILE = {
    "a repr that raises SystemExit": """
class Thing:
    def __repr__(self): raise SystemExit(3)
""",
    "a repr that raises KeyboardInterrupt": """
class Thing:
    def __repr__(self): raise KeyboardInterrupt
""",
    "a repr without an end": """
class Thing:
    def __repr__(self): return repr(self)
""",
    "a repr that prints": """
class Thing:
    def __repr__(self):
        print("described"); print("described", file=sys.stderr); return "thing"
""",
    "a repr that is no text": """
class Thing:
    def __repr__(self): return 5
""",
    "a class that lies": """
class Thing:
    @property
    def __class__(self): print("asked"); raise SystemExit(4)
""",
    "a class without a name": """
class Meta(type):
    @property
    def __name__(cls): print("asked"); raise SystemExit(5)
    def __hash__(cls): print("hashed"); raise SystemExit(6)
    def __eq__(cls, other): print("compared"); raise SystemExit(7)
class Thing(metaclass=Meta): pass
""",
    "neither equal nor hashed": """
class Thing:
    def __eq__(self, other): print("compared"); raise SystemExit(8)
    def __hash__(self): print("hashed"); raise SystemExit(9)
""",
    "attributes of any name": """
class Thing:
    def __getattr__(self, name): print(name); raise SystemExit(10)
""",
    "a dict whose keys are asked": """
class Key:
    armed = False
    def __hash__(self):
        if Key.armed: print("hashed")
        return 1
    def __eq__(self, other): print("compared"); return self is other
def Thing():
    made = {Key(): 1}
    Key.armed = True
    return made
""",
    "an exception without a text": """
class Broken(Exception):
    def __str__(self): raise SystemExit(11)
async def broken():
    raise Broken
async def around():
    try:
        await broken()
    except Broken:
        print("caught")
def Thing():
    return wakepoint.spawn(around())
""",
}

PROGRAMS = {
    "a coroutine in a cycle": """
import gc, wakepoint
class Never(wakepoint.Future):
    def poll(self, cx): return wakepoint.PENDING
async def held(box):
    box.append(box)
    try:
        await Never()
    finally:
        print("closed")
class Starts(wakepoint.Future):
    def poll(self, cx):
        box = []
        box.append(future := wakepoint.into_future(held(box)))
        future.poll(cx)
        return wakepoint.Ready(None)
async def main():
    await Starts()
    gc.collect()
    print("collected")
wakepoint.run(main())
""",
    "a profile function": """
import sys, wakepoint
calls = []
async def main():
    await wakepoint.yield_now()
    calls.append("here")
def profile(frame, event, arg):
    if event == "call" and frame.f_code.co_filename == "<stdin>":
        calls.append(frame.f_code.co_name)
sys.setprofile(profile)
wakepoint.run(main())
sys.setprofile(None)
print(calls)
""",
    "threads": """
import threading, wakepoint
async def main(n):
    await wakepoint.yield_now()
    return n
found = []
def start(n): found.append(wakepoint.run(main(n)))
threads = [threading.Thread(target=start, args=(n,)) for n in range(4)]
for each in threads: each.start()
for each in threads: each.join()
print(sorted(found))
""",
    "recursion": """
import wakepoint
async def deeper(n):
    await wakepoint.yield_now() if n == 5 else None
    return await deeper(n + 1)
async def main():
    try:
        await deeper(0)
    except RecursionError:
        print("too deep")
    await wakepoint.yield_now()
    print("on")
wakepoint.run(main())
""",
    "exit code": "import sys\nsys.exit(3)",
}


# On 3.11 a trace function makes the interpreter copy each frame's variables; see architecture.md.
if sys.version_info >= (3, 12):
    HOSTILE["a repr that counts"] = """
class Thing:
    count = 0
    def __repr__(self):
        type(self).count += 1
        return "thing"
    def __del__(self): print(self.count)
"""
    PROGRAMS["a finalizer's time"] = """
import wakepoint, weakref
class Leaf(wakepoint.Future):
    def __init__(self, name): self.name = name
    def poll(self, cx): return wakepoint.Ready(self.name)
    def __del__(self): print("gone", self.name)
async def main():
    for name in "ab":
        print(await Leaf(name))
    leaf = Leaf("c")
    seen = weakref.ref(leaf, lambda ref: print("seen"))
    print(await leaf, sys.getrefcount(leaf))
    del leaf
    print("end")
import sys
wakepoint.run(main())
"""


def run(how: str, source: str) -> tuple[str, str]:
    ran = subprocess.run(
        [sys.executable, "-c", how],
        input=source,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.stdout, ran.stderr


@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_a_value_does_when_it_is_looked_at(what: str) -> None:
    source = AROUND.format(made=HOSTILE[what])
    plain = run(PLAIN, source)
    assert "done" in plain[0]
    assert run(RECORDED, source) == plain


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_program_does_the_same(what: str) -> None:
    plain = run(PLAIN, PROGRAMS[what])
    assert run(RECORDED, PROGRAMS[what]) == plain
