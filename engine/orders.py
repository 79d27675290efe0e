"""Market orders: what they fill at, what they cost, and which quantity a sum of money buys.

docs/margin.md §Orders and fills. A direction of LONG is a buy, of SHORT a sell.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import ONE, ZERO, exact
from engine.errors import BadAmount, BadQuantity, BelowMinimum, QuantityStep
from engine.formulas import assumed_price, open_loss
from engine.market import FillRule, MarketSnapshot, Quote
from engine.position import Side
from engine.reservations import exposure

LARGEST_QUANTITY = Decimal("1e18")
LARGEST_AMOUNT = Decimal("1e10")
_CENT = Decimal("0.01")
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class OrderCost:
    """What a market order is checked against before it is accepted, in USDT.

    `notional` is the position's greatest possible size with the order, `margin` the increase of the requirement.
    """

    price: Decimal
    notional: Decimal
    margin: Decimal
    open_loss: Decimal
    cost: Decimal


@exact
def fill_price(
    contract: Contract, quote: Quote, rule: FillRule, direction: Side, quantity: Decimal
) -> Decimal:
    """Price at which a market order fills: last, moved against the order and rounded to the tick against it."""
    impact = min(rule.impact_per_million * quantity * quote.last / _MILLION, rule.cap)
    shift = direction.sign * (rule.half_spread + impact)
    return contract.round_price(quote.last * (ONE + shift), up=direction is Side.LONG)


@exact
def costed_price(contract: Contract, quote: Quote, rule: FillRule, direction: Side) -> Decimal:
    """Price at which a market order is costed, from the best ask or bid and the mark."""
    best = fill_price(contract, quote, rule, direction, ZERO)
    return assumed_price(direction, best, best, quote.mark)


@exact
def order_cost(
    account: MarginAccount,
    market: MarketSnapshot,
    symbol: str,
    side: Side,
    quantity: Decimal,
    leverage: int | None = None,
    price: Decimal | None = None,
) -> OrderCost:
    """Cost of an order that opens, at a leverage or at the symbol's own; in hedge mode of its leg alone.

    Without a limit price it is a market order.

    Raises UnknownSymbol or PriceStale.
    """
    contract, quote = market.contract(symbol), market.quote(symbol)
    leverage = account.settings_of(symbol).leverage if leverage is None else leverage
    before = exposure(account, market, symbol, side)
    if price is None:
        price = costed_price(contract, quote, market.fill_rule, side)
    after = before.with_order(side, quantity * price)
    margin = after.requirement(leverage) - before.requirement(leverage)
    loss = open_loss(side, quantity, price, quote.mark)
    return OrderCost(price=price, notional=after.largest, margin=margin, open_loss=loss, cost=margin + loss)


def check_quantity(contract: Contract, quantity: Decimal) -> None:
    """Raises BadQuantity (not a finite number above zero, or above 1e18) or QuantityStep."""
    if not quantity.is_finite() or quantity <= ZERO or quantity > LARGEST_QUANTITY:
        raise BadQuantity(symbol=contract.symbol, quantity=quantity)
    if contract.floor_quantity(quantity) != quantity:
        raise QuantityStep(symbol=contract.symbol, quantity=quantity, step=contract.step)


@exact
def check_minimum(contract: Contract, quantity: Decimal, price: Decimal, leverage: int) -> None:
    """Raises BelowMinimum, with the least margin that works, if the order is under the minimum notional."""
    if quantity * price < contract.min_notional:
        raise BelowMinimum(
            symbol=contract.symbol,
            notional=quantity * price,
            minimum=contract.min_notional,
            least_margin=least_margin(leverage, price, contract),
            leverage=leverage,
            price=price,
        )


def check_amount(amount: Decimal, most: Decimal = LARGEST_AMOUNT) -> None:
    """Raises BadAmount unless the sum is finite, not negative and at most `most`."""
    if not amount.is_finite() or amount < ZERO or amount > most:
        raise BadAmount(amount=amount, most=most)


@exact
def quantity_for_margin(margin: Decimal, leverage: int, price: Decimal, contract: Contract) -> Decimal:
    """Coins that a margin in USDT opens at a leverage, cut to the step (can be 0). Raises BadAmount."""
    check_amount(margin)
    return contract.floor_quantity(margin * leverage / price)


@exact
def quantity_for_notional(size: Decimal, price: Decimal, contract: Contract) -> Decimal:
    """Coins that a notional in USDT buys, cut to the step (can be 0). Raises BadAmount."""
    check_amount(size)
    return contract.floor_quantity(size / price)


@exact
def least_margin(leverage: int, price: Decimal, contract: Contract) -> Decimal:
    """Margin in USDT, rounded up to cents, that buys the smallest order meeting the minimum notional at a price."""
    least = max(contract.ceil_quantity(contract.min_notional / price), contract.step)
    return (least * price / leverage).quantize(_CENT, ROUND_CEILING)
