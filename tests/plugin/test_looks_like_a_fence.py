"""What no reader takes for a snippet does not run; what looks like one and is none is told."""

from __future__ import annotations

import pytest
from bs4 import Comment
from tools.pages import MATERIAL, Convert

EXTENSIONS = [*MATERIAL, "def_list", "footnotes", "wakepoint"]

FENCE = "```python wakepoint\nprint('hidden')\n```"

INDENTED = "    ```python wakepoint\n    print('hidden')\n    ```"

REAL = '\n\nThen:\n\n```python wakepoint show="output"\nprint("real")\n```\n'

NOT_TO_SEE = {
    "a comment": f"<!--\n{FENCE}\n-->",
    "a comment with words": f"<!-- Later:\n\n{FENCE}\n\nuntil then -->",
    "a comment that opens on the fence's line": f"<!-- {FENCE}\n-->",
    "a comment that closes on the fence's line": f"<!--\n{FENCE} -->",
    "a comment of one line": "<!-- ```python wakepoint -->",
    "a comment of two fences": f"<!--\n{FENCE}\n\nand\n\n{FENCE}\n-->",
    "a comment behind a word": f"Word <!-- from here\n{FENCE}\nto here -->",
    "a second comment in a line": f"<!-- one --> <!-- two\n{FENCE}\n-->",
    "a comment in a list": "- item\n\n    <!--\n    ```python wakepoint\n    1\n    ```\n    -->",
    "a comment in a quotation": "> <!--\n> ```python wakepoint\n> 1\n> ```\n> -->",
    "a comment with an arrow in the code": (
        "<!--\n```python wakepoint\nprint('a --> b')\n```\n-->"
    ),
    "a comment with other fences": f"<!--\n```js\nx\n```\n{FENCE}\n-->",
    "a comment whose fence is never closed": "<!--\n```python wakepoint\nprint('hidden')\n-->",
    "a comment with a header that comes close": "<!--\n```Python wakepoint\n1\n```\n-->",
    "a comment with a list": "<!--\n- ```python wakepoint\n  1\n  ```\n-->",
    "what Markdown takes for a comment": f"Write `a\n<!-- b`.\n\n{FENCE}\n\nIt ends with `-->`.",
    "a comment behind a backtick": f"A ` alone\n\n<!-- and `\n{FENCE}\n-->",
    "a comment between items with a backtick": f"- a `\n- <!-- b `\n{FENCE}\n-->",
    "a comment with inline code of two lines": f"<!-- see `a\nb`\n{FENCE}\n-->",
    "a comment of paragraphs with inline code": f"<!-- see\n\n`a\n--> b`\n\n<!--{FENCE}\n-->",
    "pre": f"<pre>\n{FENCE}\n</pre>",
    "pre with a class": f'<pre class="x">\n{FENCE}\n</pre>',
    "script": f'<script type="text/plain">\n{FENCE}\n</script>',
    "style": f"<style>\n{FENCE}\n</style>",
    "textarea": f"<textarea>\n{FENCE}\n</textarea>",
    "TEXTAREA": f"<TEXTAREA>\n{FENCE}\n</TEXTAREA>",
    "template": f"<template>\n{FENCE}\n</template>",
    "an instruction": f"<?php\n{FENCE}\n?>",
    "more backticks": f"````\n{FENCE}\n````",
    "tildes": f"~~~markdown\n{FENCE}\n~~~",
    "four tildes": "~~~~md\n~~~python wakepoint\n1\n~~~\n~~~~",
    "indented code": "So:\n\n    ```python wakepoint\n    1\n    ```",
    "indented code, never closed": "So:\n\n    ```python wakepoint\n    1",
    "indented code with a list": "So:\n\n    - ```python wakepoint\n      1\n      ```",
    "indented code with a definition": "So:\n\n    :   ```python wakepoint\n        1\n        ```",
    "more backticks with a list": f"````\n- {FENCE}\n````",
    "inline code": "Write ```` ```python wakepoint ```` at the beginning.",
    "inline code, two backticks": "Write `` ```python wakepoint `` and close it with `` ``` ``.",
    "inline code in a list": "- `` ```python wakepoint `` begins one",
    "inline code in a table": "| a | b |\n|---|---|\n| `` ```python wakepoint `` | runs |",
    "inline code in a heading": "## The header `` ```python wakepoint ``",
    "inline code of three": "The header ```python wakepoint``` begins one.",
    "words": "A fence begins with three backticks, python and wakepoint.",
    "words behind backticks": "Three backticks ``` and wakepoint make it run.",
    "a link": '[python wakepoint](https://example.org/ "``` python wakepoint")',
}


