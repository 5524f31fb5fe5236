"""What a link shows that quotes a run."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from mkdocs_wakepoint.views.markup import code, element


@dataclass(frozen=True, slots=True)
class Call:
    """A kernel call of a run.

    Attributes:
        text: As strace writes it down.
        step: Ordinal of its event; None if its page walks through another run.
    """

    text: str
    step: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run, to which a link leads whose text is its author's.

    Attributes:
        step: Ordinal of its event; None if its page walks through another run.
    """

    step: int | None


def quotation(answer: Call | Step | str | int | None, backend: str) -> Markup:
    """A call as code, a count as a number, or that there is no run on the backend.

    A step is only a mark, by which the site's script makes the link around it lead there.
    """
    if isinstance(answer, Call):
        return code(answer.text, data_step=answer.step)
    if isinstance(answer, Step):
        return Markup() if answer.step is None else element("span", data_step=answer.step)
    if answer is None:
        return element("em", f"not recorded {'here' if backend == 'auto' else f'on {backend}'}")
    return code(answer) if isinstance(answer, str) else escape(answer)
