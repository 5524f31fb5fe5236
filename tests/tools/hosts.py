"""The environments of what builds sites, each with nothing else: ``make hosts`` makes them."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(sys.prefix) / "hosts"
OLDEST = "mkdocs-oldest"


def python(name: str) -> Path:
    """The Python of an environment."""
    return FOLDER / name / "bin" / "python"


def missing() -> str | None:
    """What has to be done before sites can be built in them; None if nothing."""
    if sys.platform != "linux":
        return "what builds sites is tried alone on Linux only"
    names = ["properdocs", "zensical", *([OLDEST] if has_oldest() else [])]
    if not all((FOLDER / name / ".installed").exists() for name in names):
        return "what builds sites is not installed; run `make hosts`"
    return None


def has_oldest() -> bool:
    """True if the oldest packages that we allow can be installed: they are of the oldest Python."""
    return sys.version_info[:2] == (3, 11)
