"""Planted faults: each has to be caught by the oracle or by the audit, or these would prove nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.watch import Watch
from engine.watch.batch import Batch, Legs
from engine.watch.certificate import PRICE, Certificates, Side
from engine.watch.guards import ALWAYS, PARKED, Guards
from engine.watch.scales import Ints
from tests.engine.watch.arena import Arena, life
from tests.engine.watch.oracle import Missed
from tests.engine.world import CONTRACTS


class CornerUnseen(Certificates):
    """A box is as wide as proposed, whatever its corner."""

    def corner(self, sides: list[Side], edges: list[int], wallet: int, surface: int) -> int:
        return 1


class CornersUnseen(Batch):
    def corners_of(self, legs: Legs, edges: Ints, wallets: Ints, surfaces: Ints) -> Ints:
        return np.ones(len(wallets), np.int64)


class TooWide(Certificates):
    """The corner is looked at, and the guards are set a little beyond."""

    def box(self, sides: list[Side], wallet: int, surface: int) -> list[int] | None:
        edges = super().box(sides, wallet, surface)
        if edges is None:
            return None
        return [edge - (side[PRICE] - edge) // 20 for side, edge in zip(sides, edges, strict=True)]


class TooWideBatch(Batch):
    def boxes(self, *given: Ints) -> Ints:  # type: ignore[override]
        edges = super().boxes(*given)  # type: ignore[arg-type]
        return edges - (given[0].price - edges) // 20  # type: ignore[attr-defined, no-any-return]


class OffByOne(Certificates):
    """A threshold is one unit of price too far."""

    def threshold(self, side: Side, wallet: int, surface: int) -> int:
        return super().threshold(side, wallet, surface) - 1


class OffByOneBatch(Batch):
    def thresholds(self, legs: Legs, wallets: Ints, surfaces: Ints) -> Ints:
        return super().thresholds(legs, wallets, surfaces) - 1


class OneBracket(Certificates):
    """Maintenance amounts are forgotten, on the unsafe side: only the first bracket counts."""

    def health_at(self, sides: list[Side], prices: list[int], wallet: int, surface: int) -> int:
        health = surface * wallet
        for (_, grid, _, size, basis, _), price in zip(sides, prices, strict=True):
            health += surface * (size * price - basis) - grid.rates[0] * abs(size * price)
        return health


class OneTickLate(Guards):
    """A guard fires at the tick after the one it should fire at."""

    def move(self, slot: int, edge: int) -> None:
        super().move(slot, edge if edge in {PARKED, ALWAYS} else edge - 1)


class OneTickLateBatch(Guards):
    def move_many(self, slots: Ints, edges: Ints) -> None:
        super().move_many(slots, np.where(edges == PARKED, edges, edges - 1))


class NotMoved(Guards):
    """A guard once set is not set nearer: what an operation has changed keeps its old one."""

    def move(self, slot: int, edge: int) -> None:
        before = self.edges.at[slot]
        if before == PARKED or edge < before:
            super().move(slot, edge)


class LimitForgotten(Guards):
    """The greatest edge of a lane is not raised with those of its blocks."""

    def _limit(self, lane: int, limit: int) -> None:
        if limit < self.limits[lane] or self.limits[lane] == PARKED:
            super()._limit(lane, limit)


SINGLY, TOGETHER = 10**9, 1
FAULTS = {
    "certificate skipped": ({"certificates": CornerUnseen}, SINGLY),
    "certificate skipped in the batch": ({"batch": CornersUnseen}, TOGETHER),
    "guard too wide": ({"certificates": TooWide}, SINGLY),
    "guard too wide in the batch": ({"batch": TooWideBatch}, TOGETHER),
    "threshold off by one": ({"certificates": OffByOne}, SINGLY),
    "threshold off by one in the batch": ({"batch": OffByOneBatch}, TOGETHER),
    "one bracket": ({"certificates": OneBracket}, SINGLY),
    "guard one tick late": ({"guards": OneTickLate}, SINGLY),
    "guard one tick late in the batch": ({"guards": OneTickLateBatch}, TOGETHER),
    "guard not moved": ({"guards": NotMoved}, SINGLY),
    "limit forgotten": ({"guards": LimitForgotten}, SINGLY),
}


def lives(name: str, *, audits: int) -> None:
    """Up to twenty lives of a watch with a fault."""
    parts, batch_from = FAULTS[name]
    for seed in range(20):
        watch = Watch(CONTRACTS, poll_every=3, batch_from=batch_from, **parts)  # type: ignore[arg-type]
        life(Arena(random.Random(f"{name} {seed}"), watch), 200, audits=audits)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str) -> None:
    with pytest.raises(Missed):
        lives(name, audits=1)


@pytest.mark.parametrize("name", ["limit forgotten", "guard not moved", "one bracket"])
def test_the_oracle_alone_catches_it_too(name: str) -> None:
    with pytest.raises(Missed, match=r"against|reached|told|calm"):
        lives(name, audits=10**9)
