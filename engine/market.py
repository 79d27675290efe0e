"""What the engine knows of a market at one instant: quotes, contracts and the rule by which orders fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine.contracts import Contract
from engine.decimals import ZERO
from engine.errors import BadQuote, PriceStale, UnknownSymbol

SMALLEST_PRICE = Decimal("1e-12")
LARGEST_PRICE = Decimal("1e12")
LARGEST_RATE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices of one symbol in USDT at an aware UTC time; the funding rate is a fraction per interval.

    Raises BadQuote if a price is not finite, above zero and within reason, the rate beyond 1 or a time naive.
    """

    symbol: str
    mark: Decimal
    last: Decimal
    index: Decimal
    funding_rate: Decimal
    next_funding: datetime | None
    at: datetime

    def __post_init__(self) -> None:
        for name, price in (("mark", self.mark), ("last", self.last), ("index", self.index)):
            if not (price.is_finite() and SMALLEST_PRICE <= price <= LARGEST_PRICE):
                raise BadQuote(f"{self.symbol}: {name} {price}")
        check_rate(self.symbol, self.funding_rate)
        if self.at.tzinfo is None or (self.next_funding is not None and self.next_funding.tzinfo is None):
            raise BadQuote(f"{self.symbol}: a time without zone")


def check_rate(symbol: str, rate: Decimal) -> None:
    """Raises BadQuote if a funding rate is not finite or its size above 1."""
    if not (rate.is_finite() and -LARGEST_RATE <= rate <= LARGEST_RATE):
        raise BadQuote(f"{symbol}: funding rate {rate}")


@dataclass(frozen=True, slots=True)
class FillRule:
    """How far a market order fills from the last price, as fractions (docs/margin.md §Orders and fills, ours)."""

    half_spread: Decimal = Decimal("0.00005")
    impact_per_million: Decimal = Decimal("0.0001")
    cap: Decimal = Decimal("0.05")


FRICTIONLESS = FillRule(half_spread=ZERO, impact_per_million=ZERO)


@dataclass(frozen=True, slots=True)
class MarketSnapshot:
    """All prices of a market at one time (aware UTC); a quote older than `stale_after` is not traded on.

    `funding`: recorded rates by symbol and settlement time, where the market keeps them (docs/margin.md §Funding).
    """

    name: str
    time: datetime
    quotes: Mapping[str, Quote]
    contracts: Mapping[str, Contract]
    fill_rule: FillRule
    stale_after: timedelta | None = None
    funding: Mapping[tuple[str, datetime], Decimal] = field(default_factory=dict)

    def contract(self, symbol: str) -> Contract:
        """Raises UnknownSymbol."""
        contract = self.contracts.get(symbol)
        if contract is None:
            raise UnknownSymbol(symbol=symbol)
        return contract

    def quote(self, symbol: str) -> Quote:
        """Raises UnknownSymbol if there is no price, PriceStale if it is too old."""
        quote = self.quotes.get(symbol)
        if quote is None:
            raise UnknownSymbol(symbol=symbol)
        if self.stale_after is not None and self.time - quote.at > self.stale_after:
            raise PriceStale(
                symbol=symbol,
                age=int((self.time - quote.at).total_seconds()),
                stale_after=int(self.stale_after.total_seconds()),
            )
        return quote

    def fresh(self, symbol: str) -> bool:
        """Whether there is a price young enough to trade on."""
        quote = self.quotes.get(symbol)
        return quote is not None and (self.stale_after is None or self.time - quote.at <= self.stale_after)

    def trades(self, symbol: str) -> bool:
        """Whether there is a contract and a price young enough."""
        return symbol in self.contracts and self.fresh(symbol)

    @property
    def tradable(self) -> tuple[str, ...]:
        """Symbols with a contract and a fresh price, in the contracts' order."""
        return tuple(symbol for symbol in self.contracts if self.fresh(symbol))

    def with_mark(self, symbol: str, price: Decimal) -> MarketSnapshot:
        """This snapshot with mark, last and index of one symbol at a price, as of now.

        Raises UnknownSymbol without a contract, BadQuote for an impossible price.
        """
        self.contract(symbol)
        old = self.quotes.get(symbol)
        quote = Quote(
            symbol=symbol,
            mark=price,
            last=price,
            index=price,
            funding_rate=ZERO if old is None else old.funding_rate,
            next_funding=None if old is None else old.next_funding,
            at=self.time,
        )
        return replace(self, quotes={**self.quotes, symbol: quote})
