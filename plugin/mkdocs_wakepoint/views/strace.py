"""A recording's kernel calls, as strace writes calls down."""

from __future__ import annotations

from mkdocs_wakepoint.views.limits import TEXT
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Event, Recording


def kernel_calls(recording: Recording) -> list[Event]:
    """Each call that left the process, in order."""
    return [event for event in recording.events if event.kind == "kernel.called"]


def invocation(event: Event) -> str:
    """``write(fd 4, 5 bytes)``."""
    return cut(f"{event['name']}({', '.join(event['args'])})", TEXT)


def call(event: Event) -> str:
    """``write(fd 4, 5 bytes) = 5``, or with the error: ``= -1 EAGAIN``."""
    result = event["result"] if event["error"] is None else f"-1 {event['error']}"
    return f"{invocation(event)} = {cut(result, TEXT)}"
