"""The line that an author has to look at, whatever stands between the file and Markdown."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_wakepoint.included import Text
from mkdocs_wakepoint.origins import Origins

ONE = "import wakepoint\nx = 1\n1 / 0\n"
SECTIONS = """\
# --8<-- [start:first]
x = 1
1 / 0
# --8<-- [end:first]
# --8<-- [start:second]
x = 1
1 / 0
# --8<-- [end:second]
y = 2
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {
        "inc/one.py": ONE,
        "inc/two.py": "import wakepoint\ny = 2\nraise ValueError(y)\n",
        "inc/sections.py": SECTIONS,
        "inc/outer.md": 'Before.\n\n```python\n--8<-- "one.py"\n```\n\nBehind.\n',
        "docs/part.md": "A part.\n\n```python\nz = 3\n```\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def places(page: str, document: str) -> list[str]:
    text = Text("docs/page.md", dedent(page).split("\n"), Path(), [Path("inc")])
    lines = dedent(document).split("\n")
    origins = Origins(text, lines)
    return [str(origins.of(number)) for number in range(1, len(lines) + 1)]


def place(page: str, document: str, line: str) -> str:
    """The origin of the first line of a document that reads so."""
    return places(page, document)[dedent(document).split("\n").index(line)]


def test_front_matter_shifts_every_line() -> None:
    assert places("---\ntitle: A\n---\n\n# A\n\ntext", "\n# A\n\ntext") == [
        f"docs/page.md:{n}" for n in (4, 5, 6, 7)
    ]


def test_a_page_that_is_nowhere_on_the_disk_has_its_own_lines() -> None:
    assert str(Origins(Text("docs/made.md", []), ["a", "b"]).of(2)) == "docs/made.md:2"


@pytest.mark.parametrize(
    "include",
    [
        '--8<-- "one.py"',
        "-8<- 'one.py'",
        "--8<--\none.py\n--8<--",
        '{% include "one.py" %}',
        "{{ include('one.py') }}",
        "{! one.py !}",
        '{%\n   include-markdown "../inc/one.py"\n   dedent=false\n%}',
        '--8<-- "inc/one.py"',
    ],
)
@pytest.mark.usefixtures("site")
def test_an_included_line_is_that_of_its_file(include: str) -> None:
    page = f"# A page\n\n```python\n{include}\n```\n\nThe end.\n"
    document = f"# A page\n\n```python\n{ONE}```\n\nThe end.\n"
    assert place(page, document, "1 / 0") == "inc/one.py:3"
    assert place(page, document, "```python") == "docs/page.md:3"
    assert place(page, document, "The end.") == f"docs/page.md:{len(page.splitlines())}"


@pytest.mark.parametrize(
    "name, included, line",
    [
        ("sections.py:first", "x = 1\n1 / 0\n", 3),
        ("sections.py:second", "x = 1\n1 / 0\n", 7),
        ("sections.py:6:7", "x = 1\n1 / 0\n", 7),
        ("sections.py:2:3", "x = 1\n1 / 0\n", 3),
        ("sections.py:7:7,9:9", "1 / 0\ny = 2\n", 7),
        ("sections.py:-4:-3", "1 / 0\n# --8<-- [end:second]", 7),
    ],
)
@pytest.mark.usefixtures("site")
def test_a_part_of_a_file_is_told_apart(name: str, included: str, line: int) -> None:
    page = f'```python\n--8<-- "{name}"\n```\n'
    assert place(page, f"```python\n{included}\n```\n", "1 / 0") == f"inc/sections.py:{line}"


@pytest.mark.usefixtures("site")
def test_a_bounded_include_is_told_apart() -> None:
    page = '{% include-markdown "../inc/sections.py" start="[start:second]" end="[end:second]" %}'
    assert place(page, "\nx = 1\n1 / 0\n", "1 / 0") == "inc/sections.py:7"


@pytest.mark.usefixtures("site")
def test_an_include_within_an_include_is_found() -> None:
    page = '# A page\n\n--8<-- "outer.md"\n\nThe end.\n'
    document = f"# A page\n\nBefore.\n\n```python\n{ONE}```\n\nBehind.\n\nThe end.\n"
    assert place(page, document, "1 / 0") == "inc/one.py:3"
    assert place(page, document, "```python") == "inc/outer.md:3"
    assert place(page, document, "Behind.") == "inc/outer.md:7"
    assert place(page, document, "The end.") == "docs/page.md:5"


@pytest.mark.usefixtures("site")
def test_two_includes_that_follow_each_other_are_told_apart() -> None:
    page = '```python\n--8<-- "one.py"\n--8<-- "two.py"\n```\n'
    two = "import wakepoint\ny = 2\nraise ValueError(y)\n"
    document = f"```python\n{ONE}{two}```\n"
    assert places(page, document)[:8] == [
        "docs/page.md:1",
        *(f"inc/one.py:{n}" for n in (1, 2, 3)),
        *(f"inc/two.py:{n}" for n in (1, 2, 3)),
        "docs/page.md:4",
    ]


@pytest.mark.usefixtures("site")
def test_a_fence_of_an_included_file_is_not_the_pages_own() -> None:
    page = '--8<-- "outer.md"\n\n```python\n--8<-- "two.py"\n```\n\n--8<-- "docs/part.md"\n'
    two = "import wakepoint\ny = 2\nraise ValueError(y)\n"
    part = "A part.\n\n```python\nz = 3\n```\n"
    outer = f"Before.\n\n```python\n{ONE}```\n\nBehind.\n"
    assert places(page, f"{outer}\n```python\n{two}```\n\n{part}")[:-1] == [
        *(f"inc/outer.md:{n}" for n in (1, 2, 3)),
        *(f"inc/one.py:{n}" for n in (1, 2, 3)),
        *(f"inc/outer.md:{n}" for n in (5, 6, 7)),
        *(f"docs/page.md:{n}" for n in (2, 3)),
        *(f"inc/two.py:{n}" for n in (1, 2, 3)),
        *(f"docs/page.md:{n}" for n in (5, 6)),
        *(f"docs/part.md:{n}" for n in (1, 2, 3, 4, 5)),
    ]


@pytest.mark.usefixtures("site")
def test_what_nobody_finds_before_what_is_found() -> None:
    page = '{% include "nowhere.md" %}\n\n```python\n--8<-- "two.py"\n```\n'
    document = f"```python\n{ONE}```\n\n```python\nimport wakepoint\ny = 2\n```\n"
    assert places(page, document)[:9] == [
        *["docs/page.md:1"] * 5,
        *(f"docs/page.md:{n}" for n in (2, 3)),
        *(f"inc/two.py:{n}" for n in (1, 2)),
    ]


@pytest.mark.usefixtures("site")
def test_the_same_file_twice() -> None:
    page = '```python\n--8<-- "one.py"\n```\n\nText.\n\n```python\n--8<-- "one.py"\n```\n'
    document = f"```python\n{ONE}```\n\nText.\n\n```python\n{ONE}```\n"
    locations = places(page, document)
    assert [locations[n] for n in (3, 6, 11)] == ["inc/one.py:3", "docs/page.md:5", "inc/one.py:3"]


@pytest.mark.usefixtures("site")
def test_an_indented_include_is_found() -> None:
    page = '- item\n\n    ```python\n    --8<-- "one.py"\n    ```\n'
    document = "- item\n\n    ```python\n    import wakepoint\n    x = 1\n    1 / 0\n    ```\n"
    assert place(page, document, "    1 / 0") == "inc/one.py:3"


@pytest.mark.usefixtures("site")
def test_what_a_macro_made_is_told_at_its_line() -> None:
    page = "# {{ title }}\n\n```python\nx = {{ number }}\n1 / 0\n```\n\n{{ table() }}\n\nThe end."
    document = "# A title\n\n```python\nx = 5\n1 / 0\n```\n\na\nb\nc\n\nThe end."
    locations = places(page, document)
    assert [int(one.partition(":")[2]) for one in locations] == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        8,
        8,
        9,
        10,
    ]


