"""Follows the snippet's coroutines through their states.

The executor's seam shows tasks; what happens inside one, which coroutine awaits which and which
awaits went straight on, only the interpreter knows. What it says of frames, by `monitoring` or by
`settrace`, goes to whoever follows their code, and becomes `states`.
"""

from __future__ import annotations

import sys
from types import CodeType

from wakepoint.machine import Analysis
from wakepoint.recording.awaited_code import watch_awaited
from wakepoint.recording.leaf_code import Leaves, watch_poll
from wakepoint.recording.log import Shape
from wakepoint.recording.machine_code import MachineCode, PartCode
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.sources import choose
from wakepoint.recording.states import States
from wakepoint.recording.watched import Watched

_REPLACED = Shape("trace.replaced", "line")


class Tracer(States):
    """Reports states to the recorder while it is active.

    Args:
        recorder: Takes the events.
        analyses: The machine of each code object of the snippet, and its index in the recording.
        filename: ``co_filename`` of the snippet.

    Attributes:
        filename: ``co_filename`` of the snippet.
        leaves: The polls of futures that go on.
    """

    def __init__(
        self, recorder: Recorder, analyses: dict[CodeType, tuple[int, Analysis]], filename: str
    ) -> None:
        super().__init__(recorder, analyses)
        self.filename = filename
        self.leaves = Leaves(self)
        self._machines = {id(code): (code, *analyses[code]) for code in analyses}

    def start(self) -> None:
        """Begins to follow this thread."""
        if not self.recorder.full:
            self.source = choose(self.watch, self.filename, self.recorder.failed)
            self.source.start()
            self.drops_copies = sys.version_info < (3, 13) and sys.gettrace() is None
            self.recorder.stop_following = self.source.stop_early

    def stop(self) -> None:
        """Stops following, and tells if that was lost; called on the same thread."""
        if self.source is None:
            return
        self.recorder.stop_following = None
        self.source.stop()
        self.recorder.tell_failure()
        if self.source.replaced_in is not None:
            self.recorder.emit(_REPLACED, self.source.replaced_in)

    def watch(self, code: CodeType) -> Watched | None:
        """Who follows the frames of a code object; None if nothing in them is worth telling."""
        known = self._machines.get(id(code))
        if known is not None:
            _, index, analysis = known
            if code is analysis.code:
                return MachineCode(code, self, index, analysis)
            return PartCode(code, self)
        if code.co_name == "poll":
            return watch_poll(code, self.leaves, self.filename)
        return watch_awaited(code, self)
