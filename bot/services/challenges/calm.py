"""How far prices may move before settlement can do anything to an account without orders: a bound on the safe side.

Along a relative move of at most d in every price, an account's balance falls by at most d · notional, and its maintenance
margin rises by less than that, since no maintenance rate reaches 1. So nothing is due while d < (balance - maintenance)
/ (2 · notional), for each isolated position and for the cross account. Between funding timestamps nothing is paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ONE, ZERO, exact
from engine.legs import cross_legs, leg_of
from engine.market import MarketSnapshot


@dataclass(frozen=True, slots=True)
class Calm:
    """Until a time, and while every mark lies strictly between its bounds, a step changes nothing."""

    until: datetime
    bounds: Mapping[str, tuple[Decimal, Decimal]]

    def holds(self, market: MarketSnapshot) -> bool:
        """Whether the next step can be left out."""
        quotes = market.quotes
        return market.time < self.until and all(
            low < quotes[symbol].mark < high for symbol, (low, high) in self.bounds.items()
        )


@exact
def calm_of(account: MarginAccount, market: MarketSnapshot) -> Calm | None:
    """The bound for an account that was settled at this snapshot; None where it has orders, no positions or no room."""
    if account.orders or not account.positions:
        return None
    room: Decimal | None = None
    for held in account.positions.values():
        if held.isolated_wallet is not None:
            leg = leg_of(account, held, market)
            room = _less(room, held.isolated_wallet + leg.pnl - leg.maintenance, leg.notional)
    legs = cross_legs(account, market)
    if legs:
        pnl = sum((each.pnl for each in legs), ZERO)
        due = sum((each.maintenance for each in legs), ZERO)
        size = sum((each.notional for each in legs), ZERO)
        room = _less(room, account.cross_wallet + pnl - due, size)
    symbols = {symbol for symbol, _ in account.positions}
    again = [market.quote(each).next_funding for each in symbols]
    until = min((each for each in again if each is not None), default=None)
    if room is None or room <= ZERO or until is None:
        return None
    marks = {each: market.quote(each).mark for each in symbols}
    return Calm(until, {each: (mark * (ONE - room), mark * (ONE + room)) for each, mark in marks.items()})


def _less(room: Decimal | None, balance: Decimal, notional: Decimal) -> Decimal:
    found = balance / (2 * notional)
    return found if room is None else min(room, found)