@pytest.mark.usefixtures("site")
def test_a_file_that_nobody_finds_is_told_at_the_line_that_includes_it() -> None:
    page = 'Text.\n\n--8<-- "https://example.org/a.md"\n\nThe end.\n'
    assert place(page, "Text.\n\na\nb\nc\n\nThe end.\n", "b") == "docs/page.md:3"


def test_tabs_and_trailing_spaces_make_no_difference() -> None:
    assert places("---\na: 1\n---\n\tx = 1  \n\ty = 2", "    x = 1\n    y = 2") == [
        "docs/page.md:4",
        "docs/page.md:5",
    ]


def test_a_file_that_includes_itself_ends(site: Path) -> None:
    (site / "inc" / "self.md").write_text('a\n--8<-- "self.md"\nb\n', encoding="utf-8")
    locations = places('--8<-- "self.md"', "a\na\nb\nb")
    assert set(locations) <= {"inc/self.md:1", "inc/self.md:3", "docs/page.md:1"}


LINES = st.sampled_from(["", "a", "b", "```", 'x "y"', "{{ z }}", "> q", "    c"])


@given(st.lists(LINES, max_size=12), st.lists(LINES, max_size=12))
def test_every_line_has_an_origin_in_the_page(page: list[str], document: list[str]) -> None:
    origins = Origins(Text("page.md", page), document)
    for number in range(1, len(document) + 1):
        origin = origins.of(number)
        assert origin.file == "page.md"
        assert 1 <= origin.line <= max(len(page), len(document))
        assert not page or origin.line <= len(page)


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=12))
def test_lines_that_only_lost_what_came_before_keep_their_place(
    before: list[str], document: list[str]
) -> None:
    origins = Origins(Text("page.md", [*before, *document]), document)
    lines = [origins.of(number).line for number in range(1, len(document) + 1)]
    assert lines == [len(before) + number for number in range(1, len(document) + 1)]
