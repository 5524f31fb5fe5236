"""Each snippet has a process that nobody has used: what is shared with others does not show."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from tools.snippets import snippet

from mkdocs_wakepoint.engine import Pool, Settings

SETTINGS = Settings(concurrency=1)


def written(pool: Pool, source: str) -> str:
    recording = pool.submit(snippet(source)).result()
    assert recording.outcome.kind == "finished", recording.outcome
    return "".join(piece.text for piece in recording.output)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(SETTINGS)
    yield pool
    pool.close()


def test_chance_is_not_the_same_in_two_snippets(pool: Pool) -> None:
    source = "import random, uuid\nprint(random.random(), uuid.uuid4())"
    assert written(pool, source) != written(pool, source)


def test_sets_have_the_same_order_in_each(pool: Pool) -> None:
    source = "print({str(n) for n in range(100)})"
    assert written(pool, source) == written(pool, source)


def test_what_one_does_to_its_interpreter_no_other_sees(pool: Pool) -> None:
    written(pool, "import os, sys, json\nsys.path.append('x')\nos.environ['X'] = 'x'\njson.x = 1")
    seen = "import os, sys, json\nprint('x' in sys.path, 'X' in os.environ, hasattr(json, 'x'))"
    assert written(pool, seen) == "False False False\n"


def test_there_is_one_thread_and_no_handler_of_signals(pool: Pool) -> None:
    source = """
    import signal, threading
    print(threading.active_count(), threading.current_thread().name)
    ours = {signal.SIGINT: signal.default_int_handler}
    for number in signal.valid_signals() - {getattr(signal, "SIGALRM", None)}:  # the time limit
        handler = signal.getsignal(number)
        if handler not in (signal.SIG_DFL, signal.SIG_IGN, None, ours.get(number)):
            print(number, handler)
    print(threading.Thread().name)
    """
    assert written(pool, source) == "1 MainThread\nThread-1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="umask and nohup are Unix's")
@pytest.mark.parametrize("sandbox", ["auto", "off"])
def test_how_the_build_was_started_does_not_show(tmp_path: Path, sandbox: str) -> None:
    source = """
    import os, signal
    print(oct(os.umask(0)))
    for name in ("SIGHUP", "SIGUSR1", "SIGINT", "SIGPIPE"):
        print(signal.getsignal(getattr(signal, name)) in (signal.SIG_DFL, signal.SIG_IGN))
    print(signal.getsignal(signal.SIGHUP) is signal.SIG_DFL)
    """
    page = tmp_path / "page.md"
    page.write_text(f"```python wakepoint\n{dedent(source)}```\n", encoding="utf-8")
    program = "import sys; from mkdocs_wakepoint.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "run", "--sandbox", sandbox, str(page)]

    def told(umask: str, ignored: str) -> str:
        started = ["sh", "-c", f"umask {umask}; trap '' {ignored}; exec \"$@\"", "sh", *command]
        return subprocess.run(started, capture_output=True, text=True, check=True).stdout

    usual = told("022", "USR2")
    assert "\n0o22\nTrue\nTrue\nFalse\nTrue\nTrue\n" in usual
    assert told("077", "HUP USR1 TERM") == usual


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are Unix's")
def test_descriptors_begin_where_a_program_finds_them(pool: Pool) -> None:
    source = "import os\nprint(os.open(os.devnull, os.O_RDONLY), os.read(0, 1))"
    assert written(pool, source) == "3 b''\n"


def test_secrets_of_the_build_are_not_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "secret")
    for sandbox in ("auto", "off"):
        pool = Pool(Settings(sandbox=sandbox))
        try:
            assert "secret" not in written(pool, "import os\nprint(os.environ)")
        finally:
            pool.close()


def test_a_package_of_the_authors_is_imported_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    module = tmp_path / "authors_own.py"
    pool = Pool(Settings(sandbox="off"))
    try:
        for value in ("before", "behind"):
            module.write_text(f"value = {value!r}\n", encoding="utf-8")
            assert written(pool, "import authors_own\nprint(authors_own.value)") == f"{value}\n"
    finally:
        pool.close()


GRANDPARENT = """
import os, pathlib
stat = pathlib.Path(f"/proc/{os.getppid()}/stat").read_text()
print(stat.rpartition(")")[2].split()[1])
"""
"""A snippet that prints which process forked its supervisor."""


@pytest.mark.skipif(sys.platform != "linux", reason="the server is found in /proc")
def test_a_server_that_has_imported_what_has_changed_since_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mkdocs_wakepoint.engine import warm

    pool = Pool(Settings(sandbox="off", concurrency=1))
    try:
        server = written(pool, GRANDPARENT)
        assert written(pool, GRANDPARENT) == server
        monkeypatch.setattr(warm, "_stamp", lambda: [("kernel.py", 1, 1)])
        assert written(pool, GRANDPARENT) != server
    finally:
        pool.close()
