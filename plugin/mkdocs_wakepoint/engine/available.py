"""Whether the machine that builds has the backend that a snippet asks for."""

from __future__ import annotations

from mkdocs_wakepoint.snippet import Problem, Snippet
from wakepoint import backends


def unavailable(snippet: Snippet) -> Problem | None:
    """What is said of a snippet that cannot run here; None if it can, or is not to run at all."""
    name = snippet.options.backend
    reason = why_not(name) if snippet.options.run and name != "auto" else None
    if reason is None:
        return None
    return Problem(
        snippet.at(0),
        f"this machine cannot run backend={name!r} ({reason})",
        "leave backend out, or keep a recording: `mkdocs-wakepoint record` where it can",
    )


def why_not(name: str) -> str | None:
    """Why this machine has no backend of that name; None if it has."""
    try:
        backends.make_kernel(backends.resolve(name))
    except (ValueError, OSError) as error:
        return str(error).removesuffix("; choose another backend")
    return None
