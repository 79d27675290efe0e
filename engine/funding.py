"""Funding: its formulas, and what is due (docs/margin.md §Funding)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO, exact, truncate
from engine.events import FundingPaid
from engine.market import MarketSnapshot, check_rate
from engine.position import Position, Side

DAMPENER = Decimal("0.0005")
DEFAULT_INTEREST = Decimal("0.0001")
MAJOR_CAP = Decimal("0.75")
"""Cap of a major contract's rate, in maintenance rates of its first bracket."""
MINOR_CAP = Decimal("0.02")
"""Cap of any other contract's rate: ours."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@exact
def funding_received(
    side: Side, quantity: Decimal, settlements: Iterable[tuple[Decimal, Decimal]]
) -> Decimal:
    """What a position receives over (mark, rate) settlements; negative: pays. A positive rate: longs pay."""
    return sum((-side.sign * quantity * mark * rate for mark, rate in settlements), ZERO)


@exact
def funding_rate(premium: Decimal, interest: Decimal = DEFAULT_INTEREST) -> Decimal:
    """Rate per 8 hours from the time-weighted premium, before its cap."""
    return premium + max(-DAMPENER, min(DAMPENER, interest - premium))


@exact
def funding_cap(multiplier: Decimal, first_rate: Decimal) -> Decimal:
    """Greatest size of the rate of a major contract."""
    return multiplier * first_rate


@exact
def default_rate(interval_hours: int) -> Decimal:
    """The rate of a settlement for which none is known: 0.01 % per 8 hours, pro rata (ours)."""
    return DEFAULT_INTEREST * interval_hours / 8


@exact
def interval_rate(premium: Decimal, interval_hours: int, first_rate: Decimal, *, major: bool) -> Decimal:
    """Rate per interval from the premium: pro rata of 8 hours, then capped (docs/margin.md §Funding)."""
    cap = funding_cap(MAJOR_CAP, first_rate) if major else MINOR_CAP
    return max(-cap, min(cap, funding_rate(premium) * interval_hours / 8))


@exact
def pay_funding(account: MarginAccount, market: MarketSnapshot) -> tuple[FundingPaid, ...]:
    """What fell due since each position's last settlement, at this mark, by symbol, long first.

    A position without a price, or with a stale one, is settled later. Raises BadQuote for a recorded rate beyond 1.
    """
    found: list[FundingPaid] = []
    latest: dict[int, datetime] = {}
    for position in account.in_order():
        if not market.trades(position.symbol):
            continue
        hours = market.contract(position.symbol).funding_interval_hours
        if hours not in latest:
            latest[hours] = _settled(market.time, hours)
        if position.funded is None or position.funded < latest[hours]:
            found += _due(position, market, hours, latest[hours])
    return tuple(found)


def _settled(time: datetime, hours: int) -> datetime:
    """The last settlement time that is not after a time."""
    return time - (time - _EPOCH) % timedelta(hours=hours)


def _due(position: Position, market: MarketSnapshot, hours: int, latest: datetime) -> list[FundingPaid]:
    if position.funded is None:
        return [_paid(position, market, latest, ZERO)]
    interval = timedelta(hours=hours)
    at = _settled(position.funded, hours) + interval
    found = []
    while at <= latest:
        found.append(_paid(position, market, at, _rate(position.symbol, market, at, latest)))
        at += interval
    return found


def _rate(symbol: str, market: MarketSnapshot, at: datetime, latest: datetime) -> Decimal:
    """The recorded rate; for the latest settlement else the quote's, for earlier ones the default. Raises BadQuote."""
    recorded = market.funding.get((symbol, at))
    if recorded is not None:
        check_rate(symbol, recorded)
        return recorded
    quote = market.quote(symbol)
    if at == latest and quote.next_funding is not None:
        return quote.funding_rate
    return default_rate(market.contract(symbol).funding_interval_hours)


def _paid(position: Position, market: MarketSnapshot, at: datetime, rate: Decimal) -> FundingPaid:
    mark = market.quote(position.symbol).mark
    return FundingPaid(
        symbol=position.symbol,
        side=position.side,
        mode=position.mode,
        quantity=position.quantity,
        mark=mark,
        rate=rate,
        amount=truncate(funding_received(position.side, position.quantity, [(mark, rate)])),
        at=at,
    )
