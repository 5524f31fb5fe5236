"""The snippets of Markdown pages as tests of pytest."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.sites import BARE, write

pytest_plugins = ["pytester"]

HOW_TO = Path(__file__).parents[2] / "docs" / "howto" / "test-your-snippets.md"
ADDS = "print('before')\nassert 1 + 1 == 2"
PAGE = f"""\
# A page

```python wakepoint title="It adds"
{ADDS}
```

```python wakepoint
def divide():
    return 1 / 0
print("about to divide")
divide()
```

```python wakepoint title="It fails as it should" expect_error="ZeroDivisionError"
1 / 0
```

```python wakepoint title="Shown only" run="no"
1 / 0
```
"""


@pytest.fixture
def site(pytester: pytest.Pytester) -> Path:
    write(pytester.path, {"index.md": PAGE, "other.md": fence("print(1)", 'title="Other"')})
    return pytester.path


def fence(source: str, options: str = "") -> str:
    return f"```python wakepoint {options}\n{source}\n```\n"


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("--wakepoint", "-p", "no:cacheprovider", *arguments)


def test_each_fence_is_a_test_with_its_title_or_line(pytester: pytest.Pytester, site: Path) -> None:
    ran = run(pytester, "docs", "--collect-only", "-q")
    ran.stdout.fnmatch_lines(
        [
            "docs/index.md::It adds",
            "docs/index.md::line 8",
            "docs/index.md::It fails as it should",
            "docs/index.md::Shown only",
            "docs/other.md::Other",
        ],
        consecutive=True,
    )


def test_a_failure_shows_the_problem_the_author_s_lines_and_what_was_written(
    pytester: pytest.Pytester, site: Path
) -> None:
    ran = run(pytester, "docs", "-rs")
    ran.assert_outcomes(passed=3, failed=1, skipped=1)
    ran.stdout.fnmatch_lines(
        [
            "*line 8*",
            "docs/index.md:10: the snippet raised ZeroDivisionError: division by zero; mend it*",
            "    line 12, in <module>",
            "        divide()",
            "    line 10, in divide",
            "        return 1 / 0",
            "    ZeroDivisionError: division by zero",
            "*Captured stdout call*",
            "about to divide",
            'SKIPPED*docs/index.md: run="no"',
        ]
    )


def test_expectations_are_asserts(pytester: pytest.Pytester) -> None:
    source = "import wakepoint\nwakepoint.run(wakepoint.sleep(0))"
    pages = {
        "index.md": fence(source, 'expect="polls=9 tasks=1"')
        + fence("1", 'expect_error="ValueError"')
        + fence(source, 'expect="tasks=1"')
    }
    write(pytester.path, pages)
    ran = run(pytester, "docs")
    ran.assert_outcomes(passed=1, failed=2)
    ran.stdout.fnmatch_lines(
        [
            "docs/index.md:1: expected polls=9 and counted *",
            "docs/index.md:5: the snippet was to raise ValueError and did not raise; *",
        ]
    )


def test_what_is_wrong_with_a_fence_or_page_fails(pytester: pytest.Pytester) -> None:
    pages = {
        "index.md": fence("1", 'shw="code"')
        + fence("1", 'run="no" timeout="3"')
        + "\n```wakepoint\n1\n```\n\n"
        + "```wakepoint-compare\nby: moon\nsnippets: a\n```\n\n"
        + "- ```python wakepoint\n  1\n  ```\n",
    }
    write(pytester.path, pages)
    ran = run(pytester, "docs")
    ran.assert_outcomes(failed=5)
    ran.stdout.fnmatch_lines(
        [
            "docs/index.md:1: there is no option 'shw'; write show",
            'docs/index.md:4: timeout has no effect with run="no"; *',
            "docs/index.md:8: this fence's header names wakepoint but *",
            "docs/index.md:13: by='moon' cannot be; *",
            "docs/index.md:17: this is not recognised as a fence; *",
        ]
    )


def test_one_test_can_be_asked_for_by_its_name_or_its_words(
    pytester: pytest.Pytester, site: Path
) -> None:
    named = run(pytester, "docs/index.md::It adds", "docs/index.md::line 8")
    named.assert_outcomes(passed=1, failed=1)
    run(pytester, "docs", "-x", "-k", "line or Other").assert_outcomes(failed=1, deselected=3)


def test_the_last_failed_can_be_run_again(pytester: pytest.Pytester, site: Path) -> None:
    pytester.runpytest_subprocess("--wakepoint", "docs").assert_outcomes(
        passed=3, failed=1, skipped=1
    )
    pytester.runpytest_subprocess("--wakepoint", "docs", "--lf").assert_outcomes(failed=1)


def test_xdist_parts_them(pytester: pytest.Pytester, site: Path) -> None:
    ran = pytester.runpytest_subprocess("--wakepoint", "docs", "-n", "2")
    ran.assert_outcomes(passed=3, failed=1, skipped=1)


def test_without_the_option_nothing_is_collected(pytester: pytest.Pytester, site: Path) -> None:
    assert pytester.runpytest_subprocess("docs").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_unused_it_imports_nothing_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_it():
            ours = [n for n in sys.modules if n.partition(".")[0] in ("mkdocs_wakepoint", "mkdocs")]
            assert sorted(ours) == ["mkdocs_wakepoint", "mkdocs_wakepoint.pytest_plugin"]
            assert not any(name.startswith("wakepoint.") for name in sys.modules)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_python_tests_beside_the_pages_are_collected_as_ever(
    pytester: pytest.Pytester, site: Path
) -> None:
    pytester.makepyfile("def test_it(): pass")
    run(pytester, ".", "-k", "test_it or adds").assert_outcomes(passed=2, deselected=4)


def test_a_page_that_is_in_no_site_is_read_as_it_is(pytester: pytest.Pytester) -> None:
    (pytester.path / "README.md").write_text(PAGE, encoding="utf-8")
    ran = run(pytester, "README.md")
    ran.assert_outcomes(passed=2, failed=1, skipped=1)


def test_a_site_below_the_folder_that_is_asked_for_is_found(pytester: pytest.Pytester) -> None:
    below = pytester.path / "website"
    below.mkdir()
    included = "pymdownx.snippets:\n      base_path: [!relative $config_dir/docs]\n"
    config = f"{BARE}markdown_extensions:\n  - {included}"
    pages = {
        "index.md": '```python wakepoint title="Filled"\n--8<-- "file.txt"\n```\n',
        "file.txt": "x = 1\n1 / 0\n",
    }
    write(below, pages, config)
    ran = run(pytester, ".")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["docs/file.txt:2: the snippet raised ZeroDivisionError*"])


def test_a_site_that_cannot_be_is_one_line(pytester: pytest.Pytester) -> None:
    write(pytester.path, {"index.md": PAGE}, "site_name: A\nplugins:\n  - no-such-plugin\n")
    ran = run(pytester, "docs")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*mkdocs.yml: *no-such-plugin*"])
    assert "Traceback" not in ran.stdout.str()


def test_a_backend_that_is_not_here_is_skipped(pytester: pytest.Pytester) -> None:
    other = "iocp" if sys.platform != "win32" else "epoll"
    write(pytester.path, {"index.md": fence("print(1)", f'backend="{other}"')})
    ran = run(pytester, "docs", "-rs")
    ran.assert_outcomes(skipped=1)
    ran.stdout.fnmatch_lines([f"*this machine cannot run backend='{other}'*"])


def test_two_of_one_title_have_names_of_their_own(pytester: pytest.Pytester) -> None:
    page = fence("1", 'title="a::b"') + fence("2", 'title="a::b"')
    write(pytester.path, {"index.md": page})
    ran = run(pytester, "docs", "--collect-only", "-q")
    ran.stdout.fnmatch_lines(["docs/index.md::a:b", "docs/index.md::a:b (line 4)"])


def test_a_session_is_run_in_each_of_its_tests(pytester: pytest.Pytester) -> None:
    page = fence("x = 1", 'session="a"') + fence("assert x == 1", 'session="a" title="Second"')
    write(pytester.path, {"index.md": page})
    run(pytester, "docs", "-k", "Second").assert_outcomes(passed=1, deselected=1)


def test_no_process_is_left_when_the_first_failure_ends_the_tests(
    pytester: pytest.Pytester,
) -> None:
    page = fence("1 / 0") + fence("import time\ntime.sleep(600)", 'timeout="900"')
    write(pytester.path, {"index.md": page})
    ran = pytester.runpytest_subprocess("--wakepoint", "docs", "-x", timeout=60)
    ran.assert_outcomes(failed=1)


def test_what_the_how_to_shows_passes(pytester: pytest.Pytester) -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    shown = re.findall(
        r'^```python title="(test_\w+)\.py"\n(.*?)^```', text, re.DOTALL | re.MULTILINE
    )
    pytester.makepyfile(**dict(shown))
    ran = pytester.runpytest_subprocess()
    ran.assert_outcomes(passed=len(shown))
    assert len(shown) == 2


def test_the_how_to_is_itself_such_a_test(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--wakepoint", "-v", "-o", "cache_dir=c", str(HOW_TO))
    ran.assert_outcomes(passed=1)
    ran.stdout.fnmatch_lines(["*test-your-snippets.md::Two timers PASSED*"])


def test_the_entry_point_is_there() -> None:
    program = (
        "import json; from importlib.metadata import entry_points; "
        "print(json.dumps([e.value for e in entry_points(group='pytest11')]))"
    )
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "mkdocs_wakepoint.pytest_plugin" in json.loads(ran.stdout)
