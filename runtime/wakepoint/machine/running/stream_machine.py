"""An async generator as a state machine, and what iterating over it gives."""

from __future__ import annotations

import enum
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import CodeType
from typing import Any, ClassVar, NoReturn

from wakepoint.cleanup import Cleanup
from wakepoint.driver import current_context
from wakepoint.future import Future, Resumable
from wakepoint.machine.running.polling import goes_on_elsewhere, nobody_polling
from wakepoint.machine.running.raising import as_exception, raise_again, raise_thrown
from wakepoint.machine.running.state_machine import StateMachine
from wakepoint.task import PENDING, Context, Poll, Ready

DONE = object()
"""What ``next(iterator, DONE)`` and a stream's last poll give: there is no next item."""

_CLOSES_WITH_ITS_STEP = sys.version_info >= (3, 13)
"""True where dropping a step that waits ends the generator; before, nobody told it (gh-117714)."""


class StreamMachine(StateMachine[Any], AsyncIterator[Any]):
    """An async generator in its explicit form: ``poll_next`` gives its items one by one.

    futures-rs calls that a Stream. Where Rust returns ``Ready(None)`` at the end, this returns
    ``Ready(DONE)``.

    Attributes:
        may_wait: The states at a ``yield`` whose cleanup may have to wait.
        finalizer: Closes the generator if it is left (`sys.set_asyncgen_hooks`, PEP 525); known
            once it is used.
        sent: The value that is sent to the ``yield`` that it stands at.
        thrown: The exception that is raised there.
        outside: What is handled by whoever threw it.
        used: True once it was asked for something.
        running: True in the middle of a step, also while that waits.
        closed: True once it has been ended from outside.
    """

    kind = "async generator"
    may_wait: ClassVar[frozenset[Any]] = frozenset()

    def __init__(self, state: enum.Enum) -> None:
        super().__init__(state)
        self.finalizer: Callable[[Any], None] | None = None
        self.used = False
        self.sent: Any = None
        self.thrown: BaseException | None = None
        self.outside: BaseException | None = None
        self.running = False
        self.closed = False

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
        outside, self.outside = self.outside, None
        if thrown is not None:
            raise_thrown(thrown, outside)
        return sent

    def resume_with(self, error: BaseException, *, waited: bool) -> None:
        """Makes the next poll raise it at the ``await`` or ``yield`` that the machine stands at."""
        if waited:
            super().resume_with(error, waited=True)
        else:
            self.thrown = error

    def own_codes(self) -> set[CodeType | None]:
        """The code whose frames are the machine's own."""
        return {*super().own_codes(), StreamMachine.resumed.__code__}

    def may_not_leave(self, error: BaseException) -> bool:
        """True if it would end something else than what it is raised in (PEP 479)."""
        return isinstance(error, (StopIteration, StopAsyncIteration))

    def __aiter__(self) -> StreamMachine:
        return self

    def __anext__(self) -> Future[Any]:
        return self.asend(None)

    def asend(self, value: Any) -> Future[Any]:
        """Goes on, with a value for the ``yield`` that it stands at."""
        self._use()
        return Next(self, value)

    def athrow(self, kind: Any, value: Any = None, traceback: Any = None) -> Future[Any]:
        """Raises at the ``yield`` that it stands at; takes what a coroutine's ``throw`` takes."""
        self._use()
        return Throw(self, as_exception(kind, value, traceback))

    def aclose(self) -> Future[Any]:
        """Ends it: GeneratorExit is raised at the ``yield`` that it stands at."""
        self._use()
        return Close(self, GeneratorExit())

    def _use(self) -> None:
        """Tells whoever drives the thread's async generators of this one, once."""
        if self.used:
            return
        self.used = True
        hooks = sys.get_asyncgen_hooks()
        self.finalizer = hooks.finalizer
        if hooks.firstiter is not None:
            hooks.firstiter(self)  # type: ignore[arg-type]  # typed for CPython's generators

    # -- left before its end: what `wakepoint.generators` asks -------------------------------------

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.function.rpartition(".")[2]

    @property
    def place(self) -> str | None:
        """The file, and the line of the original: the states are named by it."""
        line = self.state.name.split("_")[1:2]
        if self.code is None or not line:
            return None
        return f"{self.code.co_filename}:{line[0]}"

    @property
    def cleanup(self) -> Cleanup:
        """What it has to do before it ends where it stands."""
        if self.state not in self.handlers:
            return Cleanup.NONE
        return Cleanup.MAY_WAIT if self.state in self.may_wait else Cleanup.AT_ONCE

    @property
    def is_suspended(self) -> bool:
        """True if it stands at a ``yield``, or before its beginning."""
        return not self.running and not self.is_over()

    def __del__(self) -> None:
        finalizer = vars(self).get("finalizer")
        if finalizer is None or self.closed or self.is_over():
            super().__del__()
        else:
            finalizer(self)

    def end(self) -> object:
        """Runs what is guarded around where it stands, and lets go of everything.

        Raises:
            StopAsyncIteration: If it returns at that, which CPython reports.
        """
        if super().end() is not None:
            raise StopAsyncIteration
        return None

    def _run_on(self, cx: Context | None) -> Poll[Any]:
        return self.poll_next(cx)  # type: ignore[arg-type]


