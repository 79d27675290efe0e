"""The newest that was heard of each contract, and quotes made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.market.funding import PastRates
from bot.market.live_messages import LastSaid, MarkSaid, Said
from engine.market import Quote

FURTHEST_AHEAD = timedelta(seconds=10)
"""How far the exchange's time may be ahead of ours before an event is taken for a fault."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events counted, how many came no later than one already heard, how many from the future."""

    new: int
    old: int
    ahead: int


@dataclass(slots=True)
class LiveBook:
    """Takes events in any order and keeps the newest of each kind and contract; time never goes back.

    A contract has a quote once both its prices were heard. Its time is that of its mark price, but not later than the
    newest last price of the whole market: contracts that do not trade are left out of that stream, so a last price may
    be old and true, but only as long as the stream itself lives.
    """

    past: PastRates
    _marks: dict[str, MarkSaid] = field(default_factory=dict)
    _lasts: dict[str, LastSaid] = field(default_factory=dict)
    _newest_last: datetime | None = None

    def take(self, said: Iterable[Said], now: datetime) -> Taken:
        """Take in what a frame said at a time of ours."""
        new = old = ahead = 0
        for event in said:
            known = (self._marks if isinstance(event, MarkSaid) else self._lasts).get(event.symbol)
            if event.at - now > FURTHEST_AHEAD:
                ahead += 1
            elif known is not None and event.at <= known.at:
                old += 1
            else:
                new += 1
                self._keep(event)
        return Taken(new, old, ahead)

    def quotes(self) -> dict[str, Quote]:
        """A quote of every contract with both prices."""
        newest = self._newest_last
        if newest is None:
            return {}
        return {
            symbol: Quote(
                symbol=symbol,
                mark=mark.mark,
                last=self._lasts[symbol].last,
                index=mark.index,
                funding_rate=mark.rate,
                next_funding=mark.next_funding,
                at=min(mark.at, newest),
            )
            for symbol, mark in self._marks.items()
            if symbol in self._lasts
        }

    def _keep(self, event: Said) -> None:
        if isinstance(event, LastSaid):
            self._lasts[event.symbol] = event
            self._newest_last = event.at if self._newest_last is None else max(self._newest_last, event.at)
            return
        before = self._marks.get(event.symbol)
        self._marks[event.symbol] = event
        if before is None or before.next_funding is None or event.next_funding is None:
            return
        if event.next_funding > before.next_funding:
            self.past.add({(event.symbol, before.next_funding): before.rate})
