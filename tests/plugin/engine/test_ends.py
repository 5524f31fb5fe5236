"""However the build, its server or a supervisor comes to its end: nothing is left, nobody hangs."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from tools.snippets import snippet

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.engine.protocol import Job, job_of
from mkdocs_wakepoint.engine.running import Running
from mkdocs_wakepoint.engine.sandbox import Sandbox

if sys.platform != "linux":
    pytest.skip("processes are found in /proc", allow_module_level=True)

assert sys.platform == "linux"  # the type checker does not know `skip`

from mkdocs_wakepoint.engine.warm import Warm  # noqa: E402

MODES = [
    pytest.param("off", id="plain"),
    pytest.param("required", id="sandbox", marks=pytest.mark.namespaces),
]


@pytest.fixture(params=MODES)
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(sandbox=request.param, concurrency=2)


@pytest.fixture
def pool(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pool = Pool(settings)
    yield pool
    pool.close()


def descendants(pid: int) -> list[int]:
    """The processes below one, as this test sees them."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, tasks.read_text("ascii").split()):
                found += [child, *descendants(child)]
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def servers() -> list[int]:
    """The servers of this process and all that they have forked, outermost first."""
    return [pid for pid in descendants(os.getpid()) if "engine.server" in command_line(pid)]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0)  # yields


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() and not is_zombie(pid) for pid in pids)


def is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return True


SLEEPS = "import subprocess\nsubprocess.run(['sleep', '1234'])"


def sleeper() -> int | None:
    pids = [pid for pid in descendants(os.getpid()) if command_line(pid).startswith("sleep 1234")]
    return pids[0] if pids else None


def parents(pid: int) -> list[int]:
    """The snippet's process, its supervisor, and so on outwards."""
    line = []
    while pid != os.getpid():
        stat = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        pid = int(stat[1])
        line.append(pid)
    return line[:-1]


def test_a_snippet_whose_process_is_killed_is_told_and_the_next_one_runs(pool: Pool) -> None:
    future = pool.submit(snippet(SLEEPS, timeout=100.0))
    until(sleeper)
    sleeping = sleeper()
    assert sleeping is not None
    os.kill(parents(sleeping)[0], signal.SIGKILL)
    assert future.result().outcome.message == "signal SIGKILL"
    assert gone([sleeping])
    assert pool.submit(snippet("print()")).result().outcome.kind == "finished"


def test_a_supervisor_that_is_killed_costs_its_own_snippet_alone(pool: Pool) -> None:
    other = pool.submit(snippet("import time\ntime.sleep(0.5)"))
    future = pool.submit(snippet(SLEEPS, timeout=100.0))
    until(sleeper)
    sleeping = sleeper()
    assert sleeping is not None
    snippets, supervisor, *_ = parents(sleeping)
    os.kill(supervisor, signal.SIGKILL)
    assert future.result().outcome.kind == "killed"
    until(lambda: gone([sleeping, snippets]))
    assert other.result().outcome.kind == "finished"
    assert pool.submit(snippet("print()")).result().outcome.kind == "finished"


@pytest.mark.parametrize("outermost", [True, False])
def test_a_server_that_is_killed_loses_no_snippet(pool: Pool, *, outermost: bool) -> None:
    assert pool.submit(snippet("print()")).result().outcome.kind == "finished"
    futures = [pool.submit(snippet(f"import time\ntime.sleep(0.3)\nprint({n})")) for n in range(4)]
    # In a sandbox the one that forks is within, and the one that was started waits for it.
    within = pool.settings.sandbox == "required" and not outermost
    os.kill(servers()[1 if within else 0], signal.SIGKILL)
    recordings = [future.result() for future in futures]
    assert [recording.outcome.kind for recording in recordings] == ["finished"] * 4
    assert [recording.output[0].text for recording in recordings] == ["0\n", "1\n", "2\n", "3\n"]


def test_a_server_may_be_closed_while_a_lost_run_asks_after_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = Warm(Sandbox.PLAIN, io_uring=False)
    running = warm.start(job_of(snippet(SLEEPS), settings, lowered=False))
    until(servers)
    os.kill(servers()[0], signal.SIGKILL)
    running.lost = True
    look = select.select

    def closed_first(*arguments: Any) -> Any:
        warm.close()  # as the thread does that starts the next server
        return look(*arguments)

    with closing(running):
        monkeypatch.setattr(select, "select", closed_first)
        assert running.has_fallen()


def test_a_fault_of_the_pool_is_raised_and_nobody_waits_for_ever(pool: Pool) -> None:
    pool.submit(snippet("print()")).result()

    def start(_: Warm, job: Job) -> Running:
        raise ValueError(f"a fault of ours, in {job.script}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Warm, "start", start)
        with pytest.raises(ValueError, match="a fault of ours"):
            pool.submit(snippet("print()")).result()
    assert pool.submit(snippet("print()")).result().outcome.kind == "finished"


def test_a_pool_that_is_closed_ends_what_runs(pool: Pool, tmp_path: Path) -> None:
    future = pool.submit(snippet(SLEEPS, timeout=100.0))
    until(sleeper)
    pids = descendants(os.getpid())
    pool.close()
    assert future.result().outcome.message == "the build was ended"
    assert gone(pids)
    assert list(tmp_path.iterdir()) == []


BUILD = """
import sys
sys.path.insert(0, {tests!r})
from tools.snippets import snippet
from mkdocs_wakepoint.engine import Pool, Settings
pool = Pool(Settings(sandbox={sandbox!r}))
source = "import subprocess\\nsubprocess.run(['sleep', '1234'])"
pool.submit(snippet(source, timeout=100.0)).result()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_build_that_is_killed_leaves_neither_process_nor_folder(
    settings: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    tests = str(Path(__file__).parents[2])
    program = BUILD.format(tests=tests, sandbox=settings.sandbox)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as build:
        until(sleeper)
        pids = descendants(build.pid)
        assert len(pids) >= 4  # server, supervisor, snippet, sleep
        build.send_signal(number)
    until(lambda: gone(pids))
    until(lambda: list(tmp_path.iterdir()) == [])


def test_a_folder_that_a_killed_server_has_left_is_taken_away(tmp_path: Path) -> None:
    program = BUILD.format(tests=str(Path(__file__).parents[2]), sandbox="off")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as build:
        until(sleeper)
        pids = descendants(build.pid)
        (left,) = tmp_path.iterdir()
        for pid in [build.pid, *pids]:
            with suppress(ProcessLookupError):  # some end with others
                os.kill(pid, signal.SIGKILL)
    assert left.exists()
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as build:
        until(sleeper)
        (other,) = tmp_path.iterdir()
        assert other != left
        build.kill()
    until(lambda: list(tmp_path.iterdir()) == [])
