"""The plugin in MkDocs: what a build says, what it makes, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.sites import BARE, UNSHIELDED, Built, build, write

GOOD = """\
# Good

```python wakepoint title="Two timers" show="code output machine table kernel"
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)
    return f"slept {seconds}"

print(wakepoint.run(wakepoint.join(nap(0.001), nap(0.002))))
```
"""

DEADLOCK = """\
import wakepoint

class Never(wakepoint.Future):
    def poll(self, cx):
        return wakepoint.PENDING

async def reader():
    await Never()

async def main():
    await wakepoint.spawn(reader())

wakepoint.run(main())
"""

# Each in a page whose fence stands in line 10; how the one line goes on, and where it points.
BAD = {
    "syntax error": ("", "x = 1\ny = = 2\n", 12, "SyntaxError: invalid syntax; "),
    "exception": ("", "x = 1\nraise OSError('gone')\n", 12, "the snippet raised OSError: gone; "),
    "endless loop": (
        'timeout="0.5"',
        "while True: pass\n",
        11,
        "the snippet was not done after 0.5 s; ",
    ),
    "deadlock": (
        "",
        DEADLOCK,
        21,
        (
            "deadlock: task 1 (main) in line 21 waits for JoinHandle(task 2), and "
            "task 2 (reader) in line 18 waits for a Never that nobody wakes; "
        ),
    ),
    "sys.exit": ("", "import sys\nsys.exit(1)\n", 12, "the snippet called sys.exit(1); "),
    "os._exit": ("", "import os\nos._exit(0)\n", 10, "the snippet's process ended early "),
    "unknown option": ('titel="A"', "1\n", 10, "there is no option 'titel'; write title"),
    "unquoted value": ("title=A", "1\n", 10, 'the value of title is not quoted; write title="A"'),
    "hyphen": ('expect-error="A"', "1\n", 10, "option 'expect-error' has a hyphen; "),
    "value that cannot be": ('timeout="soon"', "1\n", 10, "timeout='soon' cannot be; "),
    "unmet expectation": ('expect="polls=3"', "1\n", 10, "expected polls=3 and counted 0; "),
    "missing error": ('expect_error="OSError"', "1\n", 10, "the snippet was to raise OSError and "),
    "close to a fence": None,
    "never closed": None,
}

HEAD = "---\ntitle: A page\nwakepoint:\n  show: code output\n---\n\n# A page\n\nText.\n"


def bad_page(name: str) -> tuple[str, int, str]:
    if name == "close to a fence":
        return HEAD + "```wakepoint\nprint(1)\n```\n", 10, "this fence's header names wakepoint"
    if name == "never closed":
        return HEAD + "```python wakepoint\nprint(1)\n", 10, "this is not recognised as a fence; "
    case = BAD[name]
    assert case is not None
    options, source, line, what = case
    return f"{HEAD}```python wakepoint {options}\n{source}```\n\nThe end.\n", line, what


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One site of all of them: strict builds take long."""
    folder = tmp_path_factory.mktemp("bad")
    pages = {f"sub/{number}.md": bad_page(name)[0] for number, name in enumerate(BAD)}
    write(folder, {"index.md": GOOD, **pages})
    return build(folder, "--strict")


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_a_box(bad: Built, name: str) -> None:
    number = list(BAD).index(name)
    _, line, what = bad_page(name)
    problems = [warning for warning in bad.warnings if f"docs/sub/{number}.md" in warning]
    assert len(problems) == 1
    assert f"docs/sub/{number}.md:{line}: {what}" in problems[0]
    (box,) = bad.page(f"sub/{number}").select(".wp-problem")
    assert f"docs/sub/{number}.md:{line}" in box.get_text()


def test_bad_input_fails_a_strict_build_and_costs_nobody_else_anything(bad: Built) -> None:
    assert bad.status != 0
    assert len([warning for warning in bad.warnings if "docs/" in warning]) == len(BAD)
    assert f"Aborted with {len(BAD)} warnings in strict mode!" in "\n".join(bad.log)
    assert "slept 0.002" in bad.page("").get_text()


