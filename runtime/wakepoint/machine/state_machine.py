"""What every lowered machine shares: waiting, unwinding, dropping.

`wakepoint.machine.lower` writes a subclass with the states, the fields and ``poll``. What is in
here is the same for each: rustc and CPython have it in their own runtime.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from wakepoint.task import (
    PENDING,
    Cancellable,
    Context,
    Future,
    Poll,
    Resumable,
    dropping,
    nobody_polls,
    refuses_no_more,
)

T = TypeVar("T")


class StateMachine(Resumable[T]):
    """An ``async def`` in its explicit form.

    Attributes:
        State: The states, numbered as in the function's `Machine`, and behind them the steps in
            between that several paths lead to.
        function: The name of the function that it was made from.
        handlers: Where an exception goes that is raised in a state; out of it, if it is not here.
        state: Where the machine stands.
        awaiting: The future that it waits for.
        error: The exception that is on its way to a handler.
    """

    State: ClassVar[type[enum.Enum]]
    handlers: ClassVar[Mapping[Any, Any]] = {}
    function: ClassVar[str]

    def __init__(self, state: enum.Enum) -> None:
        self.state = state
        self.awaiting: Future[Any] | None = None
        self.error: BaseException | None = None

    def __repr__(self) -> str:
        return f"{self.function}()"

    @property
    def name(self) -> str:
        """The name of the function that it was made from."""
        return self.function

    def over(self) -> RuntimeError:
        """The error of a poll behind the end; Rust panics there."""
        return RuntimeError(f"{self.function} is polled again after its end")

    def __getattr__(self, name: str) -> Any:
        # A field that is not there is a variable that is not bound.
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnboundLocalError(
            f"cannot access local variable '{name}' where it is not associated with a value"
        )

    def __delattr__(self, name: str) -> None:
        if name not in self.__dict__:
            getattr(self, name)
        del self.__dict__[name]

    def let(self, name: str, value: Any) -> Any:
        """``(name := value)``, for a field."""
        setattr(self, name, value)
        return value

    def poll_awaiting(self, cx: Context | None) -> Poll[Any]:
        """Polls what the machine waits for, and lets go of it once it is finished."""
        assert self.awaiting is not None
        awaiting = self.awaiting
        if cx is None and not isinstance(awaiting, Resumable):
            if refuses_no_more():
                return PENDING
            awaiting = _Raises(nobody_polls(awaiting))
        try:
            polled = awaiting.poll(cx)  # type: ignore[arg-type]
        except BaseException:
            self._let_go()
            raise
        if polled is not PENDING:
            self._let_go()
        return polled

    def _let_go(self) -> None:
        awaiting, self.awaiting = self.awaiting, None
        if awaiting is not None:
            awaiting.drop()

    def unwind(self, error: BaseException) -> None:
        """Takes an exception to the handler of the state that it was raised in.

        Raises:
            BaseException: The exception, if there is no handler: the machine has raised.
        """
        handler = self.handlers.get(self.state)
        if handler is not None:
            self.error, self.state = error, handler
            return
        if not self.is_over():
            self.state = self.State["RAISED"]
            if isinstance(error, StopIteration):  # PEP 479
                raise RuntimeError("coroutine raised StopIteration") from error
        raise error

    def is_over(self) -> bool:
        """True if it has returned, raised or been dropped."""
        return self.state.name in {"RETURNED", "RAISED", "DROPPED"}

    def cancel(self, cancellation: BaseException) -> None:
        """Makes the next poll raise it at the ``await`` where the machine is suspended."""
        if self.state.name == "START":  # there is no await to raise at
            self.state = self.State["DROPPED"]
            self.poll = _Raises(cancellation).poll  # type: ignore[method-assign]
        elif isinstance(self.awaiting, Cancellable):
            self.awaiting.cancel(cancellation)
        else:
            self._let_go()
            self.awaiting = _Raises(cancellation)

    def throw(self, error: BaseException) -> None:
        """Raises it where the machine is suspended, and runs what handles it.

        Raises:
            RuntimeError: If that waits: whoever drops a machine cannot.
            BaseException: What comes out of it, unless it is the same exception.
        """
        try:
            self._let_go()
        except BaseException as other:
            error = other
        try:
            self.unwind(error)
            with dropping():
                if self._run_on() is PENDING:
                    raise RuntimeError("coroutine ignored GeneratorExit")
        except GeneratorExit:
            pass

    def _run_on(self) -> object:
        return self.poll(None)  # type: ignore[arg-type]  # nobody would be woken

    def drop(self) -> None:
        """Drops what it waits for. A subclass whose handlers have to run does that first."""
        if not self.is_over():
            self.state = self.State["DROPPED"]
            self._let_go()
        state = self.state
        self.__dict__.clear()  # whatever the fields hold is let go of
        self.__dict__ |= {"state": state, "awaiting": None, "error": None}

    def __del__(self) -> None:
        # A coroutine that nobody holds is closed; a field may be all that held this.
        state = self.__dict__.get("state")
        if state is not None and state.name != "START" and not self.is_over():
            self.drop()


class _Raises(Future[Any]):
    """Raises when it is polled."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def poll(self, cx: Context) -> Poll[Any]:
        raise self._error
