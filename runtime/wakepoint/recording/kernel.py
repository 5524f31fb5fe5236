"""The recording kernel: every call that leaves the process becomes an event."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from functools import partial
from typing import Any

from wakepoint.kernel import Kernel
from wakepoint.recording import calls
from wakepoint.recording.calls.describer import Describer
from wakepoint.recording.log import Revisable, Shape
from wakepoint.recording.recorder import Recorder

_FACTS = ("name", "args", "result", "error", "bytes")
_CALLED = Shape("kernel.called", *_FACTS)
_NOTIFIED = Shape("kernel.called", *_FACTS, revisable=3)


class RecordingKernel:
    """Stands in front of a kernel and notes each call with its arguments and result.

    Whatever is no function (``system``, ``emulation``) is passed on as it is.
    """

    def __init__(self, kernel: Kernel, recorder: Recorder) -> None:
        self._kernel = kernel
        self._recorder = recorder
        self.describe = Describer(recorder.names)
        self._real_names = calls.real_names(kernel.system)
        self.on_return: Callable[[int], None] | None = None
        """Called with the number of events when a wait comes back."""

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._kernel, name)
        if not callable(attribute) or name in calls.UNRECORDED:
            return attribute
        recorded = self._recorded(name, attribute)
        setattr(self, name, recorded)  # found directly from now on
        return recorded

    def _recorded(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        # What is known of the call is looked up once, not at each.
        describe = self.describe
        of_arguments, of_result = calls.ARGUMENTS.get(name), calls.RESULTS.get(name)
        closes, waits = name in calls.CLOSES, name in calls.WAITS
        notifies, thread = name in calls.NOTIFIES, self._recorder.thread
        moves_bytes = name in calls.MOVES_BYTES
        real_name, emit = self._real_names.get(name, name), self._recorder.emit
        failed = self._recorder.failed

        def recorded(*args: Any) -> Any:
            try:
                arguments = (
                    map(describe, args) if of_arguments is None else of_arguments(describe, args)
                )
                told = tuple(arguments)
                # A closed socket does not know its number any more, so ask before.
                closed = _number(args[0]) if closes else None
            except Exception as failure:
                if not failed(failure):
                    raise
                return call(*args)
            if notifies and get_ident() != thread:
                return self._notify(real_name, told, partial(call, *args))
            try:
                result = call(*args)
            except OSError as error:
                emit(_CALLED, real_name, told, "-1", calls.error_name(error), None)
                raise
            try:
                text = None if of_result is None else of_result(describe, args, result)
                moved = _bytes_moved(result) if moves_bytes else None
                emit(_CALLED, real_name, told, text or describe(result), None, moved)
            except Exception as failure:
                if not failed(failure):
                    raise
            if closed is not None:
                self._recorder.names.forget_fd(closed)
            if waits and self.on_return is not None:
                self.on_return(len(result) if isinstance(result, (list, tuple)) else 0)
            return result

        return recorded

    def _notify(self, name: str, arguments: tuple[str, ...], call: Callable[[], Any]) -> Any:
        """A call by which another thread ends the sleep of the recorder's.

        It is noted before it is made, since the thread that it wakes may be the first to go on.
        """
        outcome = Revisable((self.describe(None), None, None))
        self._recorder.emit(_NOTIFIED, name, arguments, outcome)
        try:
            return call()
        except OSError as error:
            outcome[:2] = "-1", calls.error_name(error)
            raise


def _number(thing: Any) -> int:
    return thing if isinstance(thing, int) else int(thing.fileno())


def _bytes_moved(result: Any) -> int:
    if isinstance(result, list):  # completion packets
        return sum(packet.size for packet in result)
    payload = result[0] if isinstance(result, tuple) else result
    return payload if isinstance(payload, int) else len(payload)
