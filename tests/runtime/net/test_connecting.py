"""Happy eyeballs (RFC 8305): which address is tried when, and what becomes of those that lose."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.rig import Rig

from wakepoint import (
    PENDING,
    Context,
    TcpListener,
    TcpStream,
    Waker,
    executor,
    join,
    run,
    select,
    sleep,
    yield_now,
)
from wakepoint.backends.simulated.kernel import SimulatedKernel
from wakepoint.net import lookup_host
from wakepoint.net.lookup import interleaved

T = TypeVar("T")
DELAY = 0.25


class Network(SimulatedKernel):
    """A simulated network with one name, which notes when which address is tried.

    Args:
        answers: The addresses of ``many.example``, in the resolver's order.
    """

    def __init__(self, answers: Sequence[tuple[str, int]] = ()) -> None:
        super().__init__()
        self.answers = list(answers)
        self.tried: list[tuple[float, tuple[str, int]]] = []

    def getaddrinfo(self, host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
        if host != "many.example":
            return super().getaddrinfo(host, port)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                *(socket.SOCK_STREAM, 0, ""),
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address, port in self.answers
        ]

    def connect(self, sock: Any, address: Any) -> None:
        self.tried.append((round(self.monotonic(), 2), tuple(address[:2])))
        super().connect(sock, address)

    def run(self, future: Awaitable[T]) -> T:
        kernel: Any = self
        return Rig("simulated", False, lambda: kernel).run(future)

    @property
    def order(self) -> list[str]:
        """The hosts that were tried, in order."""
        return [host for _, (host, _) in self.tried]


async def never_answering(host: str) -> list[Any]:
    """A listener whose queue is full, so that a connection request gets no answer."""
    listener = TcpListener.bind(host, 80, backlog=1)
    return [listener, await TcpStream.connect(host, 80)]


def close(things: Sequence[Any]) -> None:
    for each in things:
        each.close()


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    network = Network([("::1", 80), ("127.0.0.1", 80)])

    async def main() -> None:
        deaf = await never_answering("::1")
        network.tried.clear()
        start = network.monotonic()
        with TcpListener.bind("127.0.0.1", 80), await TcpStream.connect("many.example", 80) as tcp:
            assert tcp.peer_addr == ("127.0.0.1", 80)
            (first, _), (second, _) = network.tried
            assert first - start < 0.01
            assert second - first == DELAY
        close(deaf)
        assert not network.world.descriptors  # the loser is closed, too

    network.run(main())
    assert network.order == ["::1", "127.0.0.1"]


def test_the_next_address_is_tried_at_once_when_one_fails() -> None:
    network = Network([("::1", 80), ("127.0.0.1", 80), ("127.0.0.2", 80)])

    async def main() -> float:
        with TcpListener.bind("127.0.0.2", 80), await TcpStream.connect("many.example", 80):
            return network.monotonic()

    assert network.run(main()) < 0.05
    assert network.order == ["::1", "127.0.0.1", "127.0.0.2"]


def test_an_address_that_answers_late_may_still_win() -> None:
    network = Network([("::1", 80), ("127.0.0.1", 80)])

    async def main() -> str:
        deaf = await never_answering("::1")
        deafer = await never_answering("127.0.0.1")
        listener, client = deaf

        async def make_room() -> TcpStream:
            await sleep(0.5)
            server: TcpStream = (await listener.accept())[0]
            return server

        stream, server = await join(TcpStream.connect("many.example", 80), make_room())
        host = str(stream.peer_addr[0])
        close([stream, server, listener, client, *deafer])
        assert not network.world.descriptors
        return host

    assert network.run(main()) == "::1"


def test_families_take_turns_and_the_systems_choice_is_first() -> None:
    hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::2"]
    network = Network([(host, 80) for host in hosts])

    async def main() -> None:
        with pytest.raises(ConnectionRefusedError):
            await TcpStream.connect("many.example", 80)

    network.run(main())
    assert network.order == ["127.0.0.1", "::1", "127.0.0.2", "::2", "127.0.0.3"]


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=2)), max_size=8))
def test_interleaving_loses_none_and_keeps_each_familys_order(found: list[tuple[int, str]]) -> None:
    mixed = interleaved(found)
    assert sorted(mixed) == sorted(found)
    for family in range(3):
        ours = [each for each in found if each[0] == family]
        assert [each for each in mixed if each[0] == family] == ours
    assert mixed[:1] == found[:1]


def test_when_all_fail_one_line_tells_why_for_each() -> None:
    network = Network([("::1", 80), ("127.0.0.1", 80)])

    async def main() -> None:
        with pytest.raises(ConnectionRefusedError) as caught:
            await TcpStream.connect("many.example", 80)
        assert caught.value.errno == errno.ECONNREFUSED
        assert caught.value.strerror == (
            "no address of many.example takes a connection "
            "([::1]:80: Connection refused; 127.0.0.1:80: Connection refused)"
        )
        cause = caught.value.__cause__
        assert isinstance(cause, ExceptionGroup)
        assert [type(each) for each in cause.exceptions] == [ConnectionRefusedError] * 2
        assert not network.world.descriptors

    network.run(main())


def test_one_address_that_fails_is_one_plain_error() -> None:
    async def main() -> None:
        with pytest.raises(ConnectionRefusedError) as caught:
            await TcpStream.connect("localhost", 80)
        assert caught.value.__cause__ is None
        assert caught.value.strerror == "Connection refused"

    Network().run(main())


OUTCOMES = st.lists(st.sampled_from(["refuses", "is silent", "answers"]), min_size=1, max_size=6)


@given(OUTCOMES)
def test_the_first_to_answer_wins_and_none_is_tried_after_it(outcomes: list[str]) -> None:
    if "answers" not in outcomes:  # or who is silent would be waited for without end
        outcomes = ["refuses" for _ in outcomes]
    hosts = [f"127.0.0.{number}" for number in range(1, len(outcomes) + 1)]
    network = Network([(host, 80) for host in hosts])

    async def main() -> tuple[str | None, float]:
        others: list[Any] = []
        for host, outcome in zip(hosts, outcomes, strict=True):
            if outcome == "is silent":
                others += await never_answering(host)
            elif outcome == "answers":
                others.append(TcpListener.bind(host, 80))
        network.tried.clear()
        start = network.monotonic()
        try:
            with await TcpStream.connect("many.example", 80) as stream:
                winner = str(stream.peer_addr[0])
        except ConnectionRefusedError:
            winner = None
        taken = network.monotonic() - start
        close(others)
        assert not network.world.descriptors
        return winner, taken

    winner, taken = network.run(main())
    before = outcomes.index("answers") if "answers" in outcomes else len(outcomes)
    assert winner == (hosts[before] if "answers" in outcomes else None)
    assert network.order == hosts[: before + 1]
    silent = outcomes[:before].count("is silent")
    assert silent * DELAY <= taken < silent * DELAY + 0.1


@given(OUTCOMES, st.integers(0, 12))
def test_dropping_it_in_any_state_leaves_nothing_open(outcomes: list[str], polls: int) -> None:
    hosts = [f"127.0.0.{number}" for number in range(1, len(outcomes) + 1)]
    network = Network([(host, 80) for host in hosts])

    async def main() -> None:
        others: list[Any] = []
        for host, outcome in zip(hosts, outcomes, strict=True):
            if outcome == "is silent":
                others += await never_answering(host)
            elif outcome == "answers":
                others.append(TcpListener.bind(host, 80))
        connecting = TcpStream.connect("many.example", 80)
        cx = Context(Waker(lambda: None))
        try:
            for _ in range(polls):
                polled = connecting.poll(cx)
                if polled is not PENDING:
                    polled.value.close()
                    break
                await sleep(0.04)
        except ConnectionRefusedError:
            pass
        connecting.drop()
        connecting.drop()
        close(others)
        assert not network.world.descriptors

    network.run(main())


def test_a_refused_ipv6_is_followed_by_ipv4_on_the_real_loopback(real_rig: Rig) -> None:
    def asked(host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
        stream = (socket.SOCK_STREAM, 0, "")
        assert host == "many.example"
        return [
            (socket.AF_INET6, *stream, ("::1", port, 0, 0)),
            (socket.AF_INET, *stream, ("127.0.0.1", port)),
        ]

    make = real_rig.make_kernel

    def faked() -> Any:
        kernel: Any = make()
        kernel.getaddrinfo = asked
        return kernel

    real_rig.make_kernel = faked

    async def main() -> tuple[str, str]:
        with TcpListener.bind("127.0.0.1") as listener:
            port = listener.local_addr[1]
            client, (server, _) = await join(
                TcpStream.connect("many.example", port), listener.accept()
            )
            with client, server:
                host = str(client.peer_addr[0])
        with pytest.raises(
            OSError, match=r"no address of many\.example .*::1.*127\.0\.0\.1"
        ) as every:
            await TcpStream.connect("many.example", port)
        return host, type(every.value).__name__

    assert real_rig.run(main()) == ("127.0.0.1", "ConnectionRefusedError")


def test_hosts_are_looked_up(rig: Rig) -> None:
    async def main() -> None:
        assert await lookup_host("127.0.0.1", 80) == [("127.0.0.1", 80)]
        assert await lookup_host("::1", 80) == [("::1", 80)]
        hosts = {address[0] for address in await lookup_host("localhost", 80)}
        assert hosts
        assert hosts <= {"127.0.0.1", "::1"}
        with pytest.raises(socket.gaierror):
            await lookup_host("no-such-host.invalid", 80)
        assert repr(lookup_host("localhost", 80)) == "lookup_host('localhost', 80)"

    rig.run(main())


def test_a_lookup_can_be_given_up() -> None:
    async def main() -> None:
        assert executor.current().reactor.kernel.lookup_blocks
        index, _ = await select(lookup_host("localhost", 9), yield_now())
        assert index == 1

    run(main())
