"""The fence in Python-Markdown alone: what becomes of it in the page, and of its problems."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import markdown
import pytest
from bs4 import BeautifulSoup
from tools.pages import MATERIAL, Convert

from mkdocs_wakepoint.extension import SnippetError


def test_hidden_lines_are_run_and_not_shown(convert: Convert) -> None:
    page = convert(
        """
        ```python wakepoint show="code output"
        import math  # wakepoint: hide
        print(math.floor(2.5))
        ```
        """
    )
    assert page.outputs == ["2"]
    assert page.shown == ["print(math.floor(2.5))\n"]


def test_code_is_shown_as_it_was_written(convert: Convert) -> None:
    page = convert('```python wakepoint show="code"\nx = "<b>&amp;"\n\n\tif_tab = 1\n```\n')
    assert page.shown[0].startswith('x = "<b>&amp;"\n\n')


def test_the_order_of_show_is_the_order_of_the_page(convert: Convert) -> None:
    page = convert('```python wakepoint show="output code"\nprint("first")\n```')
    (box,) = page.soup.select(".wp")
    text = box.get_text()
    assert text.index("first") < text.index('print("first")')


def test_run_no_shows_the_code_and_runs_nothing(convert: Convert, tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    page = convert(f'```python wakepoint run="no"\nopen({str(mark)!r}, "w")\n```')
    assert page.shown
    assert not mark.exists()
    assert page.problems == []


def test_title_lines_and_anchors(convert: Convert) -> None:
    page = convert(
        """
        ```python wakepoint title="Two <lines>" show="code" hl_lines="2" linenums="7"
        a = 1
        b = 2
        ```
        """
    )
    (box,) = page.soup.select(".wp")
    assert [tag.get_text() for tag in box.select(".filename")] == ["Two <lines>"]
    assert [tag.get_text() for tag in box.select(".hll")] == ["b = 2\n"]
    assert [tag["data-n"] for tag in box.select("[data-n]")] == ["7", "8"]
    assert box["id"] == "wp-two-lines"


def test_every_id_in_a_page_is_its_own(convert: Convert) -> None:
    fence = '```python wakepoint title="Same"\nprint(1)\n```\n\n'
    page = convert(fence * 3)
    ids = [tag["id"] for tag in page.soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert [tag["id"] for tag in page.soup.select(".wp")] == ["wp-same", "wp-same-2", "wp-same-3"]
    assert page.problems == []


def test_a_line_to_highlight_that_is_not_shown_is_told(convert: Convert) -> None:
    text = """
    ```python wakepoint show="code" hl_lines="1-3"
    import math  # wakepoint: hide
    a = 1
    b = 2

    ```
    """
    page = convert(text)
    assert page.problems == [
        "markdown:2: hl_lines names line 3 and the page shows 2; correct the number"
    ]
    assert convert(text.replace("1-3", "1-2")).problems == []


# -- problems -----------------------------------------------------------------------------------


def test_a_problem_is_a_line_in_the_log_and_a_box_in_the_page(convert: Convert) -> None:
    page = convert("Text.\n\n```python wakepoint\nok = 1\n1 / 0\n```\n")
    (line,) = page.problems
    assert line.startswith("markdown:5: the snippet raised ZeroDivisionError: division by zero; ")
    (box,) = page.soup.select(".wp .wp-problem")
    assert "the snippet raised ZeroDivisionError" in box.get_text()
    assert "markdown:5" in box.get_text()
    assert page.shown == ["ok = 1\n1 / 0\n"]


def test_a_mistake_in_the_header_does_not_keep_the_snippet_from_running(convert: Convert) -> None:
    page = convert('```python wakepoint titel="A" show="output"\nprint("ran")\n```\n')
    assert page.problems == ["markdown:1: there is no option 'titel'; write title"]
    assert page.outputs == ["ran"]
    assert len(page.soup.select(".wp-problem")) == 1


@pytest.mark.parametrize(
    "header",
    ["```wakepoint", "```Python wakepoint", "```{.python .wakepoint}", "``` rust wakepoint"],
)
def test_a_header_that_comes_close_is_told_and_shown(convert: Convert, header: str) -> None:
    page = convert(f"Text.\n\n{header}\nprint(1)\n```\n", [*MATERIAL, "wakepoint"])
    (line,) = page.problems
    assert line.startswith("markdown:3: this fence's header names wakepoint but is not one of its")
    assert page.outputs == []
    assert page.shown == ["print(1)\n"]
    assert len(page.soup.select(".wp-problem")) == 1


LOST = {
    "never closed": ("\n```python wakepoint\nprint(1)\n", 2),
    "in a list item's first line": ("- ```python wakepoint\n  print(1)\n  ```\n", 1),
    "behind a header that superfences cannot read": (
        "```python key=unquoted\nx\n```\n\n```python wakepoint\nprint(1)\n```\n",
        5,
    ),
    "less indented than its header": ("   ```python wakepoint\nprint(1)\n   ```\n", 1),
}


def test_a_site_without_superfences_loses_no_fence_by_a_header_that_cannot_be_read(
    convert: Convert,
) -> None:
    page = convert(
        LOST["behind a header that superfences cannot read"][0], ["fenced_code", "wakepoint"]
    )
    assert page.outputs == ["1"]
    assert page.problems == []


@pytest.mark.parametrize("how", LOST)
def test_a_fence_that_superfences_would_lose_in_silence_is_told(convert: Convert, how: str) -> None:
    text, line = LOST[how]
    page = convert(text, ["pymdownx.superfences", "wakepoint"])
    assert len(page.problems) == 1
    assert page.problems[0].startswith(f"markdown:{line}: this is not recognised as a fence; ")
    assert page.outputs == []
    assert len(page.soup.select(".wp-problem")) == 1


def test_headings_in_a_table_of_contents_tell_nothing_twice(convert: Convert) -> None:
    page = convert("# One\n\n## Two\n\n```python wakepoint\n1 / 0\n", ["toc", "wakepoint"])
    assert len(page.problems) == 1
    assert len(page.soup.select(".wp-problem")) == 1


def test_an_id_that_is_taken_is_told(convert: Convert) -> None:
    fence = '```python wakepoint id="same" show="code"\nprint(1)\n```\n\n'
    page = convert(fence * 2)
    assert page.problems == ["markdown:5: the id 'same' is taken in this page; choose another"]


def test_on_error_show_logs_nothing(convert: Convert) -> None:
    page = convert("```python wakepoint\n1 / 0\n```\n", wakepoint={"on_error": "show"})
    assert page.problems == []
    assert page.soup.select(".wp-problem")


def test_on_error_fail_raises_with_every_problem() -> None:
    text = "```python wakepoint\n1 / 0\n```\n\n```python wakepoint x=1\n1\n```\n"
    with pytest.raises(SnippetError, match=r"(?s)markdown:2: .*\nmarkdown:5: .*'x'"):
        markdown.markdown(
            text, extensions=["wakepoint"], extension_configs={"wakepoint": {"on_error": "fail"}}
        )


def test_settings_reach_the_run(convert: Convert) -> None:
    page = convert("```python wakepoint\nwhile True: pass\n```\n", wakepoint={"timeout": 0.3})
    assert "not done after 0.3 s" in page.problems[0]


# -- one object, many documents -----------------------------------------------------------------


def test_one_markdown_object_converts_one_document_after_another() -> None:
    md = markdown.Markdown(extensions=["wakepoint"])
    for number in range(3):
        html = md.reset().convert(f'```python wakepoint show="output"\nprint({number})\n```\n')
        soup = BeautifulSoup(html, "html.parser")
        assert [tag.get_text() for tag in soup.select("samp")] == [str(number)]
    assert 'class="wp' not in md.reset().convert("Nothing here.")


def test_no_thread_outlives_a_document(convert: Convert) -> None:
    before = set(threading.enumerate())
    assert convert("```python wakepoint\nprint(1)\n```\n").outputs == ["1"]
    assert set(threading.enumerate()) == before


def test_a_document_without_a_snippet_is_left_alone() -> None:
    text = "# Title in wp-content\n\n```python\nprint(1)\n```\n"
    with_us = markdown.markdown(text, extensions=["pymdownx.superfences", "wakepoint"])
    assert with_us == markdown.markdown(text, extensions=["pymdownx.superfences"])


def test_converting_twice_gives_the_same_text() -> None:
    text = """
```python wakepoint title="Timers" show="code output machine table kernel"
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)
    return object()

print(wakepoint.run(wakepoint.join(nap(0.001), nap(0.002))))
```
"""
    first, second = (markdown.markdown(text, extensions=["wakepoint"]) for _ in range(2))
    assert first == second


def test_documents_say_once_that_nothing_can_be_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings = {"cache_dir": str(tmp_path / "file" / "cache")}
    with caplog.at_level(logging.INFO, "wakepoint"):
        for number in range(2):
            text = f"```python wakepoint\nprint({number})\n```\n"
            configs = {"wakepoint": settings}
            html = markdown.markdown(text, extensions=["wakepoint"], extension_configs=configs)
            assert f">{number}</samp>" in html
    assert len([line for line in caplog.messages if "nothing can be kept" in line]) == 1
