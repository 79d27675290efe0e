"""A market of invented prices: seeded, so that a course or a test meets the same one again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market.errors import UnknownContract
from bot.market.feed import OnTick
from bot.market.funding import rate_from_premium
from bot.market.levels import Levels
from bot.market.prices import checked_price
from bot.market.timing import checked_advance, next_funding, split
from bot.market.walk import Leg, Walk
from engine.contracts import Contract
from engine.decimals import exact
from engine.market import FillRule, MarketSnapshot, Quote

ONE_SECOND = timedelta(seconds=1)


class SimulatedFeed:
    """Random prices of all contracts that have a level, in steps of `tick`.

    Deterministic by seed and step number, given the same lengths of steps: in real time and in short jumps these are
    one tick; an advance of more than 720 ticks takes 720 longer ones (see timing.split), their spread grows with √dt.
    `prices` replaces start levels. Raises UnknownContract, BadPrice.
    """

    name = "simulated"

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        levels: Levels,
        seed: int,
        clock: ManualClock,
        *,
        tick: timedelta = ONE_SECOND,
        prices: Mapping[str, Decimal] | None = None,
        fill_rule: FillRule | None = None,
    ) -> None:
        self._contracts = contracts
        self._levels = levels
        self._clock = clock
        self._time = clock.now()
        self._tick = tick
        self._fill_rule = fill_rule if fill_rule is not None else FillRule()
        self._walk = Walk(levels, self._starts(prices or {}), seed)

    @property
    def clock(self) -> ManualClock:
        return self._clock

    @property
    def step_number(self) -> int:
        """How many steps the market has made since its start."""
        return self._walk.number

    @exact
    def snapshot(self) -> MarketSnapshot:
        """Prices and time of the last step: up to one tick behind the clock."""
        return MarketSnapshot(
            name=self.name,
            time=self._time,
            quotes={symbol: self._quote(symbol, leg) for symbol, leg in self._walk.legs.items()},
            contracts=self._contracts,
            fill_rule=self._fill_rule,
        )

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """One snapshot a step: at most 720 up to 120 days, at most 2,196 for the longest advance."""
        return self._advance(checked_advance(by))

    async def run(self, on_tick: OnTick) -> None:
        """Follow the clock tick by tick; a clock that jumped is caught up with in longer steps, none is left out."""
        while True:
            behind = self._clock.now() - self._time
            await asyncio.sleep(max(0.0, min(self._tick, self._tick - behind).total_seconds()))
            whole_ticks = (self._clock.now() - self._time) // self._tick
            if whole_ticks < 1:
                continue
            for step in split(whole_ticks * self._tick, self._tick):
                self._step(step)
                await on_tick(self.snapshot())

    def _advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        for step in split(by, self._tick):
            self._clock.advance(step)
            self._step(step)
            yield self.snapshot()

    def _step(self, by: timedelta) -> None:
        self._walk.step(by.total_seconds())
        self._time += by

    def _starts(self, prices: Mapping[str, Decimal]) -> dict[str, float]:
        for symbol in prices:
            if symbol not in self._contracts or symbol not in self._levels.symbols:
                raise UnknownContract(symbol=symbol, known=tuple(sorted(self._contracts)))
        return {
            symbol: float(checked_price(self._contracts[symbol], prices.get(symbol, level.price)))
            for symbol, level in self._levels.symbols.items()
            if symbol in self._contracts
        }

    def _quote(self, symbol: str, leg: Leg) -> Quote:
        contract = self._contracts[symbol]
        return Quote(
            symbol=symbol,
            mark=_on_tick(leg.mark_price, contract.tick),
            last=_on_tick(leg.last_price, contract.tick),
            index=_on_tick(leg.index_price, contract.tick),
            funding_rate=rate_from_premium(leg.average, contract, self._levels.symbols[symbol].major),
            next_funding=next_funding(self._time, contract.funding_interval_hours),
            at=self._time,
        )


def _on_tick(price: float, tick: Decimal) -> Decimal:
    """The nearest tick, never below one."""
    return max(1, round(price / float(tick))) * tick
