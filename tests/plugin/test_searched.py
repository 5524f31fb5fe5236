"""What MkDocs' own search reads of a page with a run, and what others read of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from tools.sites import build, write

from mkdocs_wakepoint.searched import without_excluded

CONFIG = "site_name: A site\nplugins:\n  - search\n  - wakepoint\nhooks:\n  - hook.py\n"

HOOK = """\
from pathlib import Path

def on_page_context(context, *, page, config, nav):
    Path("read.html").write_text(page.content, encoding="utf-8")
"""

PAGE = """\
# Naps

```python wakepoint id="naps" show="code output machine table timeline kernel"
import wakepoint

async def nap(seconds):
    await wakepoint.sleep(seconds)
    return f"slept {seconds}"

print(wakepoint.run(wakepoint.join(nap(0.001), nap(0.002)), backend="simulated"))
```

Behind it.
"""


def squeezed(text: str) -> str:
    """Without any space: elements differ in what they leave between words."""
    return "".join(text.split())


def test_mkdocs_search_reads_what_is_not_excluded_and_others_read_all(tmp_path: Path) -> None:
    (tmp_path / "hook.py").write_text(HOOK, encoding="utf-8")
    write(tmp_path, {"index.md": PAGE}, CONFIG)
    built = build(tmp_path)
    index = json.loads((built.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
    searched = squeezed("".join(entry["text"] for entry in index["docs"]))
    page = built.page("")
    excluded = page.select("[data-search-exclude]")
    drawn = {squeezed(tag.get_text()) for one in excluded for tag in one.select("text, caption")}
    for one in excluded:
        one.decompose()
    content = squeezed(page.get_text())
    assert squeezed("slept 0.001") in searched
    assert squeezed("Behind it.") in searched
    only_drawn = [words for words in drawn if words not in content]
    assert len(only_drawn) > 5
    assert [words for words in only_drawn if words in searched] == []
    read = (tmp_path / "read.html").read_text(encoding="utf-8")
    assert built.page("").select("[data-search-exclude]")
    assert "<svg" in read
    assert read in (built.folder / "index.html").read_text(encoding="utf-8")


trees = st.recursive(
    st.sampled_from(["", "text", "a &lt; data-search-exclude ", " data-search-exclude>", "<br>"]),
    lambda inner: st.builds(
        lambda tag, excluded, parts: (
            f"<{tag} class='a'{' data-search-exclude' if excluded else ''} id='b'>"
            f"{''.join(parts)}</{tag}>"
        ),
        st.sampled_from(["div", "section", "sub", "s"]),
        st.booleans(),
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)


@given(st.lists(trees, max_size=4).map("".join))
def test_what_is_left_out_are_the_excluded_elements(html: str) -> None:
    soup = BeautifulSoup(html, "html.parser")
    for excluded in soup.select("[data-search-exclude]"):
        if not excluded.decomposed:
            excluded.decompose()
    assert str(BeautifulSoup(without_excluded(html), "html.parser")) == str(soup)


@pytest.mark.parametrize(
    "html", ["<p>data-search-exclude", "<p data-search-exclude>a", "< data-search-exclude>", "a<b "]
)
def test_what_has_no_end_stays(html: str) -> None:
    assert without_excluded(html) == html
