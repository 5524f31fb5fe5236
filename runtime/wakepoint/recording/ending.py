"""How a recorded run ended."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from wakepoint.errors import Deadlock
from wakepoint.recording.limit import TimeLimitExceeded
from wakepoint.recording.model import Frame, GoesOn, Outcome, Waiting
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.safe_repr import message_of


def outcome_of(run: Callable[[], None], recorder: Recorder, filename: str) -> Outcome:
    """Runs something and says how it ended; nothing that it raises comes out.

    Args:
        run: What is recorded.
        recorder: Knows who was cancelled and goes on, and has names for what the system chose.
        filename: Whose lines are named.
    """
    try:
        run()
    except TimeLimitExceeded as error:
        return Outcome(
            "timeout",
            message=str(error),
            frames=error.frames,
            goes_on=tuple(
                GoesOn(
                    what=recorder.names.normalise(each.what),
                    line=each.line if each.filename == filename else None,
                    how=recorder.names.normalise(each.how),
                )
                for each in recorder.goes_on
            ),
        )
    except SystemExit as error:
        return Outcome("exited", message=repr(error.code), frames=_frames(error, filename))
    except Deadlock as error:
        waiting = tuple(
            Waiting(
                task=task.task,
                name=task.name,
                line=task.line if task.filename == filename else None,
                waits_for=recorder.names.normalise(task.waits_for),
            )
            for task in error.waiting
        )
        return Outcome(
            "deadlock",
            message=recorder.names.normalise(str(error)),
            frames=_frames(error, filename),
            waiting=waiting,
        )
    except BaseException as error:
        message = recorder.names.normalise(message_of(error))
        return Outcome("raised", type(error).__name__, message, _frames(error, filename))
    return Outcome("finished")


def _frames(error: BaseException, filename: str) -> tuple[Frame, ...]:
    """The snippet's own lines of the traceback, outermost first."""
    return tuple(
        Frame(frame.lineno or 1, frame.name)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == filename
    )


def syntax_error(error: SyntaxError | ValueError | RecursionError | MemoryError) -> Outcome:
    """The outcome of a script that cannot be compiled."""
    line = getattr(error, "lineno", None) or 1
    message = getattr(error, "msg", None) or str(error)
    return Outcome("syntax-error", type(error).__name__, message, (Frame(line, "<module>"),))
