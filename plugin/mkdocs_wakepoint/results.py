"""What came of a snippet: which recordings there are of it, and what is wrong.

A build imports this when there is a recording to look into, and with it the runtime.
"""

from __future__ import annotations

from collections.abc import Sequence

from mkdocs_wakepoint.both_forms import unlike
from mkdocs_wakepoint.engine import not_implemented, problems, session_failed
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views import Item
from wakepoint.recording import Environment, Recording

_NOWHERE = Environment(None, "", "")
"""What matches no kept recording's platform."""


def item_of(
    snippet: Snippet,
    mistakes: tuple[Problem, ...],
    ended: Sequence[Recording],
    missing: Problem | None,
    store: Store,
) -> Item:
    """A snippet with all that is known of it.

    Args:
        snippet: What the author wrote.
        mistakes: What is wrong with its header.
        ended: Its run, and that of its lowered form if that is shown; empty if it was not run.
        missing: Why this machine cannot run it, if it cannot.
        store: Has the recordings from other platforms.
    """
    if ended:
        recording, *forms = ended
        others = store.matching(snippet, recording.environment)
        if others and not_implemented(snippet, recording):
            recording, *others = others
    elif missing is None:
        return Item(snippet, None, mistakes)
    elif recordings := store.matching(snippet, _NOWHERE):
        recording, *others = recordings
        forms = []
    else:
        return Item(snippet, None, (*mistakes, missing))
    if failed := session_failed(snippet, recording):
        return Item(snippet, None, (*mistakes, failed))
    all_problems = (*mistakes, *problems(snippet, recording))
    form = forms[0] if forms else None
    if form is not None and recording.outcome.kind != "syntax-error":
        all_problems = (*all_problems, *unlike(snippet, recording, form))
    return Item(snippet, recording, all_problems, tuple(others), form)
