"""Options for many fences: a site's, a page's, and which of them goes first."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest
from tools.pages import Convert
from tools.sites import BARE, build, write

from mkdocs_wakepoint.cli import main
from mkdocs_wakepoint.engine import SettingsError
from mkdocs_wakepoint.fence.defaults import lines_below, read_defaults
from mkdocs_wakepoint.fence.header import parse
from mkdocs_wakepoint.snippet import Location, Options

HERE = Location("docs/page.md", 7)
SITE = "site_name: A site\nplugins:\n  - wakepoint:\n      defaults:\n"
FENCE = "```python wakepoint\nprint('ran')\n```\n"


def defaults(values: object) -> Options:
    read = read_defaults(values, "docs/page.md", {})
    assert read.problems == ()
    return Options(**read.values)


def test_a_default_that_a_fence_cannot_use_is_not_told() -> None:
    given = defaults({"timeout": 3, "hl_lines": "1"})
    assert parse('run="no"', HERE, given).problems == ()
    assert parse('show="output"', HERE, given).problems == ()


def test_values_are_what_yaml_makes_of_them() -> None:
    given = defaults(
        {
            "show": ["code", "output"],
            "layout": "stack",
            "timeout": 3,
            "run": False,
            "linenums": 1,
            "expect": {"polls": 2, "tasks": 1},
            "session": "page",
        }
    )
    assert given == Options(
        show=("code", "output"),
        layout="stack",
        timeout=3.0,
        run=False,
        linenums="1",
        expect={"polls": 2, "tasks": 1},
        session="page",
    )


def test_the_fence_goes_first() -> None:
    given = defaults({"show": "code output", "timeout": 3, "run": False})
    options = parse('run="yes" timeout="4"', HERE, given).options
    assert options == Options(show=("code", "output"), timeout=4.0)


@pytest.mark.parametrize(
    "values, what, remedy",
    [
        ({"shwo": "code"}, "there is no option 'shwo'", "write show"),
        ({"timeout": "soon"}, "timeout='soon' cannot be", "give seconds"),
        ({"expect-error": "A"}, "option 'expect-error' has a hyphen", "write expect_error"),
        ({"title": "A"}, "title belongs to one fence", "write it in the fence's header"),
        ({"id": "a"}, "id belongs to one fence", "write it in the fence's header"),
        ({"ask": "A?"}, "ask belongs to one fence", "write it in the fence's header"),
        ({"layout": "rows"}, "layout='rows' cannot be", "choose one of stepper, stack"),
        ({"show": None}, "option 'show' has no value", "write show: value"),
        ("code", "the defaults are no mapping", "timeout: 10"),
        (None, "the defaults are no mapping", "timeout: 10"),
        ({3: 4}, "there is no option '3'", "the options are"),
    ],
)
def test_a_mistake_is_told_in_one_line(values: object, what: str, remedy: str) -> None:
    (problem,) = read_defaults(values, "docs/page.md", {"": 2}).problems
    assert str(problem).startswith(f"docs/page.md:2: {what}")
    assert remedy in problem.remedy


def test_the_lines_of_names_are_found_wherever_a_mapping_stands() -> None:
    text = f"a: !ENV [X, 1]\n{SITE}\n        show: code\n"
    assert lines_below(text, "wakepoint", "defaults") == {"": 5, "show": 7}
    assert lines_below("wakepoint: {timeout: 3}", "wakepoint") == {"": 1, "timeout": 1}
    assert lines_below("plugins: [wakepoint]", "wakepoint", "defaults") == {}
    assert lines_below("a: [", "wakepoint") == {}
    assert lines_below("", "wakepoint") == {}


def shown(site: Path) -> list[tuple[str, ...]]:
    """What each snippet of the first page shows: code, output."""
    page = build(site).page("")
    return [
        tuple(kind for kind in ("highlight", "wp-output") if one.select(f".{kind}"))
        for one in page.select(".wp")
    ]


def test_a_fence_goes_before_its_page_and_that_before_the_site(tmp_path: Path) -> None:
    page = "---\nwakepoint:\n  show: output\n---\n" + FENCE
    page += FENCE.replace("wakepoint", 'wakepoint show="code output"', 1)
    write(tmp_path, {"index.md": page}, f"{SITE}        show: code\n")
    assert shown(tmp_path) == [("wp-output",), ("highlight", "wp-output")]
    write(tmp_path, {"index.md": FENCE}, f"{SITE}        show: code\n")
    assert shown(tmp_path) == [("highlight",)]


def test_options_of_which_page_and_site_name_one_each_both_hold(tmp_path: Path) -> None:
    page = "---\nwakepoint:\n  show: code output\n---\n" + FENCE
    write(tmp_path, {"index.md": page}, f"{SITE}        expect_error: ValueError\n")
    (warning,) = [line for line in build(tmp_path).warnings if "docs/" in line]
    assert "the snippet was to raise ValueError" in warning


def test_a_mistake_has_its_own_line_in_mkdocs_yml_or_in_the_page(tmp_path: Path) -> None:
    page = "---\ntitle: A page\nwakepoint:\n  timeout: 10\n\n  id: a\n---\n" + FENCE
    write(tmp_path, {"index.md": page}, f"{SITE}        run: yes\n        shw: code\n")
    built = build(tmp_path)
    warnings = [line for line in built.warnings if "; " in line]
    assert [line.partition(": ")[2].partition(";")[0] for line in warnings] == [
        "mkdocs.yml:6: there is no option 'shw'",
        "docs/index.md:6: id belongs to one fence and has no default",
    ]
    assert built.status == 0
    assert [tag.get_text() for tag in built.page("").select("samp")] == ["ran"]
    assert build(tmp_path, "--strict").status == 1


def test_defaults_that_are_no_mapping_end_the_build_with_a_line(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": FENCE}, SITE.replace("defaults:\n", "defaults: code\n"))
    built = build(tmp_path)
    assert built.status == 1
    assert any("defaults: 'code' is no mapping of options" in line for line in built.log)


CONFIGS = {
    "the plugin": f"{SITE}        run: no\n",
    "the extension alone": (
        "site_name: A site\nplugins: []\nmarkdown_extensions:\n  - wakepoint:\n"
        "      defaults:\n        run: no\n"
    ),
}


@pytest.mark.parametrize("kind", CONFIGS)
def test_commands_and_builds_read_them_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    write(tmp_path, {"index.md": FENCE.replace("print('ran')", "1 / 0")}, CONFIGS[kind])
    assert main(["check", str(tmp_path / "docs")]) == 0
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    assert "1 / 0" in built.page("").get_text()


def test_the_extension_alone_takes_them_and_reads_front_matter(convert: Convert) -> None:
    config = {"defaults": {"show": "output", "expect_error": "ValueError"}}
    page = convert(f"---\nwakepoint:\n  expect_error: OSError\n---\n{FENCE}", wakepoint=config)
    (problem,) = page.problems
    assert problem.startswith("markdown:5: the snippet was to raise OSError")
    assert page.shown == []


def test_a_mistake_in_the_extension_s_settings_is_an_error_of_those() -> None:
    with pytest.raises(SettingsError, match="defaults: there is no option 'shw'; write show"):
        markdown.Markdown(
            extensions=["wakepoint"],
            extension_configs={"wakepoint": {"defaults": {"shw": "code"}}},
        )


def test_a_site_with_none_is_as_ever(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": FENCE}, BARE)
    assert shown(tmp_path) == [("highlight", "wp-output")]
