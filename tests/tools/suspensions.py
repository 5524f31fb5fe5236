"""A pytest plugin that notes where the coroutines of a run suspend, and whether that is a state.

    PYTHONPATH=tests:runtime pytest -p tools.suspensions

At the end it writes JSON to the file that ``WAKEPOINT_SUSPENSIONS`` names: how many places of how
many functions were seen for each prefix of ``WAKEPOINT_PREFIXES``, and what of it is no state.
"""

from __future__ import annotations

import dis
import inspect
import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from wakepoint.machine import Analysis, MachineError, analyze

_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>"}
_YIELD_VALUE = dis.opmap["YIELD_VALUE"]

Suspension = tuple[CodeType, CodeType, int]
"""The function's code, the code that suspends (of a comprehension of 3.11), the offset."""

suspensions: set[Suspension] = set()

around: set[tuple[CodeType, int]] = set()
"""Where functions await comprehensions of their own, on 3.11: the comprehension has the state."""


def _watch() -> None:
    """Looks on with what this Python has for it."""
    if sys.version_info >= (3, 12):
        monitoring = sys.monitoring
        tool = next(number for number in range(6) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "suspensions")

        def suspended(code: CodeType, offset: int, value: object) -> Any:
            if code.co_flags & _ASYNC:
                suspensions.add((code, code, offset))
            return monitoring.DISABLE  # once is enough

        monitoring.register_callback(tool, monitoring.events.PY_YIELD, suspended)
        monitoring.set_events(tool, monitoring.events.PY_YIELD)
    else:
        profile: Callable[[FrameType, str, Any], None] = _returned
        sys.setprofile(profile)
        threading.setprofile(profile)


def _returned(frame: FrameType, event: str, value: object) -> None:
    code = frame.f_code
    is_async = event == "return" and code.co_flags & _ASYNC
    if is_async and code.co_code[frame.f_lasti] == _YIELD_VALUE:
        if code.co_name in _COMPREHENSIONS and frame.f_back is not None:
            around.add((frame.f_back.f_code, frame.f_back.f_lasti + 2))  # SEND, and YIELD_VALUE
        owner: FrameType | None = frame
        while owner is not None and owner.f_code.co_name in _COMPREHENSIONS:
            owner = owner.f_back
        assert owner is not None
        suspensions.add((owner.f_code, code, frame.f_lasti))


def pytest_configure() -> None:
    """Begins before anything of the run is imported."""
    _watch()


def pytest_unconfigure() -> None:
    """Writes what was seen."""
    sys.setprofile(None)
    threading.setprofile(None)
    prefixes = os.environ["WAKEPOINT_PREFIXES"].split(os.pathsep)
    places: dict[str, int] = defaultdict(int)
    functions = defaultdict(set)
    unknown = []
    analyses: dict[CodeType, Analysis | None] = {}
    for owner, code, offset in [each for each in suspensions if each[1:] not in around]:
        prefix = next((each for each in prefixes if owner.co_filename.startswith(each)), "others")
        places[prefix] += 1
        functions[prefix].add(owner)
        if owner not in analyses:
            try:
                analyses[owner] = analyze(owner)
            except MachineError as error:
                analyses[owner] = None
                unknown.append(str(error))
        analysis = analyses[owner]
        if analysis is not None and analysis.state_at(offset, code) is None:
            unknown.append(f"{owner.co_qualname} at {offset} of {code.co_name}")
    written = {
        "places": places,
        "functions": {prefix: len(codes) for prefix, codes in functions.items()},
        "unknown": unknown,
    }
    Path(os.environ["WAKEPOINT_SUSPENSIONS"]).write_text(json.dumps(written), encoding="utf-8")