@pytest.mark.parametrize("name", ["exception", "hyphen"])
def test_a_single_mistake_fails_a_strict_build(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"index.md": GOOD, "page.md": bad_page(name)[0]})
    built = build(tmp_path, "--strict")
    assert built.status != 0
    assert "Aborted with 1 warnings in strict mode!" in "\n".join(built.log)


def test_without_strict_the_same_build_succeeds(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": GOOD, "page.md": bad_page("exception")[0]})
    built = build(tmp_path)
    assert built.status == 0
    assert len(built.warnings) == 1
    assert built.page("page").select(".wp-problem")


def test_a_build_without_problems_says_one_line_about_its_snippets(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": GOOD})
    built = build(tmp_path, "--strict")
    assert built.status == 0
    assert built.warnings == []
    [line] = [line for line in built.log if "Traceback" in line or "wakepoint" in line]
    assert "1 snippet: 1 run, 0 from the cache" in line


def test_on_error_show_only_shows(tmp_path: Path) -> None:
    config = "site_name: A site\nplugins:\n  - wakepoint:\n      on_error: show\n"
    write(tmp_path, {"index.md": bad_page("exception")[0]}, config)
    built = build(tmp_path, "--strict")
    assert built.status == 0
    assert built.warnings == []
    assert built.page("").select(".wp-problem")


def test_on_error_fail_ends_the_build_after_all_problems_are_told(tmp_path: Path) -> None:
    config = "site_name: A site\nplugins:\n  - wakepoint:\n      on_error: fail\n"
    write(tmp_path, {"index.md": bad_page("exception")[0], "b.md": bad_page("hyphen")[0]}, config)
    built = build(tmp_path)
    assert built.status != 0
    assert [line for line in built.warnings if "docs/index.md:12" in line]
    assert [line for line in built.warnings if "docs/b.md:10" in line]
    assert "2 problems in snippets; see above" in "\n".join(built.log)


@pytest.mark.parametrize(
    "setting, what",
    [
        ("timeout: -1", "mkdocs.yml: wakepoint: timeout: -1 is not a number from 0.1 up"),
        ("on_error: cry", "mkdocs.yml: wakepoint: on_error: 'cry' is none of warn, fail, show"),
        ("timeout: soon", "mkdocs.yml: wakepoint: timeout: 'soon' is not a number from 0.1 up"),
        ("memory: 1.5", "mkdocs.yml: wakepoint: memory: 1.5 is not a whole number from 64 up"),
    ],
)
def test_a_wrong_setting_ends_the_build_with_one_line(
    tmp_path: Path, setting: str, what: str
) -> None:
    config = f"site_name: A site\nplugins:\n  - wakepoint:\n      {setting}\n"
    write(tmp_path, {"index.md": GOOD}, config)
    built = build(tmp_path)
    assert built.status != 0
    assert what in "\n".join(built.log)
    assert "Traceback" not in "\n".join(built.log)


def test_an_unknown_setting_is_warned_about(tmp_path: Path) -> None:
    config = "site_name: A site\nplugins:\n  - wakepoint:\n      tiemout: 3\n"
    write(tmp_path, {"index.md": GOOD}, config)
    built = build(tmp_path, "--strict")
    assert built.status != 0
    assert any("tiemout" in line for line in built.warnings)


# -- sites that are not ours --------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "material"])
def test_the_fence_works_in_any_theme(tmp_path: Path, theme: str) -> None:
    write(tmp_path, {"index.md": GOOD}, f"{BARE}theme:\n  name: {theme}\n")
    built = build(tmp_path, "--strict")
    assert built.status == 0
    page = built.page("")
    (box,) = page.select(".wp")
    assert "slept 0.002" in box.get_text()
    assert box.select("svg")
    assert box.select("table")
    styles = [link["href"] for link in page.select('link[rel="stylesheet"]')]
    (ours,) = [str(href) for href in styles if "wakepoint" in str(href)]
    assert ".wp" in (built.folder / ours).read_text(encoding="utf-8")
    (script,) = [str(tag["src"]) for tag in page.select("script[src]") if "wakepoint" in str(tag)]
    assert (built.folder / script).is_file()


def test_the_plugin_and_the_extension_together_run_a_fence_once(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": GOOD}, f"{BARE}markdown_extensions:\n  - wakepoint\n")
    built = build(tmp_path, "--strict")
    assert built.status == 0
    assert len(built.page("").select(".wp")) == 1


def test_markdown_execs_plugin_goes_on_working(tmp_path: Path) -> None:
    config = (
        "site_name: A site\nplugins:\n  - {}\n  - {}\n"
        "markdown_extensions:\n  - pymdownx.superfences\n"
    )
    text = GOOD + '\n```python exec="1"\nprint("by **markdown-exec**")\n```\n'
    for number, order in enumerate(
        (("wakepoint", "markdown-exec"), ("markdown-exec", "wakepoint"))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, {"index.md": text}, config.format(*order))
        built = build(folder, "--strict")
        assert built.status == 0, built.log
        page = built.page("")
        assert page.find("strong", string="markdown-exec")
        assert "slept 0.002" in page.get_text()


def test_front_matter_sets_defaults_and_the_fence_goes_first(tmp_path: Path) -> None:
    text = (
        "---\nwakepoint:\n  show: output\n  timeout: 9\n---\n\n"
        "```python wakepoint\nprint('only output')\n```\n\n"
        '```python wakepoint show="code"\nprint("only code")\n```\n'
    )
    write(tmp_path, {"index.md": text})
    built = build(tmp_path, "--strict")
    assert built.status == 0
    first, second = built.page("").select(".wp")
    assert "print(" not in first.get_text()
    assert "only output" in first.get_text()
    assert not second.select(".wp-output")


def test_a_mistake_in_front_matter_is_told_once_at_its_line(tmp_path: Path) -> None:
    text = (
        "---\ntitle: A page\nwakepoint:\n  shwo: output\n---\n\n"
        + "```python wakepoint\nprint(1)\n```\n\n" * 3
    )
    write(tmp_path, {"index.md": text})
    built = build(tmp_path, "--strict")
    assert built.status != 0
    (warning,) = [line for line in built.warnings if "docs/" in line]
    assert "docs/index.md:4: there is no option 'shwo'; write show" in warning
    assert len(built.page("").select(".wp-problem")) == 1


# -- what a build makes -------------------------------------------------------------------------


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    source = "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)\n"
    write(tmp_path, {"index.md": f"```python wakepoint\n{source}```\n"}, UNSHIELDED)
    built = build(tmp_path)
    (pid,) = [tag.get_text() for tag in built.page("").select(".wp-stdout samp")]
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or ") Z " in state.read_text(encoding="ascii")


def test_of_the_folder_of_recordings_only_recordings_are_left_out(tmp_path: Path) -> None:
    pages = {
        "index.md": GOOD,
        "recordings/index.md": "# How they were made\n",
        "recordings/epoll-linux/notes.md": "# Notes\n",
        "recordings/picture.svg": "<svg/>",
        "recordings/data.json": "{}",
        "recordings/epoll-linux/deeper/data.json": "{}",
        "recordings/epoll-linux/measured.json": '{"digest of": "a run"}',
        "recordings/2024/takes.json": '{"takes": []}',
        "recordings/epoll-linux/index.first.json": '{"digest": "0", "page": "a.md", "id": "a",\n',
    }
    write(tmp_path, pages)
    built = build(tmp_path)
    assert built.status == 0
    made = {
        path.relative_to(built.folder / "recordings").as_posix()
        for path in (built.folder / "recordings").rglob("*")
        if path.is_file()
    }
    assert made == {
        "index.html",
        "epoll-linux/notes/index.html",
        "picture.svg",
        "data.json",
        "epoll-linux/deeper/data.json",
        "epoll-linux/measured.json",
        "2024/takes.json",
    }
    assert [line for line in built.warnings if "takes" in line or "measured" in line] == []
