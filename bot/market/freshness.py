"""How old the prices of a market are, and whether that is too old to decide anything on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.market import Quote


def age_of(quotes: Iterable[Quote], now: datetime) -> timedelta | None:
    """The age of the newest quote, never below zero; None without any."""
    newest = max((quote.at for quote in quotes), default=None)
    return None if newest is None else max(now - newest, timedelta(0))


def too_old(age: timedelta | None, stale_after: timedelta | None) -> bool:
    """Whether a market of that age is stale: older than allowed, or without prices; never without a limit."""
    return stale_after is not None and (age is None or age > stale_after)
