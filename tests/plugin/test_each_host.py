"""What builds sites, each in an environment with nothing else; see ``make hosts``."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from bs4 import BeautifulSoup
from tools import hosts
from tools.sites import BARE, ENVIRONMENT, build, write

pytestmark = pytest.mark.hosts

PAGE = """\
# A page

```python wakepoint id="nap"
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)
    return seconds

print(wakepoint.run(nap(0.001)))
```

The run polled it {{wakepoint:nap.polls}} times.

```python wakepoint
1 / 0
```
"""
PAGES = {"index.md": "# A site\n", "page.md": PAGE}
PROBLEM_LINE = re.compile(r"docs/\S+\.md:\d+: .*")
PROBLEM = "docs/page.md:16: the snippet raised ZeroDivisionError: division by zero"

ALONE = "site_name: A site\nmarkdown_extensions:\n  - wakepoint\n"
TOML = '[project]\nsite_name = "A site"\n\n[project.markdown_extensions.wakepoint]\n'

HOSTS = [
    pytest.param("mkdocs", hosts.OLDEST, "mkdocs.yml", BARE, id="the oldest MkDocs"),
    pytest.param("mkdocs", hosts.OLDEST, "mkdocs.yml", ALONE, id="its Markdown alone"),
    pytest.param("properdocs", "properdocs", "properdocs.yml", BARE, id="ProperDocs"),
    pytest.param("properdocs", "properdocs", "mkdocs.yml", BARE, id="ProperDocs, for MkDocs"),
    pytest.param("zensical", "zensical", "zensical.toml", TOML, id="Zensical"),
    pytest.param("zensical", "zensical", "mkdocs.yml", ALONE, id="Zensical, for MkDocs"),
]
each = pytest.mark.parametrize("host, environment, file, config", HOSTS)


HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "howto" / "own-site.md"


def block(title: str) -> str:
    """The first code block on the page that tells how to begin, by what its title begins with."""
    text = HOW_TO.read_text(encoding="utf-8")
    found = re.search(
        rf'^( *)```+\w+ [^\n]*title="{title}[^\n]*\n(.*?)\n\1```', text, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return f"{dedent(found[2])}\n"


@pytest.mark.parametrize(
    "host, environment, file, head",
    [
        ("mkdocs", hosts.OLDEST, "mkdocs.yml", "site_name: A site\n"),
        ("properdocs", "properdocs", "properdocs.yml", "site_name: A site\n"),
        ("zensical", "zensical", "zensical.toml", '[project]\nsite_name = "A site"\n'),
    ],
)
def test_what_the_how_to_tells_to_write_is_all_there_is_to_write(
    tmp_path: Path, host: str, environment: str, file: str, head: str
) -> None:
    fence = f"```python wakepoint\n{block('Two timers')}```\n"
    write(tmp_path, {"index.md": f"# A site\n\n{fence}"}, head + block(file), file)
    status, output = ran(tmp_path, environment, host, "build", "--strict")
    assert status == 0, output
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    (box,) = BeautifulSoup(html, "html.parser").select(".wp")
    assert box.select("svg")
    assert box.select("table")


def test_a_variable_makes_one_build_of_zensical_fail_as_the_how_to_says(tmp_path: Path) -> None:
    config = block("mkdocs.yml, for Zensical")
    write(tmp_path, PAGES, f"site_name: A site\n{config}")
    for _ in range(2):
        assert ran(tmp_path, "zensical", "zensical", "build")[0] == 0
        status, output = ran(tmp_path, "zensical", "zensical", "build", WAKEPOINT_ON_ERROR="fail")
        assert status == 1
        assert PROBLEM in output
        assert output.splitlines()[-1] == "Error: 1 problem in snippets; see above"


def ran(folder: Path, environment: str, *arguments: str, **variables: str) -> tuple[int, str]:
    """The exit status of a command in an environment, and what it printed."""
    if environment == hosts.OLDEST and not hosts.has_oldest():
        pytest.skip("the oldest packages that we allow are for the oldest Python")
    done = subprocess.run(
        [hosts.python(environment).with_name(arguments[0]), *arguments[1:]],
        cwd=folder,
        env={**ENVIRONMENT, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@each
def test_a_site_shows_in_each_what_it_shows_here(
    tmp_path: Path, host: str, environment: str, file: str, config: str
) -> None:
    (tmp_path / "here").mkdir()
    write(tmp_path / "here", PAGES)
    here = build(tmp_path / "here").page("page")
    (tmp_path / "there").mkdir()
    write(tmp_path / "there", PAGES, config, file)
    status, output = ran(tmp_path / "there", environment, host, "build")
    assert status == 0, output
    assert PROBLEM in output
    html = (tmp_path / "there" / "site" / "page" / "index.html").read_text(encoding="utf-8")
    there = BeautifulSoup(html, "html.parser")
    assert len(here.select(".wp")) == 2
    assert shown(there) == shown(here)


def shown(page: BeautifulSoup) -> list[str]:
    """What is ours in a page, without what is made of it by others."""
    for code in page.select(".wp pre code"):
        code.string = code.get_text()  # Pygments has other names for spaces in each version
    for element in page.select("[data-search-exclude]"):
        del element["data-search-exclude"]  # Zensical takes it away when it has read it
    for downloads in page.select(".wp-downloads"):
        downloads.decompose()  # only MkDocs and ProperDocs publish files
    parts = (str(element) for element in page.select(".wp, .wp-problem"))
    return [re.sub(r"\n+", "\n", each) for each in parts]


@each
def test_check_tells_in_each_what_the_build_does(
    tmp_path: Path, host: str, environment: str, file: str, config: str
) -> None:
    write(tmp_path, PAGES, config, file)
    status, output = ran(tmp_path, environment, "mkdocs-wakepoint", "check", "docs")
    assert status == 1, output
    line, total = output.splitlines()
    assert line.startswith(PROBLEM)
    assert total == "2 snippets in 2 pages, 1 problem"


ACROSS = {
    "a.md": '# A\n\n```python wakepoint id="a"\nprint(1)\n```\n',
    "b.md": "# B\n\n[count: auto polls](a.md#wp-a)\n\n"
    "```wakepoint-compare\nsnippets: a.md#a\nby: snippet\n```\n",
}


@each
def test_check_lets_a_page_know_of_another_where_the_build_does(
    tmp_path: Path, host: str, environment: str, file: str, config: str
) -> None:
    write(tmp_path, ACROSS, config, file)
    _, output = ran(tmp_path, environment, host, "build")
    built = sorted(PROBLEM_LINE.findall(output))
    _, output = ran(tmp_path, environment, "mkdocs-wakepoint", "check", "docs")
    assert sorted(PROBLEM_LINE.findall(output)) == built
    assert len(built) == (0 if config is BARE else 2)


def test_check_tells_of_a_pipe_that_zensical_would_wait_for(tmp_path: Path) -> None:
    write(tmp_path, PAGES, TOML, "zensical.toml")
    subprocess.run(["mkfifo", tmp_path / "docs" / "pipe.md"], check=True)
    status, output = ran(tmp_path, "zensical", "mkdocs-wakepoint", "check", "docs")
    assert status == 1
    assert "docs/pipe.md:1: it is a named pipe" in output
    assert "3 pages, 2 problems" in output


@pytest.mark.parametrize(
    "environment, other",
    [("properdocs", "mkdocs"), ("zensical", "mkdocs"), ("zensical", "properdocs")],
)
def test_nothing_of_ours_brings_another_host(environment: str, other: str) -> None:
    find = f"import importlib.util; print(importlib.util.find_spec({other!r}))"
    command = [str(hosts.python(environment)), "-c", find]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "None\n"


def test_check_says_that_zensical_ignores_the_plugin_of_a_site_for_mkdocs(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    status, output = ran(tmp_path, "zensical", "mkdocs-wakepoint", "check", "docs")
    assert status == 1
    assert "mkdocs.yml does not list wakepoint under markdown_extensions" in output
