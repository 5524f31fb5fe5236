"""Pages whose fences nobody has read: another plugin or a hook took our extension away."""

from __future__ import annotations

import re

from mkdocs_wakepoint.fence.header import COMPARE
from mkdocs_wakepoint.fence.preprocessor import find
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.source import Page
from mkdocs_wakepoint.text import lines_of

_READ = re.compile(r' class="(?:[^"]* )?wp[-" ]')
"""What is in a page if somebody has read its fences: us, or the extension on its own."""


def unread(page: Page, markdown: str, html: str) -> Problem | None:
    """The problem of a page that was converted without our extension; None if it has no fence.

    Args:
        page: Its file.
        markdown: What was converted.
        html: What came of that.
    """
    lines = lines_of(markdown)
    fences = [
        fence
        for fence in find(lines)
        if (fence.options is not None or fence.info == COMPARE) and not fence.may_be_indented_code
    ]
    if not fences or _READ.search(html):
        return None
    from mkdocs_wakepoint.included import Text  # noqa: PLC0415 - see `lazy`
    from mkdocs_wakepoint.origins import Origins  # noqa: PLC0415

    origins = Origins(Text(page.file, page.lines, page.folder, page.bases), lines)
    return Problem(
        origins.of(fences[0].line),
        "this page was converted without Wakepoint's Markdown extension, and no fence in it runs",
        "let the hook or plugin that sets markdown_extensions keep those that are there",
    )
