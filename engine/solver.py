"""The liquidation price of one position, consistent with the bracket that holds there.

docs/margin.md §Liquidation.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.contracts import Bracket
from engine.decimals import ONE, ZERO, exact
from engine.position import Side


@dataclass(frozen=True, slots=True)
class LiquidationPrice:
    """`price` in USDT, the bracket it falls in (from 0), and what it means.

    "price": it lies ahead. "none": no price above zero liquidates. "now": the condition is already met (then the
    price, if above zero, lies at or past the mark).
    """

    price: Decimal | None
    bracket_index: int | None
    status: Literal["price", "none", "now"]


@exact
def liquidation_price(
    side: Side, quantity: Decimal, entry: Decimal, wallet: Decimal, rate: Decimal, amount: Decimal
) -> Decimal:
    """The bare root of balance = maintenance in one bracket; it can be zero or below.

    `wallet` is the isolated wallet, or the cross wallet less the maintenance of the other cross positions plus
    their profit.
    """
    cushion = wallet + amount
    if side is Side.LONG:
        return (quantity * entry - cushion) / (quantity * (ONE - rate))
    return (quantity * entry + cushion) / (quantity * (ONE + rate))


@exact
def wallet_from_liquidation(
    side: Side, quantity: Decimal, entry: Decimal, price: Decimal, rate: Decimal, amount: Decimal
) -> Decimal:
    """The wallet that puts the liquidation price there: liquidation_price read backwards."""
    return price * quantity * (rate - side.sign) + side.sign * quantity * entry - amount


@exact
def liquidation_from_equity(
    side: Side, quantity: Decimal, mark: Decimal, equity: Decimal, total_maintenance: Decimal, rate: Decimal
) -> Decimal:
    """The same root counted from the mark: equity there and the maintenance of everything in the account."""
    return mark - side.sign * (equity - total_maintenance) / (quantity * (ONE - side.sign * rate))


@exact
def solve_liquidation(
    side: Side,
    quantity: Decimal,
    entry: Decimal,
    wallet: Decimal,
    brackets: tuple[Bracket, ...],
    mark: Decimal | None = None,
) -> LiquidationPrice:
    """Find the root in the bracket that holds at the root; above the last cap the last bracket counts.

    Balance minus maintenance moves one way in the notional, so its sign at each cap shows where the root lies.
    Given the mark, a root at or past it is "now".
    """
    index = _root_bracket(side, side.sign * quantity * entry - wallet, brackets)
    bracket = brackets[index]
    price = liquidation_price(side, quantity, entry, wallet, bracket.rate, bracket.amount)
    if price <= ZERO:
        return LiquidationPrice(None, None, "none" if side is Side.LONG else "now")
    past = mark is not None and (price >= mark if side is Side.LONG else price <= mark)
    return LiquidationPrice(price, index, "now" if past else "price")


def _root_bracket(side: Side, cost: Decimal, brackets: tuple[Bracket, ...]) -> int:
    """First bracket whose cap lies at or beyond the root; `cost` is what the signed notional must outweigh."""
    for index, bracket in enumerate(brackets):
        signed = bracket.cap if side is Side.LONG else -bracket.cap
        surplus = signed - cost - (bracket.cap * bracket.rate - bracket.amount)
        if (surplus >= ZERO) if side is Side.LONG else (surplus <= ZERO):
            return index
    return len(brackets) - 1
