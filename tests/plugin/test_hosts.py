"""The fence under whatever converts Markdown: MkDocs, ProperDocs, Zensical, the extension alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup
from tools.sites import BARE, ENVIRONMENT, build, write

from mkdocs_wakepoint.cli import main
from mkdocs_wakepoint.extension import SnippetError
from mkdocs_wakepoint.site import hosts

ALONE = "site_name: A site\nmarkdown_extensions:\n  - wakepoint:\n      timeout: 9\n"

NAP = """\
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)

wakepoint.run(nap(0.001))
print("woke")
"""

# Two problems, in line 5 and in line 12.
PAGE = f"""\
---
title: A page
wakepoint:
  show: output
  tiemout: 3
---

# A page

```python wakepoint
print("before the end")
1 / 0
```

```python wakepoint id="nap" show="code machine table"
{NAP}```
"""


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def problems(output: str) -> list[str]:
    """The lines about a page, without what stands before its name."""
    return [line[line.index("docs/") :] for line in output.splitlines() if "docs/page.md" in line]


def expect_page(html: str) -> None:
    """What each of them has to make of the page above."""
    page = BeautifulSoup(html, "html.parser")
    first, second = page.select(".wp")
    assert "before the end" in first.get_text()
    assert "print(" not in first.get_text()
    assert second["id"] == "wp-nap"
    assert second.select("svg")
    assert second.select("table")
    assert len(page.select(".wp-problem")) == 2


def expect_told(lines: list[str]) -> None:
    assert [line.partition(";")[0] for line in lines] == [
        "docs/page.md:5: there is no option 'tiemout'",
        "docs/page.md:12: the snippet raised ZeroDivisionError: division by zero",
    ]


def test_in_a_new_project_the_plugin_is_all_there_is_to_list(tmp_path: Path) -> None:
    assert run("mkdocs", "new", ".", cwd=tmp_path).returncode == 0
    with (tmp_path / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write("plugins:\n  - wakepoint\n")
    with (tmp_path / "docs" / "index.md").open("a", encoding="utf-8") as index:
        index.write(f"\n```python wakepoint\n{NAP}```\n")
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    (box,) = built.page("").select(".wp")
    assert "woke" in box.get_text()
    assert box.select("svg")


def test_the_plugin_in_mkdocs(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A site\n", "page.md": PAGE})
    built = build(tmp_path, "--strict")
    assert built.status != 0
    expect_told(problems("\n".join(built.log)))
    expect_page((built.folder / "page" / "index.html").read_text(encoding="utf-8"))


def test_the_extension_alone_in_mkdocs(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A site\n", "page.md": PAGE}, ALONE)
    built = build(tmp_path, "--strict")
    assert built.status != 0
    expect_told(problems("\n".join(built.log)))
    assert "Aborted with 2 warnings in strict mode!" in "\n".join(built.log)
    expect_page((built.folder / "page" / "index.html").read_text(encoding="utf-8"))


def test_zensical(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A site\n", "page.md": PAGE}, ALONE)
    ran = run("zensical", "build", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    expect_told(problems(ran.stderr))
    expect_page((tmp_path / "site" / "page" / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("config", [BARE, ALONE], ids=["plugin", "extension"])
def test_properdocs_makes_of_a_page_what_mkdocs_makes(tmp_path: Path, config: str) -> None:
    pages = {"index.md": "# A site\n", "page.md": PAGE}
    (tmp_path / "mkdocs").mkdir()
    write(tmp_path / "mkdocs", pages, config)
    theirs = build(tmp_path / "mkdocs")
    (tmp_path / "properdocs").mkdir()
    write(tmp_path / "properdocs", pages, f"{config}theme: mkdocs\n", "properdocs.yml")
    built = build(tmp_path / "properdocs", "--strict", host="properdocs")
    assert built.status != 0
    expect_told(problems("\n".join(built.log)))
    assert built.page("page").select(".wp, .wp-problem") == theirs.page("page").select(
        ".wp, .wp-problem"
    )


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Our command, in a process where nothing that builds sites is loaded yet."""
    start = "import sys; from mkdocs_wakepoint.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_reads_the_site_of_properdocs(tmp_path: Path) -> None:
    config = "site_name: A site\ndocs_dir: pages\ntheme: mkdocs\nplugins:\n  - wakepoint\n"
    write(
        tmp_path,
        {"../pages/index.md": "# A site\n", "../pages/page.md": PAGE},
        config,
        "properdocs.yml",
    )
    ran = command(tmp_path, "check", "pages")
    assert ran.returncode == 1, ran.stderr
    *lines, total = ran.stdout.splitlines()
    expect_told([line.replace("pages/", "docs/") for line in lines])
    assert total == "2 snippets in 2 pages, 2 problems"
    assert ran.stderr == ""


