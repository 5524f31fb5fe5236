"""epoll's events are the kernel's, by number and by name."""

from __future__ import annotations

import select
import sys

import pytest

from wakepoint.backends.epoll import events

NAMES = sorted(name for name in vars(events) if name.startswith("EPOLL"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")
@pytest.mark.parametrize("name", NAMES)
def test_a_number_is_linuxs(name: str) -> None:
    assert getattr(events, name) == getattr(select, name)


def test_a_mask_is_told_by_its_names() -> None:
    both = events.EPOLLIN | events.EPOLLRDHUP
    assert events.describe(both) == "EPOLLIN|EPOLLRDHUP"
    assert events.describe(0) == "0"
