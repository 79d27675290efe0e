"""What is due, worked out from the words of the margin model for one account at a time; it knows nothing of the watch."""

from __future__ import annotations

from decimal import Decimal

from engine import MarginAccount, MarketSnapshot, Order, OrderType, Side, Watched
from engine.decimals import exact
from engine.position import PositionKey
from tests.engine.world import CONTRACTS


class Missed(AssertionError):
    """The watch left something out."""


@exact
def condition(
    account: MarginAccount, market: MarketSnapshot
) -> dict[PositionKey | None, tuple[Decimal, Decimal]]:
    """Balance and maintenance of every unit whose prices are fresh, worked out from the margin model's own words."""
    found: dict[PositionKey | None, tuple[Decimal, Decimal]] = {}
    cross = account.wallet
    needed, crossed, stale = Decimal(0), False, False
    for key, p in account.positions.items():
        if p.isolated_wallet is not None:
            cross -= p.isolated_wallet
        else:
            crossed = True
        if not market.fresh(p.symbol):
            stale = stale or p.isolated_wallet is None
            continue
        mark = market.quotes[p.symbol].mark
        profit = (mark - p.entry_price) * p.quantity * (1 if p.side is Side.LONG else -1)
        maintenance = max(p.quantity * mark * b.rate - b.amount for b in CONTRACTS[p.symbol].brackets)
        if p.isolated_wallet is not None:
            found[key] = p.isolated_wallet + profit, maintenance
        else:
            cross += profit
            needed += maintenance
    if crossed and not stale:
        found[None] = cross, needed
    return found


@exact
def acts(order: Order, market: MarketSnapshot) -> bool:
    """Whether something happens to an order at these prices."""
    if not market.fresh(order.symbol):
        return False
    quote = market.quotes[order.symbol]
    buys = order.direction is Side.LONG
    if order.kind is OrderType.LIMIT or order.triggered:
        assert order.price is not None
        return quote.last <= order.price if buys else quote.last >= order.price
    price = quote.mark if order.watched is Watched.MARK else quote.last
    if order.kind is not OrderType.TRAILING_STOP:
        assert order.trigger is not None
        up = buys if order.kind in {OrderType.STOP_MARKET, OrderType.STOP_LIMIT} else not buys
        return price >= order.trigger if up else price <= order.trigger
    best, back = order.extreme, order.callback
    assert back is not None
    if best is None:
        return order.trigger is None or (price <= order.trigger if buys else price >= order.trigger)
    if buys:
        return price < best or price >= best * (1 + back)
    return price > best or price <= best * (1 - back)
