"""What the book's prose may not say, and where its numbers come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.book import DOCS, ROOT, chapters
from tools.sites import Built

PROSE = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
CHAPTERS = [path for path in sorted(DOCS.glob("book/*.md")) if path.stem != "index"]

PARKED_TASK = re.compile(
    r"\b(?:tasks?|coroutines?|futures?|functions?) (?:\w+ )?(?:park|parks|parked)\b", re.IGNORECASE
)
COUNTED = re.compile(
    r"\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+)"
    r" (?:polls|wake-ups|suspensions|system calls|kernel calls|events)\b",
    re.IGNORECASE,
)


def prose(path: Path) -> str:
    """A page's text without its fences and quotes of runs; its lines are where they were."""

    def blank(fence: re.Match[str]) -> str:
        return "\n" * fence[0].count("\n")

    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^( *)(`{3,})[^`\n]*\n.*?^\1\2 *$", blank, text)
    text = re.sub(r'\(#wp-[^)"]+ "step: [^"]+"\)', "(…)", text)
    return re.sub(r"\[(?:call|count): [^\]]+\]\([^)]+\)", "…", text)


def places(pattern: re.Pattern[str], path: Path) -> list[str]:
    text = prose(path)
    return [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_threads_park_and_tasks_do_not(path: Path) -> None:
    assert places(PARKED_TASK, path) == []


@pytest.mark.parametrize("name", ["", *chapters()])
def test_no_picture_says_that_a_task_parks(book: Built, name: str) -> None:
    texts = {text.get_text() for text in book.page(name).select("svg text, svg title, td")}
    assert [text for text in texts if PARKED_TASK.search(text)] == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("book/*.md")), ids=lambda path: path.stem)
def test_what_a_run_can_count_is_quoted_from_it(path: Path) -> None:
    """``[count: auto polls](#wp-naps) polls``, so that the text goes with the run."""
    assert places(COUNTED, path) == []


FENCE = re.compile(r"(?m)^ *```python wakepoint .*$")
PREDICT = re.compile(r"\[Predict\]\(#wp-([^:)]+):ask\)")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_prediction_leads_to_the_question_of_a_snippet_below(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    asking = {
        match[1]: fence.start()
        for fence in FENCE.finditer(text)
        if " ask=" in fence[0] and (match := re.search(r' id="([^"]+)"', fence[0]))
    }
    predicted = {link[1]: link.start() for link in PREDICT.finditer(text)}
    assert predicted
    assert list(predicted) == list(asking)
    assert all(predicted[key] < asking[key] for key in asking)
    assert "**Predict" not in text  # a question that no stepper asks


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_explanation_refers_to_steps(path: Path) -> None:
    assert '"step: ' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", *chapters()])
def test_what_the_hooks_put_in_is_there(book: Built, name: str) -> None:
    """``<!-- rustc: … -->`` gives way to a table; misspelt, it would be an unseen comment."""
    text = (book.folder / name / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<!-- (?:rustc|plot).*?-->", text) == []


def test_names_that_chapter_9_explains_are_in_its_lowered_code(book: Built) -> None:
    page = book.page("book/09-by-hand")
    lowered = " ".join(section.get_text() for section in page.select(".wp-lowered"))
    named = re.findall(
        r"`((?:operand|because|[A-Z]+)_\d+|handlers|leaving|drop|match self\.state)`",
        prose(DOCS / "book" / "09-by-hand.md"),
    )
    assert len(set(named)) >= 6
    assert [name for name in named if name not in lowered] == []
