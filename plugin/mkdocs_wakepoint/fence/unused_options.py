"""Options that a fence gives and that change nothing: an author who wrote one expects something."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mkdocs_wakepoint.snippet import Options

_NONE_GIVEN = Options()
_OF_A_RUN = ("layout", "backend", "timeout", "expect_error", "expect", "ask", "machine", "session")
_OF_CODE = ("hl_lines", "linenums")
_WITH_MACHINES = frozenset({"machine", "table", "timeline"})


def unused_options(given: Collection[str], options: Options) -> Iterator[tuple[str, str]]:
    """What is in vain, and what to do about it.

    Args:
        given: The options that the header itself gives; a page's defaults are for other fences too.
        options: What holds for the fence.
    """
    given = [name for name in given if getattr(options, name) != getattr(_NONE_GIVEN, name)]
    if not options.run:
        for name in _OF_A_RUN:
            if name in given:
                yield f'{name} has no effect with run="no"', "remove one of the two"
        if "show" in given and options.show != ("code",):
            yield 'with run="no" there is nothing to show but the code', 'write show="code"'
        return
    if "code" not in options.show:
        for name in _OF_CODE:
            if name in given:
                yield f"{name} has no effect where show has no code", f"add code, or remove {name}"
    if "machine" in given and _WITH_MACHINES.isdisjoint(options.show):
        yield "machine has no effect where show has no machine", "add machine, or remove the option"


def lines_too_many(hl_lines: str, line_count: int) -> tuple[str, str] | None:
    """What is said of lines to highlight that the page does not show.

    Args:
        hl_lines: The option's value.
        line_count: How many lines the page shows.
    """
    last = max((int(number) for number in hl_lines.replace("-", " ").split()), default=0)
    if last <= line_count:
        return None
    return f"hl_lines names line {last} and the page shows {line_count}", "correct the number"
