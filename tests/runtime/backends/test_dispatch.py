"""What a backend takes from its kernel goes to the reactor as it is; words are the recorder's."""

from __future__ import annotations

from typing import Any

from tools.rig import Rig

from wakepoint import Executor, Reactor, backends, pipe, spawn, yield_now
from wakepoint.backends.kqueue.kevent import Kevent
from wakepoint.backends.simulated.world import News
from wakepoint.source import Source

RAW: dict[str, type] = {"epoll": int, "kqueue": Kevent, "simulated": News}


class Watching(Reactor):
    """Keeps the events that it is given."""

    is_watched = True
    events: list[object]

    def dispatch(
        self, source: Source, readable: bool, writable: bool, hung_up: bool, event: object
    ) -> None:
        self.events.append(event)
        super().dispatch(source, readable, writable, hung_up, event)


def test_an_event_is_dispatched_as_the_kernel_gave_it(rig: Rig) -> None:
    async def main() -> bytes:
        reader, writer = pipe()
        with reader, writer:
            reading = spawn(reader.read())
            await yield_now()
            await writer.write(b"x")
            return await reading

    kernel: Any = rig.make_kernel()
    reactor = Watching(backends.factory(rig.name), kernel)
    reactor.events = []
    try:
        assert Executor(reactor).block_on(main()) == b"x"
    finally:
        reactor.shut_down()
    kinds = {type(event) for event in reactor.events}
    assert kinds == ({RAW[rig.name]} if rig.name in RAW else set())  # a completion is no event
