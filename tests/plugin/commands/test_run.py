"""``mkdocs-wakepoint run``: what it tells of pages and scripts. How scripts run: test_script.py."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tools.commands import PAGE, SCRIPT, fence, write

from mkdocs_wakepoint.cli import main
from wakepoint.recording import Recording, loads


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


def test_run_takes_a_backend(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["run", "--backend", "simulated", "nap.py"]) == 0
    assert "finished; simulated on Simulated" in capsys.readouterr().out


def test_run_can_print_the_recording_and_show_can_read_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "nap.py", SCRIPT)
    assert main(["run", "nap.py"]) == 0
    printed = capsys.readouterr().out
    assert main(["run", "--json", "nap.py"]) == 0
    write(site / "nap.json", capsys.readouterr().out)
    assert isinstance(loads((site / "nap.json").read_text(encoding="utf-8")), Recording)
    assert main(["show", "nap.json"]) == 0
    assert capsys.readouterr().out == printed
    assert main(["show", "nap.json", "--html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "woke: yes" in page


def test_of_a_page_json_is_all_that_is_printed_and_problems_are_told_beside(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", f"{fence('print(1)')}\n{fence('1 / 0')}")
    assert main(["run", "--json", "docs/page.md"]) == 1
    printed = capsys.readouterr()
    decoder, text, recordings = json.JSONDecoder(), printed.out, []
    while text.strip():
        data, end = decoder.raw_decode(text)
        recordings.append(loads(json.dumps(data)))
        text = text[end:].lstrip()
    assert [one.outcome.kind for one in recordings] == ["finished", "raised"]
    assert "docs/page.md:6: the snippet raised ZeroDivisionError" in printed.err


@pytest.mark.parametrize("file", ["nap.py", "docs/page.md"])
def test_a_report_is_one_file_that_needs_no_other(
    site: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    write(site / "nap.py", SCRIPT)
    write(site / "docs" / "page.md", PAGE)
    assert main(["run", "--html", "report.html", file]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "the report is in report.html"
    html = (site / "report.html").read_text(encoding="utf-8")
    page = BeautifulSoup(html, "html.parser")
    assert page.select_one(".wp-machine") is not None
    assert page.select_one("style") is not None
    assert page.select("script"), "the stepper's"
    assert not page.select("link, img, iframe, [src]")
    assert not [a for a in page.select("[href]") if not str(a["href"]).startswith("#")]
    assert not re.findall(r"""url\((?!"data:|#).*?\)""", html)
    assert "@import" not in html
    ids = [each["id"] for each in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert "woke: yes" in page.get_text()


def test_a_report_of_a_page_has_a_heading_for_each_snippet_and_its_problems(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", f"{fence('print(1)')}\n{fence('1 / 0')}")
    assert main(["run", "--html", "report.html", "docs/page.md"]) == 1
    page = BeautifulSoup((site / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert [each.get_text() for each in page.select("h2")] == ["docs/page.md:1", "docs/page.md:5"]
    (problem,) = page.select(".wp-problem")
    assert "ZeroDivisionError" in problem.get_text()


@pytest.mark.parametrize(
    "arguments, what",
    [
        (["docs"], "run all with `mkdocs-wakepoint check docs`"),
        (["package"], "name the script in it: package/__main__.py"),
        (["archive.pyz"], "archive.pyz:1: it is an archive, and no script"),
        (["docs/page.md", "--json"], "options stand before it"),
        (["none.py"], "none.py:1: there is no such file"),
        (["none.md"], "none.md:1: there is no such file"),
        (["--html", "none/report.html", "nap.py"], "none/report.html: there is no such folder"),
        (["--timeout", "0", "nap.py"], "timeout: 0.0 is not a number from 0.1 up"),
    ],
)
def test_what_cannot_be_run_is_told(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    write(site / "docs" / "page.md", PAGE)
    write(site / "package" / "__main__.py", "print(1)")
    write(site / "nap.py", "raise SystemExit('it was run')")
    with zipfile.ZipFile(site / "archive.pyz", "w") as archive:
        archive.writestr("__main__.py", "print(1)")
    assert main(["run", *arguments]) == 2
    (line,) = capsys.readouterr().err.replace("\\", "/").splitlines()
    assert what in line
