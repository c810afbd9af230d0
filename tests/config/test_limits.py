"""Processes that count together stay within 5 % of the quota, whatever the order in which they are asked."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from config.api.limits import Limit, Policy, caller_of


class Shared:
    """A shared count in memory, which can be out of reach."""

    def __init__(self) -> None:
        self.units: Counter[tuple[bytes, int]] = Counter()
        self.statements = 0
        self.is_reached = True

    def add(self, caller: bytes, until: int, units: int) -> int:
        if not self.is_reached:
            raise OperationalError("no answer")
        self.statements += 1
        self.units[caller, until] += units
        return self.units[caller, until]

    def prune(self, now: float) -> None:
        self.units = Counter({key: n for key, n in self.units.items() if key[1] > now})


def processes(shared: Shared, quota: int, count: int, clock: list[float]) -> list[Limit]:
    policy = Policy("anonymous", quota, 60)
    return [Limit(policy, shared, processes=count, clock=lambda: clock[0]) for _ in range(count)]


SOMEBODY = caller_of("address 192.0.2.1", "secret")


@given(
    quota=st.integers(1, 2000),
    count=st.integers(1, 8),
    turns=st.lists(st.integers(0, 7), min_size=1, max_size=50),
    cost=st.sampled_from([1, 1, 5, 14, 20]),
)
def test_what_is_granted_is_within_five_percent(
    quota: int, count: int, turns: list[int], cost: int
) -> None:
    limits = processes(Shared(), quota, count, [1_000_000.0])

    granted = 0
    for round_ in range(3 * quota // cost + 3 * len(turns)):
        limit = limits[turns[round_ % len(turns)] % count]
        granted += cost * limit.take(SOMEBODY, cost)
    for limit in limits:  # those that were asked less may still have some
        while limit.take(SOMEBODY, cost):
            granted += cost

    assert quota - cost < granted <= quota * 1.05
    assert [limit.take(SOMEBODY, cost) for limit in limits] == [False] * count


def test_a_window_ends_and_everything_is_back() -> None:
    shared, clock = Shared(), [1_000_000.0]
    (limit,) = processes(shared, 40, 1, clock)
    assert [limit.take(SOMEBODY, 1) for _ in range(41)] == [True] * 40 + [False]
    left, seconds = limit.left(SOMEBODY)

    clock[0] += seconds - 1
    assert (left, limit.take(SOMEBODY, 1)) == (0, False)
    clock[0] += 1
    assert limit.left(SOMEBODY) == (40, 60)
    assert limit.take(SOMEBODY, 1)


def test_callers_do_not_all_come_back_at_the_same_moment() -> None:
    (limit,) = processes(Shared(), 40, 1, [1_000_000.0])

    waits = {limit.left(caller_of(f"address {n}", "secret"))[1] for n in range(500)}

    assert len(waits) > 50
    assert (min(waits) >= 1, max(waits) <= 60) == (True, True)


def test_few_requests_write_anything() -> None:
    shared = Shared()
    one, other = processes(shared, 600, 2, [1_000_000.0])

    for _ in range(250):
        assert one.take(SOMEBODY, 1)
        assert other.take(SOMEBODY, 1)

    assert shared.statements == 2 * (250 // 16)  # a fortieth of the quota is 15


def test_out_of_reach_each_process_grants_the_quota_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shared, clock = Shared(), [1_000_000.0]
    shared.is_reached = False
    limits = processes(shared, 20, 2, clock)

    granted = [sum(limit.take(SOMEBODY, 1) for _ in range(30)) for limit in limits]

    assert granted == [20, 20]
    assert caplog.text.count("no answer") == 2  # one line per process
    shared.is_reached = True
    clock[0] += 60
    assert sum(limits[n % 2].take(SOMEBODY, 1) for n in range(60)) == 20


def test_windows_that_ended_are_forgotten() -> None:
    shared, clock = Shared(), [1_000_000.0]
    (limit,) = processes(shared, 10, 1, clock)
    for n in range(100):
        limit.take(caller_of(f"address {n}", "secret"), 1)
    assert len(limit._windows) == len(shared.units) == 100

    clock[0] += 200
    limit.take(SOMEBODY, 1)

    assert len(limit._windows) == len(shared.units) == 1


def test_what_is_refused_leaves_the_rest_to_others() -> None:
    one, other = processes(Shared(), 20, 2, [1_000_000.0])
    assert all(one.take(SOMEBODY, 1) for _ in range(15))

    assert not other.take(SOMEBODY, 10)

    assert [one.take(SOMEBODY, 1) for _ in range(6)] == [True] * 5 + [False]
    assert (one.left(SOMEBODY)[0], other.left(SOMEBODY)[0]) == (0, 5)  # as far as it knows
    assert not other.take(SOMEBODY, 1)
