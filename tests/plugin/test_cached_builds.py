"""Builds that find their snippets in the cache: what they run, what they say, what they publish."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.dot import Dot
from tools.sites import BARE, Built, build, write

SNIPPET = """\
import wakepoint

async def main() -> None:
    await wakepoint.sleep(0)
    print("{}")

wakepoint.run(main(), backend="simulated")
"""


def fence(text: str, options: str = "", source: str = SNIPPET) -> str:
    return f"```python wakepoint {options}\n{source.format(text)}```\n"


PAGES = {
    "index.md": "# Home\n\n" + fence("first", 'id="first"') + "\n" + fence("second", 'id="second"'),
    "kinds.md": "# Kinds\n\n"
    + fence("shown", 'id="all" show="code output machine table timeline lowered kernel"')
    + "\n"
    + fence("not run", 'run="no"')
    + "\n```wakepoint-compare\nsnippets: index.md#first, index.md#second\nby: snippet\n```\n"
    + "\nIt is [count: auto polls](index.md#wp-first) polls, in a list:\n\n"
    + "- and `code`\n",
    "wrong.md": "# Wrong\n\n" + fence("", 'id="wrong"', "import wakepoint\n\n1 / 0\n"),
}


def said(built: Built) -> tuple[int, int]:
    """How many snippets were run, and how many came from the cache."""
    [line] = [line for line in built.log if "from the cache" in line]
    match = re.search(r"(\d+) run, (\d+) from the cache", line)
    assert match is not None
    return int(match[1]), int(match[2])


def published(built: Built) -> dict[str, bytes]:
    files = [path for path in built.folder.rglob("*") if path.is_file()]
    return {path.relative_to(built.folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path, PAGES)
    return tmp_path


def test_a_site_from_the_cache_is_the_same_to_the_byte(site: Path) -> None:
    cold, warm = build(site, into="cold"), build(site, into="warm")
    assert (said(cold), said(warm)) == ((4, 0), (0, 4))
    assert published(cold) == published(warm)
    assert cold.warnings == warm.warnings
    assert len(warm.warnings) == 1


def test_only_what_was_changed_runs(site: Path) -> None:
    build(site)
    text = PAGES["index.md"].replace("second", "another")
    write(site, {"index.md": text})
    built = build(site)
    assert said(built) == (1, 3)
    assert "another" in built.page("").select_one("#wp-another samp").text  # type: ignore[union-attr]


def test_a_problem_is_told_again_where_it_stands_now(site: Path) -> None:
    assert "docs/wrong.md:6" in build(site).warnings[0]
    write(site, {"wrong.md": PAGES["wrong.md"].replace("# Wrong", "# Wrong\n\nIt moved.")})
    built = build(site)
    assert said(built) == (0, 4)
    assert "docs/wrong.md:8" in built.warnings[0]
    assert "docs/wrong.md:8" in built.page("wrong").select_one(".wp-problem").text  # type: ignore[union-attr]
    assert build(site, "--strict").status == 1


@pytest.mark.parametrize("source", ["import os\n\nos._exit(1)\n", "import not_yet_there\n"])
def test_what_may_end_otherwise_the_next_time_is_not_kept(tmp_path: Path, source: str) -> None:
    write(tmp_path, {"index.md": fence("", source=source) + "\n" + fence("kept")})
    build(tmp_path)
    assert said(build(tmp_path)) == (1, 1)


def test_an_announced_time_out_is_kept_and_one_that_is_not_is_no_answer_to_it(
    tmp_path: Path,
) -> None:
    options = 'timeout="0.3" expect_error="TimeoutError"'
    write(tmp_path, {"index.md": fence("", options, "while True: pass\n")})
    assert said(build(tmp_path)) == (1, 0)
    assert said(build(tmp_path, "--strict")) == (0, 1)
    write(tmp_path, {"index.md": fence("", 'timeout="0.3"', "while True: pass\n")})
    assert said(build(tmp_path)) == (1, 0)


def test_a_setting_that_matters_for_a_run_makes_it_another(site: Path) -> None:
    build(site)
    write(site, {}, f"{BARE.replace('- wakepoint', '- wakepoint:')}      timeout: 9\n")
    assert said(build(site)) == (4, 0)
    write(
        site,
        {},
        f"{BARE.replace('- wakepoint', '- wakepoint:')}      timeout: 9\n      concurrency: 1\n",
    )
    assert said(build(site)) == (0, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_another_graphviz_draws_anew_and_runs_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": fence("first") + "\n" + fence("second")})

    def drawings(**environment: str) -> int:
        assert sum(said(build(tmp_path, **environment))) == 2
        return len([*(tmp_path / ".cache/wakepoint/drawings").iterdir()])

    assert drawings(PATH="") == 2
    Dot(tmp_path, "9.8.7")
    assert drawings(PATH=str(tmp_path)) == 4
    assert drawings(PATH=str(tmp_path)) == 4
    program = Dot(tmp_path, "9.8.70")  # the file has changed, which is seen
    assert drawings(PATH=str(tmp_path)) == 6
    assert program.layouts > 0
    assert said(build(tmp_path, PATH=str(tmp_path))) == (0, 2)
    assert drawings(PATH="") == 6


def test_without_the_cache_everything_runs(site: Path) -> None:
    write(site, {}, f"{BARE.replace('- wakepoint', '- wakepoint:')}      cache: false\n")
    build(site)
    assert said(build(site)) == (4, 0)
    assert not (site / ".cache").exists()


def test_the_folder_can_be_chosen(site: Path) -> None:
    write(site, {}, f"{BARE.replace('- wakepoint', '- wakepoint:')}      cache_dir: kept/here\n")
    build(site)
    assert (site / "kept/here/CACHEDIR.TAG").exists()
    assert not (site / ".cache").exists()


def test_a_damaged_entry_is_made_again(site: Path) -> None:
    cold = build(site, into="cold")
    for path in (site / ".cache/wakepoint").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1])
    built = build(site, into="again")
    assert said(built) == (4, 0)
    assert published(cold) == published(built)


def test_a_folder_that_cannot_be_written_is_one_line(site: Path) -> None:
    (site / ".cache").write_text("in the way", encoding="utf-8")
    built = build(site)
    assert said(built) == (4, 0)
    assert len([line for line in built.log if ".cache/wakepoint" in line]) == 1
    assert len(built.warnings) == 1  # which is about wrong.md


def test_quiet_says_nothing_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": fence("quiet")})
    assert build(tmp_path, "--quiet").log == []


def test_verbose_names_the_slowest(tmp_path: Path) -> None:
    source = "import time\n\ntime.sleep(0.2)\n"
    write(tmp_path, {"index.md": fence("fast") + "\n" + fence("", source=source)})
    [line] = [line for line in build(tmp_path, "--verbose").log if "slowest snippets" in line]
    assert line.partition("snippets: ")[2].startswith("docs/index.md:11 ")
    assert not [line for line in build(tmp_path, "--verbose").log if "slowest snippets" in line]


def test_two_builds_at_once_share_the_folder(site: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]
    with (
        subprocess.Popen([*command, "one"], cwd=site, stderr=subprocess.DEVNULL) as one,
        subprocess.Popen([*command, "two"], cwd=site, stderr=subprocess.DEVNULL) as two,
    ):
        assert (one.wait(), two.wait()) == (0, 0)
    pages = [page.relative_to(site / "one") for page in (site / "one").rglob("*.html")]
    for page in pages:
        shown = [
            re.sub("<!--.*?-->", "", (site / each / page).read_text("utf-8"), flags=re.DOTALL)
            for each in ("one", "two")
        ]
        assert shown[0] == shown[1]
    assert said(build(site)) == (0, 4)


def test_a_module_of_the_author_s_is_part_of_what_ran(site: Path) -> None:
    (site / "code").mkdir()
    module = site / "code" / "authors_own.py"
    module.write_text("NAME = 'before'\n", encoding="utf-8")
    os.utime(module, (1_600_000_000, 1_600_000_000))
    source = "import authors_own\n\nprint(authors_own.NAME)\n"
    config = f"{BARE.replace('- wakepoint', '- wakepoint:')}      sandbox: 'off'\n"
    write(site, {"own.md": fence("", 'id="own"', source)}, config)  # in it, /tmp is another one
    environment = {"PYTHONPATH": str(site / "code")}
    assert said(build(site, **environment)) == (5, 0)
    assert said(build(site, **environment)) == (0, 5)
    module.write_text("NAME = 'after'\n", encoding="utf-8")
    built = build(site, **environment)
    assert said(built) == (1, 4)
    assert "after" in built.page("own").select_one("#wp-own samp").text  # type: ignore[union-attr]