@pytest.mark.parametrize("what", NOT_TO_SEE)
def test_what_a_reader_does_not_take_for_a_snippet_does_not_run(
    convert: Convert, what: str
) -> None:
    page = convert(NOT_TO_SEE[what] + REAL, EXTENSIONS)
    assert page.outputs == ["real"]
    assert page.problems == []


def test_a_comment_stays_as_it_was_written(convert: Convert) -> None:
    page = convert(NOT_TO_SEE["a comment with words"], EXTENSIONS)
    (comment,) = page.soup.find_all(string=lambda text: isinstance(text, Comment))
    assert f"<!--{comment}-->" == NOT_TO_SEE["a comment with words"]


def test_raw_text_stays_as_it_was_written(convert: Convert) -> None:
    page = convert(NOT_TO_SEE["pre"], EXTENSIONS)
    assert page.soup.pre is not None
    assert page.soup.pre.get_text().strip() == FENCE


SHOWN = {
    "a comment that is never closed": f"Beware of <!-- here.\n\n{FENCE}\n",
    "an element that is never closed": f"Beware of <pre> here.\n\n{FENCE}\n",
    "a comment in inline code": f"Beware of `<!--` here.\n\n{FENCE}\n\nand of `-->` there.",
    "a comment in inline code of two lines": (
        f"A comment begins with `a\nb <!-- c`, and goes on.\n\n{FENCE}\n\nIt ends with `-->`."
    ),
    "an element in inline code of two lines": (
        f"- Write ``the\n  tag <pre> of ` HTML``.\n\n{FENCE}\n\n</pre>"
    ),
    "a comment in inline code of three lines, in a quotation": (
        f"> Write `a\n> <!--\n> b`.\n\n{FENCE}\n\n-->"
    ),
    "a comment in inline code behind an escaped backtick": (
        f"One \\` and `a\ntag <script>`.\n\n{FENCE}\n\n</script>"
    ),
    "a comment in inline code behind a comment": (
        f"<!-- ` --> Write `two\nlines <!--`.\n\n{FENCE}\n\n-->"
    ),
    "a comment in another fence": f"```html\n<!--\n```\n\n{FENCE}\n\n```html\n-->\n```",
    "behind a comment": f"<!-- one\ntwo -->\n{FENCE}\n",
    "between comments": f"<!-- one -->\n{FENCE}\n<!-- two -->",
    "details": f"<details><summary>More</summary>\n\n{FENCE}\n\n</details>",
    "pre as Markdown": f'<pre markdown="1">\n{FENCE}\n</pre>',
    "a div": f"<div>\n\n{FENCE}\n\n</div>",
    "a word like pre": f"<prefix>\n\n{FENCE}\n\n</prefix>",
    "a definition": f"Term\n\n:   Definition\n\n{INDENTED}",
    "a footnote": f"Word[^1].\n\n[^1]:\n    Note\n\n{INDENTED}",
}


@pytest.mark.parametrize("what", SHOWN)
def test_what_a_reader_sees_runs(convert: Convert, what: str) -> None:
    page = convert(SHOWN[what], EXTENSIONS)
    assert page.outputs == ["hidden"]
    assert page.problems == []


BEHIND_TEXT = {
    "a list": "- ```python wakepoint\n  print(1)\n  ```",
    "a numbered list": "1. ```python wakepoint\n   print(1)\n   ```",
    "a list with a bracket": "2) ```py wakepoint\n   print(1)\n   ```",
    "a list in a list": "- - ```python wakepoint\n    print(1)\n    ```",
    "a task": "* [ ] ```python wakepoint\n  print(1)\n  ```",
    "a list in a quotation": "> - ```python wakepoint\n>   print(1)\n>   ```",
    "a list, with tildes": "+ ~~~python wakepoint\n  print(1)\n  ~~~",
    "a definition": ":   ```python wakepoint\n    print(1)\n    ```",
    "a footnote": "[^1]: ```python wakepoint\n    print(1)\n    ```",
    "a heading": "## ```python wakepoint\nprint(1)\n```",
    "words": "So: ```python wakepoint\nprint(1)\n```",
    "a bold word": "- **So:** ```python wakepoint\n  print(1)\n  ```",
    "a tag": "<div>```python wakepoint\nprint(1)\n```\n</div>",
    "inline code": "With `x` as ```python wakepoint\nprint(1)\n```",
    "a table's row": "| ```python wakepoint | b |\n|---|---|\n| 1 | 2 |",
    "a list, close to ours": "- ```Python wakepoint\n  print(1)\n  ```",
}


