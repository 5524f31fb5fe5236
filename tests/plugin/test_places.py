"""Where a fence is one, and where not: in any place, beside any other extension."""

from __future__ import annotations

import re
from textwrap import dedent

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_exec import formatter, validator
from tools.pages import MATERIAL, Convert

from mkdocs_wakepoint.fence.preprocessor import find

FENCE = """
Before.

```python wakepoint show="code output"
print("wrote", 6 * 7)
```

After.
"""


@pytest.mark.parametrize(
    "extensions",
    [
        ["wakepoint"],
        ["wakepoint", "pymdownx.superfences"],
        ["pymdownx.superfences", "wakepoint"],
        ["wakepoint", "fenced_code"],
        ["fenced_code", "wakepoint"],
        ["fenced_code", "codehilite", "wakepoint"],
        ["extra", "wakepoint"],
        ["wakepoint", "extra"],
        ["pymdownx.extra", "wakepoint"],
        ["wakepoint", *MATERIAL],
        [*MATERIAL, "wakepoint"],
        ["wakepoint", "wakepoint"],
    ],
    ids=" ".join,
)
def test_a_fence_is_run_once_whatever_stands_beside_it(
    convert: Convert, extensions: list[str]
) -> None:
    page = convert(FENCE, extensions)
    assert page.outputs == ["wrote 42"]
    assert page.shown == ['print("wrote", 6 * 7)\n']
    assert page.problems == []
    assert [p.get_text() for p in page.soup.find_all("p") if not p.get("class")] == [
        "Before.",
        "After.",
    ]


IN_PLACES = {
    "list": """
        - First

            ```python wakepoint show="output"
            print("in a list")
            ```

        - Second
        """,
    "nested list": """
        1. First

            * Inner

                ```python wakepoint show="output"
                print("in a list")
                ```
        """,
    "admonition": """
        !!! note

            ```python wakepoint show="output"
            print("in an admonition")
            ```
        """,
    "details": """
        ??? note "More"

            ```python wakepoint show="output"
            print("folded")
            ```
        """,
    "tabs": """
        === "One"

            ```python wakepoint show="output"
            print("in a tab")
            ```

        === "Two"

            Text.
        """,
    "quotation": """
        > Somebody said:
        >
        > ```python wakepoint show="output"
        > print("quoted")
        > ```
        """,
    "HTML": """
        <div markdown>

        ```python wakepoint show="output"
        print("in HTML")
        ```

        </div>
        """,
    "tildes": """
        ~~~python wakepoint show="output"
        print("waves")
        ~~~
        """,
    "more backticks": """
        `````python wakepoint show="output"
        print('''
        ```
        ''')
        `````
        """,
}


@pytest.mark.parametrize("place", IN_PLACES)
def test_a_fence_is_run_wherever_markdown_lets_one_stand(convert: Convert, place: str) -> None:
    page = convert(IN_PLACES[place], [*MATERIAL, "wakepoint"])
    assert len(page.outputs) == 1
    assert page.problems == []


NOT_RUN = {
    "no word": "```python\nprint(1)\n```",
    "word in a title": '```python title="How wakepoint works"\nprint(1)\n```',
    "shown in a fence": "````markdown\n```python wakepoint\nprint(1)\n```\n````",
    "shown in tildes": "~~~\n```python wakepoint\nprint(1)\n```\n~~~",
    "shown in an indented block": (
        'So:\n\n    ```python wakepoint title="a<b>"\n    print(1)\n    ```'
    ),
    "shown in a list": "- So:\n\n        ```py wakepoint\n        print(1)\n        ```",
    "inline": "Write `` ```python wakepoint `` here.",
    "own line, inline": "```python wakepoint print(1) ```",
}


@pytest.mark.parametrize("place", NOT_RUN)
def test_what_only_shows_a_fence_is_not_run_and_stays(convert: Convert, place: str) -> None:
    text = NOT_RUN[place]
    page = convert(text, [*MATERIAL, "wakepoint"])
    assert page.outputs == []
    assert page.problems == []
    assert page.soup.select(".wp") == []
    if header := re.search(r"py\w* wakepoint[^`\n]*", text):
        assert header[0].strip() in page.soup.get_text()


def test_a_fence_beside_one_that_is_only_shown_is_run(convert: Convert) -> None:
    page = convert(NOT_RUN["shown in an indented block"] + "\n\nand\n" + FENCE)
    assert page.outputs == ["wrote 42"]
    assert '```python wakepoint title="a<b>"' in page.soup.get_text()


