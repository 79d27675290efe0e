"""Settings that the paper exchange does not change: leverage, margin mode, position mode."""

from __future__ import annotations

from engine.errors.base import Refusal


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


class PositionModeUnchanged(Refusal):
    """The account already has this position mode. figures: mode."""

    code = "position-mode-unchanged"
    exchange_code = -4059


class PositionModeLocked(Refusal):
    """The position mode cannot change while a position is open anywhere. figures: symbol, mode."""

    code = "position-mode-locked"
    exchange_code = -4068


class PositionModeLockedByOrders(Refusal):
    """The position mode cannot change while an order is open anywhere. figures: symbol, mode."""

    code = "position-mode-locked-by-orders"
    exchange_code = -4067


class SideMismatch(Refusal):
    """The side named does not fit the position mode, or is missing where both legs are open. figures: symbol, mode."""

    code = "side-mismatch"
    exchange_code = -4061
