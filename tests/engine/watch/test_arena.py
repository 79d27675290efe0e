"""Random lives under the oracle, at every tick, with an audit after each."""

from __future__ import annotations

import random

import pytest

from engine.watch import Watch
from tests.engine.watch.arena import WEATHERS, Arena, life
from tests.engine.world import CONTRACTS


@pytest.mark.parametrize("batch_from", [1, 6, 10**9])
def test_nothing_is_missed(batch_from: int) -> None:
    for seed in range(2):
        watch = Watch(CONTRACTS, poll_every=3, batch_from=batch_from)
        arena = Arena(random.Random(f"life {seed} {batch_from}"), watch, engine=seed == 0)
        life(arena, 150)
        assert arena.happened["overdue"] > 10


@pytest.mark.parametrize("batch_from", [1, 10**9])
def test_nothing_is_missed_among_thousands_of_operations(batch_from: int) -> None:
    arena = Arena(
        random.Random(f"busy {batch_from}"),
        Watch(CONTRACTS, poll_every=3, batch_from=batch_from),
        operations=100,
    )
    life(arena, 110)
    assert arena.happened["operations"] > 5000


def test_nothing_is_missed_when_much_happens_at_once() -> None:
    arena = Arena(random.Random("many"), Watch(CONTRACTS, poll_every=2), accounts=300)
    arena.weather = WEATHERS[-1]
    life(arena, 25)
    assert arena.watch.counts.fired > 300
