"""What the engine can refuse or fail at: typed errors that carry figures, never sentences for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

Figure = Decimal | int | str


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class MalformedData(EngineError):
    """Stored or received data is not what it should be; `where` names the place."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class NewerVersion(MalformedData):
    """Data written by a later version of the engine."""


class ContractError(MalformedData):
    """The contract table is unusable."""


class BracketGap(ContractError):
    """Brackets do not follow one another without gap or overlap."""


class BracketRates(ContractError):
    """Maintenance rates do not rise, leave (0, 1), or reach the initial margin of the bracket's leverage."""


class BracketAmounts(ContractError):
    """Maintenance amounts break the recurrence of docs/margin.md §Brackets."""


class BadQuote(EngineError):
    """A quote carries a price that is not finite and positive, or a naive time."""


class EventMismatch(EngineError):
    """An event does not fit the account it is applied to."""


class UnknownFigure(EngineError):
    """No derivation is known for this figure."""


class Refusal(EngineError):
    """An intent that the paper exchange refuses; nothing was changed.

    `code` is a stable slug, `exchange_code` the exchange's own number where it has one, `figures` what the
    wording needs. `str()` is for logs only.
    """

    code: ClassVar[str] = "refused"
    exchange_code: ClassVar[int | None] = None

    def __init__(self, **figures: Figure) -> None:
        self.figures: Mapping[str, Figure] = figures
        shown = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"{self.code} ({shown})" if shown else self.code)


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


class BadAmount(Refusal):
    """A sum of money that is no finite number above zero, or beyond the most allowed. figures: amount, most."""

    code = "bad-amount"


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


class PositionModeUnchanged(Refusal):
    """The account already has this position mode. figures: mode."""

    code = "position-mode-unchanged"
    exchange_code = -4059


class PositionModeLocked(Refusal):
    """The position mode cannot change while a position is open anywhere. figures: symbol, mode."""

    code = "position-mode-locked"
    exchange_code = -4068


class SideMismatch(Refusal):
    """The side named does not fit the position mode, or is missing where both legs are open. figures: symbol, mode."""

    code = "side-mismatch"
    exchange_code = -4061


class LeverageTooHigh(Refusal):
    """Leverage below 1 or above the contract's maximum. figures: symbol, leverage, most."""

    code = "leverage-out-of-range"
    exchange_code = -4028


class LeverageLowered(Refusal):
    """Leverage of an open isolated position cannot be lowered. figures: symbol, leverage, current."""

    code = "leverage-lowered"
    exchange_code = -4161


class LeverageUnaffordable(Refusal):
    """Cross: a lower leverage needs more margin than is available. figures: symbol, needed, available, ..."""

    code = "leverage-unaffordable"
    exchange_code = -2028


class ModeUnchanged(Refusal):
    """The symbol already has this margin mode. figures: symbol, mode."""

    code = "mode-unchanged"
    exchange_code = -4046


class ModeLocked(Refusal):
    """The margin mode cannot change while a position is open on the symbol. figures: symbol, mode."""

    code = "mode-locked"
    exchange_code = -4048


class ModeLockedByOrders(Refusal):
    """The margin mode cannot change while an order is open on the symbol. figures: symbol, mode."""

    code = "mode-locked-by-orders"
    exchange_code = -4047


class PositionModeLockedByOrders(Refusal):
    """The position mode cannot change while an order is open anywhere. figures: symbol, mode."""

    code = "position-mode-locked-by-orders"
    exchange_code = -4067


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
    """A limit price too far on the wrong side of the mark. figures: symbol, price, most or least."""

    code = "price-band"
    exchange_code = -4016


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


class MarginOnCross(Refusal):
    """Margin can only be added to or taken from an isolated position. figures: symbol."""

    code = "margin-on-cross"
    exchange_code = -4049


class MarginWithoutPosition(Refusal):
    """No isolated position to add margin to or take it from. figures: symbol."""

    code = "margin-without-position"
    exchange_code = -4054


class MarginNotMoved(Refusal):
    """The margin to move is zero after truncation to 8 places. figures: symbol, amount."""

    code = "margin-not-moved"
    exchange_code = -4055


class AddMarginShort(Refusal):
    """More margin to add than can be taken from the cross wallet. figures: symbol, amount, most."""

    code = "add-margin-short"
    exchange_code = -4050


class RemoveMarginShort(Refusal):
    """More margin to remove than the isolated position can spare. figures: symbol, amount, most."""

    code = "remove-margin-short"
    exchange_code = -4051


class BeingLiquidated(Refusal):
    """The condition of liquidation is met at this mark. figures: symbol, balance, maintenance."""

    code = "being-liquidated"
    exchange_code = -2023


ALL_REFUSALS: tuple[type[Refusal], ...] = (
    UnknownSymbol,
    PriceStale,
    NoPosition,
    BadQuantity,
    BadAmount,
    QuantityStep,
    BelowMinimum,
    InsufficientMargin,
    OverPositionLimit,
    PositionModeUnchanged,
    PositionModeLocked,
    SideMismatch,
    LeverageTooHigh,
    LeverageLowered,
    LeverageUnaffordable,
    ModeUnchanged,
    ModeLocked,
    ModeLockedByOrders,
    PositionModeLockedByOrders,
    BadOrder,
    BadPrice,
    PriceTick,
    PriceBand,
    CallbackRate,
    WouldTrigger,
    WouldTake,
    NotFilled,
    UnknownOrder,
    MarginOnCross,
    MarginWithoutPosition,
    MarginNotMoved,
    AddMarginShort,
    RemoveMarginShort,
    BeingLiquidated,
)