ONE_PROBLEM = "# A page\n\n```python wakepoint\n1 / 0\n```\n"
FAILS = "site_name: A site\ntheme: mkdocs\n"


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
@pytest.mark.parametrize("under", ["plugins", "markdown_extensions"])
def test_a_problem_that_ends_the_build_is_a_line_and_no_traceback(
    tmp_path: Path, host: str, under: str
) -> None:
    config = f"{FAILS}{under}:\n  - wakepoint:\n      on_error: fail\n"
    write(tmp_path, {"index.md": "# A site\n", "page.md": ONE_PROBLEM}, config)
    built = build(tmp_path, host=host)
    assert built.status == 1
    lines = [line for line in built.log if "ZeroDivisionError" in line]
    assert len(lines) == 1, built.log
    assert "docs/page.md:4: the snippet raised ZeroDivisionError" in lines[0]
    assert "1 problem in snippets; see above" in "\n".join(built.log)
    assert "Traceback" not in "\n".join(built.log)


def test_zensical_fails_on_each_build_until_the_snippet_is_mended(tmp_path: Path) -> None:
    config = ALONE.replace("timeout: 9", "on_error: fail")
    good = f"# A site\n\n```python wakepoint\n{NAP}```\n"
    pages = {"index.md": good, "page.md": ONE_PROBLEM, "z.md": ONE_PROBLEM}
    write(tmp_path, pages, config)
    for _ in range(2):
        ran = run("zensical", "build", cwd=tmp_path)
        assert ran.returncode == 1
        lines = ran.stderr.splitlines()
        assert [line.partition(";")[0] for line in lines if "docs/" in line] == [
            "docs/page.md:4: the snippet raised ZeroDivisionError: division by zero",
            "docs/z.md:4: the snippet raised ZeroDivisionError: division by zero",
        ]
        assert lines[-1] == "Error: 2 problems in snippets; see above"
        assert "Traceback" not in ran.stderr
        assert "woke" in (tmp_path / "site" / "index.html").read_text("utf-8")
    write(tmp_path, {"page.md": good, "z.md": good}, config)
    mended = run("zensical", "build", cwd=tmp_path)
    assert mended.returncode == 0, mended.stderr
    assert "docs/" not in mended.stderr


def test_a_site_of_zensical_that_is_strict_fails_on_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A site\n", "page.md": ONE_PROBLEM}, f"{ALONE}strict: true\n")
    for _ in range(2):
        ran = run("zensical", "build", cwd=tmp_path)
        assert ran.returncode == 1
        assert ran.stderr.splitlines()[-1] == "Error: 1 problem in snippets; see above"


def test_a_setting_that_cannot_be_is_a_line_in_zensical(tmp_path: Path) -> None:
    config = ALONE.replace("timeout: 9", "timeout: soon")
    write(tmp_path, {"index.md": "# A site\n"}, config)
    ran = run("zensical", "build", cwd=tmp_path)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    last = ran.stderr.splitlines()[-1]
    assert last == "Error: wakepoint: timeout: 'soon' is not a number from 0.1 up"


