"""``mkdocs-wakepoint lower``: prints the lowered form and runs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tools.commands import SCRIPT, fence, write

from mkdocs_wakepoint.cli import main

TWO = """\
class Client:
    async def fetch(self): ...

async def fetch(client):
    await client.fetch()

raise SystemExit("it was run")
"""


def test_a_script_is_printed_as_one_that_does_the_same(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["lower", "nap.py"]) == 0
    printed = capsys.readouterr().out
    assert "class Nap(StateMachine):" in printed
    assert "async def" not in printed.replace('"""async def', "")
    write(site / "lowered.py", printed)
    command = [sys.executable, "lowered.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "woke: yes\n"


@pytest.mark.parametrize(
    "name, count", [("fetch", 2), ("Client.fetch", 1)], ids=["both", "the method"]
)
def test_one_function_can_be_asked_for(
    site: Path, capsys: pytest.CaptureFixture[str], name: str, count: int
) -> None:
    write(site / "two.py", TWO)
    assert main(["lower", "--function", name, "two.py"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("(StateMachine):") == count
    assert "it was run" not in printed
    compile(printed, "printed", "exec")


def test_of_a_page_each_snippet_is_printed_under_its_place(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", f"{fence(SCRIPT)}\n{fence('print(1)')}\n{fence(TWO)}")
    assert main(["lower", "docs/page.md"]) == 0
    printed = capsys.readouterr().out
    heads = [line for line in printed.splitlines() if line.startswith("# docs/page.md")]
    assert heads == ["# docs/page.md:1", "# docs/page.md:17"]  # one has no coroutine


def test_what_cannot_be_lowered_is_told_with_its_line_and_the_rest_is_printed(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unable = "class A:\n    async def f(self):\n        s = super\n        await s().f()\n"
    page = f"{fence('async def broken(:')}\n{fence(SCRIPT)}\n{fence(unable)}"
    write(site / "docs" / "page.md", page)
    assert main(["lower", "docs/page.md"]) == 1
    printed = capsys.readouterr()
    assert "class Nap(StateMachine):" in printed.out
    _, *problems = printed.err.splitlines()  # the page is in no site
    assert problems[0].startswith("docs/page.md:2: SyntaxError: ")
    assert problems[1].startswith("docs/page.md:20: line 3: super that is not called at once")


@pytest.mark.parametrize(
    "arguments, what",
    [
        (["plain.py"], "there is no coroutine function in plain.py"),
        (["--function", "other", "nap.py"], "there is no 'other' in nap.py"),
    ],
)
def test_what_is_not_there_is_told(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    write(site / "plain.py", "print(1)")
    write(site / "nap.py", SCRIPT)
    assert main(["lower", *arguments]) == 2
    assert capsys.readouterr().err == f"mkdocs-wakepoint: {what}\n"
