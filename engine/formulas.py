"""The formulas of docs/margin.md as plain functions of numbers.

Prices and money in USDT, quantities in coins above zero, rates as fractions, `side` by its sign.
"""

from __future__ import annotations

from decimal import Decimal

from engine.contracts import Bracket, bracket_index
from engine.decimals import ONE, ZERO, exact, truncate
from engine.position import Side

MARKET_BUY_MARKUP = Decimal("1.0005")


@exact
def notional(quantity: Decimal, price: Decimal) -> Decimal:
    """Size of a position or order in USDT."""
    return quantity * price


@exact
def unrealised_pnl(side: Side, quantity: Decimal, entry: Decimal, mark: Decimal) -> Decimal:
    """Profit at the mark (docs/margin.md §State and rounding)."""
    return side.sign * quantity * (mark - entry)


@exact
def bracket_maintenance(size: Decimal, rate: Decimal, amount: Decimal) -> Decimal:
    """Maintenance margin of a notional in a given bracket (docs/margin.md §State and rounding)."""
    return size * rate - amount


@exact
def maintenance(brackets: tuple[Bracket, ...], size: Decimal) -> Decimal:
    """Maintenance margin of a notional, its bracket chosen by that notional."""
    bracket = brackets[bracket_index(brackets, size)]
    return size * bracket.rate - bracket.amount


@exact
def initial_margin(quantity: Decimal, price: Decimal, leverage: Decimal | int) -> Decimal:
    """Margin that a leverage asks for, at mark for a position, at its price for an order."""
    return quantity * price / leverage


@exact
def roe(pnl: Decimal, initial: Decimal) -> Decimal:
    """Return on initial margin, a fraction; open positions take the margin at mark."""
    return pnl / initial


@exact
def margin_ratio(required: Decimal, balance: Decimal) -> Decimal:
    """Maintenance over margin balance: 1 is liquidation; 1 at a balance of zero or below (if anything is open)."""
    if balance > ZERO:
        return required / balance
    return ONE if required > ZERO else ZERO


@exact
def bankruptcy_price(side: Side, quantity: Decimal, entry: Decimal, wallet: Decimal) -> Decimal:
    """Price at which the wallet behind a position is used up; not above zero: never reached."""
    return entry - side.sign * wallet / quantity


@exact
def break_even(side: Side, entry: Decimal, fee_rate: Decimal) -> Decimal:
    """Entry price shifted by the opening fee."""
    return entry * (ONE + side.sign * fee_rate)


@exact
def trading_fee(quantity: Decimal, price: Decimal, rate: Decimal, discount: Decimal = ZERO) -> Decimal:
    """Fee of a fill on its notional, truncated to 8 places (docs/margin.md §Orders and fills)."""
    return truncate(quantity * price * rate * (ONE - discount))


@exact
def open_loss(side: Side, quantity: Decimal, price: Decimal, mark: Decimal) -> Decimal:
    """What an order filled at `price` would show as a loss at once."""
    return quantity * abs(min(ZERO, side.sign * (mark - price)))


@exact
def assumed_price(side: Side, ask: Decimal, bid: Decimal, mark: Decimal) -> Decimal:
    """Price at which a market order is costed: buys at ask·1.0005, sells at the higher of bid and mark."""
    return ask * MARKET_BUY_MARKUP if side is Side.LONG else max(bid, mark)


@exact
def margin_requirement(
    signed_notional: Decimal, bids: Decimal, asks: Decimal, leverage: Decimal | int
) -> Decimal:
    """One-way mode: margin of the worse of the two ways all open orders could fill."""
    return max(abs(signed_notional + bids), abs(signed_notional - asks)) / leverage


@exact
def order_opens(order: Decimal, position: Decimal, opposite_orders: Decimal) -> bool:
    """Whether an order against a position would, with its fellows, exceed it and so open the other side."""
    return order + opposite_orders > position


@exact
def available_balance(
    cross_wallet: Decimal, cross_pnl: Decimal, cross_initial: Decimal, isolated_orders: Decimal = ZERO
) -> Decimal:
    """What new orders may cost, before the clamp at zero."""
    return cross_wallet + cross_pnl - cross_initial - isolated_orders


@exact
def isolated_wallet_at_open(
    quantity: Decimal, price: Decimal, leverage: Decimal | int, loss: Decimal, commission: Decimal
) -> Decimal:
    """Isolated wallet right after the opening fill."""
    return quantity * price / leverage + loss - commission


@exact
def adl_rank(pnl: Decimal, wallet: Decimal, required: Decimal) -> Decimal:
    """Place in the queue of auto-deleveraging, higher goes first (docs/margin.md §Liquidation, 7; ours)."""
    if wallet + pnl <= ZERO:
        return ZERO
    return adl_score(pnl, wallet, required / (wallet + pnl))


@exact
def adl_score(pnl: Decimal, wallet: Decimal, ratio: Decimal) -> Decimal:
    """The rank from a margin ratio already known."""
    return max(ZERO, pnl) / max(ONE, wallet) * ratio
