"""What a terminal shows while snippets run, and that nothing else is shown it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools.sites import ENVIRONMENT, UNSHIELDED, write

from mkdocs_wakepoint.progress import Progress

PAGE = """\
```python wakepoint timeout="60"
import pathlib, time

while not pathlib.Path({go!r}).exists():
    time.sleep(0.01)
```

```python wakepoint
print(1)
```
"""


def lines_of_a_terminal(written: str) -> list[str]:
    """What stands there in the end: a carriage return goes back, and text goes over text."""
    shown = []
    for line in written.replace("\r\n", "\n").split("\n"):
        row = ""
        for part in line.split("\r"):
            row = part + row[len(part) :]
        shown.append(row.rstrip())
    return shown


def seen_on_a_terminal(folder: Path, go: Path) -> tuple[int, str]:
    """How a build ends, and what it writes to a terminal; its first snippet waits until it does."""
    if sys.platform == "win32":
        raise NotImplementedError("there is no pty")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "mkdocs", "build"]
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=theirs) as process:
        os.close(theirs)
        written = b""
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
                if b"\rsnippets: " in written:
                    go.touch()
        except OSError:  # Linux says so at the end
            pass
        os.close(ours)
    return process.returncode, written.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_a_terminal_is_shown_how_far_it_is_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    go = tmp_path / "go"
    write(tmp_path, {"index.md": PAGE.format(go=str(go))}, UNSHIELDED)
    status, text = seen_on_a_terminal(tmp_path, go)
    assert status == 0
    assert "\rsnippets: 2 of 2 done, 0 running, 0 cached" in text
    assert not [line for line in lines_of_a_terminal(text) if line.startswith("snippets:")]
    assert "2 snippets: 2 run, 0 from the cache" in text


def test_what_is_no_terminal_is_shown_nothing() -> None:
    stream = io.StringIO()
    Progress(stream).show("snippets: 1 of 2 done")
    assert stream.getvalue() == ""