# -- markdown-exec ------------------------------------------------------------------------------


def with_markdown_exec(text: str, extensions: list[str]) -> BeautifulSoup:
    custom = {"name": "python", "class": "python", "validator": validator, "format": formatter}
    html = markdown.markdown(
        dedent(text),
        extensions=extensions,
        extension_configs={"pymdownx.superfences": {"custom_fences": [custom]}},
    )
    assert "wakepointfence" not in html
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize(
    "extensions",
    [["pymdownx.superfences", "wakepoint"], ["wakepoint", "pymdownx.superfences"]],
    ids=" ".join,
)
def test_markdown_execs_own_fences_go_on_working(extensions: list[str]) -> None:
    soup = with_markdown_exec(
        """
        ```python exec="1"
        print("by **markdown-exec**")
        ```

        ```python wakepoint show="output"
        print("by wakepoint")
        ```

        ```python
        print("by nobody")
        ```
        """,
        extensions,
    )
    assert soup.find("strong", string="markdown-exec")
    assert [tag.get_text() for tag in soup.select(".wp-stdout samp")] == ["by wakepoint"]
    assert len(soup.select(".wp")) == 1


def test_markdown_exec_may_print_a_fence_of_ours() -> None:
    soup = with_markdown_exec(
        """
        ```python wakepoint show="output"
        print("before")
        ```

        ```python exec="1"
        print("~~~python wakepoint show='output'")
        print("print('printed')")
        print("~~~")
        ```

        ```python wakepoint show="output"
        print("behind")
        ```
        """,
        ["pymdownx.superfences", "wakepoint"],
    )
    written = [tag.get_text() for tag in soup.select(".wp-stdout samp")]
    assert written == ["before", "printed", "behind"]


# -- any document -------------------------------------------------------------------------------

LINES = [
    '```python wakepoint run="no"',
    '    ```python wakepoint run="no"',
    "```python",
    "````markdown",
    "```",
    "    ```",
    "````",
    "~~~",
    "- item",
    "x = 1",
    "    x = 1",
    "> ```",
    "",
]


@given(st.lists(st.sampled_from(LINES), max_size=14))
@settings(max_examples=200)
def test_in_any_text_a_fence_is_shown_or_told_and_no_mark_stays(lines: list[str]) -> None:
    text = "\n".join(lines)
    html = markdown.markdown(
        text, extensions=["wakepoint"], extension_configs={"wakepoint": {"on_error": "show"}}
    )
    assert "wakepointfence" not in html
    assert "data-wp" not in html
    soup = BeautifulSoup(html, "html.parser")
    fences = len(find(lines))
    # A snippet may be shown and have a problem told of it, within its box.
    assert len(soup.select(".wp, :not(.wp *).wp-problem")) <= fences


HEADINGS = {
    "a heading": "# wp a",
    "a heading of the name of a part": "# wp a code",
    "a heading below": "{fence}\n\n# wp a",
    "a heading with an id": "# Other {{#wp-a}}",
    "an anchor": '<a id="wp-a"></a>',
    "an anchor without quotes": "<div id=wp-a-output>x</div>",
    "text with an id": "Text\n{{: id='wp-a' }}",
}


@pytest.mark.parametrize("what", HEADINGS)
@pytest.mark.parametrize("option", ["id", "title"])
def test_no_id_of_ours_is_one_that_the_page_has(convert: Convert, what: str, option: str) -> None:
    fence = f'```python wakepoint {option}="a" show="code output"\nprint(1)\n```'
    text = HEADINGS[what]
    text = text.format(fence=fence) if "{fence}" in text else f"{text.format()}\n\n{fence}"
    page = convert(text, [*MATERIAL, "toc", "attr_list", "wakepoint"])
    ids = [str(tag["id"]) for tag in page.soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert page.soup.select("#wp-a-2.wp")
    told = option == "id"
    assert [line.partition(": ")[2] for line in page.problems] == [
        "the id 'a' is taken in this page; choose another"
    ] * told


@pytest.mark.parametrize("heading", ["# wp ab", "# a", "# wp", "# Of wp a"])
def test_other_headings_take_no_id_of_ours(convert: Convert, heading: str) -> None:
    fence = '```python wakepoint id="a" show="code"\nprint(1)\n```'
    page = convert(f"{heading}\n\n{fence}", [*MATERIAL, "toc", "wakepoint"])
    assert page.problems == []
    assert page.soup.select("#wp-a.wp")
