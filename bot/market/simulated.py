"""A market of invented prices: seeded, so that a course or a test meets the same one again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market.errors import UnknownContract
from bot.market.feed import OnTick
from bot.market.freshness import too_old
from bot.market.funding import KEPT, PastRates, Rates, rate_from_premium
from bot.market.levels import Levels
from bot.market.prices import checked_price
from bot.market.timing import checked_advance, funding_times, next_funding, split
from bot.market.walk import Leg, Walk
from engine.candles import MinuteCandle
from engine.contracts import Contract
from engine.decimals import exact
from engine.market import FillRule, MarketSnapshot, Quote

ONE_SECOND = timedelta(seconds=1)


class SimulatedFeed:
    """Random prices of all contracts that have a level, in steps of `tick`.

    Deterministic by seed and step number, given the same lengths of steps: in real time and in short jumps these are
    one tick; an advance of more than 720 ticks takes 720 longer ones (see timing.split), their spread grows with √dt.
    `prices` replaces start levels. `resume` holds the last candles of this market: it goes on from their closes, at the
    clock's time, with the funding premium back at zero; the draws are then those of seed and newest candle, so that a
    restart does not repeat the first day. Raises UnknownContract, BadPrice.
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
        resume: Mapping[str, MinuteCandle] | None = None,
        fill_rule: FillRule | None = None,
        stale_after: timedelta | None = None,
    ) -> None:
        self._contracts = contracts
        self._levels = levels
        self._clock = clock
        self._time = clock.now()
        self._tick = tick
        self._fill_rule = fill_rule if fill_rule is not None else FillRule()
        self._stale_after = stale_after
        self._past = PastRates()
        legs = {symbol: Leg.at(price, price) for symbol, price in self._starts(prices or {}).items()}
        held = {s: c for s, c in (resume or {}).items() if s in legs and s not in (prices or {})}
        legs |= {s: Leg.at(float(c.mark.close), float(c.last.close)) for s, c in held.items()}
        since = max((candle.minute for candle in held.values()), default=None)
        self._walk = Walk(levels, legs, str(seed) if since is None else f"{seed}/{since:%Y-%m-%dT%H:%M}")

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
            stale_after=self._stale_after,
            funding=self._past.rates,
        )

    def age(self, now: datetime) -> timedelta | None:
        return max(now - self._time, timedelta(0))

    def stale(self, now: datetime) -> bool:
        return too_old(self.age(now), self._stale_after)

    def restore(self, rates: Rates) -> None:
        self._past.restore(rates)

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
        self._pass_to(self._time + by)
        self._walk.step(by.total_seconds())
        self._time += by

    @exact
    def _pass_to(self, until: datetime) -> None:
        """Record the rates shown so far for the timestamps up to a time."""
        since = max(self._time, until - KEPT)
        passed = {
            (symbol, at): self._rate(symbol, leg)
            for symbol, leg in self._walk.legs.items()
            for at in funding_times(since, until, self._contracts[symbol].funding_interval_hours)
        }
        if passed:
            self._past.add(passed)

    def _rate(self, symbol: str, leg: Leg) -> Decimal:
        return rate_from_premium(leg.average, self._contracts[symbol], self._levels.symbols[symbol].major)

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
            funding_rate=self._rate(symbol, leg),
            next_funding=next_funding(self._time, contract.funding_interval_hours),
            at=self._time,
        )


def _on_tick(price: float, tick: Decimal) -> Decimal:
    """The nearest tick, never below one."""
    return max(1, round(price / float(tick))) * tick
