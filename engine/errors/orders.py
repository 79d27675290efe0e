"""Orders that the paper exchange refuses (docs/margin.md §Refusals)."""

from __future__ import annotations

from engine.errors.base import Figure, Refusal


class UnknownSymbol(Refusal):
    """No contract, or no price in this market. figures: symbol."""

    code = "unknown-symbol"
    exchange_code = -1121


class PriceStale(Refusal):
    """The price is older than the market allows. figures: symbol, age, stale_after (seconds)."""

    code = "price-stale"


class NoPosition(Refusal):
    """Nothing to reduce or close. figures: symbol."""

    code = "no-position"
    exchange_code = -2022


class BadQuantity(Refusal):
    """A quantity that is no finite number above zero, or beyond all reason. figures: symbol, quantity."""

    code = "bad-quantity"
    exchange_code = -4003


class QuantityStep(Refusal):
    """A quantity off the contract's step. figures: symbol, quantity, step."""

    code = "quantity-step"
    exchange_code = -4023


class BelowMinimum(Refusal):
    """An order under the minimum notional. figures: symbol, notional, minimum, least_margin, leverage, price."""

    code = "below-minimum"
    exchange_code = -4164


class InsufficientMargin(Refusal):
    """The order costs more than is available. figures: symbol, cost, available, margin, open_loss, ..."""

    code = "insufficient-margin"
    exchange_code = -2019


class OverPositionLimit(Refusal):
    """Position plus order above the cap at this leverage. figures: symbol, notional, limit, leverage."""

    code = "over-position-limit"
    exchange_code = -2027


class BadOrder(Refusal):
    """A field that the order's type needs is missing, or one it cannot have is there. figures: symbol, field."""

    code = "bad-order"
    exchange_code = -1102


class BadPrice(Refusal):
    """A price that is no finite number above zero, or beyond all reason. figures: symbol, price."""

    code = "bad-price"
    exchange_code = -4001


class PriceTick(Refusal):
    """A price off the contract's tick. figures: symbol, price, tick."""

    code = "price-tick"
    exchange_code = -4014


class PriceBand(Refusal):
    """A limit price too far on the wrong side of the mark. figures: symbol, price, most or least.

    Too high is -4016, too low -4024.
    """

    code = "price-band"
    exchange_code = -4016

    def __init__(self, **figures: Figure) -> None:
        super().__init__(**figures)
        if "most" not in figures:
            self.exchange_code = -4024


class CallbackRate(Refusal):
    """A trailing stop's callback outside 0.1 % to 10 %. figures: symbol, callback, least, most."""

    code = "callback-rate"
    exchange_code = -2007


class WouldTrigger(Refusal):
    """The price that triggers is already reached. figures: symbol, trigger, price."""

    code = "would-trigger"
    exchange_code = -2021


class WouldTake(Refusal):
    """A post-only order that would fill at once. figures: symbol, price, best."""

    code = "would-take"
    exchange_code = -5022


class NotFilled(Refusal):
    """A fill-or-kill order that cannot fill at once. figures: symbol, price, best."""

    code = "not-filled"
    exchange_code = -5021


class UnknownOrder(Refusal):
    """No open order has this number. figures: number."""

    code = "unknown-order"
    exchange_code = -2011


class BeingLiquidated(Refusal):
    """The condition of liquidation is met at this mark. figures: symbol, balance, maintenance."""

    code = "being-liquidated"
    exchange_code = -2023
