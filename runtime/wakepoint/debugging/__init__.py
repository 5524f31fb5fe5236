"""What goes on in a program that hangs, is slow, or waits for what never comes.

`wakepoint.dump` and its like show every task of the running executors, and who waits for whom.
They look at what is there, so a program pays nothing for them until it asks.

Example:
    >>> import wakepoint
    >>> from wakepoint.debugging import await_stacks
    >>> async def work():
    ...     await wakepoint.sleep(3600)
    >>> async def main():
    ...     wakepoint.spawn(work())
    ...     await wakepoint.yield_now()
    ...     for stack in await_stacks():
    ...         print(stack.name, stack.state, stack.waits_for)
    >>> wakepoint.run(main())
    main running None
    work waits sleep(3600)

`WatchfulExecutor` warns of what goes wrong in silence; ``run(main(), debug=True)`` makes one.
"""

from wakepoint.debugging.stacks import AwaitStack, StackFrame, TaskStack, await_stacks
from wakepoint.debugging.warning import (
    DebugWarning,
    LostWakerWarning,
    NeverAwaitedWarning,
    SelfWakeWarning,
    SlowPollWarning,
)
from wakepoint.debugging.watchful import WatchfulExecutor

__all__ = [
    "AwaitStack",
    "DebugWarning",
    "LostWakerWarning",
    "NeverAwaitedWarning",
    "SelfWakeWarning",
    "SlowPollWarning",
    "StackFrame",
    "TaskStack",
    "WatchfulExecutor",
    "await_stacks",
]
