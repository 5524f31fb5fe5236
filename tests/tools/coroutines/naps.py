"""Coroutines of another file than the test that runs them."""

from __future__ import annotations

import wakepoint


async def short() -> None:
    await wakepoint.sleep(0.01)
