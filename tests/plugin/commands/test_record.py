"""``mkdocs-wakepoint record``: what it keeps, and its exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tools.commands import PAGE, write

from mkdocs_wakepoint.cli import main


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


def test_another_python_is_in_no_sandbox_and_so_is_none_where_one_is_required(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", PAGE)
    command = ["record", "docs", "--out", "kept", "--python", f'"{sys.executable}" -X importtime']
    assert main([*command, "--sandbox", "required"]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "a sandbox holds the Python that builds, and no other; leave out --python" in line
    assert not (site / "kept").exists()
    assert main([*command, "--sandbox", "auto"]) == 0
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("mkdocs-wakepoint: snippets ran without a sandbox: a sandbox holds the ")
    assert main([*command, "--sandbox", "off"]) == 0
    assert "sandbox" not in capsys.readouterr().err


def test_record_fails_if_a_snippet_does(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "page.md", "```python wakepoint\n1 / 0\n```\n")
    assert main(["record", "docs", "--out", "kept"]) == 1
    assert "docs/page.md:2: the snippet raised ZeroDivisionError" in capsys.readouterr().out
    assert not (site / "kept").exists()
