"""The line of a problem is the one that an author has to look at, wherever the fence stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tools.pages import MATERIAL, Convert
from tools.sites import BARE, Built, build, write

FAILS = "```python wakepoint\nx = 1\n1 / 0\n```\n"


def indented(text: str, by: str) -> str:
    return "".join(f"{by}{line}".rstrip() + "\n" for line in text.splitlines())


# The text, and the line of the division.
PLACES = {
    "alone": (FAILS, 3),
    "behind text": (f"# A page\n\nText.\n\n{FAILS}", 7),
    "a list": (f"- item\n\n{indented(FAILS, '    ')}", 5),
    "a list, indented by tabs": (f"- item\n\n{indented(FAILS, chr(9))}", 5),
    "a quotation": (indented(f"Said:\n\n{FAILS}", "> "), 5),
    "a quotation in a quotation": (indented(f"Said:\n\n{FAILS}", "> > "), 5),
    "an admonition": (f"!!! note\n\n{indented(FAILS, '    ')}", 5),
    "details": (f'??? note "More"\n\n{indented(FAILS, "    ")}', 5),
    "a tab": (f'=== "One"\n\n{indented(FAILS, "    ")}', 5),
    "a tab in a list": (f'- item\n\n    === "One"\n\n{indented(FAILS, "        ")}', 7),
    "HTML": (f'<div markdown="1">\n\n{FAILS}\n</div>', 5),
    "a definition": (f"Term\n\n:   Text\n\n{indented(FAILS, '    ')}", 7),
    "the second of its kind": (FAILS.replace("1 / 0", "2") + "\n" + FAILS, 8),
    "behind a comment of its kind": (f"<!--\n{FAILS}-->\n\n{FAILS}", 10),
    "behind a fence that shows it": (f"````\n{FAILS}````\n\n{FAILS}", 10),
    "CRLF": (f"# A page\n\n{FAILS}".replace("\n", "\r\n"), 5),
    "CR": (f"# A page\n\n{FAILS}".replace("\n", "\r"), 5),
    "CR and LF mixed": (f"# A page\r\rText.\r\n\n{FAILS}", 7),
    "CR above, in a list": (f"# A page\r\r- item\r\r{indented(FAILS, '    ')}", 7),
    "a form feed above": (f"one\ftwo\u2028three\x85four\n\n{FAILS}", 5),
    "a form feed in it": (FAILS.replace("x = 1", "x = '\f\x1c\u2028'\n\f"), 4),
    "blank lines in it": (FAILS.replace("x = 1", "x = 1\n\n\n"), 6),
    "blank lines at its beginning": (FAILS.replace("x = 1", "\n\nx = 1"), 5),
    "a hidden line above": (FAILS.replace("x = 1", "x = 1  # wakepoint: hide"), 3),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_failing_line_is_told_wherever_the_fence_stands(convert: Convert, place: str) -> None:
    text, line = PLACES[place]
    page = convert(text, [*MATERIAL, "def_list", "wakepoint"])
    (problem,) = page.problems
    assert problem.startswith(f"markdown:{line}: the snippet raised ZeroDivisionError: ")


FRONT_MATTER = {
    "none": ("", 0),
    "YAML": ("---\ntitle: A page\n---\n\n", 4),
    "YAML that ends in dots": ("---\ntitle: A page\n...\n\n", 4),
    "YAML with a list": ("---\ntags:\n  - a\n\n  - b\n---\n", 6),
    "YAML that is none": ("---\ntitle: [\n---\n\n", 4),
    "lines of names and values": ("Title: A page\nAuthor: Me\n\n", 3),
    "TOML, which MkDocs takes for text": ('+++\ntitle = "A page"\n+++\n\n', 4),
    "a byte-order mark": ("\ufeff---\ntitle: A page\n---\n\n", 4),
    "CRLF": ("---\r\ntitle: A page\r\n---\r\n\r\n", 4),
}


@pytest.fixture(scope="module")
def headed(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site with a page for each."""
    folder = tmp_path_factory.mktemp("headed")
    write(folder, {"index.md": "# A site\n"})
    for number, (head, _) in enumerate(FRONT_MATTER.values()):
        text = head + FAILS
        (folder / "docs" / f"{number}.md").write_bytes(text.encode())  # with the ends that it has
    return build(folder)


