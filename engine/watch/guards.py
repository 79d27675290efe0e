"""Where every position and order is guarded: per lane an unsorted array of edges in blocks, with their greatest.

A price on a lane fires what has an edge above it. The greatest edge of each block tells which blocks to read, the
greatest of the lane whether there is anything to do at all; that one is kept as a price too (`bound`), so that a quiet
tick is a comparison. Edges move in place: nothing is stale and nothing is put off.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from engine.decimals import CONTEXT
from engine.watch.columns import Column
from engine.watch.scales import LANES, RISING, Ints, Scales

SHIFT = 9
BLOCK = 1 << SHIFT
PARKED = -(2**62)
"""The edge of what is not guarded: no price is below it."""
ALWAYS = 2**62
"""The edge of what has to be looked at whenever its price moves."""


class Guards:
    """Edges with their owners: legs by their number, orders by ~number, whose slots it keeps up to date."""

    def __init__(self, scales: Scales, legs: Column, orders: Column) -> None:
        lanes = LANES * len(scales.grids)
        self.edges = Column(np.int64)
        self.owners = Column(np.int32)
        self.tops = Column(np.int64)
        self.lanes = Column(np.int32)
        self.blocks: list[list[int]] = [[] for _ in range(lanes)]
        self.counts = [0] * lanes
        self.limits = [PARKED] * lanes
        self._units = [-g.unit if lane & RISING else g.unit for g in scales.grids for lane in range(LANES)]
        self.bounds = [self._price(lane, PARKED) for lane in range(lanes)]
        """Per lane the price that is just not beyond its first edge."""
        self._legs, self._orders = legs, orders
        self._free: list[int] = []
        self._used = 0

    def add(self, lane: int, edge: int, owner: int) -> None:
        """Guard something new; its slot is written to it."""
        slot = self.slot(lane, self.counts[lane])
        self.counts[lane] += 1
        self.owners.at[slot] = owner
        self._settle(owner, slot)
        self.edges.at[slot] = PARKED
        self.move(slot, edge)

    def remove(self, slot: int) -> None:
        """Take an edge out; the lane's last one moves into its place."""
        self.move(slot, PARKED)
        lane = self.lanes.at[slot >> SHIFT]
        self.counts[lane] -= 1
        count = self.counts[lane]
        last = self.slot(lane, count)
        if last != slot:
            edge, owner = self.edges.at[last], self.owners.at[last]
            self.move(last, PARKED)
            self.owners.at[slot] = owner
            self._settle(owner, slot)
            self.move(slot, edge)
        if not count & (BLOCK - 1):
            self._free.append(self.blocks[lane].pop())

    def move(self, slot: int, edge: int) -> None:
        """Give something another edge."""
        edges, tops = self.edges.at, self.tops.at
        before = edges[slot]
        if before == edge:
            return
        edges[slot] = edge
        block = slot >> SHIFT
        top = tops[block]
        if edge > top:
            tops[block] = edge
            lane = self.lanes.at[block]
            if edge > self.limits[lane]:
                self._limit(lane, edge)
        elif before == top:
            start = block << SHIFT
            tops[block] = int(self.edges.all[start : start + BLOCK].max())
            lane = self.lanes.at[block]
            if top == self.limits[lane]:
                self._limit(lane, max(tops[each] for each in self.blocks[lane]))

    def move_many(self, slots: Ints, edges: Ints) -> None:
        """Give many different things their edges at once."""
        tops, blocks = self.tops.all, slots >> SHIFT
        led = np.zeros(self._used, np.bool_)
        led[blocks[self.edges.all[slots] == tops[blocks]]] = True
        self.edges.all[slots] = edges
        np.maximum.at(tops, blocks, edges)
        sought = np.flatnonzero(led)  # a block's greatest edge may have been one that has moved
        tops[sought] = self.edges.all.reshape(-1, BLOCK)[sought].max(axis=1)
        limits = np.full(len(self.limits), PARKED)
        np.maximum.at(limits, self.lanes.all[: self._used], self.tops.all[: self._used])
        for lane, (limit, before) in enumerate(zip(limits.tolist(), self.limits, strict=True)):
            if limit != before:
                self._limit(lane, limit)

    def hits(self, lane: int, price: int) -> Ints:
        """Owners of all edges above a price."""
        tops = self.tops.at
        blocks = [block for block in self.blocks[lane] if tops[block] > price]
        places = np.flatnonzero(self.edges.all.reshape(-1, BLOCK)[blocks] > price)
        slots = (np.array(blocks, np.int64)[places >> SHIFT] << SHIFT) + (places & (BLOCK - 1))
        owners: Ints = self.owners.all[slots]
        return owners

    def owners_of(self, lane: int) -> Ints:
        """Owners of all edges of a lane."""
        owners: Ints = self.owners.all.reshape(-1, BLOCK)[self.blocks[lane]].ravel()[: self.counts[lane]]
        return owners

    def slot(self, lane: int, place: int) -> int:
        """The slot of a lane's place, counted from 0; the first place of a new block takes one."""
        blocks = self.blocks[lane]
        if place >> SHIFT == len(blocks):
            blocks.append(self._block(lane))
        return (blocks[place >> SHIFT] << SHIFT) + (place & (BLOCK - 1))

    @property
    def size(self) -> int:
        """Bytes of all columns."""
        return sum(each.all.nbytes for each in (self.edges, self.owners, self.tops, self.lanes))

    def _block(self, lane: int) -> int:
        if self._free:
            block = self._free.pop()
        else:
            block = self._used
            if block == len(self.tops.all):
                rows = max(16, block * 5 // 4)
                for column, width in (
                    (self.tops, 1),
                    (self.lanes, 1),
                    (self.edges, BLOCK),
                    (self.owners, BLOCK),
                ):
                    column.grow(rows * width)
            self._used += 1
        self.edges.all[block << SHIFT : (block + 1) << SHIFT] = PARKED
        self.tops.at[block] = PARKED
        self.lanes.at[block] = lane
        return block

    def _settle(self, owner: int, slot: int) -> None:
        if owner >= 0:
            self._legs.at[owner] = slot
        else:
            self._orders.at[~owner] = slot

    def _limit(self, lane: int, limit: int) -> None:
        self.limits[lane] = limit
        self.bounds[lane] = self._price(lane, limit)

    def _price(self, lane: int, edge: int) -> Decimal:
        return CONTEXT.multiply(self._units[lane], Decimal(edge))
