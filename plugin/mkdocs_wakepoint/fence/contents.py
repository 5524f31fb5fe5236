"""What a fence holds: a snippet, or a comparison of snippets."""

from __future__ import annotations

import re
from dataclasses import replace

from mkdocs_wakepoint import comparison
from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.fence import header
from mkdocs_wakepoint.fence.preprocessor import Fence
from mkdocs_wakepoint.fence.problems import (
    comes_only_close,
    id_is_taken,
    is_empty,
    is_lowered_in_session,
)
from mkdocs_wakepoint.fence.unused_options import lines_too_many
from mkdocs_wakepoint.origins import Lines
from mkdocs_wakepoint.shown_lines import shown_lines
from mkdocs_wakepoint.snippet import Location, Options, Problem, Snippet
from mkdocs_wakepoint.source import Page

Contents = tuple[Snippet | Comparison, tuple[Problem, ...]]
"""What a fence holds, and what is wrong with it."""


def contents(fence: Fence, source: str, lines: Lines, page: Page) -> Contents:
    """Reads a fence.

    Args:
        fence: Where it stands, and its header.
        source: What stands between its first and its last line.
        lines: Where each of its lines was written.
        page: Gives the defaults of its options, and keeps the keys of its snippets.
    """
    location = lines.of[0]
    if fence.info == header.COMPARE:
        chosen, problems = comparison.parse(source, lines.of)
        return Comparison(chosen, lines.in_page, _key(page, "compare")), tuple(problems)
    options, problems = _options(fence, source, location, page)
    if not source.strip():
        problems.append(is_empty(location))
    key = _key(page, options.id or options.title)
    if options.id not in ("", key):
        problems.append(id_is_taken(location, options.id))
    snippet = Snippet(source, options, lines.in_page, key, () if lines.follow else lines.of)
    problems += [Problem(snippet.at(line), *what) for line, *what in shown_lines(source).mistakes]
    if not (options.session and options.run):
        return snippet, tuple(problems)
    earlier = page.sessions.setdefault(options.session, [])
    if earlier and "lowered" in options.show:
        problems.append(is_lowered_in_session(location))
        options = replace(options, show=tuple(view for view in options.show if view != "lowered"))
    in_session = replace(snippet, options=options, earlier=tuple(earlier))
    earlier.append(snippet)
    return in_session, tuple(problems)


def _options(
    fence: Fence, source: str, location: Location, page: Page
) -> tuple[Options, list[Problem]]:
    if fence.options is None:
        return Options(run=False, show=("code",)), [comes_only_close(location)]
    fence_header = header.parse(fence.options, location, page.options)
    problems = [*fence_header.problems]
    visible = shown_lines(source).numbers
    if beyond := lines_too_many(fence_header.options.hl_lines, len(visible)):
        problems.append(Problem(location, *beyond))
    return fence_header.options, problems


def _key(page: Page, name: str) -> str:
    """A key that nothing else in the page has, made from a snippet's id or title."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "snippet"
    key, number = base, 1
    # A snippet's parts have ids that begin with its key, too.
    while key in page.keys or any(f"{taken}-".startswith(f"{key}-") for taken in page.ids):
        number += 1
        key = f"{base}-{number}"
    page.keys.add(key)
    return key
