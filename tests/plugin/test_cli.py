"""The command line: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mkdocs_wakepoint.cli import main
from wakepoint.recording import Recording, loads

SCRIPT = """\
import wakepoint

async def nap(seconds):
    kept = "yes"
    await wakepoint.sleep(seconds)
    return kept

print("woke:", wakepoint.run(nap(0.001)))
"""

PAGE = f"""\
---
title: A page
wakepoint:
  timeout: 7
---

```python wakepoint title="A nap"
{SCRIPT}```

```python wakepoint
print("second")
```

```python
print("never")
```
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a site, made the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# -- run ----------------------------------------------------------------------------------------


def test_run_tells_what_a_script_did(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["run", "nap.py"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("woke: yes\n")
    assert "finished; " in printed
    assert "nap, 1 run" in printed
    (state,) = [line for line in printed.splitlines() if "wakepoint.sleep(seconds)" in line]
    assert state.split()[2:5] == ["5", "1", "1"]  # its line, entered, suspended
    assert "kept" in state
    assert "kernel call" in printed


def test_run_tells_what_a_page_did(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "page.md", PAGE)
    assert main(["run", "docs/page.md"]) == 0
    printed = capsys.readouterr().out
    assert "docs/page.md:7  A nap\n\nwoke: yes\n" in printed
    assert "docs/page.md:18\n\nsecond\n" in printed
    assert "never" not in printed


def test_run_names_the_line_of_a_script_that_fails(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "bad.py", "x = 1\nraise ValueError('no')\n")
    assert main(["run", "bad.py"]) == 1
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .startswith("bad.py:2: the snippet raised ValueError: no; ")
    )


def test_run_takes_a_backend(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["run", "nap.py", "--backend", "simulated"]) == 0
    assert "finished; simulated on Simulated" in capsys.readouterr().out


def test_run_can_print_the_recording_and_show_can_read_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["run", "nap.py"]) == 0
    printed = capsys.readouterr().out
    assert main(["run", "nap.py", "--json"]) == 0
    write(site / "nap.json", capsys.readouterr().out)
    assert isinstance(loads((site / "nap.json").read_text(encoding="utf-8")), Recording)
    assert main(["show", "nap.json"]) == 0
    assert capsys.readouterr().out == printed
    assert main(["show", "nap.json", "--html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "woke: yes" in page


# -- check --------------------------------------------------------------------------------------


def test_check_of_a_sound_site_prints_nothing(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", PAGE)
    assert main(["check", "docs", "--repeat", "2"]) == 0
    assert capsys.readouterr().out == ""


def test_check_prints_a_line_for_each_problem_in_the_order_of_the_pages(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "b.md", "---\nwakepoint:\n  shw: code\n---\n\n# B\n")
    write(
        site / "docs" / "a" / "page.md",
        "Text.\n\n```python wakepoint\n1 / 0\n```\n\n```python wakepoint x='1'\n1\n```\n"
        "\n```wakepoint\n1\n```\n",
    )
    assert main(["check", "docs"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "docs/a/page.md:4: the snippet raised ZeroDivisionError: division by zero",
        "docs/a/page.md:7: there is no option 'x'",
        "docs/a/page.md:11: this fence's header names wakepoint but is not one of its fences",
        "docs/b.md:2: there is no option 'shw'",
    ]


def test_check_says_where_runs_differ(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        site / "docs" / "page.md",
        "```python wakepoint\nimport time\nprint(time.monotonic_ns())\n```\n\n"
        "```python wakepoint\nprint('always the same')\n```\n",
    )
    assert main(["check", "docs"]) == 0
    assert main(["check", "docs", "--repeat", "2"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("docs/page.md:1: run 2 of 2 was not as the first: it wrote something")


def test_check_names_the_first_event_that_differs(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        site / "docs" / "page.md",
        "```python wakepoint\nimport os, wakepoint\n\nasync def main():\n"
        "    kept = os.getpid()\n    await wakepoint.sleep(0.001)\n    return kept\n\n"
        "wakepoint.run(main())\n```\n",
    )
    assert main(["check", "docs", "--repeat", "3"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "run 2 of 3 was not as the first: event " in line
    assert "state.entered" in line


# -- record -------------------------------------------------------------------------------------


def test_record_keeps_what_show_can_read(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "page.md", PAGE)
    assert main(["record", "docs", "--out", "kept"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == f"1 recording in {Path('kept')}"
    (path,) = (site / "kept").glob("*/*.json")
    assert main(["show", str(path)]) == 0
    assert "woke: yes" in capsys.readouterr().out


def test_record_by_another_python(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "page.md", PAGE)
    # One that can be told from the Python that runs this test: it complains of every import.
    command = f'"{sys.executable}" -X importtime'
    assert main(["record", "docs", "--out", "kept", "--python", command]) == 0
    (path,) = (site / "kept").glob("*/*.json")
    recording = json.loads(path.read_text(encoding="utf-8"))["recording"]
    errors = [piece["text"] for piece in recording["output"] if piece["stream"] == "stderr"]
    assert "import time:" in errors[0]


def test_record_fails_if_a_snippet_does(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "page.md", "```python wakepoint\n1 / 0\n```\n")
    assert main(["record", "docs", "--out", "kept"]) == 1
    assert "docs/page.md:2: the snippet raised ZeroDivisionError" in capsys.readouterr().out
    assert not (site / "kept").exists()


# -- commands that cannot be --------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, what",
    [
        (["show", "none.json"], "none.json"),
        (["show", "page.md"], "not a recording"),
        (["run", "none.py"], "none.py"),
        (["record", "page.md", "--out", "x"], "page.md is no folder"),
        (["record", ".", "--out", "x", "--python", "no-such-python"], "no-such-python"),
        (["check", ".", "--timeout", "0"], "timeout: 0.0 is not a number from 0.1 up"),
    ],
)
def test_a_command_that_cannot_be_says_why(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    write(site / "page.md", "no recording")
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert what in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_the_console_script_is_installed(site: Path) -> None:
    command = Path(sys.executable).parent / "mkdocs-wakepoint"
    ran = subprocess.run(
        [command, "--help"], capture_output=True, text=True, check=False, env=os.environ
    )
    assert ran.returncode == 0
    for name in ("run", "check", "record", "show"):
        assert f"\n    {name} " in ran.stdout
