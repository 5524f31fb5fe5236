"""How each test ended that another Python has run, from pytest's report in JUnit's XML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Outcome:
    """How one test ended there.

    Attributes:
        name: Its module and name, with parameters.
        kind: ``passed``, ``skipped``, ``failure`` or ``error``.
        text: Why it was skipped, or what went wrong.
    """

    name: str
    kind: str
    text: str


def outcomes(report: Path) -> list[Outcome]:
    """Every test in a JUnit report."""
    results = []
    for case in ET.parse(report).iter("testcase"):
        child = next(iter(case.iterfind("*")), None)
        kind, text = "passed", ""
        if child is not None:
            kind, text = child.tag, f"{child.get('message')}\n{child.text}"
        name = f"{case.get('classname')}.{case.get('name')}"
        results.append(Outcome(name, kind, text))
    return results


def succeeded(report: Path, done: CompletedProcess[str]) -> list[Outcome]:
    """Every test in the report of a run.

    Raises:
        AssertionError: If one failed, or the run did; with what it said.
    """
    assert report.exists(), done.stdout + done.stderr
    results = outcomes(report)
    broken = [f"{each.name}: {each.text}" for each in results if each.kind in ("failure", "error")]
    assert not broken, "\n\n".join(broken)
    assert done.returncode == 0, done.stdout + done.stderr
    return results
