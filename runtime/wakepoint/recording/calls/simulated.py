"""How the simulated kernel's own calls and events are told."""

from __future__ import annotations

from wakepoint.backends.simulated.world import News

WAITS = frozenset({"sim_wait"})
NOTIFIES = frozenset({"sim_notify"})


def event(news: News) -> str:
    """What became possible, ``READABLE|HUNG_UP``."""
    return "|".join(each.name or "" for each in news)
