"""Curves against a price: an account in both margin modes, and how far another price moves a liquidation price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from bot.services.pictures.wanted import place
from engine.account import MarginAccount
from engine.fills import after
from engine.intents import Open
from engine.margin import account_figures, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey
from engine.scenario import both_modes
from engine.settlement import settle
from engine.solver import LiquidationPrice

STEPS = 24
"""So many prices on either side of the mark: ours."""
NEAR, FAR = Decimal("0.12"), Decimal("0.45")
"""How far a curve goes at least and at most, as a fraction of the mark: ours."""
MOST = Decimal("0.99")
BEYOND = Decimal("1.15")
"""By how much it goes beyond the liquidation prices that it shows."""
REACH = Decimal("0.5")
HALVINGS = 40
BothAccounts: TypeAlias = tuple[MarginAccount | None, MarginAccount | None]
"""One account with a position isolated, and with it in cross; None where that mode is impossible."""


def modes_data(
    both: BothAccounts, key: PositionKey, market: MarketSnapshot, also: Decimal | None = None
) -> dict[str, Any]:
    """Equity and margin ratio of an account at prices around the mark, in both modes, without its orders.

    They go as far as the liquidation prices, where these are not too far, and `also` as far as another price. Each price
    is reached step by step from the mark, so that a position that is liquidated on the way stays so.
    """
    pair = [None if each is None or key not in each.positions else replace(each, orders={}) for each in both]
    mark = market.quote(key[0]).mark
    ends = [None if each is None else _ends(each, key, market) for each in pair]
    reach = [abs(each / mark - 1) * BEYOND for each in ends if each is not None]
    far = max([NEAR, *(each for each in reach if each <= FAR)])
    if also is not None:
        far = min(MOST, max(far, abs(also / mark - 1) * BEYOND))
    contract = market.contract(key[0])
    steps = range(-STEPS, STEPS + 1)
    prices = sorted({contract.round_price(mark * (1 + far * each / STEPS), up=False) for each in steps})
    curves = [
        {"mode": mode, "liquidation": end, **_walked(each, key, prices, market)}
        for mode, each, end in zip(MarginMode, pair, ends, strict=True)
        if each is not None
    ]
    return {"symbol": key[0], "base": key[0].removesuffix("USDT"), "curves": curves}


def opened(intent: Open, account: MarginAccount, market: MarketSnapshot) -> BothAccounts:
    """The account with an order's position in each mode; None where it is refused."""
    both = both_modes(intent, account, market)
    isolated, cross = (None if each.refusal else each.account for each in (both.isolated, both.cross))
    return isolated, cross


def _ends(account: MarginAccount, key: PositionKey, market: MarketSnapshot) -> Decimal | None:
    return position_figures(account, key, market).liquidation.price


def _walked(
    account: MarginAccount, key: PositionKey, prices: Sequence[Decimal], market: MarketSnapshot
) -> dict[str, Any]:
    mark = market.quote(key[0]).mark
    found: dict[Decimal, tuple[str, str | None]] = {}
    for path in (
        [price for price in prices if price >= mark],
        [price for price in reversed(prices) if price < mark],
    ):
        state = account
        for price in path:
            moved = market.with_mark(key[0], price)
            state = after(state, settle(state, moved))
            figures = account_figures(state, moved)
            ratio = None
            if key in state.positions:
                ratio = place(position_figures(state, key, moved).ratio, 4)
            found[price] = place(figures.equity), ratio
    return {
        "prices": [f"{price.normalize():f}" for price in prices],
        "equity": [found[price][0] for price in prices],
        "ratio": [found[price][1] for price in prices],
    }


@dataclass(frozen=True, slots=True)
class Infected:
    """Where a position is liquidated while another symbol stands at some price."""

    moved: Decimal
    liquidation: LiquidationPrice


def infected(
    account: MarginAccount, key: PositionKey, other: str, market: MarketSnapshot, moved: Decimal
) -> Infected:
    """One position's liquidation price with another symbol's price moved."""
    at = market.with_mark(other, moved)
    return Infected(moved, position_figures(account, key, at).liquidation)


def contagion_data(
    account: MarginAccount, key: PositionKey, other: str, market: MarketSnapshot
) -> dict[str, Any]:
    """How a cross position's liquidation price follows another symbol's price, half way down and up.

    `meets` is the price of the other at which the position is liquidated where it stands, the nearest one.
    """
    now, mark = market.quote(other).mark, market.quote(key[0]).mark
    contract = market.contract(other)
    steps = range(-STEPS, STEPS + 1)
    prices = sorted({contract.round_price(now * (1 + REACH * each / STEPS), up=False) for each in steps})
    found = [infected(account, key, other, market, each) for each in prices]
    rows = [infected(account, key, other, market, each) for each in _rungs(now, contract)]
    meets = _meets(account, key, other, market)
    return {
        "symbol": key[0],
        "base": key[0].removesuffix("USDT"),
        "side": key[1],
        "other_symbol": other,
        "other": other.removesuffix("USDT"),
        "mark": mark,
        "now": now,
        "meets": meets,
        "meets_share": None if meets is None else meets / now - 1,
        "points": [[f"{each.moved.normalize():f}", _height(each.liquidation, mark)] for each in found],
        "rows": [
            {
                "price": each.moved,
                "share": each.moved / now - 1,
                "liquidation": each.liquidation.price,
                "liquidation_status": each.liquidation.status,
            }
            for each in rows
        ],
    }


def _rungs(now: Decimal, contract: Any) -> list[Decimal]:
    shares = [Decimal(each) / 100 for each in (-30, -20, -10, -5, 0, 5, 10, 20)]
    return [now if not each else contract.round_price(now * (1 + each), up=False) for each in shares]


def _height(liquidation: LiquidationPrice, mark: Decimal) -> str | None:
    """Where a point of the curve lies; once it is liquidated, at its mark."""
    if liquidation.status == "now":
        return place(mark, 8)
    return None if liquidation.price is None else place(liquidation.price, 8)


def _meets(account: MarginAccount, key: PositionKey, other: str, market: MarketSnapshot) -> Decimal | None:
    """The nearest price of the other at which the position is due, to a tick; None within half the price."""
    now, contract = market.quote(other).mark, market.contract(other)

    def due(price: Decimal) -> bool:
        return infected(account, key, other, market, price).liquidation.status == "now"

    if due(now):
        return now
    for far in (now * (1 - REACH), now * (1 + REACH)):
        if not due(far):
            continue
        safe, dead = now, far
        for _ in range(HALVINGS):
            middle = (safe + dead) / 2
            safe, dead = (safe, middle) if due(middle) else (middle, dead)
        return contract.round_price(dead, up=dead > now)
    return None
