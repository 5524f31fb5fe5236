"""oneshot, mpsc, broadcast and watch, as a user meets them."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from tools.hand import polled, ready

from wakepoint import (
    PENDING,
    ClosedResourceError,
    Ready,
    join,
    run,
    select,
    spawn,
    yield_now,
)
from wakepoint.sync import (
    Empty,
    Full,
    Lagged,
    RecvError,
    SendError,
    broadcast,
    mpsc,
    oneshot,
    watch,
)

# -- mpsc ------------------------------------------------------------------------------------------


def test_messages_of_several_senders_come_in_the_order_of_sending() -> None:
    async def send(sender: mpsc.Sender[str], letters: str) -> None:
        with sender:
            for letter in letters:
                await sender.send(letter)

    async def main() -> list[str]:
        sender, receiver = mpsc.channel(2)
        spawn(send(sender.clone(), "abc"))
        spawn(send(sender, "xyz"))
        return [letter async for letter in receiver]

    assert run(main()) == ["a", "b", "c", "x", "y", "z"]


def test_a_full_channel_holds_its_sender_back() -> None:
    sender, receiver = mpsc.channel(1)
    ready(sender.send(1))
    waiting = polled(sender.send(2))
    assert waiting.outcome is PENDING
    with pytest.raises(Full, match="holds 1 message; await") as full:
        sender.try_send(3)
    assert full.value.value == 3
    assert receiver.try_recv() == 1
    assert waiting.poll() == Ready(None)
    assert receiver.try_recv() == 2
    with pytest.raises(Empty):
        receiver.try_recv()


def test_who_came_first_sends_first_also_against_try_send() -> None:
    sender, receiver = mpsc.channel(1)
    sender.try_send(1)
    waiting = polled(sender.send(2))
    receiver.try_recv()
    with pytest.raises(Full):  # the room is for the one that waits
        sender.try_send(3)
    assert waiting.poll() == Ready(None)


def test_none_may_be_sent() -> None:
    async def main() -> list[Any]:
        sender, receiver = mpsc.channel(4)
        with sender:
            for value in (None, PENDING, StopIteration):
                await sender.send(value)
        return [value async for value in receiver]

    assert run(main()) == [None, PENDING, StopIteration]


def test_the_receiver_hears_that_the_last_sender_is_gone() -> None:
    sender, receiver = mpsc.channel(2)
    other = sender.clone()
    sender.try_send("message")
    sender.close()
    sender.close()
    with pytest.raises(ClosedResourceError, match=r"this mpsc\.Sender was closed"):
        sender.try_send("too late")
    assert receiver.try_recv() == "message"
    waiting = polled(receiver.recv())
    assert waiting.outcome is PENDING
    del other
    gc.collect()
    assert waiting.woken
    waiting.poll()
    assert isinstance(waiting.raised, RecvError)
    assert str(waiting.raised) == (
        "nothing will be received: the channel is empty, and no sender is left"
    )


def test_the_sender_hears_that_the_receiver_is_gone() -> None:
    sender, receiver = mpsc.channel(1)
    sender.try_send(1)
    waiting, closed = polled(sender.send(2)), polled(sender.closed())
    assert not sender.is_closed()
    del receiver
    gc.collect()
    assert sender.is_closed()
    assert waiting.woken
    assert closed.poll() == Ready(None)
    waiting.poll()
    assert isinstance(waiting.raised, SendError)
    assert waiting.raised.value == 2
    with pytest.raises(SendError, match="the receiver is gone or has closed the channel"):
        sender.try_send(3)


def test_what_was_sent_before_the_receiver_closed_can_be_received() -> None:
    sender, receiver = mpsc.channel(3)
    sender.try_send(1)
    permit = sender.try_reserve()
    receiver.close()
    with pytest.raises(SendError):
        sender.try_send(2)
    assert receiver.try_recv() == 1
    waiting = polled(receiver.recv())
    assert waiting.outcome is PENDING  # there is a permit
    permit.send(3)
    assert waiting.poll() == Ready(3)
    with pytest.raises(RecvError):
        receiver.try_recv()


def test_a_permit_that_is_let_go_of_gives_its_room_back() -> None:
    sender, receiver = mpsc.channel(1)
    permit = ready(sender.reserve())
    assert sender.capacity() == 0
    del permit
    gc.collect()
    assert sender.capacity() == sender.max_capacity() == 1
    with sender.try_reserve() as permit:
        permit.send("message")
        with pytest.raises(RuntimeError, match="a permit is for one value"):
            permit.send("another")
    assert receiver.try_recv() == "message"


def test_what_nobody_will_receive_is_let_go_of() -> None:
    class Value:
        pass

    value = Value()
    gone = weakref.ref(value)
    sender, receiver = mpsc.channel(1)
    sender.try_send(value)
    del value, receiver
    gc.collect()
    assert gone() is None
    assert sender.capacity() == 1


def test_several_tasks_receive_from_one_channel_in_turn() -> None:
    async def work(receiver: mpsc.Receiver[int]) -> list[int]:
        return [number async for number in receiver]

    async def main() -> tuple[list[int], ...]:
        sender, receiver = mpsc.channel(1)
        workers = [spawn(work(receiver)) for _ in range(3)]
        await yield_now()
        with sender:
            for number in range(9):
                await sender.send(number)
        return await join(*workers)

    results = run(main())
    assert sorted(sum(results, [])) == list(range(9))  # noqa: RUF017 - nine numbers
    assert all(len(these) == 3 for these in results)


def test_an_unbounded_channel_takes_everything() -> None:
    sender, receiver = mpsc.unbounded_channel()
    other = sender.clone()
    for number in range(1000):
        (sender, other)[number % 2].send(number)
    assert sender.same_channel(other)
    assert receiver.len() == 1000
    assert [receiver.try_recv() for _ in range(1000)] == list(range(1000))
    assert receiver.is_empty()
    receiver.close()
    with pytest.raises(SendError):
        sender.send(1)


def test_no_message_is_lost_when_a_recv_loses_a_select() -> None:
    async def main() -> list[int]:
        sender, receiver = mpsc.channel(10)
        received: list[int] = []
        for number in range(10):
            await select(receiver.recv(), yield_now())
            sender.try_send(number)
            received.append(await receiver.recv())
        return received

    assert run(main()) == list(range(10))


def test_an_aborted_task_passes_its_message_on() -> None:
    async def main() -> str:
        sender, receiver = mpsc.channel(1)
        first, second = spawn(receive(receiver)), spawn(receive(receiver))
        await yield_now()
        sender.try_send("message")
        first.abort()
        return await second

    async def receive(receiver: mpsc.Receiver[str]) -> str:
        return await receiver.recv()

    assert run(main()) == "message"


def test_a_channel_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="an mpsc channel has room for 1 value or more, not 0"):
        mpsc.channel(0)


# -- oneshot ---------------------------------------------------------------------------------------


def test_one_value_is_sent_once_and_received_once() -> None:
    sender, receiver = oneshot.channel()
    with pytest.raises(Empty):
        receiver.try_recv()
    sender.send(42)
    with pytest.raises(RuntimeError, match="carries one value, and it was sent already"):
        sender.send(43)
    assert receiver.try_recv() == 42
    with pytest.raises(RuntimeError, match="was received already"):
        receiver.try_recv()


def test_a_receiver_may_be_awaited_again_after_it_lost() -> None:
    async def main() -> None:
        sender, receiver = oneshot.channel()
        assert (await select(receiver, yield_now()))[0] == 1
        sender.send(42)
        assert await select(receiver, yield_now()) == (0, 42)

    run(main())


def test_a_receiver_may_be_spawned_and_polled_by_hand() -> None:
    async def main() -> None:
        sender, receiver = oneshot.channel()
        by_hand = polled(receiver)
        assert by_hand.outcome is PENDING
        sender.send(21)
        assert by_hand.woken
        assert by_hand.poll() == Ready(21)
        sender, receiver = oneshot.channel()
        task = spawn(receiver)
        sender.send(42)
        assert await task == 42

    run(main())


def test_the_receiver_hears_that_nothing_was_sent() -> None:
    sender, receiver = oneshot.channel()
    waiting = polled(receiver.into_future())
    del sender
    gc.collect()
    assert waiting.woken
    waiting.poll()
    assert isinstance(waiting.raised, RecvError)
    assert "the sender is gone and has sent nothing" in str(waiting.raised)


def test_the_sender_hears_that_nobody_waits() -> None:
    sender, receiver = oneshot.channel()
    closed = polled(sender.closed())
    with receiver:
        assert not sender.is_closed()
    assert closed.woken
    assert closed.poll() == Ready(None)
    with pytest.raises(SendError) as refused:
        sender.send(42)
    assert refused.value.value == 42


def test_what_was_sent_before_the_close_is_received() -> None:
    sender, receiver = oneshot.channel()
    sender.send(42)
    receiver.close()
    assert receiver.try_recv() == 42


# -- broadcast -------------------------------------------------------------------------------------


def test_a_slow_receiver_is_told_what_it_missed() -> None:
    sender, receiver = broadcast.channel(2)
    for number in range(5):
        sender.send(number)
    with pytest.raises(Lagged, match="has missed 3 messages") as lagged:
        receiver.try_recv()
    assert lagged.value.skipped == 3
    assert [receiver.try_recv(), receiver.try_recv()] == [3, 4]


def test_a_receiver_receives_from_its_making_on() -> None:
    sender, first = broadcast.channel(4)
    sender.send(1)
    second, third = sender.subscribe(), first.resubscribe()
    assert sender.clone().send(2) == 3
    assert first.len() == 2
    assert [first.try_recv(), first.try_recv()] == [1, 2]
    assert second.try_recv() == third.try_recv() == 2
    assert sender.len() == 0


def test_every_receiver_iterates_until_the_last_sender_is_gone() -> None:
    async def receive(receiver: broadcast.Receiver[int]) -> list[int]:
        return [number async for number in receiver]

    async def main() -> tuple[list[int], ...]:
        sender, receiver = broadcast.channel(2)
        tasks = [spawn(receive(each)) for each in (receiver, sender.subscribe())]
        for number in range(4):
            sender.send(number)
            await yield_now()
        sender.close()
        return await join(*tasks)

    assert run(main()) == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_nobody_is_sent_to_when_there_is_no_receiver() -> None:
    sender, receiver = broadcast.channel(2)
    closed = polled(sender.closed())
    receiver.close()
    assert closed.poll() == Ready(None)
    with pytest.raises(SendError, match="there is no receiver"):
        sender.send(1)
    with pytest.raises(ClosedResourceError):
        receiver.try_recv()


# -- watch -----------------------------------------------------------------------------------------


def test_a_receiver_sees_the_latest_value() -> None:
    async def main() -> None:
        sender, receiver = watch.channel("red")
        for colour in ("green", "blue"):
            sender.send(colour)
        assert receiver.has_changed()
        await receiver.changed()
        assert receiver.borrow() == "blue"
        assert not receiver.has_changed()
        receiver.mark_changed()
        await receiver.changed()
        sender.send_modify(str.upper)
        assert receiver.borrow_and_update() == sender.borrow() == "BLUE"
        assert sender.send_replace("white") == "BLUE"
        receiver.mark_unchanged()
        assert not receiver.has_changed()

    run(main())


def test_a_value_is_waited_for() -> None:
    async def count(sender: watch.Sender[int]) -> None:
        for number in range(1, 6):
            sender.send(number)
            await yield_now()

    async def main() -> int:
        sender, receiver = watch.channel(0)
        assert await receiver.wait_for(lambda number: number == 0) == 0
        spawn(count(sender))
        return await receiver.wait_for(lambda number: number > 2)

    assert run(main()) == 3


def test_what_a_condition_raises_comes_out_of_the_wait() -> None:
    _, receiver = watch.channel(0)
    with pytest.raises(ZeroDivisionError):
        ready(receiver.wait_for(lambda number: bool(1 // number)))


def test_receivers_hear_that_no_value_will_come() -> None:
    sender, receiver = watch.channel(0)
    changed, waiting = polled(receiver.changed()), polled(receiver.wait_for(bool))
    sender.send(0)
    assert changed.poll() == Ready(None)
    sender.clone().close()
    assert waiting.poll() is PENDING
    sender.close()
    assert waiting.woken
    waiting.poll()
    assert isinstance(waiting.raised, RecvError)
    with pytest.raises(RecvError, match="no sender is left to change the value"):
        receiver.has_changed()


def test_a_value_for_nobody_is_refused() -> None:
    sender, receiver = watch.channel(0)
    closed = polled(sender.closed())
    assert sender.receiver_count() == 1
    receiver.close()
    assert sender.is_closed()
    assert closed.poll() == Ready(None)
    with pytest.raises(SendError, match="there is no receiver"):
        sender.send(1)
    assert sender.borrow() == 0
    sender.send_replace(1)
    assert sender.subscribe().borrow() == 1


def test_a_failing_change_changes_nothing() -> None:
    sender, receiver = watch.channel(0)
    with pytest.raises(ZeroDivisionError):
        sender.send_modify(lambda number: 1 // number)
    assert receiver.borrow() == 0
    assert not receiver.has_changed()
