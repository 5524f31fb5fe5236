"""A ``dot`` program, where one is installed: several graphs in one start of it.

To start it takes as long as twenty layouts, so those that wait go in together.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from functools import cache
from typing import Any

logger = logging.getLogger("wakepoint")


def program() -> str | None:
    """Where it is; None if there is none."""
    return shutil.which("dot")


@cache
def version(path: str) -> str | None:
    """The version of a ``dot``, such as ``2.43.0``; None if it does not even tell that.

    Args:
        path: See `program`; each is asked once.
    """
    import graphviz  # noqa: PLC0415 - it takes a while, and most builds draw nothing

    try:
        return ".".join(map(str, graphviz.version()))
    except (OSError, RuntimeError, graphviz.CalledProcessError, graphviz.ExecutableNotFound):
        logger.debug("%s does not tell its version, so it is not used", path)
        return None


def lay_out(graphs: Sequence[str]) -> list[dict[str, Any] | None]:
    """Graphs in DOT with the places of their parts, as ``json0``.

    It stops at the first graph that it cannot lay out. Then each is tried by itself.

    Returns:
        One for each; None for what it cannot lay out.
    """
    answers = _answers("\n".join(graphs))
    if len(answers) == len(graphs):
        return [*answers]
    if len(graphs) == 1:
        return [None]
    return [answer for graph in graphs for answer in lay_out([graph])]


def _answers(source: str) -> list[dict[str, Any]]:
    """What it says of all graphs in a text; less than that if it fails."""
    import graphviz  # noqa: PLC0415 - see `version`

    try:
        text = graphviz.pipe_string("dot", "json0", source, encoding="utf-8", quiet=True)
        return parted(text)
    except (OSError, ValueError, graphviz.CalledProcessError, graphviz.ExecutableNotFound) as error:
        logger.debug("dot failed: %s", error)
        return []


def parted(text: str) -> list[dict[str, Any]]:
    """The JSON objects that follow one another in a text."""
    decoder, answers, position = json.JSONDecoder(), [], 0
    text = text.rstrip()
    while position < len(text):
        if text[position].isspace():
            position += 1
        else:
            answer, position = decoder.raw_decode(text, position)
            answers.append(answer)
    return answers
