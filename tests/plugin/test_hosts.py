"""The fence under whatever converts Markdown: a new project, the extension alone, Zensical."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from tools.sites import ENVIRONMENT, build, write

ALONE = "site_name: A site\nmarkdown_extensions:\n  - wakepoint:\n      timeout: 9\n"

NAP = """\
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)

wakepoint.run(nap(0.001))
print("woke")
"""

# Two problems, in line 5 and in line 11.
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
        "docs/page.md:3: there is no option 'tiemout'",
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


def test_zensical_fails_where_the_site_says_that_problems_do(tmp_path: Path) -> None:
    config = ALONE.replace("timeout: 9", "on_error: fail")
    write(tmp_path, {"index.md": "# A site\n", "page.md": PAGE}, config)
    ran = run("zensical", "build", cwd=tmp_path)
    assert ran.returncode != 0
    assert "docs/page.md:12: the snippet raised ZeroDivisionError" in ran.stderr


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
        "docs/blog/posts/a.md:4: there is no option 'tiemout'",
        "docs/blog/posts/a.md:13: the snippet raised ZeroDivisionError: division by zero",
    ]
    (excerpt,) = built.page("blog").select(".wp")
    assert "before the end" in excerpt.get_text()
    assert len(built.page("blog/2024/01/31/a-page").select(".wp")) == 2
    assert not built.page("blog").select("[data-wp]")
