"""A site's other code comes out exactly as it does without us, whatever the site makes of code."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import markdown
import pytest
from bs4 import BeautifulSoup

OTHERS = """
# Code

```python
x = "no word of ours"
```

```
import no_language
```

``` { .python .special #code1 hl_lines="1" key=unquoted }
y = 1
```

```python title="A title" linenums="3" hl_lines="2"
a = 1
b = 2
```

~~~~
```python wakepoint
shown("only")
```
~~~~

    indented = True

        deeper = True

- In a list:

    ```python
    z = 1
    ```

    text

        indented_in_a_list

> ```rust
> fn main() {}
> ```

```unclosed

The end.
"""

OURS = """
```python wakepoint id="ours" show="code"
print("ours")
```
"""

SITES: dict[str, dict[str, Any]] = {
    "none": {},
    "fenced_code": {"fenced_code": {}},
    "codehilite": {"codehilite": {}},
    "codehilite that guesses": {"fenced_code": {}, "codehilite": {"guess_lang": True}},
    "codehilite with numbers": {"codehilite": {"linenums": True}, "fenced_code": {}},
    "codehilite without Pygments": {"fenced_code": {}, "codehilite": {"use_pygments": False}},
    "extra": {"extra": {}},
    "what MkDocs lists": {"toc": {}, "tables": {}, "fenced_code": {}},
    "attribute lists": {"attr_list": {}, "fenced_code": {"lang_prefix": "lang-"}},
    "pymdownx.extra": {"pymdownx.extra": {}},
    "superfences": {"pymdownx.superfences": {}},
    "superfences that keeps tabs": {"pymdownx.superfences": {"preserve_tabs": True}},
    "superfences without indented code": {
        "pymdownx.superfences": {"disable_indented_code_blocks": True, "relaxed_headers": True}
    },
    "superfences with a fence of its own": {
        "pymdownx.superfences": {"custom_fences": [{"name": "rust", "class": "of-its-own"}]}
    },
    "highlight": {"pymdownx.highlight": {}},
    "highlight with options": {
        "pymdownx.highlight": {"anchor_linenums": True, "line_spans": "__span", "auto_title": True},
        "pymdownx.superfences": {"css_class": "code"},
    },
    "highlight that guesses": {
        "pymdownx.highlight": {"guess_lang": "block", "linenums": True},
        "pymdownx.superfences": {},
        "pymdownx.inlinehilite": {},
    },
}


def convert(text: str, site: dict[str, Any], *, ours: str) -> str:
    """The text, with our extension in front of the site's, behind them, or not at all."""
    extensions = list(site)
    if ours:
        extensions.insert(0 if ours == "first" else len(extensions), "wakepoint")
    return markdown.markdown(dedent(text), extensions=extensions, extension_configs=site)


@pytest.mark.parametrize("ours", ["first", "last"])
@pytest.mark.parametrize("site", SITES)
def test_a_page_without_a_snippet_is_as_it_was(site: str, ours: str) -> None:
    before = convert(OTHERS, SITES[site], ours="")
    assert convert(OTHERS, SITES[site], ours=ours) == before


@pytest.mark.parametrize("ours", ["first", "last"])
@pytest.mark.parametrize("site", SITES)
def test_beside_a_snippet_code_is_as_it_was(site: str, ours: str) -> None:
    at = OTHERS.index("    indented")
    text = f"{OTHERS[:at]}{OURS}\n{OTHERS[at:]}"
    before = convert(f"{OTHERS[:at]}<hr>\n\n{OTHERS[at:]}", SITES[site], ours="")
    page = BeautifulSoup(convert(text, SITES[site], ours=ours), "html.parser")
    for brought in (*page.select("style"), *page.select(":root > script, script")):
        brought.extract()
    (box,) = page.select(".wp")
    assert [tag.get_text() for tag in box.select("[id$=-code]")] == ['print("ours")\n']
    box.replace_with(page.new_tag("hr"))
    assert str(page).strip() == str(BeautifulSoup(before, "html.parser")).strip()


@pytest.mark.parametrize("ours", ["first", "last"])
@pytest.mark.parametrize("site", SITES)
def test_one_object_may_convert_page_after_page(site: str, ours: str) -> None:
    extensions = [*SITES[site]]
    extensions.insert(0 if ours == "first" else len(extensions), "wakepoint")
    md = markdown.Markdown(extensions=extensions, extension_configs=SITES[site])
    for _ in range(2):
        assert md.reset().convert(OURS).count('id="wp-ours"') == 1
        assert md.reset().convert(dedent(OTHERS)) == convert(OTHERS, SITES[site], ours="")
