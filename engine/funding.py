"""Formulas of funding (docs/margin.md §Funding)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.decimals import ZERO, exact
from engine.position import Side

DAMPENER = Decimal("0.0005")
DEFAULT_INTEREST = Decimal("0.0001")


@exact
def funding_received(
    side: Side, quantity: Decimal, settlements: Iterable[tuple[Decimal, Decimal]]
) -> Decimal:
    """What a position receives over (mark, rate) settlements; negative: pays. A positive rate: longs pay."""
    return sum((-side.sign * quantity * mark * rate for mark, rate in settlements), ZERO)


@exact
def funding_rate(premium: Decimal, interest: Decimal = DEFAULT_INTEREST) -> Decimal:
    """Rate per 8 hours from the time-weighted premium, before its cap."""
    return premium + max(-DAMPENER, min(DAMPENER, interest - premium))


@exact
def funding_cap(multiplier: Decimal, first_rate: Decimal) -> Decimal:
    """Greatest size of the rate of a major contract."""
    return multiplier * first_rate
