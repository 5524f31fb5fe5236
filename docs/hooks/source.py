"""Shows the Markdown of the block below it, where a page has ``<!-- source -->``.

That block is the next fence of ours, or the next paragraph with links to a snippet. So a page that
shows how something is written and what the build makes of it has it once.
"""

from __future__ import annotations

import re
from typing import Any

_MARK = "<!-- source -->\n"
_BLOCK = re.compile(
    r"^(?P<ticks>`{3,})(?:python wakepoint\b|wakepoint-compare)(?s:.*?)^(?P=ticks)$"
    r"|^(?:.+\n)*.*\]\(#wp-.*(?:\n.+)*",
    re.MULTILINE,
)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Puts the source in the place of each mark."""
    before, *parts = markdown.split(_MARK)
    return before + "".join(f"{_source(part)}\n{part}" for part in parts)


def _source(text: str) -> str:
    block = _BLOCK.search(text)
    assert block, f"nothing of ours below {_MARK}"
    return f"````markdown\n{block[0]}\n````\n"
