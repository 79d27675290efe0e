"""Funding that is about to fall due, and what it comes to for an account (docs/margin.md §Funding)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.account import MarginAccount
from engine.decimals import exact
from engine.funding import funding_received
from engine.margin import leg_of
from engine.market import MarketSnapshot

AHEAD = timedelta(minutes=15)
LEAST = Decimal("0.01")
"""Less than a cent of USDT is not worth a notice (ours)."""


def next_due(market: MarketSnapshot) -> datetime | None:
    """The next funding time that is at most 15 minutes away, of the symbols with a fresh price."""
    times: Iterable[datetime] = (
        quote.next_funding
        for symbol, quote in market.quotes.items()
        if quote.next_funding is not None
        and timedelta(0) < quote.next_funding - market.time <= AHEAD
        and market.fresh(symbol)
    )
    return min(times, default=None)


@exact
def reminder_data(account: MarginAccount, market: MarketSnapshot, at: datetime) -> dict[str, Any] | None:
    """The data of the `funding_due` template at the rates as they stand; None where it comes to less than a cent.

    `amount` in USDT, below zero is paid; `share` is its size as a fraction of the position's own margin.
    """
    rows: list[dict[str, Any]] = []
    total = Decimal(0)
    for position in account.in_order():
        quote = market.quotes.get(position.symbol)
        if quote is None or quote.next_funding != at or not market.fresh(position.symbol):
            continue
        leg = leg_of(account, position, market)
        margin = leg.initial if position.isolated_wallet is None else position.isolated_wallet
        amount = funding_received(position.side, position.quantity, [(quote.mark, quote.funding_rate)])
        total += amount
        rows.append(
            {
                "symbol": position.symbol,
                "base": position.symbol.removesuffix("USDT"),
                "side": position.side,
                "rate": quote.funding_rate,
                "notional": leg.notional,
                "amount": amount,
                "share": abs(amount) / margin if margin > 0 else None,
            }
        )
    return {"at": at.isoformat(), "rows": rows, "total": total} if abs(total) >= LEAST else None
