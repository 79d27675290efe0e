"""The store of guards against a plain dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.watch.columns import Column
from engine.watch.guards import BLOCK, PARKED, Guards
from engine.watch.scales import Scales
from tests.engine.world import ADA, BTC, CONTRACTS

LANES = 8
lanes = st.integers(0, LANES - 1)
edges = st.integers(-50, 50) | st.just(PARKED)
ROWS = 8000


class Store(RuleBasedStateMachine):
    """Legs have even owners, orders odd ones; both tables are large enough from the start."""

    def __init__(self) -> None:
        super().__init__()
        self.scales = Scales({symbol: CONTRACTS[symbol] for symbol in (BTC, ADA)})
        self.slots = Column(np.int32, ROWS), Column(np.int32, ROWS)
        self.guards = Guards(self.scales, *self.slots)
        self.held: dict[int, tuple[int, int]] = {}
        self.next = 0

    def slot(self, number: int) -> int:
        return self.slots[number % 2].at[number]

    def add_one(self, lane: int, edge: int) -> None:
        number, self.next = self.next, self.next + 1
        self.guards.add(lane, edge, ~number if number % 2 else number)
        self.held[number] = lane, edge

    @rule(lane=lanes, edge=edges)
    def add(self, lane: int, edge: int) -> None:
        self.add_one(lane, edge)

    @precondition(lambda self: self.next < ROWS - 2 * BLOCK)
    @rule(lane=lanes, edge=edges, many=st.integers(BLOCK // 2, 2 * BLOCK))
    def add_many(self, lane: int, edge: int, many: int) -> None:
        for number in range(many):
            self.add_one(lane, edge if edge == PARKED else edge - number % 7)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        self.guards.remove(self.slot(number))
        del self.held[number]

    @precondition(lambda self: self.held)
    @rule(lane=lanes)
    def empty(self, lane: int) -> None:
        for number in [number for number, (where, _) in self.held.items() if where == lane]:
            self.guards.remove(self.slot(number))
            del self.held[number]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), edge=edges)
    def move(self, data: st.DataObject, edge: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        self.guards.move(self.slot(number), edge)
        self.held[number] = self.held[number][0], edge

    @precondition(lambda self: self.held)
    @rule(every=st.integers(1, 5), edge=edges)
    def move_many(self, every: int, edge: int) -> None:
        moved = sorted(self.held)[::every]
        wanted = [edge if edge == PARKED else edge + number % 5 for number in moved]
        self.guards.move_many(np.array([self.slot(number) for number in moved]), np.array(wanted))
        for number, new in zip(moved, wanted, strict=True):
            self.held[number] = self.held[number][0], new

    @invariant()
    def fires_what_it_should(self) -> None:
        for lane in range(LANES):
            mine = {number: edge for number, (where, edge) in self.held.items() if where == lane}
            assert self.guards.counts[lane] == len(mine)
            assert self.guards.limits[lane] == max(mine.values(), default=PARKED)
            assert {self.number(owner) for owner in self.guards.owners_of(lane).tolist()} == set(mine)
            for price in (-20, 0, 20):
                hit = self.guards.hits(lane, price).tolist()
                assert len(hit) == len(set(hit))
                assert {self.number(owner) for owner in hit} == {
                    n for n, edge in mine.items() if edge > price
                }

    @staticmethod
    def number(owner: int) -> int:
        return owner if owner >= 0 else ~owner


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
