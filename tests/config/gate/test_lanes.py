"""Lanes let in what is answered in time, and refuse the rest before it waits."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from config.gate.lanes import (
    EXPECTED_WAIT,
    LONGEST_WAIT,
    PATIENCE_AT_THE_DESK,
    Lane,
    Overloaded,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def put(lane: Lane, work: Callable[[], Any], number: int) -> list[Turn]:
    """Put so many turns, as far as the lane takes them."""
    taken = []
    for _ in range(number):
        turn = Turn(lambda _turn: work())
        try:
            lane.put(turn)
        except Overloaded:
            continue
        taken.append(turn)
    return taken


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def test_so_many_at_once_and_no_more() -> None:
    async def story() -> None:
        lane = Lane("any", 3)
        lane.start()
        at_work, most, lock = 0, 0, threading.Lock()

        def work() -> int:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.01)
            with lock:
                at_work -= 1
            return 7

        turns = put(lane, work, 30)
        assert [await turn.done for turn in turns] == [7] * 30
        assert most == 3

    asyncio.run(story())


@pytest.mark.parametrize(
    ("seconds", "patience"),
    [(0.001, 1), (0.02, 1), (0.1, 1), (2.0, 1), (0.1, PATIENCE_AT_THE_DESK)],
)
def test_as_many_wait_as_are_served_in_time(seconds: float, patience: float) -> None:
    async def story() -> int:
        lane = Lane("any", 4, seconds=seconds, patience=patience)
        gate = threading.Event()
        lane.start()
        at_work = put(lane, gate.wait, 4)
        await until(lambda: all(turn.begun_at for turn in at_work))
        waiting = put(lane, gate.wait, 10_000)
        assert lane.is_overloaded()
        gate.set()
        assert [await turn.done for turn in waiting] == [True] * len(waiting)
        assert not lane.is_overloaded()
        return len(waiting)

    expected = max(4, int(EXPECTED_WAIT * patience * 4 / seconds) + 1)
    assert asyncio.run(story()) == pytest.approx(expected, abs=1)


def test_nobody_waits_where_nothing_moves() -> None:
    async def story() -> None:
        lane = Lane("any", 1)
        gate = threading.Event()
        lane.start()
        (first,) = put(lane, gate.wait, 1)
        await until(lambda: first.begun_at > 0)
        (second,) = put(lane, gate.wait, 1)
        await asyncio.sleep(LONGEST_WAIT * 1.1)
        assert put(lane, gate.wait, 5) == []

        # Who was refused meanwhile has no turn.
        assert second.claim()
        gate.set()
        assert await first.done is True
        assert await second.done is None
        assert second.begun_at == 0
        assert len(put(lane, gate.wait, 1)) == 1

    asyncio.run(story())


def test_an_average_follows_what_requests_take() -> None:
    async def story() -> None:
        lane = Lane("any", 1, seconds=5)
        lane.start()
        for _ in range(60):
            (turn,) = put(lane, lambda: None, 1)
            await turn.done
        assert lane.seconds < 0.1

    asyncio.run(story())


def test_an_error_ends_a_turn_and_not_its_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        lane = Lane("any", 1)
        lane.start()

        def fail() -> None:
            raise SystemExit

        (turn,) = put(lane, fail, 1)
        assert await turn.done is None
        (again,) = put(lane, lambda: 3, 1)
        assert await again.done == 3

    asyncio.run(story())
    assert caplog.text.count("A request was not answered.") == 1


def test_an_answer_is_given_once() -> None:
    async def story() -> None:
        turn = Turn(lambda _turn: None)
        claims: list[bool] = []
        threads = [threading.Thread(target=lambda: claims.append(turn.claim())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(claims) == [False] * 7 + [True]

    asyncio.run(story())
