"""Funding of a market: the rate that follows from a premium, and the rates of the timestamps it has passed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from engine.contracts import Contract
from engine.decimals import exact
from engine.funding import interval_rate

KEPT = timedelta(days=31)
"""How long the rate of a passed timestamp is remembered."""

Rates = Mapping[tuple[str, datetime], Decimal]
"""Funding rates, fractions per interval, by symbol and settlement time (UTC)."""

_PLACES = Decimal("1e-8")


@exact
def rate_from_premium(premium: float, contract: Contract, major: bool) -> Decimal:
    """The rate per interval that follows from a smoothed premium (a fraction), to 8 places; docs/margin.md §Funding.

    Ours: the premium is a moving average over some hours instead of the exchange's weighting of the interval, so the
    rate shown drifts until its timestamp.
    """
    smoothed = Decimal(f"{premium:.12f}")
    hours, first_rate = contract.funding_interval_hours, contract.brackets[0].rate
    return interval_rate(smoothed, hours, first_rate, major=major).quantize(_PLACES)


class PastRates:
    """The rate of each funding timestamp that a market has passed: the last one shown for it before it came."""

    def __init__(self) -> None:
        self._rates: Rates = {}

    @property
    def rates(self) -> Rates:
        """All that are kept; a mapping once given does not change any more."""
        return self._rates

    def add(self, rates: Rates) -> None:
        """Keep more, the newer figure where two differ; what is older than KEPT before the newest is forgotten."""
        self._keep({**self._rates, **rates})

    def restore(self, rates: Rates) -> None:
        """Take in what was recorded before; what this market has seen itself stays."""
        self._keep({**rates, **self._rates})

    def _keep(self, rates: Rates) -> None:
        if rates:
            oldest = max(at for _, at in rates) - KEPT
            self._rates = {key: rate for key, rate in rates.items() if key[1] >= oldest}
