"""fork(2) inside of a run: a child that works, or one clear error in it, and never a hang."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tools.scripts import result

if sys.platform == "win32":
    pytest.skip("Windows has no fork", allow_module_level=True)

HEAD = """
import os, sys
import warnings
warnings.simplefilter("ignore")
import wakepoint
from wakepoint import *

def wait_for(pid):
    print("child ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

async def stay():
    try:
        await sleep(60)
    finally:
        await sleep(0.001)
        print("other left")
"""
ERROR = "RuntimeError: this process was forked while wakepoint.run was running"

CHILDREN = {
    "os._exit": ("os._exit(7)", 7, ""),
    "returns": ("return 'child'", 0, ""),
    "sys.exit": ("sys.exit(5)", 5, ""),
    "raises": ("raise ValueError('child')", 1, "ValueError: child"),
    "awaits what is ready": ("return await join()", 0, ""),
    "awaits a timer": ("await sleep(0.001)", 1, ERROR),
    "awaits a task": ("await spawn(yield_now())", 1, ERROR),
    "yields": ("await yield_now()", 1, ERROR),
    "makes a blocking call": ("await spawn_blocking(int)", 1, ERROR),
    "connects": ("await TcpListener.bind().accept()", 1, ERROR),
    "runs": ("run_again(); os._exit(3)", 3, ""),
}


@pytest.mark.parametrize("backend", ["auto", "simulated"])
@pytest.mark.parametrize(("child", "status", "error"), CHILDREN.values(), ids=CHILDREN)
def test_a_child_of_a_task(
    tmp_path: Path, child: str, status: int, error: str, backend: str
) -> None:
    source = f"""{HEAD}
def run_again():
    async def again():
        await sleep(0.001)
        return await spawn_blocking(lambda: "again")
    print(wakepoint.run(again()), flush=True)

async def main():
    await spawn_blocking(int)  # a thread that the child has not
    spawn(stay())
    await sleep(0.001)
    pid = os.fork()
    if pid == 0:
        {child}
    wait_for(pid)
    await sleep(0.001)
    return await spawn_blocking(lambda: "parent")

print(wakepoint.run(main(), backend={backend!r}))
"""
    ran = result(tmp_path, source)
    lines = ran.stdout.splitlines()
    assert lines[-3:] == [f"child ended with {status}", "other left", "parent"]
    assert ran.returncode == 0
    assert (error or "Error") in ran.stderr if error else not ran.stderr


def test_multiprocessing_forks_children_that_run(tmp_path: Path) -> None:
    source = f"""{HEAD}
import multiprocessing

async def work(number):
    await sleep(0.001)
    return await spawn_blocking(lambda: number * 2)

def child(queue, number):
    queue.put(wakepoint.run(work(number)))

async def main():
    await spawn_blocking(int)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    children = [context.Process(target=child, args=(queue, number)) for number in range(3)]
    for each in children:
        each.start()
    results = sorted([await spawn_blocking(queue.get) for _ in children])
    for each in children:
        each.join()
    print(results, [each.exitcode for each in children])

wakepoint.run(main())
"""
    ran = result(tmp_path, source)
    assert (ran.stdout, ran.stderr) == ("[0, 2, 4] [0, 0, 0]\n", "")


@pytest.mark.parametrize(
    "child",
    [
        "wakepoint.run(interrupted())",
        "threading.Thread(target=strike).start(); time.sleep(60)",
    ],
    ids=["in a run of its own", "where it sleeps"],
)
def test_ctrl_c_in_a_child(tmp_path: Path, child: str) -> None:
    source = f"""{HEAD}
import signal, threading, time
def strike():
    os.kill(os.getpid(), signal.SIGINT)

async def interrupted():
    spawn(stay())
    await yield_now()
    await spawn_blocking(strike)
    await sleep(60)

async def main():
    pid = os.fork()
    if pid == 0:
        try:
            {child}
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        os._exit(0)
    wait_for(pid)
    strike()

try:
    wakepoint.run(main())
except KeyboardInterrupt:
    print("the parent, too")
"""
    ran = result(tmp_path, source)
    left = ["other left"] if "run" in child else []
    assert ran.stdout.splitlines() == [
        *left,
        "interrupted",
        "child ended with 0",
        "the parent, too",
    ]


def test_a_child_of_a_blocking_call_ends(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    pid = await spawn_blocking(os.fork)
    wait_for(pid)

wakepoint.run(main())
"""
    ran = result(tmp_path, source)
    assert ran.stdout == "child ended with 0\n"


def test_a_child_after_the_run_has_a_pool_of_its_own(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    return await join(*(spawn_blocking(int) for _ in range(5)))

wakepoint.run(main())
pid = os.fork()
if pid:
    wait_for(pid)
print(wakepoint.run(main()), flush=True)
"""
    ran = result(tmp_path, source)
    assert ran.stdout == "(0, 0, 0, 0, 0)\nchild ended with 0\n(0, 0, 0, 0, 0)\n"
    assert not ran.stderr


def test_the_parents_sockets_are_left_alone(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    with TcpListener.bind() as listener:
        client, (server, _) = await join(
            TcpStream.connect(*listener.local_addr), listener.accept()
        )
        with client, server:
            reading = spawn(server.read())
            await sleep(0.001)
            pid = os.fork()
            if pid == 0:
                return
            wait_for(pid)
            await client.write_all(b"still here")
            print(await reading)

wakepoint.run(main())
"""
    ran = result(tmp_path, source)
    assert ran.stdout == "child ended with 0\nb'still here'\n"


@pytest.mark.parametrize(
    ("awaits", "waits_for"),
    [
        ("await sleep(61)", "sleep(61)"),
        ("await join(sleep(60), stay())", "join(sleep(60), stay())"),
        ("await spawn(stay())", "JoinHandle(task 3)"),
    ],
)
def test_the_error_in_the_child_names_the_line_that_waits(
    tmp_path: Path, awaits: str, waits_for: str
) -> None:
    source = f"""{HEAD}
async def forks():
    if os.fork() == 0:
        {awaits}
    print("parent", flush=True)

async def main():
    await spawn(forks())
    wait_for(-1)

wakepoint.run(main())
"""
    line = source.split("\n").index(f"        {awaits}") + 1
    ended = result(tmp_path, source)
    assert ended.stdout == "parent\nchild ended with 1\n"
    assert f"(task 2 (forks), line {line}, waits for {waits_for})" in ended.stderr
