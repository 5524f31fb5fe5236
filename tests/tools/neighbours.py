"""The environment that has other people's plugins: ``make neighbours`` makes it."""

from __future__ import annotations

import sys
from pathlib import Path

PYTHON = Path(sys.prefix) / "neighbours" / "bin" / "python"


def missing() -> str | None:
    """What has to be done before sites can be built with them; None if nothing."""
    if sys.platform != "linux":
        return "other people's plugins are tried on Linux only"
    if not (PYTHON.parents[1] / ".installed").exists():
        return "other people's plugins are not installed; run `make neighbours`"
    return None
