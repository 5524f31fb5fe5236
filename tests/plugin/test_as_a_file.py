"""What a reader copies runs as a file: a snippet has one, and everything that takes one works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from tools.snippets import run

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.engine.paths import Paths, private
from mkdocs_wakepoint.snippet import Location, Options, Snippet
from wakepoint.recording import dumps

PLAIN = Settings(sandbox="off")
"""In a sandbox a process has another number."""

METHODS = ["spawn"] if sys.platform == "win32" else ["spawn", "forkserver", "fork"]

IN_A_POOL = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

def square(n):
    return n * n

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        print(list(pool.map(square, [1, 2, 3])))
"""

OTHER_WAYS = {
    "a multiprocessing.Pool": """
        import multiprocessing
        class Point:
            def __init__(self, x): self.x = x
            def __eq__(self, other): return type(other) is type(self) and self.x == other.x
        def moved(point): return Point(point.x + 1)
        if __name__ == "__main__":
            with multiprocessing.get_context("{method}").Pool(2) as pool:
                print(pool.map(moved, [Point(1), Point(2)]) == [Point(2), Point(3)])
        """,
    "a subclass of Process": """
        import multiprocessing
        context = multiprocessing.get_context("{method}")
        class Worker(context.Process):
            def __init__(self, queue):
                super().__init__()
                self.queue = queue
            def run(self):
                self.queue.put((self.name, __name__))
        if __name__ == "__main__":
            queue = context.SimpleQueue()
            worker = Worker(queue)
            worker.start()
            print(queue.get()[0])
            worker.join()
            print(worker.exitcode)
        """,
    "an error in the other process": """
        import multiprocessing
        def fail(): raise ValueError("over there")
        if __name__ == "__main__":
            with multiprocessing.get_context("{method}").Pool(1) as pool:
                try:
                    pool.apply(fail)
                except ValueError as error:
                    print(repr(error))
        """,
    "an event loop that hands work over": """
        import asyncio, multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        def double(n): return 2 * n
        async def main():
            loop = asyncio.get_running_loop()
            context = multiprocessing.get_context("{method}")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                print(await loop.run_in_executor(pool, double, 21))
        if __name__ == "__main__":
            asyncio.run(main())
        """,
}


@pytest.mark.parametrize("method", METHODS)
def test_a_process_pool_finds_what_the_snippet_defines(method: str) -> None:
    ran = run(IN_A_POOL.format(method=method), timeout=60)
    assert ran.problems == []
    assert ran.written() == "[1, 4, 9]\n"
    assert ran.written("stderr") == ""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_processes_are_as_those_of_the_file(tmp_path: Path, way: str, method: str) -> None:
    source = dedent(OTHER_WAYS[way]).replace("{method}", method)
    ran = run(source, timeout=60)
    assert ran.problems == []
    assert ran.written() == _as_file(tmp_path, source)


ALONE = {
    "the module": """
        import sys
        main = sys.modules["__main__"]
        print(__name__, main.__dict__ is globals(), __package__, __spec__, __doc__, sys.argv)
        print(type(__loader__).__name__, type(__builtins__).__name__)
        """,
    "its path": """
        import os
        print(os.path.isabs(__file__), os.path.basename(__file__), os.path.isfile(__file__))
        print((lambda: 0).__code__.co_filename == __file__)
        """,
    "its own text": """
        def first():
            return 1
        print(open(__file__).read().count("return"))
        """,
    "inspect": """
        import inspect, sys
        class Kept:
            '''Kept whole.'''
            def method(self):
                return 1  # with its comment
        print(inspect.getsource(Kept))
        print(inspect.getsource(Kept.method))
        print(len(inspect.getsource(sys.modules["__main__"])))
        print(inspect.getsourcefile(Kept) == __file__)
        """,
    "linecache": """
        import linecache
        print(linecache.getline(__file__, 3))
        linecache.clearcache()
        print(linecache.getline(__file__, 2))
        """,
    "pickle": """
        import pickle
        class Point:
            x = 1
        print(pickle.loads(pickle.dumps(Point)) is Point, Point.__module__)
        """,
    "another run of itself": """
        import subprocess, sys
        if sys.argv[1:]:
            print("inner")
        else:
            print(subprocess.check_output([sys.executable, __file__, "more"], text=True))
        """,
    "its folder": """
        import os
        print(os.listdir(os.path.dirname(__file__)))
        """,
    "behind its end": """
        import atexit, pickle, sys
        class Point:
            x = 1
        atexit.register(lambda: print(pickle.loads(pickle.dumps(Point)) is Point))
        """,
    "runpy": """
        import runpy
        if __name__ == "__main__":
            print(runpy.run_path(__file__)["__name__"])
        """,
}