@pytest.mark.parametrize("kind", FRONT_MATTER)
def test_front_matter_counts(headed: Built, kind: str) -> None:
    number = list(FRONT_MATTER).index(kind)
    _, lines = FRONT_MATTER[kind]
    (warning,) = [line for line in headed.warnings if f"docs/{number}.md" in line]
    assert f"docs/{number}.md:{lines + 3}: the snippet raised ZeroDivisionError" in warning


# -- included files -----------------------------------------------------------------------------

FILES = {
    "inc/fails.py": "import sys\n\nx = 1\n1 / 0\n",
    "inc/parts.py": (
        "# --8<-- [start:one]\nx = 1\n# --8<-- [end:one]\ny = 2\n"
        "# --8<-- [start:two]\nx = 1\n1 / 0\n# --8<-- [end:two]\n"
    ),
    "inc/fence.md": f"# Included\n\nText.\n\n{FAILS}",
    "inc/header.md": 'Text.\n\n```python wakepoint titel="A"\n1\n```\n',
    "inc/outer.md": 'Outer.\n\n--8<-- "fence.md"\n',
    "inc/lost.md": "Text.\n\n- ```python wakepoint\n  1\n  ```\n",
    "inc/mark.py": "\ufeffx = 1\n1 / 0\n",
    "inc/mark.md": f"\ufeff{FAILS}",
    "inc/compare.md": "Text.\n\n```wakepoint-compare\nsnippets: nobody\nbi: backend\n```\n",
}

INCLUDES = {
    "code": ('```python wakepoint\n--8<-- "fails.py"\n```', "inc/fails.py:4: the snippet raised"),
    "a section": (
        '```python wakepoint\n--8<-- "parts.py:two"\n```',
        "inc/parts.py:7: the snippet raised",
    ),
    "lines": ('```python wakepoint\n--8<-- "parts.py:6:7"\n```', "inc/parts.py:7: the snippet"),
    "code behind code": (
        '```python wakepoint\nx = 2\n--8<-- "fails.py"\ny = 2\n```',
        "inc/fails.py:4: the snippet raised",
    ),
    "code in a list": (
        '- item\n\n    ```python wakepoint\n    --8<-- "fails.py"\n    ```',
        "inc/fails.py:4: the snippet raised",
    ),
    "the page's own line": (
        '```python wakepoint\n--8<-- "parts.py:one"\n1 / 0\n```',
        "{page}:7: the snippet raised",
    ),
    "behind an include": (
        f'```python\n--8<-- "fails.py"\n```\n\n{FAILS}',
        "{page}:11: the snippet raised",
    ),
    "a fence": ('--8<-- "fence.md"', "inc/fence.md:7: the snippet raised"),
    "a fence of a file of a file": ('--8<-- "outer.md"', "inc/fence.md:7: the snippet raised"),
    "a header": ('--8<-- "header.md"', "inc/header.md:3: there is no option 'titel'"),
    "code with a byte-order mark": (
        '```python wakepoint\n--8<-- "mark.py"\n```',
        "inc/mark.py:2: the snippet raised",
    ),
    "a fence behind a byte-order mark": ('--8<-- "mark.md"', "inc/mark.md:3: the snippet raised"),
    "code that is not there": (
        '```python wakepoint\n--8<-- "nowhere.py"\n```',
        "{page}:5: there is no snippet in this fence; write one, or correct the name of",
    ),
    "no fence": ('--8<-- "lost.md"', "inc/lost.md:3: this is not recognised as a fence"),
    "a comparison": ('--8<-- "compare.md"', "inc/compare.md:5: there is no line 'bi'"),
}

SNIPPETS = f"{BARE}markdown_extensions:\n  - pymdownx.snippets:\n      base_path: [inc]\n"