@pytest.mark.parametrize("what", BEHIND_TEXT)
def test_a_fence_behind_something_is_told(convert: Convert, what: str) -> None:
    page = convert(f"Text[^1].\n\nTerm\n\n{BEHIND_TEXT[what]}\n", EXTENSIONS)
    assert page.outputs == []
    assert page.problems == [
        (
            "markdown:5: this is not recognised as a fence; begin it on a line of its own, "
            "indented as the text that it belongs to"
        )
    ]
    assert len(page.soup.select(".wp-problem")) == 1
    assert "wakepoint" in page.soup.get_text().replace(page.soup.select(".wp-problem")[0].text, "")


def test_a_table_keeps_its_cells(convert: Convert) -> None:
    page = convert(BEHIND_TEXT["a table's row"], EXTENSIONS)
    assert [cell.get_text() for cell in page.soup.select("th, td")] == [
        "```python wakepoint",
        "b",
        "1",
        "2",
    ]


UNCLOSED = {
    "at the end": ("```python wakepoint\nprint(1)\n", "```"),
    "other characters": ("```python wakepoint\nprint(1)\n~~~\n", "```"),
    "tildes": ("~~~python wakepoint\nprint(1)\n```\n", "~~~"),
    "fewer": ("````python wakepoint\nprint(1)\n```\n", "````"),
    "more": ("```python wakepoint\nprint(1)\n````\n", "```"),
    "another depth": ("  ```python wakepoint\n  print(1)\n```\n", "```"),
    "behind the code": ("```python wakepoint\nprint(1) ```\n", "```"),
    "with a word": ("```python wakepoint\nprint(1)\n```python\n", "```"),
}


@pytest.mark.parametrize("how", UNCLOSED)
def test_a_fence_that_is_not_closed_is_told(convert: Convert, how: str) -> None:
    text, fence = UNCLOSED[how]
    page = convert(f"Text.\n\n{text}", EXTENSIONS)
    assert page.outputs == []
    assert page.problems == [
        (
            "markdown:3: this is not recognised as a fence; "
            f"close it with a line {fence} that is indented as this one"
        )
    ]


def test_a_fence_that_another_one_swallows_is_told(convert: Convert) -> None:
    page = convert(f"```python key=unquoted\nx\n```\n\n{FENCE}\n", EXTENSIONS)
    assert page.outputs == []
    (line,) = page.problems
    assert line.startswith("markdown:5: this is not recognised as a fence; mend the header, or the")


CLOSE = [
    "Python wakepoint",
    "PYTHON WAKEPOINT",
    "python  Wakepoint",
    "{.python .wakepoint}",
    "{ .python .wakepoint }",
    "{.wakepoint}",
    "py{wakepoint}",
    "python {wakepoint}",
    "python{ .wakepoint }",
    "python, wakepoint",
    "python,wakepoint",
    "python:wakepoint",
    "python-wakepoint",
    'python wakepoint="1"',
    "python wakepont",
    "python wakepoints",
    "python wake_point",
    "pyhton wakepoint",
    "wakepoint",
    "wakepoint python",
    "python3.12 wakepoint",
    "Wakepoint-compare",
    "wakepoint-compare title='x'",
]


@pytest.mark.parametrize("header", CLOSE)
def test_a_header_that_comes_close_is_told(convert: Convert, header: str) -> None:
    page = convert(f"Text.\n\n```{header}\nprint(1)\n```\n{REAL}", EXTENSIONS)
    (line,) = page.problems
    assert line.startswith("markdown:3: this fence's header names wakepoint but is not one of its")
    assert page.outputs == ["real"]


@pytest.mark.parametrize(
    "header",
    [
        "python",
        "py",
        "python title='wakepoint'",
        "text title='wakepoints.log'",
        "python hl_lines='1'",
        "pycon",
    ],
)
def test_a_header_of_something_else_is_not(convert: Convert, header: str) -> None:
    assert convert(f"```{header}\n1\n```\n{REAL}", EXTENSIONS).problems == []
