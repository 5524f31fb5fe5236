"""Files that are no text, or no files: each is told in a line, and costs nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mkdocs.utils import markdown_extensions
from tools.commands import SCRIPT, fence, ran, write
from tools.sites import ENVIRONMENT

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.cli import main

if sys.platform == "win32":
    pytest.skip("Windows has no such files", allow_module_level=True)

MKDOCS_YML = "site_name: A site\nplugins: [wakepoint]\n"
NOT_UTF8 = b"# A page\n\nCaf\xe9.\n"


def a_socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(path.parent)  # its path may be too long for a socket
    try:
        server.bind(path.name)
    finally:
        os.chdir(here)
        server.close()


MAKE: dict[str, tuple[Callable[[Path], object], str]] = {
    "not UTF-8": (lambda path: path.write_bytes(NOT_UTF8), "{}:3: the byte 0xe9 in this line is"),
    "a pipe": (lambda path: os.mkfifo(path), "{}:1: it is a named pipe; "),
    "a socket": (a_socket, "{}:1: it is a socket; "),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "{}:1: it is a device; "),
    "a dangling link": (lambda path: path.symlink_to("none"), "{}:1: there is no such file; "),
    "a link to itself": (lambda path: path.symlink_to(path.name), "{}:1: it cannot be opened"),
}


@pytest.mark.parametrize("in_site", [True, False], ids=["in a site", "alone"])
@pytest.mark.parametrize("what", MAKE)
def test_in_a_folder_it_is_one_problem_and_the_other_pages_are_read(
    site: Path, capsys: pytest.CaptureFixture[str], what: str, in_site: bool
) -> None:
    make, line = MAKE[what]
    make(site / "docs" / "odd.md")
    write(site / "docs" / "a.md", fence("print(1)"))
    write(site / "docs" / "z.md", fence("1 / 0"))
    if in_site:
        write(site / "mkdocs.yml", MKDOCS_YML)
    assert main(["check", "docs"]) == 1
    first, second, counted = capsys.readouterr().out.splitlines()
    assert first.startswith(line.format("docs/odd.md"))
    assert second.startswith("docs/z.md:2: the snippet raised ZeroDivisionError")
    assert counted == "2 snippets in 3 pages, 2 problems"


@pytest.mark.parametrize("what", MAKE)
@pytest.mark.parametrize(
    "command", [["run"], ["check"], ["lower"], ["show"], ["show", "--html"]], ids=" ".join
)
def test_as_an_argument_it_is_told_in_one_line(
    site: Path, capsys: pytest.CaptureFixture[str], what: str, command: list[str]
) -> None:
    make, line = MAKE[what]
    make(site / "odd.md")
    status = main([*command, "odd.md"])
    printed = capsys.readouterr()
    # A page that is no text is a problem of that page; what cannot be read ends the command.
    assert status == (1 if what == "not UTF-8" and command[0] != "show" else 2)
    lines = [*printed.out.splitlines(), *printed.err.splitlines()]
    told = [text for text in lines if line.format("odd.md") in text]
    assert len(told) == 1
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "name, what", [("odd.md", "it cannot be opened"), ("closed", "it cannot be read")]
)
def test_what_nobody_may_read_is_one_problem(site: Path, name: str, what: str) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    write(site / "docs" / "a.md", fence("print(1)"))
    write(site / "docs" / "odd.md", "text")
    (site / "docs" / "closed").mkdir()
    (site / "docs" / name).chmod(0)
    status, out, _ = ran("check", "docs")
    (site / "docs" / name).chmod(0o700)
    assert status == 1
    assert out.startswith(f"docs/{name}:1: {what} (Permission denied); ")
    assert out.endswith("1 snippet in 2 pages, 1 problem\n")


@pytest.mark.parametrize("in_site", [True, False], ids=["in a site", "alone"])
def test_a_folder_may_be_called_like_a_page(
    site: Path, capsys: pytest.CaptureFixture[str], in_site: bool
) -> None:
    write(site / "docs" / "folder.md" / "page.md", fence("print(1)"))
    if in_site:
        write(site / "mkdocs.yml", MKDOCS_YML)
    for folder in ("docs", "docs/folder.md"):
        assert main(["check", folder]) == 0
        assert capsys.readouterr().out == "1 snippet in 1 page, 0 problems\n"


def test_links_in_a_circle_have_an_end(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "docs" / "sub" / "page.md", fence("print(1)"))
    for name in ("one", "two"):
        (site / "docs" / "sub" / name).symlink_to("..")
    assert main(["check", "docs"]) == 0
    assert capsys.readouterr().out == "1 snippet in 1 page, 0 problems\n"
    write(site / "mkdocs.yml", MKDOCS_YML)
    assert main(["check", "docs"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "docs/sub/" in line
    assert line.endswith("leads to a folder that it is in: a build follows it for ever")


def test_of_a_folder_every_markdown_file_is_read_but_hidden_ones(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(reading.MARKDOWN) == set(markdown_extensions)
    names = ["a.md", "b.markdown", "c.mdown", "d.mkd", "e.mkdn", "f.MD"]
    for name in [*names, ".hidden.md", ".venv/g.md", "h.txt"]:
        write(site / "docs" / name, fence("1"))
    assert main(["check", "docs"]) == 0
    assert capsys.readouterr().out == "6 snippets in 6 pages, 0 problems\n"
    for name in names:
        assert main(["run", f"docs/{name}"]) == 0


def test_line_ends_and_a_byte_order_mark_shift_no_line(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "x = 1\n1 / 0"
    page = f"# A page\n\n{fence(source)}".replace("\n", "\r\n")
    (site / "docs" / "page.md").write_bytes(b"\xef\xbb\xbf" + page.encode())
    assert main(["check", "docs"]) == 1
    assert capsys.readouterr().out.startswith("docs/page.md:5: the snippet raised ZeroDivision")


def test_a_null_character_in_a_snippet_is_a_problem_of_that_snippet(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "x = 0\0"
    write(site / "docs" / "page.md", f"{fence(source)}\n{fence('1 / 0')}")
    assert main(["check", "docs"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("docs/page.md:")
    assert lines[1].startswith("docs/page.md:6: the snippet raised ZeroDivisionError")
    assert len(lines) == 3


def test_of_a_file_in_a_site_a_build_says_what_it_says_without_us(site: Path) -> None:
    write(site / "docs" / "a.md", fence("print(1)"))
    (site / "docs" / "odd.md").write_bytes(NOT_UTF8)
    logs = []
    for plugins in ("[]", "[wakepoint]"):
        write(site / "mkdocs.yml", f"site_name: A site\nplugins: {plugins}\n")
        command = [sys.executable, "-m", "mkdocs", "build"]
        built = subprocess.run(
            command, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False
        )
        logs.append((built.returncode, [x for x in built.stderr.splitlines() if "ERROR" in x]))
    assert logs[0] == logs[1]
    assert "ERROR   -  Encoding error reading file: odd.md" in logs[0][1]


def test_a_build_reads_a_pipe_no_more_often_than_mkdocs_does(site: Path) -> None:
    write(site / "docs" / "a.md", fence("print(1)"))
    os.mkfifo(site / "docs" / "pipe.md")
    write(site / "mkdocs.yml", MKDOCS_YML)
    command = [sys.executable, "-m", "mkdocs", "build"]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as build:
        # Opening it waits for a reader: MkDocs, which reads the page once and copies no page.
        (site / "docs" / "pipe.md").write_text("# From a pipe\n", encoding="utf-8")
        _, log = build.communicate(timeout=100)
    assert (build.returncode, "ERROR" in log) == (0, False)
    assert "From a pipe" in (site / "site" / "pipe" / "index.html").read_text(encoding="utf-8")


def test_what_a_script_is_not_is_told(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "script.py", SCRIPT)
    (site / "link.py").symlink_to("script.py")
    assert main(["run", "link.py"]) == 0
    capsys.readouterr()
    assert main(["run", "/dev/zero"]) == 2
    assert "/dev/zero:1: it is a device" in capsys.readouterr().err