class Step(Resumable[Any]):
    """From one ``yield`` to the next.

    Attributes:
        machine: The generator.
    """

    kind = "async_generator_asend"
    """What CPython calls the type."""
    name_in_errors = "anext()"
    reused = "__anext__()/asend()"

    def __init__(self, machine: StreamMachine) -> None:
        self.machine = machine
        self._begun = False
        self._over = False

    def __repr__(self) -> str:
        return f"{self.name}()"

    @property
    def name(self) -> str:
        """What it is called where a future is named."""
        return self.kind

    def poll(self, cx: Context) -> Poll[Any]:
        if self._over:
            raise RuntimeError(f"cannot reuse already awaited {self.reused}")
        if not self._begun and self._is_needless():
            return Ready(None)
        try:
            polled = self._polled(cx)
        except (StopAsyncIteration, GeneratorExit) as end:
            self._ends()
            self.machine.closed = True
            return self.ended(end)
        except BaseException:
            self._ends()
            raise
        if isinstance(polled, Ready):
            self._ends()
            self.has_yielded()
        return polled

    def _is_needless(self) -> bool:
        """Begins the step. True if there is nothing to do in it."""
        if self.machine.running:
            self._over = True
            raise RuntimeError(f"{self.name_in_errors}: asynchronous generator is already running")
        if self.is_too_late():
            self._over = True
            return True
        self._begun = self.machine.running = True
        return False

    def _polled(self, cx: Context) -> Poll[Any]:
        if self.machine.is_over():
            raise StopAsyncIteration
        self.give()
        try:
            polled = self.machine.poll_next(cx)
            at_end = isinstance(polled, Ready) and polled.value is DONE
            if at_end:
                self.machine.let_fields_go()
        finally:
            goes_on_elsewhere()
        if at_end:
            raise StopAsyncIteration
        return polled

    # CPython's own is its own iterator; anext() with a default asks for that again and again.

    def __await__(self) -> Step:
        return self

    def __iter__(self) -> Step:
        return self

    def __next__(self) -> Step:
        return self.send(None)

    def send(self, cancellation: BaseException | None) -> Step:
        """Goes on, for a coroutine that awaits it; an executor sends a cancellation in."""
        if cancellation is not None:
            self.cancel(cancellation)
        polled = self.poll(current_context())  # type: ignore[arg-type]  # what it awaits refuses
        if isinstance(polled, Ready):
            raise StopIteration(polled.value)
        return self

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Step:
        """Raises an exception where the generator stands."""
        return self.send(as_exception(kind, value, traceback))

    def close(self) -> None:
        """Drops it."""
        self.drop()

    def _ends(self) -> None:
        self._over = True
        self.machine.running = False

    def is_too_late(self) -> bool:
        """True if there is nothing left to do."""
        return False

    def give(self) -> None:
        """Gives the generator what it is resumed with, once."""

    def ended(self, end: BaseException) -> Poll[Any]:
        """What comes of it if the generator has ended."""
        raise end

    def has_yielded(self) -> None:
        """Judges that the generator has yielded."""

    def raise_in_machine(self, error: BaseException) -> None:
        """Raises an exception where the generator stands."""
        machine = self.machine
        if machine.state.name == "START":
            machine.state = machine.State["RAISED"]
            machine.let_fields_go()
            raise_again(error)
        machine.thrown, machine.outside = error, sys.exception()

    def drop(self) -> None:
        """Tells a generator that waits in the middle of this step to end, if CPython would."""
        if not self._begun or self._over:
            return
        self._over = True
        if _CLOSES_WITH_ITS_STEP:
            self.machine.running = False
            with nobody_polling(), suppress(GeneratorExit, StopAsyncIteration):
                if self.machine.raise_where_it_stands(GeneratorExit()) is PENDING:
                    raise RuntimeError("coroutine ignored GeneratorExit")

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return (self.machine,) if self._begun and not self._over else ()

    @property
    def suspended_at(self) -> tuple[str, int, Future[Any]] | None:
        return self.machine.suspended_at

    def cancel(self, cancellation: BaseException) -> None:
        """Raises it where the generator is suspended."""
        if self._begun:
            self.machine.cancel(cancellation)
        else:
            self._over = True
            self._raise_at_once(cancellation)

    def _raise_at_once(self, error: BaseException) -> None:
        def poll(cx: Context) -> NoReturn:
            raise error

        self.poll = poll  # type: ignore[method-assign]


class Next(Step):
    """What ``__anext__`` and ``asend`` give."""

    def __init__(self, machine: StreamMachine, value: Any) -> None:
        super().__init__(machine)
        self._value = value

    def give(self) -> None:
        """Sends the value."""
        value, self._value = self._value, None
        if value is not None and self.machine.state.name == "START":
            raise TypeError("can't send non-None value to a just-started async generator")
        if value is not None:
            self.machine.sent = value


class Throw(Step):
    """What ``athrow`` gives."""

    kind = "async_generator_athrow"
    name_in_errors = "athrow()"
    reused = "aclose()/athrow()"

    def __init__(self, machine: StreamMachine, error: BaseException) -> None:
        super().__init__(machine)
        self._error: BaseException | None = error

    def is_too_late(self) -> bool:
        """True if the generator has ended."""
        if self.machine.is_over():
            return True
        if self.machine.closed:
            self._over = True
            raise StopAsyncIteration
        return False

    def give(self) -> None:
        """Throws the exception."""
        error, self._error = self._error, None
        if error is not None:
            self.raise_in_machine(error)


class Close(Throw):
    """What ``aclose`` gives."""

    name_in_errors = "aclose()"

    def give(self) -> None:
        """Throws GeneratorExit."""
        self.machine.closed = True
        super().give()

    def ended(self, end: BaseException) -> Poll[Any]:
        """It is what was wanted."""
        return Ready(None)

    def has_yielded(self) -> None:
        """Complains that it goes on."""
        raise RuntimeError("async generator ignored GeneratorExit")