@pytest.mark.parametrize("what", ALONE)
def test_a_snippet_sees_what_its_file_would_see(tmp_path: Path, what: str) -> None:
    source = dedent(ALONE[what])
    ran = run(source, timeout=60)
    assert ran.problems == []
    assert ran.written() == _as_file(tmp_path, source)
    assert ran.written("stderr") == ""


def _as_file(folder: Path, source: str) -> str:
    (folder / "snippet.py").write_text(source, encoding="utf-8")
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ran = subprocess.run(
        [sys.executable, "-P", "snippet.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


# -- no path leads to the private file ----------------------------------------------------------

TELLS_ITS_PATH = {
    "a traceback": "import traceback\ntry:\n    1 / 0\nexcept Exception: traceback.print_exc()",
    "its own path": "import os, sys\nprint(__file__, repr(__file__), os.path.dirname(__file__))",
    "a warning": "import warnings\nwarnings.warn('old')",
    "a code object": "async def f(): pass\nprint(f.__code__)",
    "an error": "raise OSError(2, 'gone', __file__)",
    "another process": IN_A_POOL.format(method="spawn").replace("n * n", "open(__file__).name"),
    "an error in another process": IN_A_POOL.format(method="spawn").replace("n * n", "1 / 0"),
    "a guard that is missing": IN_A_POOL.format(method="spawn").replace(
        'if __name__ == "__main__":', "if True:"
    ),
    "the end of the process": "import faulthandler, os\nfaulthandler.enable()\nos.abort()",
    "a variable": (
        "import wakepoint\nasync def main():\n    path = __file__\n"
        "    await wakepoint.sleep(0.001)\n    return path\nprint(wakepoint.run(main()))"
    ),
    "a file beside it": (
        "import pathlib\nbeside = pathlib.Path(__file__).with_name('a.txt')\n"
        "beside.write_text('1')\nprint(beside)"
    ),
}


@pytest.mark.parametrize("what", TELLS_ITS_PATH)
def test_nothing_tells_where_the_private_file_lay(what: str) -> None:
    ran = run(TELLS_ITS_PATH[what], timeout=60)
    whole = dumps(ran.recording) + "\n".join(ran.problems)
    assert tempfile.gettempdir() not in whole
    assert "wakepoint-" not in whole


@pytest.mark.parametrize("what", ["a traceback", "a variable", "an error", "its own path"])
def test_a_recording_is_the_same_in_every_run(what: str) -> None:
    first, second = (run(TELLS_ITS_PATH[what], timeout=60) for _ in range(2))
    assert dumps(first.recording) == dumps(second.recording)
    assert first.problems == second.problems


def test_a_traceback_names_the_snippet_and_its_line() -> None:
    ran = run(TELLS_ITS_PATH["a traceback"])
    assert 'File "snippet.py", line 3, in <module>\n    1 / 0\n' in ran.written("stderr")


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("/tmp/wakepoint-a_1", "in /tmp/wakepoint-a_1/snippet/snippet.py:3", "in snippet.py:3"),
        ("/tmp/wakepoint-a_1", "'/tmp/wakepoint-a_1/snippet'", "'.'"),
        ("/tmp/wakepoint-a_1", "/tmp/wakepoint-a_1/result", "/tmp/result"),
        ("/tmp/wakepoint-a_1", r"Z:\tmp\wakepoint-a_1\snippet\snippet.py", "snippet.py"),
        ("/tmp/wakepoint-a_1", r"'Z:\\tmp\\wakepoint-a_1\\snippet\\a.txt'", r"'.\\a.txt'"),
        ("/tmp/wakepoint-a_1", "/tmp/wakepoint-b_2/snippet", "/tmp/wakepoint-b_2/snippet"),
    ],
)
def test_a_path_is_known_in_each_of_its_spellings(path: str, text: str, expected: str) -> None:
    assert Paths(private(Path(path))).renamed(text) == expected


