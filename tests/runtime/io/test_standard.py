"""Standard input and output: of a terminal, a pipe, a file; and what is left behind of them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from wakepoint import run
from wakepoint.io import stdin, stdout

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS read on a thread")

LINES = dedent("""\
    import os, sys
    import wakepoint
    from wakepoint.io import BufReader, stdin

    async def main():
        with stdin() as source:
            async for line in BufReader(source).lines():
                print("got", line, "blocking" if os.get_blocking(0) else "NOT BLOCKING", flush=True)
        print("closed", "blocking" if os.get_blocking(0) else "NOT BLOCKING")

    wakepoint.run(main())
    """)
HEARD = "got one blocking\ngot two blocking\nclosed blocking\n"


@pytest.mark.parametrize("backend", ["epoll", "io_uring", "simulated"])
@on_linux
def test_lines_from_a_pipe(backend: str) -> None:
    environment = {**os.environ, "WAKEPOINT_BACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", LINES],
        input="one\ntwo\n",
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if "io_uring" in done.stderr and "ValueError" in done.stderr:
        pytest.skip("io_uring is not to be had")
    assert (done.stdout, done.stderr) == (HEARD, "")


def test_lines_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_text("skipped\none\ntwo\n")
    script = LINES.replace("os.get_blocking(0)", "True")
    with file.open("rb", buffering=0) as source:
        source.seek(8)  # it is read from where the shell has come to
        done = subprocess.run(
            [sys.executable, "-c", script], stdin=source, capture_output=True, text=True, check=True
        )
    assert done.stdout == HEARD


@on_linux
def test_lines_from_a_terminal_that_stays_as_it_was() -> None:
    system: Any = os  # type checkers are told of Windows too
    ours, theirs = system.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", LINES], stdin=theirs, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        os.write(ours, b"one\n")
        assert child.stdout.readline() == "got one blocking\n"
        os.write(ours, b"two\n")
        assert child.stdout.readline() == "got two blocking\n"
        os.write(ours, b"\x04")  # Ctrl-D at the beginning of a line: the end
        assert child.stdout.read() == "closed blocking\n"
        assert child.wait(60) == 0
        assert system.get_blocking(theirs)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        os.close(ours)
        os.close(theirs)


def test_output_is_in_order_with_print() -> None:
    script = dedent("""\
        import wakepoint
        from wakepoint.io import stdout

        async def main():
            out = stdout()
            print("one")
            assert await out.write(b"two\\n") == 4
            print("three")
            await out.write_all(b"four\\n")
            await out.shutdown()

        wakepoint.run(main())
        """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["one", "two", "three", "four"]


def test_a_reader_that_is_gone_is_told() -> None:
    script = dedent("""\
        import os
        import wakepoint
        from wakepoint.io import stdout

        async def main():
            try:
                await stdout().write(b"x" * 100)
            except BrokenPipeError:
                os._exit(7)

        wakepoint.run(main())
        """)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-c", script], stdout=writer, check=False)
    finally:
        os.close(writer)
    assert done.returncode == 7


def test_what_takes_no_bytes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    async def main() -> None:
        with pytest.raises(TypeError, match="replaced by a StringIO, which takes no bytes"):
            await stdout().write(b"x")

    run(main())


def test_descriptions() -> None:
    async def main() -> None:
        with stdin() as source:
            assert repr(source) == "stdin()"
            source.close()
        assert repr(stdout()) == "stdout()"
        assert repr(stdout().shutdown()) == "shutdown(stdout())"

    run(main())