def test_zensical_shows_the_errors_of_others_as_before(tmp_path: Path) -> None:
    config = "site_name: A site\nmarkdown_extensions:\n  - wakepoint:\n      on_error: fail\n"
    (tmp_path / "other.py").write_text(
        "from markdown.extensions import Extension\n"
        "class Other(Extension):\n"
        "    def extendMarkdown(self, md):\n"
        "        if md.preprocessors['rendering_context'].page.path == 'a.md':\n"
        "            raise ValueError('of another')\n"
        "def makeExtension(**settings): return Other(**settings)\n",
        encoding="utf-8",
    )
    write(
        tmp_path,
        {"index.md": "# A site\n", "a.md": "# A\n", "page.md": ONE_PROBLEM},
        f"{config}  - other\n",
    )
    ran = subprocess.run(
        [sys.executable, "-m", "zensical", "build"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "ValueError: of another" in ran.stderr
    assert "Traceback" in ran.stderr


def test_alone_the_error_has_the_lines_and_nothing_is_chained_to_it() -> None:
    settings = {"wakepoint": {"on_error": "fail"}}
    with pytest.raises(SnippetError) as raised:
        markdown.markdown(ONE_PROBLEM * 2, extensions=["wakepoint"], extension_configs=settings)
    lines = str(raised.value).splitlines()
    assert [line.partition(";")[0] for line in lines] == [
        "markdown:4: the snippet raised ZeroDivisionError: division by zero",
        "markdown:9: the snippet raised ZeroDivisionError: division by zero",
    ]
    assert raised.value.__cause__ is raised.value.__context__ is None


TOML = """\
[project]
site_name = "A site"
docs_dir = "pages"
exclude_docs = "drafts/"

[project.markdown_extensions.wakepoint]
timeout = 0.5
"""

SLOW = "```python wakepoint\nimport time\n\ntime.sleep(30)\n```\n"


def test_check_reads_a_site_of_zensical_as_its_build_does(tmp_path: Path) -> None:
    pages = {
        "../pages/index.md": f"# A site\n\n{SLOW}",
        "../pages/page.md": PAGE,
        "../pages/drafts/a.md": ONE_PROBLEM,
    }
    write(tmp_path, pages, TOML, "zensical.toml")
    built = run("zensical", "build", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    told = [line for line in built.stderr.splitlines() if "pages/" in line]
    ran = command(tmp_path, "check", "pages")
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.splitlines() == [*told, "3 snippets in 2 pages, 3 problems"]
    assert "0.5" in told[0]
    assert ran.stderr == ""
    one = command(tmp_path, "check", "pages/page.md")
    assert one.stdout.splitlines()[:-1] == told[1:]


def test_check_says_that_zensical_ignores_a_plugin(tmp_path: Path) -> None:
    listed = '[project]\nsite_name = "A site"\n\n[project.plugins.wakepoint]\n'
    write(tmp_path, {"index.md": ONE_PROBLEM}, listed, "zensical.toml")
    assert run("zensical", "build", cwd=tmp_path).returncode == 0
    assert "wp-problem" not in (tmp_path / "site" / "index.html").read_text("utf-8")
    ran = command(tmp_path, "check", "docs")
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert "zensical.toml does not list wakepoint under markdown_extensions" in line
    assert "a build runs no snippet, since Zensical ignores plugins of MkDocs" in line


def test_a_site_of_which_the_configuration_cannot_be_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A\n"}, "[project]\n", "zensical.toml")
    ran = command(tmp_path, "check", "docs")
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert "zensical.toml: Missing required setting: site_name" in line


@pytest.mark.parametrize("name", ["mkdocs.yml", "properdocs.yaml", "zensical.toml"])
def test_a_site_that_nothing_here_builds_says_what_to_install(
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path, {"index.md": "# A\n"}, TOML.replace("pages", "docs"), name)
    monkeypatch.setattr(hosts, "installed", lambda host: False)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "docs"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"pip install 'mkdocs-wakepoint[{name.partition('.')[0]}]'" in line


@pytest.mark.parametrize(
    "number, usable", [("1.5.3", False), ("1.6", True), ("1.6.1", True), ("2.0a1", False)]
)
def test_mkdocs_is_there_in_the_versions_that_call_plugins(
    number: str, usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "version", lambda name: number)
    assert hosts.installed("mkdocs") == usable


def test_zensical_beside_the_plugins_of_mkdocs_that_it_ignores(tmp_path: Path) -> None:
    config = f"{ALONE}plugins:\n  - search\n  - wakepoint\n"
    write(tmp_path, {"index.md": f"# A site\n\n```python wakepoint\n{NAP}```\n"}, config)
    ran = run("zensical", "build", "--strict", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    page = BeautifulSoup((tmp_path / "site" / "index.html").read_text("utf-8"), "html.parser")
    (box,) = page.select(".wp")
    assert "woke" in box.get_text()


def test_markdowns_own_command(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"```python wakepoint\n{NAP}```\n", encoding="utf-8")
    ran = run("markdown", "-x", "wakepoint", "a.md", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (box,) = BeautifulSoup(ran.stdout, "html.parser").select(".wp")
    assert "woke" in box.get_text()


def test_a_post_and_its_excerpts_show_one_run(tmp_path: Path) -> None:
    config = "site_name: A site\ntheme: material\nplugins:\n  - blog\n  - wakepoint\n"
    post = PAGE.replace("title:", "date: 2024-01-31\ntitle:").replace(
        "```python wakepoint id", "<!-- more -->\n\n```python wakepoint id"
    )
    pages = {"index.md": "# A site\n", "blog/index.md": "# Posts\n", "blog/posts/a.md": post}
    write(tmp_path, pages, config)
    built = build(tmp_path)
    lines = [line for line in built.warnings if "docs/" in line]
    assert [line[line.index("docs/") :].partition(";")[0] for line in lines] == [
        "docs/blog/posts/a.md:6: there is no option 'tiemout'",
        "docs/blog/posts/a.md:13: the snippet raised ZeroDivisionError: division by zero",
    ]
    (excerpt,) = built.page("blog").select(".wp")
    assert "before the end" in excerpt.get_text()
    assert len(built.page("blog/2024/01/31/a-page").select(".wp")) == 2
    assert not built.page("blog").select("[data-wp]")
