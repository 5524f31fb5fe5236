"""The commands see of a site what its build sees."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tools.sites import BARE, build, write

from mkdocs_wakepoint.cli import main

SNIPPETS = f"{BARE}markdown_extensions:\n  - pymdownx.snippets:\n      base_path: [inc]\n"
PLUGIN = f"{BARE}hooks: [hook.py]\n"
ALONE = (
    "site_name: A site\nmarkdown_extensions:\n  - wakepoint:\n      timeout: 9\n"
    "  - pymdownx.snippets:\n      base_path: [inc]\n"
)

HOOK = r"""
from mkdocs.structure.files import File

def on_files(files, config):
    text = "# Made\n\n```python wakepoint\nprint('made')\n{}```\n"
    files.append(File.generated(config, "made.md", content=text.format(BAD)))

def on_page_markdown(markdown, **_):
    print("a plugin may print")
    return markdown.replace("{{ value }}", "7").replace("{{ fence }}", FENCE)

BAD = ""
FENCE = "```python wakepoint\nprint('by a macro')\n```"
"""

NAP = "import wakepoint\nwakepoint.run(wakepoint.sleep(0.001))\n"

FILES = {
    "inc/good.py": f'{NAP}print("from a file")\n',
    "inc/bad.py": "x = 1\n1 / 0\n",
    "inc/fence.md": "# Included\n\n```python wakepoint\n1 / 0\n```\n",
    "hook.py": HOOK,
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def fence(source: str, header: str = "") -> str:
    return f"# A page\n\n```python wakepoint {header}\n{source}\n```\n"


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """The exit status of ``check``, the problems that it prints, and what it says beside."""
    status = main(["check", "--format", "text", *(arguments or ("docs",))])
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    if status != 2:
        assert re.fullmatch(r"\d+ snippets? in \d+ pages?, \d+ problems?", lines.pop())
    # Not every system that these tests run on has a sandbox.
    said = [line for line in printed.err.splitlines(True) if "without a sandbox" not in line]
    return status, lines, "".join(said)


SOUND = {
    "code from a file": (SNIPPETS, fence('--8<-- "good.py"')),
    "code from a file, without the plugin": (ALONE, fence('--8<-- "good.py"')),
    "a value from a hook": (PLUGIN, fence("assert {{ value }} == 7")),
    "a fence from a hook": (PLUGIN, "{{ fence }}"),
    "the site's time limit": (
        f"{BARE[:-1]}:\n      timeout: 30\n",
        fence("import time; time.sleep(5.2)"),
    ),
    "only a fence that is shown": (BARE, f"````\n{fence('1 / 0')}\n````\n"),
}


@pytest.mark.parametrize("what", SOUND)
def test_of_a_sound_site_check_says_nothing(
    site: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    config, page = SOUND[what]
    write(site, {"index.md": page}, config)
    status, printed, _ = checked(capsys)
    assert (status, printed) == (0, [])


IN_A_FILE = {
    "index.md": "# A site\n",
    "code.md": fence('--8<-- "bad.py"'),
    "fence.md": '# A page\n\n--8<-- "fence.md"\n',
}
# What a site consists of, and the number of its problems.
BROKEN = {
    "pages": (
        BARE,
        {
            "index.md": "# A site\n",
            "header.md": fence("1", "titel='A'"),
            "list.md": "- ```python wakepoint\n  1\n  ```\n",
            "matter.md": f"---\nwakepoint:\n  shw: code\n---\n{fence('1')}",
            "comparison.md": "# A page\n\n```wakepoint-compare\nsnippets: nobody\n```\n",
            "quote.md": "# A page\n\nIt took [count: auto polls](#wp-nobody) polls.\n",
            "expectation.md": fence("1", 'expect="polls=3"'),
            "sub/page.md": fence("1 / 0"),
        },
        7,
    ),
    "files": (SNIPPETS, IN_A_FILE, 2),
    "files, without the plugin": (ALONE, IN_A_FILE, 2),
    "a hook's": (
        PLUGIN,
        {"index.md": "# A site\n", "page.md": fence("x = {{ value }}\n1 / 0")},
        2,
    ),
    "an excluded page": (
        f"{BARE}exclude_docs: hidden.md\n",
        {"index.md": "# A page\n", "hidden.md": fence("1 / 0")},
        0,
    ),
    "another folder": (f"{BARE}docs_dir: text\n", {"../text/index.md": fence("1 / 0")}, 1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_check_prints_the_lines_of_the_build(
    site: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    config, pages, count = BROKEN[what]
    write(site, pages, config)
    (site / "hook.py").write_text(HOOK.replace('BAD = ""', r'BAD = "1 / 0\n"'), "utf-8")
    built = build(site).warnings
    lines = [line.removeprefix("mkdocs_wakepoint: ") for line in built if "; " in line]
    status, printed, _ = checked(capsys, "text" if "text" in config else "docs")
    assert printed == sorted(lines)
    assert len(printed) == count
    assert status == bool(count)


def test_a_page_or_a_folder_of_a_site_is_read_as_in_the_site(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {
        "index.md": fence('--8<-- "bad.py"'),
        "sub/a.md": fence('--8<-- "good.py"', 'id="a"'),
        "sub/b.md": "# B\n\n```wakepoint-compare\nsnippets: ../index.md#nobody\n```\n",
        "hidden.md": fence("1 / 0"),
    }
    write(site, pages, f"{SNIPPETS}exclude_docs: hidden.md\n")
    assert checked(capsys, "docs/sub") == (0, [], "")
    assert checked(capsys, "docs/sub/a.md") == (0, [], "")
    status, (line,), _ = checked(capsys, "docs/index.md")
    assert status == 1
    assert line.startswith("inc/bad.py:2: the snippet raised ZeroDivisionError")
    assert len(checked(capsys, ".")[1]) == 2
    assert main(["run", "docs/sub/a.md"]) == 0
    assert "from a file" in capsys.readouterr().out
    status, printed, stderr = checked(capsys, "docs/hidden.md")
    assert (status, printed) == (2, [])
    assert "hidden.md is no page of the site" in stderr


def test_record_keeps_what_the_build_looks_for(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {"sub/page.md": fence('--8<-- "good.py"', 'id="nap" show="output kernel"')}
    write(site, {"index.md": "# A site\n", **pages}, SNIPPETS)
    assert main(["record", "docs", "--out", "docs/recordings"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"1 recording in {Path('docs/recordings')}"]
    (path,) = (site / "docs" / "recordings").glob("*/*.json")
    assert path.name == "sub-page.nap.json"
    head = json.loads(path.read_text(encoding="utf-8"))
    assert head["page"] == "docs/sub/page.md"
    elsewhere = path.parent.with_name("kqueue-darwin") / path.name
    elsewhere.parent.mkdir()
    text = path.read_text(encoding="utf-8")
    environment = head["recording"]["environment"]
    assert f'"backend":"{environment["backend"]}"' in text
    text = text.replace(f'"backend":"{environment["backend"]}"', '"backend":"kqueue"', 1)
    elsewhere.write_text(text.replace('"system":"Linux"', '"system":"Darwin"', 1), "utf-8")
    built = build(site, "--strict")
    assert built.status == 0, built.log
    assert not [line for line in built.log if "left out" in line]
    assert "kqueue" in built.page("sub/page").get_text()


def test_a_fence_in_an_included_page_is_recorded_under_the_page(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "inc" / "fence.md").write_text(fence(NAP, 'id="nap"'), encoding="utf-8")
    write(site, {"index.md": '--8<-- "fence.md"\n', "other.md": '--8<-- "fence.md"\n'}, SNIPPETS)
    assert main(["record", "docs", "--out", "kept"]) == 0
    names = sorted(path.name for path in (site / "kept").glob("*/*.json"))
    assert names == ["index.nap.json", "other.nap.json"]


def test_nothing_is_written_and_nothing_else_is_printed(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site, {"index.md": "{{ fence }}\n\n[lost](nowhere.md)\n"}, PLUGIN)
    before = {path for path in site.rglob("*") if "__pycache__" not in path.parts}
    assert checked(capsys)[:2] == (0, [])
    assert {path for path in site.rglob("*") if "__pycache__" not in path.parts} == before


WRONG = {
    "a plugin that is not there": ("site_name: A\nplugins: [nobodys-plugin]\n", "nobodys-plugin"),
    "no YAML": ("site_name: [\n", "mkdocs.yml"),
    "a setting": (f"{BARE[:-1]}:\n      timeout: -1\n", "timeout: -1 is not a number"),
    "a hook that fails": (PLUGIN, "ValueError: on purpose"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_site_that_cannot_be_built_is_told_in_one_line(
    site: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    config, message = WRONG[what]
    (site / "hook.py").write_text("def on_files(*_, **__): raise ValueError('on purpose')\n")
    write(site, {"index.md": fence("1")}, config)
    status, printed, stderr = checked(capsys)
    assert (status, printed) == (2, [])
    assert message.removeprefix("ValueError: ") in stderr
    assert len(stderr.splitlines()) == 1


# -- outside of a site --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    ['--8<-- "good.py"', "--8<--\ngood.py\n--8<--", "{% include 'good.py' %}", "{! good.py !}"],
)
def test_what_only_a_site_puts_in_is_named_without_one(
    site: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    (site / "page.md").write_text(fence(f"x = 1\n{source}"), encoding="utf-8")
    status, printed, stderr = checked(capsys, "page.md")
    assert status == 1
    assert printed == [
        (
            "page.md:5: what this line stands for is put in by a site, and here is no mkdocs.yml; "
            "run the command on the docs folder of the site"
        )
    ]
    assert stderr.startswith("mkdocs-wakepoint: page.md is in no site with an mkdocs.yml: ")
    assert len(stderr.splitlines()) == 1


def test_a_site_elsewhere_is_not_the_one(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(site, {"index.md": fence("1 / 0")}, "plugins: [nobodys-plugin]\n")
    other = site / "notes"
    other.mkdir()
    (other / "page.md").write_text(fence("print(1)"), encoding="utf-8")
    status, printed, stderr = checked(capsys, "notes")
    assert (status, printed) == (0, [])
    assert "in no site" in stderr


def test_a_site_that_does_not_list_wakepoint_is_told(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site, {"index.md": fence("1 / 0")}, "site_name: A site\n")
    status, printed, stderr = checked(capsys)
    assert status == 1
    assert len(printed) == 1
    assert (
        stderr == "mkdocs-wakepoint: mkdocs.yml does not list wakepoint: a build runs no snippet\n"
    )


def test_of_a_plugin_that_is_listed_twice_check_sees_what_the_build_sees(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = "  - wakepoint:\n      timeout: 9\n  - wakepoint:\n      timeout: 8\n"
    write(site, {"index.md": fence("1 / 0")}, f"site_name: A site\nplugins:\n{twice}")
    status, printed, _ = checked(capsys, "docs")
    assert status == 1
    (line,) = printed
    assert line.startswith("docs/index.md:4: the snippet raised ZeroDivisionError")
