"""Snippets of a page that go on where earlier ones ended."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from tools.pages import MATERIAL, Convert, Page
from tools.sites import build, write

from mkdocs_wakepoint import source as files
from mkdocs_wakepoint.cli import main
from mkdocs_wakepoint.recordings import digest
from mkdocs_wakepoint.snippet import Location, Options, Snippet

NAP = """\
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)
    return "slept"

print(wakepoint.run(nap(0.001)))
"""
USE = """\
async def main():
    return await nap(0.001)

print("and", wakepoint.run(main()))
"""


def fence(source: str, options: str = 'session="a"') -> str:
    return f"```python wakepoint {options}\n{dedent(source).rstrip()}\n```\n\n"


def converted(convert: Convert, *fences: str) -> Page:
    return convert("".join(fences), [*MATERIAL, "wakepoint"])


def test_a_snippet_sees_the_names_of_those_before_it_and_shows_its_own_run(
    convert: Convert,
) -> None:
    page = converted(convert, fence(NAP), fence(USE))
    assert page.problems == []
    assert page.outputs == ["slept", "and slept"]
    assert page.shown == [NAP, USE]
    _, second = page.soup.select(".wp")
    assert "2 polls" in second.select(".wp-where")[0].get_text()


def test_a_coroutine_of_an_earlier_one_has_its_picture_where_it_runs_and_its_lines_lead_there(
    convert: Convert,
) -> None:
    page = converted(convert, fence(NAP, 'session="a" id="one"'), fence(USE))
    _, second = page.soup.select(".wp")
    assert [tag.get_text() for tag in second.select("caption")] == [
        "States of main",
        "States of nap",
    ]
    table = second.select(".wp-states")[1]
    lines = [(a.get_text(), a["href"]) for a in table.select(".wp-of-line a")]
    assert lines == [
        ("3 above", "#wp-one-line-3"),
        ("4 above", "#wp-one-line-4"),
        ("5 above", "#wp-one-line-5"),
    ]
    assert 'return "slept"' in second.select(".wp-machine svg")[1].get_text()
    assert page.soup.select_one("#wp-one-line-4") is not None


def test_sessions_are_apart_and_so_is_what_is_in_none(convert: Convert) -> None:
    page = converted(
        convert, fence("x = 1"), fence("print(x)", 'session="b"'), fence("print(x)", "")
    )
    lines = [problem.partition(": ")[0] for problem in page.problems]
    assert lines == ["markdown:6", "markdown:10"]
    assert all("name 'x' is not defined" in problem for problem in page.problems)


def test_an_error_is_told_with_its_own_line_and_those_of_earlier_ones(convert: Convert) -> None:
    page = converted(convert, fence("def fail():\n    1 / 0"), fence("\nprint(1)\nfail()"))
    (problem,) = page.problems
    assert problem.startswith("markdown:3: the snippet raised ZeroDivisionError")
    details = page.soup.select(".wp-problem pre")[0].get_text()
    assert details.split("\n")[:4] == [
        "line 9, in <module>",
        "    fail()",
        "line 3, in fail",
        "    1 / 0",
    ]


FAILURES = {
    "raises": ("x = 1\n1 / 0", 3, "ZeroDivisionError: division by zero"),
    "is no Python": ("x = 1\ny = = 2", 3, "SyntaxError: invalid syntax"),
    "exits": ("raise SystemExit(3)", 2, "SystemExit: 3"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_one_that_fails_keeps_later_ones_from_running_and_each_says_so(
    convert: Convert, kind: str
) -> None:
    source, line, error = FAILURES[kind]
    page = converted(convert, fence(source), fence("print('ran')"), fence("print('ran')"))
    assert page.outputs == []
    assert len(page.problems) == 3
    for problem in page.problems[1:]:
        assert (
            f": it was not run: earlier in session 'a', line {line} ended with {error}; "
            f"mend markdown:{line} first" in problem
        )


def test_one_that_fails_as_it_announces_does_not(convert: Convert) -> None:
    page = converted(
        convert,
        fence("x = 1\n1 / 0", 'session="a" expect_error="ZeroDivisionError"'),
        fence("print(x)"),
    )
    assert page.problems == []
    assert page.outputs == ["1"]


def test_what_is_not_run_is_in_no_session(convert: Convert) -> None:
    page = converted(convert, fence("1 / 0", 'session="a" run="no"'), fence("print(1)"))
    (problem,) = page.problems
    assert 'session has no effect with run="no"' in problem
    assert page.outputs == ["1"]


def test_the_lowered_form_is_only_for_the_first(convert: Convert) -> None:
    lowered = 'session="a" show="code lowered"'
    page = converted(convert, fence(NAP, lowered), fence(USE, lowered))
    (problem,) = page.problems
    assert problem.startswith("markdown:11: the lowered form of a snippet that goes on with a ses")
    assert len(page.soup.select(".wp-lowered")) == 1
    assert "2 polls" in page.soup.select(".wp-where")[1].get_text()


def test_the_backend_of_the_one_that_is_shown_runs_all(convert: Convert) -> None:
    named = NAP.replace("0.001", "60")
    late = USE.replace("0.001", "60")
    simulated = 'session="a" backend="simulated"'
    page = converted(
        convert, fence("import wakepoint"), fence(named, simulated), fence(late, simulated)
    )
    assert page.problems == []
    assert page.outputs == ["slept", "and slept"]


def test_the_longest_time_limit_so_far_holds(convert: Convert) -> None:
    slow = "import time\ntime.sleep(0.6)"
    text = fence(slow, 'session="a" timeout="9"') + fence("print('ran')")
    page = convert(text, wakepoint={"timeout": 0.4})
    assert page.problems == []
    assert page.outputs == ["ran"]


def test_a_process_pool_imports_all_of_it(convert: Convert) -> None:
    works = """
        def work(number):
            return number + 1
    """
    uses = """
        import multiprocessing
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(work, [1, 2]))
    """
    page = converted(convert, fence(works), fence(uses, 'session="a" timeout="30"'))
    assert page.problems == []
    assert page.outputs == ["[2, 3]"]


def test_tabs_and_lists_are_in_the_order_of_the_page(convert: Convert) -> None:
    def tab(name: str, source: str) -> str:
        inside = "".join(f"    {line}\n" for line in fence(source).split("\n"))
        return f'=== "{name}"\n\n{inside}\n'

    page = converted(convert, tab("One", "x = [1]"), tab("Two", "x.append(2)"), fence("print(x)"))
    assert page.problems == []
    assert page.outputs == ["[1, 2]"]


def test_a_whole_page_is_one_by_its_front_matter_and_what_it_includes_is_part_of_it(
    tmp_path: Path,
) -> None:
    config = (
        "site_name: A site\nplugins: [wakepoint]\nmarkdown_extensions:\n"
        "  - pymdownx.superfences\n  - pymdownx.snippets:\n      base_path: [docs]\n"
    )
    pages = {
        "index.md": "---\nwakepoint:\n  session: page\n---\n"
        + fence("x = 1", "")
        + '--8<-- "more.txt"\n\n'
        + fence("print(x)", ""),
        "more.txt": fence("x += 1", "").rstrip() + "\n",
        "other.md": fence("x = 5", 'session="page"') + fence("1 / 0", 'session="page"'),
    }
    write(tmp_path, pages, config)
    built = build(tmp_path)
    assert [tag.get_text() for tag in built.page("").select(".wp-stdout samp")] == ["2"]
    (warning,) = [line for line in built.warnings if "docs/" in line]
    assert warning.startswith(
        "mkdocs_wakepoint: docs/other.md:6: the snippet raised ZeroDivisionError"
    )


@pytest.mark.parametrize("command", ["run", "check"])
def test_commands_know_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = tmp_path / "page.md"
    path.write_text(fence(NAP) + fence(USE) + fence("1 / 0") + fence("2"), encoding="utf-8")
    assert main([command, str(path)]) == 1
    out = capsys.readouterr().out
    assert f"{path.as_posix()}:19: the snippet raised ZeroDivisionError" in out
    assert f"{path.as_posix()}:22: it was not run: earlier in session 'a', line 19 ended" in out
    assert ("and slept" in out) == (command == "run")
    if command == "run":  # the lines of the page
        assert re.search(r"start: main\(\) +12 ", out)
        assert re.search(r"start: nap\(seconds\) +4 ", out)
        assert out.count("not run\n") == 1


def snippet(source: str, *earlier: str) -> Snippet:
    parts = tuple(Snippet(each, Options(), Location("a.md", 1), "b") for each in earlier)
    return Snippet(source, Options(session="a"), Location("a.md", 20), "c", earlier=parts)


def test_a_kept_recording_belongs_to_all_of_the_session() -> None:
    digests = {
        digest(snippet("x\n")),
        digest(snippet("x\n", "a\n")),
        digest(snippet("x\n", "b\n")),
        digest(snippet("x\n", "a\n", "b\n")),
    }
    assert len(digests) == 4


def test_a_page_that_is_converted_again_begins_its_sessions_anew() -> None:
    page = files.Page("a.md", sessions={"a": [snippet("x\n")]})
    assert page.again().sessions == {}


def test_lines_are_counted_through_all_of_them() -> None:
    one = snippet("x\ny\n", "a\n", "b\nc\n")
    assert one.script == "a\nb\nc\nx\ny\n"
    assert one.lines_before == 3
    assert [str(one.at(line)) for line in range(6)] == [
        "a.md:20",
        "a.md:2",
        "a.md:2",
        "a.md:3",
        "a.md:21",
        "a.md:22",
    ]
