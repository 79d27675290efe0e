"""A market that stands still until someone moves a price."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market.errors import UnknownContract
from bot.market.feed import OnTick
from bot.market.freshness import age_of, too_old
from bot.market.funding import KEPT, PastRates, Rates
from bot.market.prices import checked_price
from bot.market.timing import checked_advance, funding_times, next_funding
from engine.contracts import Contract
from engine.funding import default_rate
from engine.market import FRICTIONLESS, FillRule, MarketSnapshot, Quote


class FixedFeed:
    """Constant prices, mark = last = index; without friction unless a fill rule is given.

    Contracts without a price are not tradable until `set_price` gives them one. Funding is the default rate.
    Raises UnknownContract, BadPrice.
    """

    name = "fixed"

    def __init__(
        self,
        prices: Mapping[str, Decimal],
        contracts: Mapping[str, Contract],
        clock: ManualClock,
        fill_rule: FillRule = FRICTIONLESS,
        stale_after: timedelta | None = None,
    ) -> None:
        self._contracts = contracts
        self._clock = clock
        self._fill_rule = fill_rule
        self._stale_after = stale_after
        self._past = PastRates()
        self._seen = clock.now()
        self._prices = {symbol: self._checked(symbol, price) for symbol, price in prices.items()}

    @property
    def clock(self) -> ManualClock:
        return self._clock

    def snapshot(self) -> MarketSnapshot:
        now = self._clock.now()
        self._pass_to(now)
        return MarketSnapshot(
            name=self.name,
            time=now,
            quotes=self._quotes(now),
            contracts=self._contracts,
            fill_rule=self._fill_rule,
            stale_after=self._stale_after,
            funding=self._past.rates,
        )

    def age(self, now: datetime) -> timedelta | None:
        return age_of(self._quotes(now).values(), now)

    def stale(self, now: datetime) -> bool:
        return too_old(self.age(now), self._stale_after)

    def restore(self, rates: Rates) -> None:
        self._past.restore(rates)

    def set_price(self, symbol: str, price: Decimal) -> MarketSnapshot:
        """Move mark, last and index of one contract, to be settled by the caller. Raises UnknownContract, BadPrice."""
        checked = self._checked(symbol, price)
        self._pass_to(self._clock.now())
        self._prices[symbol] = checked
        return self.snapshot()

    def advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        """One snapshot at each funding timestamp passed and one at the end: at most 2,197 for the longest advance."""
        return self._advance(checked_advance(by))

    async def run(self, on_tick: OnTick) -> None:
        await asyncio.Event().wait()

    def _advance(self, by: timedelta) -> Iterator[MarketSnapshot]:
        intervals = {self._contracts[symbol].funding_interval_hours for symbol in self._prices}
        while by > timedelta(0):
            now = self._clock.now()
            to_funding = [next_funding(now, hours) - now for hours in intervals]
            step = min([by, *to_funding])
            self._clock.advance(step)
            by -= step
            yield self.snapshot()

    def _pass_to(self, now: datetime) -> None:
        """Record the rate of every timestamp since the last look."""
        since, self._seen = max(self._seen, now - KEPT), now
        passed = {
            (symbol, at): default_rate(self._contracts[symbol].funding_interval_hours)
            for symbol in self._prices
            for at in funding_times(since, now, self._contracts[symbol].funding_interval_hours)
        }
        if passed:
            self._past.add(passed)

    def _checked(self, symbol: str, price: Decimal) -> Decimal:
        if symbol not in self._contracts:
            raise UnknownContract(symbol=symbol, known=tuple(sorted(self._contracts)))
        return checked_price(self._contracts[symbol], price)

    def _quotes(self, now: datetime) -> dict[str, Quote]:
        return {symbol: self._quote(symbol, price, now) for symbol, price in self._prices.items()}

    def _quote(self, symbol: str, price: Decimal, now: datetime) -> Quote:
        hours = self._contracts[symbol].funding_interval_hours
        return Quote(
            symbol=symbol,
            mark=price,
            last=price,
            index=price,
            funding_rate=default_rate(hours),
            next_funding=next_funding(now, hours),
            at=now,
        )
