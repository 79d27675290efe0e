"""The liquidation price of one position, consistent with the bracket that holds there.

docs/margin.md §Liquidation.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.contracts import Bracket, bracket_index
from engine.decimals import ONE, ZERO, exact
from engine.position import Side


@dataclass(frozen=True, slots=True)
class LiquidationPrice:
    """`price` in USDT, the bracket it falls in (from 0), and what it means.

    "price": it lies ahead. "none": no price above zero liquidates. "now": the condition is already met (then the
    price, if above zero, lies at or past the mark). `lower` and `upper`: the price below which and the one above
    which the condition is met; only two cross legs of a symbol can have both, and `price` is then the nearer one,
    `bracket_index` the long leg's bracket there and `short_bracket` the short leg's.
    """

    price: Decimal | None
    bracket_index: int | None
    status: Literal["price", "none", "now"]
    lower: Decimal | None = None
    upper: Decimal | None = None
    short_bracket: int | None = None


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

    Balance minus maintenance moves one way in the notional, so the first root that is not beyond its bracket's cap
    is the one. Given the mark, a root at or past it is "now".
    """
    index, price, last = 0, ZERO, len(brackets) - 1
    for index, bracket in enumerate(brackets):
        price = liquidation_price(side, quantity, entry, wallet, bracket.rate, bracket.amount)
        if quantity * price <= bracket.cap or index == last:
            break
    if price <= ZERO:
        return LiquidationPrice(None, None, "none" if side is Side.LONG else "now")
    past = mark is not None and (price >= mark if side is Side.LONG else price <= mark)
    lower, upper = (price, None) if side is Side.LONG else (None, price)
    return LiquidationPrice(price, index, "now" if past else "price", lower, upper)


@dataclass(frozen=True, slots=True)
class BothLegs:
    """A long and a short leg of one symbol behind which the same cross wallet stands; prices in USDT."""

    long_quantity: Decimal
    long_entry: Decimal
    short_quantity: Decimal
    short_entry: Decimal

    @property
    @exact
    def cost(self) -> Decimal:
        """Entry notional of the long less that of the short leg."""
        return self.long_quantity * self.long_entry - self.short_quantity * self.short_entry


@dataclass(frozen=True, slots=True)
class _Root:
    price: Decimal
    long_bracket: int
    short_bracket: int


@exact
def solve_both_legs(
    legs: BothLegs, wallet: Decimal, brackets: tuple[Bracket, ...], mark: Decimal
) -> LiquidationPrice:
    """Where a cross account that holds both legs of a symbol is liquidated as that symbol's price moves.

    The surplus of balance over maintenance is concave in the price, so it is above zero between at most two roots.
    Piece by piece: within one, neither leg changes its bracket. `wallet` as in liquidation_price.
    """
    roots = _roots(legs, wallet, brackets)
    lower = next((root for root, falls in roots if not falls), None)
    upper = next((root for root, falls in reversed(roots) if falls), None)
    met = _surplus(legs, wallet, brackets, mark) <= ZERO
    shown = [root for root in (lower, upper) if root is not None]
    if not shown:
        return LiquidationPrice(None, None, "now" if met else "none")
    nearest = min(shown, key=lambda root: abs(root.price - mark))
    return LiquidationPrice(
        price=nearest.price,
        bracket_index=nearest.long_bracket,
        status="now" if met else "price",
        lower=None if lower is None else lower.price,
        upper=None if upper is None else upper.price,
        short_bracket=nearest.short_bracket,
    )


@exact
def both_legs_price(
    legs: BothLegs, wallet: Decimal, long_bracket: Bracket, short_bracket: Bracket
) -> Decimal:
    """The bare root of balance = maintenance of both legs, each in a given bracket."""
    cushion = wallet + long_bracket.amount + short_bracket.amount
    return (legs.cost - cushion) / _slope(legs, long_bracket, short_bracket)


def _slope(legs: BothLegs, long_bracket: Bracket, short_bracket: Bracket) -> Decimal:
    return legs.long_quantity * (ONE - long_bracket.rate) - legs.short_quantity * (ONE + short_bracket.rate)


def _surplus(legs: BothLegs, wallet: Decimal, brackets: tuple[Bracket, ...], price: Decimal) -> Decimal:
    """Balance less maintenance at a price."""
    long_size, short_size = legs.long_quantity * price, legs.short_quantity * price
    of_long = brackets[bracket_index(brackets, long_size)]
    of_short = brackets[bracket_index(brackets, short_size)]
    bound = (long_size * of_long.rate - of_long.amount) + (short_size * of_short.rate - of_short.amount)
    return wallet + (long_size - short_size - legs.cost) - bound


def _roots(legs: BothLegs, wallet: Decimal, brackets: tuple[Bracket, ...]) -> list[tuple[_Root, bool]]:
    """Every price above zero at which the surplus changes its sign, ascending, and whether it falls there."""
    caps = [bracket.cap for bracket in brackets[:-1]]
    borders = {cap / legs.long_quantity for cap in caps} | {cap / legs.short_quantity for cap in caps}
    found: list[tuple[_Root, bool]] = []
    long_index = short_index = 0
    from_ = ZERO
    for until in [*sorted(borders), None]:
        inside = from_ + ONE if until is None else (from_ + until) / 2
        long_index = bracket_index(brackets, legs.long_quantity * inside)
        short_index = bracket_index(brackets, legs.short_quantity * inside)
        of_long, of_short = brackets[long_index], brackets[short_index]
        slope = _slope(legs, of_long, of_short)
        if slope != ZERO:
            price = both_legs_price(legs, wallet, of_long, of_short)
            if from_ < price and (until is None or price <= until):
                found.append((_Root(price, long_index, short_index), slope < ZERO))
        if until is not None:
            from_ = until
    return found