def site(folder: Path, texts: Iterable[str], config: str, **files: str) -> Built:
    """Builds a site with a page for each text, in which that is line 5."""
    pages = {f"{number}.md": f"---\ntitle: A\n---\n\n{text}\n" for number, text in enumerate(texts)}
    write(folder, {"index.md": "# A site\n", **pages}, config)
    for name, text in {**FILES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return build(folder)


def expect_told(built: Built, number: int, location: str) -> None:
    """It has to be told, and to stand in the page of that number."""
    location = location.format(page=f"docs/{number}.md")
    place, what = location.partition(";")[0].split(": ", 1)
    boxes = [box.get_text() for box in built.page(f"{number}").select(".wp-problem")]
    assert [box for box in boxes if f"{place}:" in box and what in box], boxes
    assert [line for line in built.warnings if location in line], built.warnings


@pytest.fixture(scope="module")
def included(tmp_path_factory: pytest.TempPathFactory) -> Built:
    texts = (text for text, _ in INCLUDES.values())
    return site(tmp_path_factory.mktemp("included"), texts, SNIPPETS)


@pytest.mark.parametrize("what", INCLUDES)
def test_an_included_line_is_told_in_its_own_file(included: Built, what: str) -> None:
    expect_told(included, list(INCLUDES).index(what), INCLUDES[what][1])


HOOK = r'''
import pathlib, re

def on_page_markdown(markdown, page, config, **_):
    """Puts files in, and values, as plugins do."""
    root = pathlib.Path(config.config_file_path).parent
    for _ in range(3):
        markdown = re.sub(
            r"\{% include-markdown \"(.*?)\" %\}|\{\{ include\('(.*?)'\) \}\}",
            lambda it: (root / "docs" / (it[1] or it[2])).read_text(), markdown)
    return markdown.replace("{{ one }}", "1").replace("{{ two }}", "one\ntwo").replace(
        "{# gone #}\n", "")
'''

PLUGIN = f"{BARE}hooks: [hook.py]\n"

BY_A_PLUGIN = {
    "a fence": ('{% include-markdown "../inc/fence.md" %}', "inc/fence.md:7: the snippet raised"),
    "code": (
        "```python wakepoint\n{{ include('../inc/fails.py') }}\n```",
        "inc/fails.py:4: the snippet raised",
    ),
    "a value": (
        "{{ two }}\n\n```python wakepoint\nx = {{ one }}\n1 / 0\n```",
        "{page}:9: the snippet raised",
    ),
    "a line less": (f"{{# gone #}}\n{FAILS}", "{page}:8: the snippet raised"),
    "the page behind it": (
        f'{{% include-markdown "../inc/header.md" %}}\n\n{FAILS}',
        "{page}:9: the snippet raised",
    ),
}


@pytest.fixture(scope="module")
def put_in(tmp_path_factory: pytest.TempPathFactory) -> Built:
    texts = (text for text, _ in BY_A_PLUGIN.values())
    return site(tmp_path_factory.mktemp("put_in"), texts, PLUGIN, **{"hook.py": HOOK})


@pytest.mark.parametrize("what", BY_A_PLUGIN)
def test_what_a_plugin_put_in_is_told_in_its_own_file(put_in: Built, what: str) -> None:
    expect_told(put_in, list(BY_A_PLUGIN).index(what), BY_A_PLUGIN[what][1])


def test_what_markdown_alone_includes_is_told_too(
    convert: Convert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fails.py").write_text(FILES["inc/fails.py"], encoding="utf-8")
    text = (
        f'```python\n--8<-- "fails.py"\n```\n\n```python wakepoint\n--8<-- "fails.py"\n```\n{FAILS}'
    )
    page = convert(text, ["pymdownx.snippets", "wakepoint"])
    assert [line.partition(": the")[0] for line in page.problems] == ["fails.py:4", "markdown:10"]


def test_a_deadlock_names_each_line_in_its_file(convert: Convert, tmp_path: Path) -> None:
    included = tmp_path / "never.py"
    included.write_text(
        "import wakepoint\n\nclass Never(wakepoint.Future):\n"
        "    def poll(self, cx):\n        return wakepoint.PENDING\n\n"
        "async def inner():\n    await Never()\n",
        encoding="utf-8",
    )
    text = f'```python wakepoint\n--8<-- "{included}"\n\nwakepoint.run(inner())\n```\n'
    configs = {"pymdownx.snippets": {"restrict_base_path": False, "base_path": [str(tmp_path)]}}
    (line,) = convert(text, ["pymdownx.snippets", "wakepoint"], **configs).problems
    assert f"never.py:8: deadlock: task 1 (inner) in {included.as_posix()}:8 waits for" in line
