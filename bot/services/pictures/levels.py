"""The prices that matter to a position: entry, mark, liquidation in both modes, stop and target."""

from decimal import Decimal
from typing import Any

from bot.charts.spec import LevelKind
from bot.services.ladder import in_both_modes
from bot.services.resting import trails_at
from engine.account import MarginAccount
from engine.margin import PositionFigures, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey

_LIQUIDATION = {
    MarginMode.ISOLATED: LevelKind.LIQUIDATION_ISOLATED,
    MarginMode.CROSS: LevelKind.LIQUIDATION_CROSS,
}


def position_levels(account: MarginAccount, key: PositionKey, market: MarketSnapshot) -> dict[str, Any]:
    """A position with its levels, as the `chart` template and the picture take it.

    The other mode's liquidation price is that of the same entry (docs/margin.md §Scenarios), and missing where the
    wallet cannot fund it. `band` is the way from the mark to the liquidation price.
    """
    figures = position_figures(account, key, market)
    held = figures.position
    rows: list[dict[str, Any]] = [
        {"kind": LevelKind.ENTRY, "price": held.entry_price},
        {"kind": LevelKind.MARK, "price": figures.mark},
    ]
    for mode, other in zip(MarginMode, in_both_modes(account, key), strict=True):
        price = None if other is None else position_figures(other, key, market).liquidation.price
        if price is not None:
            rows.append({"kind": _LIQUIDATION[mode], "price": price})
    rows += [
        {"kind": kind, "price": price}
        for kind, wanted in ((LevelKind.STOP, False), (LevelKind.TAKE_PROFIT, True))
        for price in _endings(account, key, profit=wanted)
    ]
    return {
        "side": held.side,
        "mode": held.mode,
        "leverage": figures.settings.leverage,
        "quantity": held.quantity,
        "levels": rows,
        "band": _band(figures),
    }


def _endings(account: MarginAccount, key: PositionKey, *, profit: bool) -> list[Decimal]:
    """The prices at which waiting orders close the position with a loss or, `profit`, with a gain."""
    found = [
        order.trigger if order.callback is None else trails_at(order)
        for order in account.orders.values()
        if order.closes and order.waits and order.against == key and order.kind.takes_profit is profit
    ]
    return [each for each in found if each is not None]


def _band(figures: PositionFigures) -> dict[str, Any] | None:
    price = figures.liquidation.price
    if figures.liquidation.status != "price" or price is None or figures.distance is None:
        return None
    return {"mark": figures.mark, "liquidation": price, "distance": figures.distance}
