"""What would happen: the same order in both margin modes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO, exact
from engine.errors import Refusal
from engine.events import Event, Fill, PositionClosed, PositionIncreased, PositionOpened, PositionReduced
from engine.exchange import decide
from engine.intents import Open
from engine.margin import PositionFigures, position_figures
from engine.market import MarketSnapshot
from engine.orders import LARGEST_QUANTITY, order_cost
from engine.position import MarginMode, Side


@dataclass(frozen=True, slots=True)
class Outcome:
    """An order in one mode; money in USDT.

    A refused order leaves the account as it was and loses nothing. `cost` is what it is checked against, `fee` its
    trading fees, `most_lost` the most the position can then lose with them: its isolated wallet, or in cross the
    whole cross margin balance (its own worth, if that is less and no price liquidates it). `closes`: coins of an opposite position it closes; `flips`: opens beyond them.
    """

    mode: MarginMode
    refusal: Refusal | None
    events: tuple[Event, ...]
    account: MarginAccount
    figures: PositionFigures | None
    cost: Decimal
    fee: Decimal
    most_lost: Decimal
    closes: Decimal
    flips: bool


@dataclass(frozen=True, slots=True)
class BothModes:
    isolated: Outcome
    cross: Outcome


def both_modes(intent: Open, account: MarginAccount, market: MarketSnapshot) -> BothModes:
    """The order as it would go isolated and cross, from the account as it stands.

    A mode the symbol cannot be switched to is an outcome with that refusal. Raises UnknownSymbol or PriceStale if the
    order's own symbol cannot be traded at all.
    """
    return BothModes(
        isolated=outcome(replace(intent, mode=MarginMode.ISOLATED), account, market),
        cross=outcome(replace(intent, mode=MarginMode.CROSS), account, market),
    )


@exact
def outcome(intent: Open, account: MarginAccount, market: MarketSnapshot) -> Outcome:
    """What an order would do; its mode, if not named, is the symbol's. Raises UnknownSymbol or PriceStale."""
    market.contract(intent.symbol)
    market.quote(intent.symbol)
    mode = account.settings_of(intent.symbol).mode if intent.mode is None else intent.mode
    try:
        events = decide(intent, account, market)
    except Refusal as refusal:
        cost = _cost(intent, account, market)
        return Outcome(mode, refusal, (), account, None, cost, ZERO, ZERO, ZERO, flips=False)
    after = account
    for event in events:
        after = after.apply(event)
    fee = sum((event.fee for event in events if isinstance(event, Fill)), ZERO)
    opened = any(isinstance(event, PositionOpened | PositionIncreased) for event in events)
    closes = sum((e.quantity for e in events if isinstance(e, PositionReduced | PositionClosed)), ZERO)
    held = after.positions.get((intent.symbol, intent.side)) or after.position(intent.symbol)
    figures = None if held is None else position_figures(after, held.key, market)
    lost = ZERO if figures is None else _most_lost(figures)
    return Outcome(
        mode=mode,
        refusal=None,
        events=events,
        account=after,
        figures=figures,
        cost=_cost(intent, account, market),
        fee=fee,
        most_lost=lost + fee,
        closes=closes,
        flips=opened and closes > ZERO,
    )


def _most_lost(figures: PositionFigures) -> Decimal:
    """An isolated position can lose its isolated wallet, a cross one the whole balance behind it.

    A long that no price above zero liquidates loses its worth at the mark, and no more, when the price goes to zero.
    """
    held = figures.position
    if held.isolated_wallet is not None:
        return held.isolated_wallet
    if figures.liquidation.status == "none" and held.side is Side.LONG:
        return min(figures.balance, figures.notional)
    return figures.balance


def _cost(intent: Open, account: MarginAccount, market: MarketSnapshot) -> Decimal:
    """Order cost, at the leverage the order names; 0 for figures that make none."""
    leverage = account.settings_of(intent.symbol).leverage if intent.leverage is None else intent.leverage
    if leverage < 1 or not intent.quantity.is_finite() or not ZERO < intent.quantity <= LARGEST_QUANTITY:
        return ZERO
    return order_cost(account, market, intent.symbol, intent.side, intent.quantity, leverage).cost
