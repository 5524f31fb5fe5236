"""What the build and the processes that run its snippets say to each other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mkdocs_wakepoint.engine.limits import Limits


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes:
        source: The snippet.
        limits: What it may use.
        backend: The mechanism that `wakepoint.run` takes, or ``auto``.
        lowered: Run the snippet's lowered form instead.
        prelude: Sources of the snippets before it in its session. They run first, in the same
            module, and are not recorded; what they write is not shown.
    """

    source: str
    limits: Limits
    backend: str = "auto"
    lowered: bool = False
    prelude: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Job:
        """The job in such data."""
        limits = Limits(**data["limits"])
        return cls(**{**data, "limits": limits, "prelude": tuple(data["prelude"])})
