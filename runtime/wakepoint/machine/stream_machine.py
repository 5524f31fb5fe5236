"""An async generator as a state machine, and what iterating over it gives."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator
from typing import Any

from wakepoint.machine.state_machine import StateMachine
from wakepoint.task import Context, Future, Poll, Ready, Resumable

DONE = object()
"""What ``next(iterator, DONE)`` and a stream's last poll give: there is no next item."""


class StreamMachine(StateMachine[Any], AsyncIterator[Any]):
    """An async generator in its explicit form: ``poll_next`` gives its items one by one.

    futures-rs calls that a Stream. Where Rust returns ``Ready(None)`` at the end, this returns
    ``Ready(DONE)``.

    Attributes:
        sent: The value that is sent to the ``yield`` that it stands at.
        thrown: The exception that is raised there.
    """

    kind = "async generator"

    def __init__(self, state: enum.Enum) -> None:
        super().__init__(state)
        self.sent: Any = None
        self.thrown: BaseException | None = None

    def poll_next(self, cx: Context) -> Poll[Any]:
        """Goes on until the next ``yield``, and to DONE behind the last."""
        raise NotImplementedError

    def resumed(self) -> Any:
        """What the ``yield`` gives that the machine goes on from: the value that was sent.

        Raises:
            BaseException: What was thrown.
        """
        sent, self.sent = self.sent, None
        thrown, self.thrown = self.thrown, None
        if thrown is not None:
            raise thrown
        return sent

    def resume_with(self, error: BaseException, *, waited: bool) -> None:
        """Makes the next poll raise it at the ``await`` or ``yield`` that the machine stands at."""
        if waited:
            super().resume_with(error, waited=True)
        else:
            self.thrown = error

    def may_not_leave(self, error: BaseException) -> bool:
        """True if it would end something else than what it is raised in (PEP 479)."""
        return isinstance(error, (StopIteration, StopAsyncIteration))

    def __aiter__(self) -> StreamMachine:
        return self

    def __anext__(self) -> Future[Any]:
        return self.asend(None)

    def asend(self, value: Any) -> Future[Any]:
        """Goes on, with a value for the ``yield`` that it stands at."""
        if value is not None and self.state.name == "START":
            raise TypeError("can't send non-None value to a just-started async generator")
        return Step(self, sent=value)

    def athrow(self, error: BaseException) -> Future[Any]:
        """Raises at the ``yield`` that it stands at."""
        return Step(self, thrown=error)

    async def aclose(self) -> None:
        """Ends it: GeneratorExit is raised at the ``yield`` that it stands at."""
        try:
            await self.athrow(GeneratorExit())
        except (GeneratorExit, StopAsyncIteration):
            return
        raise RuntimeError("async generator ignored GeneratorExit")

    def _run_on(self) -> object:
        return self.poll_next(None)  # type: ignore[arg-type]


class Step(Resumable[Any]):
    """From one ``yield`` to the next: what ``__anext__`` gives.

    Attributes:
        machine: The generator.
    """

    def __init__(
        self, machine: StreamMachine, sent: Any = None, thrown: BaseException | None = None
    ) -> None:
        self.machine = machine
        self._sent = sent
        self._thrown = thrown
        self._begun = False

    def poll(self, cx: Context) -> Poll[Any]:
        machine = self.machine
        if machine.is_over():
            if self._thrown is not None and not isinstance(self._thrown, GeneratorExit):
                raise self._thrown
            raise StopAsyncIteration
        if not self._begun:
            self._begun = True
            if self._thrown is not None and machine.state.name == "START":
                machine.state = machine.State["RAISED"]
                raise self._thrown
            machine.sent, machine.thrown = self._sent, self._thrown
        polled = machine.poll_next(cx)
        if isinstance(polled, Ready) and polled.value is DONE:
            raise StopAsyncIteration
        return polled

    def drop(self) -> None:
        """Drops the generator, if it waits in the middle of this step."""
        if self._begun and self.machine.awaiting is not None:
            self.machine.drop()

    def cancel(self, cancellation: BaseException) -> None:
        """Raises it where the generator is suspended."""
        self.machine.cancel(cancellation)
