"""What a link shows that quotes a run."""

from __future__ import annotations

from markupsafe import Markup, escape

from mkdocs_wakepoint.views.markup import code, element


def quotation(answer: str | int | None, backend: str) -> Markup:
    """A call as code, a count as a number, or that there is no run on the backend."""
    if answer is None:
        return element("em", f"not recorded {'here' if backend == 'auto' else f'on {backend}'}")
    return code(answer) if isinstance(answer, str) else escape(answer)
