"""Why a figure is what it is: formula, inputs, steps, result."""

from __future__ import annotations

from collections.abc import Callable

from engine.account import MarginAccount
from engine.decimals import exact
from engine.errors import UnknownFigure
from engine.explain.account import explain_available, explain_cross_ratio, explain_equity
from engine.explain.derivation import Derivation, Given, Step
from engine.explain.liquidation import explain_bankruptcy, explain_clearance_fee, explain_liquidation
from engine.explain.orders import explain_limit_cost, explain_max_open, explain_order_cost
from engine.explain.position import (
    explain_break_even,
    explain_funding,
    explain_initial,
    explain_maintenance,
    explain_margin_ratio,
    explain_pnl,
    explain_roe,
)
from engine.explain.view import View
from engine.intents import Open
from engine.legs import cross_legs
from engine.market import MarketSnapshot
from engine.position import Side

__all__ = ["FIGURES", "MORE_FIGURES", "Derivation", "Given", "Step", "explain", "explain_limit_cost"]


@exact
def explain(
    figure: str,
    account: MarginAccount,
    market: MarketSnapshot,
    symbol: str | None = None,
    intent: Open | None = None,
    side: Side | None = None,
) -> Derivation:
    """Derive one of FIGURES. Figures of a position take its symbol, or the only open position.

    With both legs of a symbol open, `side` names one; otherwise the long leg is meant.

    "margin-ratio" without a symbol is the cross account's; "available" and "equity" are the account's;
    "order-cost" and "max-open" need the intent ("max-open" not its quantity). Raises UnknownFigure, NoPosition,
    UnknownSymbol or PriceStale.
    """
    if figure in _OF_ORDER:
        if intent is None:
            raise UnknownFigure(f"{figure} without an order")
        return _OF_ORDER[figure](intent, account, market)
    if figure in _OF_ACCOUNT:
        return _OF_ACCOUNT[figure](account, market)
    if figure == "margin-ratio" and symbol is None:
        return explain_cross_ratio(None, account, cross_legs(account, market))
    if figure not in _OF_POSITION:
        raise UnknownFigure(figure)
    return _OF_POSITION[figure](View.of(account, market, symbol, side))


_OF_POSITION: dict[str, Callable[[View], Derivation]] = {
    "liquidation": explain_liquidation,
    "bankruptcy": explain_bankruptcy,
    "break-even": explain_break_even,
    "margin-ratio": explain_margin_ratio,
    "maintenance": explain_maintenance,
    "initial": explain_initial,
    "pnl": explain_pnl,
    "roe": explain_roe,
    "funding": explain_funding,
    "clearance-fee": explain_clearance_fee,
}
_OF_ORDER: dict[str, Callable[[Open, MarginAccount, MarketSnapshot], Derivation]] = {
    "order-cost": explain_order_cost,
    "max-open": explain_max_open,
}
_OF_ACCOUNT: dict[str, Callable[[MarginAccount, MarketSnapshot], Derivation]] = {
    "available": explain_available,
    "equity": explain_equity,
}
FIGURES = (
    "liquidation",
    "bankruptcy",
    "break-even",
    "margin-ratio",
    "maintenance",
    "initial",
    "pnl",
    "roe",
    "order-cost",
    "available",
    "equity",
)
MORE_FIGURES = ("funding", "clearance-fee", "max-open")
"""Figures explained too, for which no front has words yet."""
