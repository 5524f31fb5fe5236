"""How `check` tells problems: to people, to programs, and to those who show them in a diff."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views.words import times


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check.

    Attributes:
        pages: Where it looked.
        count: How many pages there were.
        snippets: How many snippets they have that are run.
        problems: What is wrong, in the order of the pages.
    """

    pages: Pages
    count: int
    snippets: int
    problems: Sequence[Problem]


def text(checked: Checked) -> str:
    """A line for each problem, and one that counts."""
    return "\n".join([*map(str, checked.problems), _counted(checked)])


def github(checked: Checked) -> str:
    """Workflow commands, which GitHub shows as annotations of the lines.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = [
        f"::error file={_property(_from_root(checked.pages, problem))},"
        f"line={problem.location.line or 1},title=Wakepoint::{_data(str(problem))}"
        for problem in checked.problems
    ]
    return "\n".join([*lines, _counted(checked)])


def gitlab(checked: Checked) -> str:
    """A report of code quality, an artifact which GitLab shows in a merge request.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    report = []
    for problem in checked.problems:
        path = _from_root(checked.pages, problem)
        identity = f"{path}:{problem.location.line}:{problem.what}"
        report.append(
            {
                "description": f"{problem.what}; {problem.remedy}",
                "check_name": "wakepoint",
                "fingerprint": hashlib.sha256(identity.encode(errors="replace")).hexdigest(),
                "severity": "major",
                "location": {"path": path, "lines": {"begin": problem.location.line or 1}},
            }
        )
    return json.dumps(report, indent=2)


def as_json(checked: Checked) -> str:
    """One object; its fields are those of `Problem`."""
    problems = [
        {
            "file": problem.location.file,
            "line": problem.location.line,
            "what": problem.what,
            "remedy": problem.remedy,
            "details": problem.details,
        }
        for problem in checked.problems
    ]
    counts = {"pages": checked.count, "snippets": checked.snippets}
    return json.dumps({**counts, "problems": problems}, indent=2)


FORMATS = {"text": text, "github": github, "gitlab": gitlab, "json": as_json}


def usual() -> str:
    """The format if none is asked for."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def _counted(checked: Checked) -> str:
    snippets, pages = times(checked.snippets, "snippet"), times(checked.count, "page")
    return f"{snippets} in {pages}, {times(len(checked.problems), 'problem')}"


def _from_root(pages: Pages, problem: Problem) -> str:
    """The file as the repository calls it, which may begin above the site."""
    path = pages.path(problem.location.file)
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or Path.cwd()
    home = Path(root).resolve()
    return (path.relative_to(home) if path.is_relative_to(home) else path).as_posix()


def _data(value: str) -> str:
    """As the runner reads it back."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
