"""Whether a snippet can have the backend that it asks for, on the machine that builds."""

from __future__ import annotations

from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.lazy import import_runtime
from mkdocs_wakepoint.snippet import Problem, Snippet


def unavailable(snippet: Snippet, settings: Settings) -> Problem | None:
    """What is said of a snippet that cannot run here; None if it can, or is not to run at all."""
    name = snippet.options.backend
    if not snippet.options.run or name == "auto":
        return None
    reason = why_not(name)
    if reason is None and name == "io_uring" and not settings.allows_io_uring:
        return Problem(
            snippet.at(0),
            "this site lets no snippet use io_uring, which takes calls past the sandbox",
            "set io_uring: true, leave backend out, or keep a recording: "
            "`mkdocs-wakepoint record --backend io_uring`",
        )
    if reason is None:
        return None
    return Problem(
        snippet.at(0),
        f"this machine cannot run backend={name!r} ({reason})",
        "leave backend out, or keep a recording: `mkdocs-wakepoint record` where it can",
    )


def why_not(name: str) -> str | None:
    """Why this machine has no backend of that name; None if it has."""
    import_runtime()
    from wakepoint import backends  # noqa: PLC0415 - see `lazy`

    try:
        backends.make_kernel(backends.resolve(name))
    except (ValueError, OSError) as error:
        return str(error).removesuffix("; choose another backend")
    return None
