"""What every lowered machine shares: waiting, unwinding, dropping.

`wakepoint.machine.lower` writes a subclass with the states, the fields and ``poll``. What is in
here is the same for each: rustc and CPython have it in their own runtime.
"""

from __future__ import annotations

import enum
import sys
import weakref
from collections.abc import Mapping
from types import CodeType
from typing import Any, ClassVar, TypeVar, cast

from wakepoint.dropping import dropping, refuses_no_more
from wakepoint.errors import Cancelled
from wakepoint.future import Cancellable, Future, Resumable, Within, nobody_polls
from wakepoint.machine.running.cells import Cells
from wakepoint.machine.running.fields import Fields
from wakepoint.machine.running.futures import DroppedWithItsHolder, Raises
from wakepoint.machine.running.polling import nobody_polling, polling
from wakepoint.machine.running.raising import cancel, comes_out, raise_again
from wakepoint.machine.running.standing import line_of_wait, stop_in
from wakepoint.task import PENDING, Context, Poll

T = TypeVar("T")

_ANOTHER = cast("Poll[Any]", object())
"""What a poll gives in the middle of another of the same machine, which has to go on."""


class StateMachine(Fields, Resumable[T]):
    """An ``async def`` in its explicit form.

    Attributes:
        State: The states, numbered as in the function's `Machine`, and behind them the steps in
            between that several paths lead to.
        function: The qualified name of the function that it was made from.
        handlers: Where an exception goes that is raised in a state; out of it, if it is not here.
        leaving: The fields that say why blocks were left, in the states of what runs at their
            ends, the innermost first.
        state: Where the machine stands.
        awaiting: The future that it waits for.
        error: The exception that is on its way to a handler.
        cancellation: What the next poll raises where the machine stands.
        on_its_way: The cancellation that was raised last, while somebody handles it.
        cancellations: Those that came meanwhile.
        shown: What `sys.exception` gives to whom a poll calls, if it is the machine's own.
        showing: True in the middle of a poll that shows one.
        cancelled_to: The handler that a cancellation came to last.
    """

    State: ClassVar[type[enum.Enum]]
    handlers: ClassVar[Mapping[Any, Any]] = {}
    leaving: ClassVar[Mapping[Any, tuple[str, ...]]] = {}
    function: ClassVar[str]
    cancelled_to: enum.Enum | None = None

    def __init__(self, state: enum.Enum) -> None:
        self.state = state
        self.awaiting: Future[Any] | None = None
        self.error: BaseException | None = None
        self.cancellation: BaseException | None = None
        self.on_its_way: weakref.ref[BaseException] | None = None
        self.cancellations: list[BaseException] = []
        self.cells = Cells(self.variables)
        self.shown: BaseException | None = None
        self.showing = False

    def __repr__(self) -> str:
        return f"{self.function}()"

    @property
    def name(self) -> str:
        """The name of the function that it was made from."""
        return self.function.rpartition(".")[2]

    def over(self) -> BaseException:
        """The error of a poll behind the end; Rust panics there.

        One that was cancelled before its beginning has its end there.
        """
        cancellation, self.cancellation = self.cancellation, None
        if cancellation is None:
            return RuntimeError(f"{self.name} is polled again after its end")
        self.let_fields_go()
        return cancellation

    def poll_awaiting(self, cx: Context | None) -> Poll[Any]:
        """Polls what the machine waits for, and lets go of it once it is finished."""
        assert self.awaiting is not None
        awaiting = self.awaiting
        polling.context = cx
        if cx is None and not isinstance(awaiting, (Resumable, Raises)):
            if refuses_no_more():
                return PENDING
            awaiting = Raises(nobody_polls(awaiting))
        cancellation, self.cancellation = self.cancellation, None
        try:
            if cancellation is not None:
                if isinstance(cancellation, Cancelled):
                    self.on_its_way = weakref.ref(cancellation)
                cancel(awaiting, cancellation)
            polled = awaiting.poll(None if cx is None else Within(cx, self))  # type: ignore[arg-type]
        except StopIteration as error:
            self._let_go()
            comes_out(error, awaiting)
        except BaseException:
            self._let_go()
            raise
        del cancellation
        if polled is PENDING:
            polling.context = None
            self.error = None  # is on no way any more; its traceback would hold this
            self.forget_frames(sys.exc_info()[1])
            self._look_whether_handled()
            self._take_next(cx)
        else:
            polling.context = cx
            self._let_go()
        return polled

    def forget_frames(self, error: BaseException | None) -> None:
        """Takes this machine's own frames out of the traceback of an exception that it keeps.

        They hold the machine, which then would not end when nobody else holds it.
        """
        own = self.own_codes()
        while error is not None and error.__traceback__ is not None:
            further = error.__traceback__.tb_next
            if further is None or error.__traceback__.tb_frame.f_code not in own:
                break
            error.__traceback__ = further

    def own_codes(self) -> set[CodeType | None]:
        """The code whose frames are the machine's own."""
        return {self.code, StateMachine.poll_awaiting.__code__, StateMachine.show.__code__}

    def left_by(self) -> BaseException | None:
        """The exception by which a block was left whose end runs now, if there is one."""
        held = vars(self)
        for field in self.leaving.get(self.state, ()):
            if isinstance(because := held.get(field), BaseException):
                return because
        return None

    def shows(self) -> bool:
        """True if `sys.exception` gives the exception by which a block was left, if one was."""
        return self.left_by() is self.shown

    def show(self, cx: Context) -> Poll[Any]:
        """Goes on while the exception by which a block was left is handled, for whoever asks.

        Returns:
            What the poll gives, or that something else is to be shown: then whoever shows this
            goes on.
        """
        if self.showing:
            return _ANOTHER
        self.showing = True
        try:
            polled = _ANOTHER
            while polled is _ANOTHER:
                self.shown = self.left_by()
                if self.shown is None:
                    polled = self._run_on(cx)
                    continue
                try:
                    raise_again(self.shown)  # which is how it is handled
                except BaseException:
                    self.forget_frames(self.shown)
                    polled = self._run_on(cx)
            return polled
        finally:
            self.showing, self.shown = False, None

    def _let_go(self) -> None:
        awaiting, self.awaiting = self.awaiting, None
        if awaiting is None:
            return
        try:
            awaiting.drop()
        except StopIteration as error:
            comes_out(error, awaiting)

    def unwind(self, error: BaseException) -> None:
        """Takes an exception to the handler of the state that it was raised in.

        Raises:
            BaseException: The exception, if there is no handler: the machine has raised.
        """
        handler = self.handlers.get(self.state)
        if handler is not None:
            self.forget_frames(error)
            self.error, self.state = error, handler
            if isinstance(error, Cancelled):
                self.cancelled_to = handler
            return
        if not self.is_over():
            self.state = self.State["RAISED"]
            self.let_fields_go()
            if self.may_not_leave(error):
                message = f"{self.kind} raised {type(error).__name__}"
                raise RuntimeError(message) from error
        raise error

    def may_not_leave(self, error: BaseException) -> bool:
        """True if it would end something else than what it is raised in (PEP 479)."""
        return isinstance(error, StopIteration)

    def is_over(self) -> bool:
        """True if it has returned, raised or been dropped."""
        return self.state.name in {"RETURNED", "RAISED", "DROPPED"}

    def cancel(self, cancellation: BaseException) -> None:
        """Makes the next poll raise it at the ``await`` where the machine is suspended.

        While an earlier one is being handled there, it waits until that is over.
        """
        if self.cancellation is not None or self._is_handled():
            self.cancellations.append(cancellation)
            return
        self.cancelled_to = None
        self.cancellation = cancellation
        if self.state.name == "START":  # there is no await to raise at
            self.state = self.State["DROPPED"]

    def retract(self, cancellation: BaseException) -> None:
        self.cancellations = [each for each in self.cancellations if each is not cancellation]
        if self.cancellation is cancellation:
            self.cancellation = self.cancellations.pop(0) if self.cancellations else None

    def handles(self, cancellation: BaseException) -> bool:
        return cancellation is self.cancellation or (
            self.on_its_way is not None and self.on_its_way() is cancellation
        )

    def _is_handled(self) -> bool:
        """True while somebody handles the cancellation that was raised last."""
        return self.on_its_way is not None and self.on_its_way() is not None

    def _look_whether_handled(self) -> None:
        """Called at a suspension, where what is handled in the code is handled now."""
        raised = None if self.on_its_way is None else self.on_its_way()
        if raised is None:
            return
        handled = sys.exc_info()[1]
        while handled is not None and handled is not raised:
            handled = handled.__context__
        fields = vars(self)
        leaves = any(fields.get(each) is raised for each in self.leaving.get(self.state, ()))
        inner = isinstance(self.awaiting, Cancellable) and self.awaiting.handles(raised)
        if handled is None and not leaves and not inner:
            self.on_its_way = None

    def _take_next(self, cx: Context | None) -> None:
        """Goes on to the next cancellation, if the one before is over."""
        if self.cancellations and cx is not None and not self._is_handled():
            self.cancellation = self.cancellations.pop(0)
            cx.waker.wake()

    # -- cancelled, and not ended: what `wakepoint.lingering` asks ---------------------------------

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return (self.awaiting,) if isinstance(self.awaiting, Cancellable) else ()

    @property
    def suspended_at(self) -> tuple[str, int, Future[Any]] | None:
        if self.code is None or self.awaiting is None:
            return None
        line = line_of_wait(self.code, self.state)
        return None if line is None else (self.code.co_filename, line, self.awaiting)

    @property
    def swallowed_at(self) -> tuple[str, int, str] | None:
        if self.cancelled_to is None or self.code is None or isinstance(self.left_by(), Cancelled):
            return None
        variables = vars(sys.modules[type(self).__module__])
        stop = stop_in(self.code, variables, self.cancelled_to)
        return None if stop is None else (self.code.co_filename, *stop)

    def throw(self, error: BaseException) -> None:
        """Raises it where the machine is suspended, and runs what handles it.

        Raises:
            RuntimeError: If that waits: whoever drops a machine cannot.
            BaseException: What comes out of it, unless it is the same exception.
        """
        with nobody_polling():
            self._run_to_its_end(error)

    def _run_to_its_end(self, error: BaseException) -> object:
        polled = None
        try:
            polled = self.raise_where_it_stands(error)
            if not self.is_over():
                raise RuntimeError(f"{self.kind} ignored GeneratorExit")
        except GeneratorExit:
            pass
        finally:
            del error  # whose traceback may hold this frame
        self.state = self.State["DROPPED"]
        return polled

    def raise_where_it_stands(self, error: BaseException) -> object:
        """Raises an exception where the machine is suspended; returns what the poll gives."""
        waited = self.awaiting is not None
        self.cancellation = None
        try:
            self._let_go()
        except BaseException as other:
            error = other
        self.resume_with(error, waited=waited)
        context = polling.context
        try:
            if context is not None:
                return self._run_on(context)
            with dropping():
                return self._run_on(None)
        finally:
            polling.context = context

    def resume_with(self, error: BaseException, *, waited: bool) -> None:
        """Makes the next poll raise it where the machine stands.

        Args:
            error: The exception.
            waited: True if it stands at an ``await``.
        """
        del waited  # there is nowhere else to stand
        self.awaiting = Raises(error)

    def _run_on(self, cx: Context | None) -> Poll[Any]:
        return self.poll(cx)  # type: ignore[arg-type]  # nobody is woken without one

    def drop(self) -> None:
        """Drops what it waits for. A subclass whose handlers have to run does that first."""
        self._stop_waiting()
        with nobody_polling():
            self.let_fields_go()

    def _stop_waiting(self) -> None:
        if self.is_over():
            return
        state, self.state = self.state, self.State["DROPPED"]
        self.cancellation = None
        error = self._error_of_letting_go()
        if error is not None:  # it is raised where the machine stands, while what is handled is
            self.state = state
            self._raise_at_wait(error)

    def _error_of_letting_go(self) -> BaseException | None:
        try:
            self._let_go()
        except BaseException as error:
            return error
        return None

    def _raise_at_wait(self, error: BaseException) -> None:
        self.awaiting = Raises(error)
        with nobody_polling():
            self._run_on(None)

    def __del__(self) -> None:
        # A coroutine that nobody holds is closed; a field may be all that held this. An await that
        # is ready may go through, if that is in the middle of a poll.
        state = vars(self).get("state")
        if state is not None and state.name != "START" and not self.is_over():
            self.end()

    def end(self) -> object:
        """Runs what is guarded around where it stands, and lets go of everything.

        Returns:
            What the poll gives that it ends by; None if it ends by an exception, or at once.
        """
        polled = None
        if self.state in self.handlers:
            try:
                polled = self._run_to_its_end(GeneratorExit())
            except BaseException:
                # What it waits for is dropped with it, once it is reported that it does not end.
                if self.awaiting is not None:
                    self.awaiting = DroppedWithItsHolder(self.awaiting)
                raise
        self._stop_waiting()
        self.let_fields_go()  # in the poll that goes on just now, if there is one
        return polled
