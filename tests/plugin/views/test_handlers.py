"""What folds a run's events: each handler is for a kind of event that there is."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from mkdocs_wakepoint.views import calls, story
from wakepoint.recording.schema import KINDS


@pytest.mark.parametrize(
    "module, name, parameters",
    [(story, "_Teller", ["self", "event"]), (calls, "_Reader", ["self", "event", "index"])],
)
def test_each_handler_is_for_a_kind_of_event_and_none_is_left_out(
    module: ModuleType, name: str, parameters: list[str]
) -> None:
    reader = vars(module)[name]
    assert reader.handlers.keys() <= KINDS.keys()
    assert {kind: one.__name__ for kind, one in reader.handlers.items()} == {
        kind: "_" + kind.replace(".", "_") for kind in reader.handlers
    }

    def takes_events(method: Any) -> bool:
        names = [*inspect.signature(method).parameters]
        return names == parameters and method.__name__ != "take"

    methods = {one for one in vars(reader).values() if inspect.isfunction(one)}
    assert {one for one in methods if takes_events(one)} == {*reader.handlers.values()}