# -- nothing is left behind ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        IN_A_POOL.format(method="spawn"),
        "import pathlib\npathlib.Path(__file__).with_name('a.txt').touch()",
        "import os\nos._exit(3)",
        "def broken(:",
        "while True: pass",
    ],
    ids=["pool", "file beside it", "early end", "syntax error", "time limit"],
)
def test_no_file_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run(source, timeout=60 if "pool" in source else 0.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are Unix's")
@pytest.mark.parametrize("method", METHODS)
def test_other_processes_are_killed_with_the_snippet(method: str) -> None:
    ran = run(
        f"""
        import multiprocessing, os, time
        def wait(queue):
            queue.put(os.getpid())
            time.sleep(1000)
        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            queue = context.SimpleQueue()
            context.Process(target=wait, args=(queue,)).start()
            print(queue.get(), flush=True)
            os._exit(0)
        """,
        PLAIN,
        timeout=60,
    )
    await_end(int(ran.written()))


def await_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    with suppress(FileNotFoundError, ProcessLookupError):
        while ") Z " not in Path(f"/proc/{pid}/stat").read_text("ascii"):
            assert time.monotonic() < deadline
            time.sleep(0)  # yields


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they cannot be listed")
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)", "time.sleep(1000)"])
def test_what_processes_share_is_taken_away_however_the_snippet_ends(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    ran = run(
        f"""
        import multiprocessing, os, time
        from multiprocessing.shared_memory import SharedMemory
        if __name__ == "__main__":
            lock = multiprocessing.get_context("spawn").Lock()
            memory = SharedMemory(create=True, size=16)
            print("sem." + lock._semlock.name[1:], memory.name, flush=True)
            try:
                {end}
            except BaseException:
                while True: pass
        """,
        timeout=60 if "1000" not in end else 0.5,
    )
    names = ran.written().split()
    assert len(names) == 2
    assert not [name for name in names if Path("/dev/shm", name).exists()]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_what_does_not_listen_is_killed_all_the_same() -> None:
    ran = run(
        """
        import subprocess, sys
        code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print()"
        child = subprocess.Popen([sys.executable, "-uc", code + "; time.sleep(1000)"],
                                 stdout=subprocess.PIPE)
        child.stdout.readline()
        print(child.pid)
        """,
        PLAIN,
    )
    await_end(int(ran.written()))


def test_pools_in_snippets_that_run_at_the_same_time_do_not_meet() -> None:
    pool = Pool(Settings(concurrency=2))
    template = IN_A_POOL.format(method="spawn")
    snippets = [
        Snippet(
            template.replace("n * n", f"n * {by}"), Options(timeout=60), Location("a.md", 1), ""
        )
        for by in (10, 100)
    ]
    try:
        futures = [pool.submit(one) for one in snippets]
        written = [future.result().output[0].text for future in futures]
    finally:
        pool.close()
    assert written == ["[10, 20, 30]\n", "[100, 200, 300]\n"]


def test_a_problem_in_a_pool_is_told_at_the_pages_line() -> None:
    source = IN_A_POOL.format(method="spawn").replace("n * n", "1 // 0")
    (line,) = run(source, timeout=60).problems
    assert re.match(r"docs/page\.md:21: the snippet raised ZeroDivisionError: ", line)
