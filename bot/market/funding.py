"""Funding rates of markets that record none; the formula is the engine's."""

from __future__ import annotations

from decimal import Decimal

from engine.contracts import Contract
from engine.decimals import exact
from engine.funding import DEFAULT_INTEREST, funding_cap, funding_rate

_CAP = Decimal("0.02")
_CAP_OF_MAINTENANCE = Decimal("0.75")
_PLACES = Decimal("1e-8")


@exact
def default_rate(interval_hours: int) -> Decimal:
    """The rate of a timestamp for which none is known: 0.01 % per 8 hours, pro rata (docs/margin.md §Funding)."""
    return DEFAULT_INTEREST * interval_hours / 8


@exact
def rate_from_premium(premium: float, contract: Contract, major: bool) -> Decimal:
    """The rate per interval that follows from a smoothed premium (a fraction); ours, docs/margin.md §Funding.

    Pro rata of the interval, within ±0.75·mmr₁ for a major contract and ±2 % for others, to 8 places. The premium is a
    moving average over some hours instead of the exchange's weighting of the interval, so the rate shown drifts until
    its timestamp.
    """
    rate = funding_rate(Decimal(f"{premium:.12f}")) * contract.funding_interval_hours / 8
    cap = funding_cap(_CAP_OF_MAINTENANCE, contract.brackets[0].rate) if major else _CAP
    return max(-cap, min(cap, rate)).quantize(_PLACES)
