"""``mkdocs-wakepoint check``: the problems that it tells, and its exit status."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tools.commands import PAGE, fence, write

from mkdocs_wakepoint.cli import main


def test_of_a_sound_site_check_says_what_it_has_looked_at(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", PAGE)
    write(site / "docs" / "prose.md", "# No snippet\n")
    assert main(["check", "docs", "--repeat", "2"]) == 0
    assert capsys.readouterr().out == "2 snippets in 2 pages, 0 problems\n"
    assert main(["check", "docs/prose.md"]) == 0
    assert capsys.readouterr().out == "0 snippets in 1 page, 0 problems\n"


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
        "docs/b.md:3: there is no option 'shw'",
        "2 snippets in 2 pages, 4 problems",
    ]


def test_check_says_where_runs_differ(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        site / "docs" / "page.md",
        "```python wakepoint\nimport time\nprint(time.monotonic_ns())\n```\n\n"
        "```python wakepoint\nprint('always the same')\n```\n",
    )
    assert main(["check", "docs"]) == 0
    capsys.readouterr()
    assert main(["check", "docs", "--repeat", "2"]) == 1
    line, _ = capsys.readouterr().out.splitlines()
    assert line.startswith("docs/page.md:1: run 2 of 2 was not as the first: it wrote something")


def test_check_names_the_first_event_that_differs(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        site / "docs" / "page.md",
        "```python wakepoint\nimport time, wakepoint\n\nasync def main():\n"
        "    kept = time.monotonic_ns()\n    await wakepoint.sleep(0.001)\n    return kept\n\n"
        "wakepoint.run(main())\n```\n",
    )
    assert main(["check", "docs", "--repeat", "3"]) == 1
    line, _ = capsys.readouterr().out.splitlines()
    assert "run 2 of 3 was not as the first: event " in line
    assert "state.entered" in line


@pytest.mark.parametrize(
    "path, what",
    [
        ("nowhere", "nowhere:1: there is no such file"),
        ("nap.py", "nap.py is no Markdown page: `mkdocs-wakepoint run nap.py` runs a script"),
        ("notes.txt", "notes.txt is no Markdown page"),
        ("docs", "there is no Markdown page in docs"),
    ],
)
def test_where_there_is_no_page_check_says_so(
    site: Path, capsys: pytest.CaptureFixture[str], path: str, what: str
) -> None:
    write(site / "nap.py", "print(1)")
    write(site / "notes.txt", "text")
    assert main(["check", path]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert what in printed.err.splitlines()[-1]


def test_in_a_site_without_pages_check_says_so(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "mkdocs.yml", "site_name: A site\nplugins: [wakepoint]\n")
    assert main(["check", "docs"]) == 2
    assert capsys.readouterr().err == "mkdocs-wakepoint: there is no Markdown page in docs\n"


# -- for others to read -------------------------------------------------------------------------


def test_json_has_every_problem_and_what_was_looked_at(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", f"{fence('print(1)')}\n{fence('1 / 0')}")
    assert main(["check", "docs", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["pages"], data["snippets"]) == (1, 2)
    (problem,) = data["problems"]
    assert (problem["file"], problem["line"]) == ("docs/page.md", 6)
    assert problem["what"] == "the snippet raised ZeroDivisionError: division by zero"
    assert problem["remedy"].startswith("mend it")
    assert "1 / 0" in problem["details"]


def annotation(line: str) -> tuple[dict[str, str], str]:
    """What GitHub's runner makes of a workflow command: its properties and its message."""
    command, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()  # type: ignore[union-attr]
    assert command == "error"
    pairs = dict(each.split("=", 1) for each in properties.split(","))
    return {name: _read_back(value) for name, value in pairs.items()}, _read_back(message)


def _read_back(text: str) -> str:
    for escaped, sign in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(escaped, sign)
    return text


def test_for_github_a_problem_is_an_annotation_of_the_file_in_the_repository(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(site))
    write(site / "manual" / "mkdocs.yml", "site_name: A site\nplugins: [wakepoint]\n")
    name = "docs/a, 100%.md"
    write(site / "manual" / name, fence("raise ValueError('50%, a::b')"))
    monkeypatch.chdir(site / "manual")
    assert main(["check", "docs"]) == 1
    line, counted = capsys.readouterr().out.splitlines()
    properties, message = annotation(line)
    assert properties == {"file": f"manual/{name}", "line": "2", "title": "Wakepoint"}
    assert message.startswith(f"{name}:2: the snippet raised ValueError: 50%, a::b; ")
    assert counted == "1 snippet in 1 page, 1 problem"


def test_for_gitlab_a_problem_is_an_issue_of_code_quality(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "docs" / "page.md", f"{fence('1 / 0')}\n{fence('1 / 0')}")
    assert main(["check", "docs", "--format", "gitlab"]) == 1
    issues = json.loads(capsys.readouterr().out)
    assert [each["location"] for each in issues] == [
        {"path": "docs/page.md", "lines": {"begin": line}} for line in (2, 6)
    ]
    assert len({each["fingerprint"] for each in issues}) == 2
    for issue in issues:
        assert issue["description"].startswith("the snippet raised ZeroDivisionError")
        assert issue["severity"] == "major"
        assert issue["check_name"]
