"""Money that does not move: sums given, margin added to or taken from a position."""

from __future__ import annotations

from engine.errors.base import Refusal


class BadAmount(Refusal):
    """A sum of money that is no finite number above zero, or beyond the most allowed. figures: amount, most."""

    code = "bad-amount"


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
