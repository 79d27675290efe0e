"""Price alerts: set and dropped by people, met by a tick without a look at the others. They watch the mark price (ours)."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bot.core.identity import new_id
from bot.services.markets import MAIN_MARKET
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, price_alerts
from bot.storage.price_alerts import PriceAlert
from engine.market import MarketSnapshot

__all__ = ["MOST", "PriceAlert", "PriceAlerts", "Setting", "is_met"]

MOST = 20
"""So many alerts may one person have open (ours)."""


@dataclass(slots=True)
class _Book:
    """The alerts of one symbol, on each side the one that is met first at the end."""

    above: list[PriceAlert] = field(default_factory=list)
    below: list[PriceAlert] = field(default_factory=list)

    def side(self, alert: PriceAlert) -> list[PriceAlert]:
        return self.above if alert.above else self.below

    def met(self, mark: Decimal) -> list[PriceAlert]:
        found = []
        while self.above and self.above[-1].price <= mark:
            found.append(self.above.pop())
        while self.below and self.below[-1].price >= mark:
            found.append(self.below.pop())
        return found


def _rank(alert: PriceAlert) -> Decimal:
    return -alert.price if alert.above else alert.price


@dataclass(frozen=True, slots=True)
class Setting:
    """What became of the wish for an alert: it is set, it was known, its price is met already, or there are too many."""

    what: Literal["set", "known", "met", "too-many"]
    alert: PriceAlert
    mark: Decimal


class PriceAlerts:
    """The alerts that are not met, by market and symbol, in step with the database."""

    def __init__(self) -> None:
        self._books: dict[str, dict[str, _Book]] = {}

    async def of(self, turn: BotTurn) -> tuple[PriceAlert, ...]:
        """The open alerts of who asks, in the order they were set."""
        return await price_alerts.of_person(turn.unit, turn.person_id)

    async def set(self, turn: BotTurn, symbol: str, price: Decimal, above: bool | None) -> Setting:
        """Set an alert on the main market; without a side it is met by coming from where the price is now.

        Raises UnknownSymbol or PriceStale.
        """
        mark = turn.market.quote(symbol).mark
        above = price > mark if above is None else above
        alert = PriceAlert(new_id(), turn.person_id, MAIN_MARKET, symbol, above, price, turn.now)
        mine = await self.of(turn)
        if is_met(above, price, mark):
            return Setting("met", alert, mark)
        if any((each.symbol, each.above, each.price) == (symbol, above, price) for each in mine):
            return Setting("known", alert, mark)
        if len(mine) >= MOST:
            return Setting("too-many", alert, mark)
        price_alerts.put(turn.unit, alert)
        turn.unit.on_commit(lambda: self.add(alert))
        return Setting("set", alert, mark)

    def forget(self, unit: UnitOfWork, alert: PriceAlert) -> None:
        """Drop an alert, in a unit."""
        price_alerts.drop(unit, alert)
        unit.on_commit(lambda: self.drop(alert))

    def add(self, alert: PriceAlert) -> None:
        """Watch for one more."""
        book = self._books.setdefault(alert.market, {}).setdefault(alert.symbol, _Book())
        insort(book.side(alert), alert, key=_rank)

    def drop(self, alert: PriceAlert) -> None:
        """Watch for it no more."""
        book = self._books.get(alert.market, {}).get(alert.symbol)
        if book is not None and alert in book.side(alert):
            book.side(alert).remove(alert)

    def replace(self, alerts: Iterable[PriceAlert]) -> None:
        """Watch for these and no others."""
        self._books.clear()
        for alert in alerts:
            self.add(alert)

    def met(self, name: str, market: MarketSnapshot) -> tuple[tuple[PriceAlert, Decimal], ...]:
        """The alerts of a market whose price is reached, with the mark price; they are taken out. A stale price meets none."""
        found: list[tuple[PriceAlert, Decimal]] = []
        for symbol, book in self._books.get(name, {}).items():
            if (book.above or book.below) and market.fresh(symbol):
                mark = market.quote(symbol).mark
                found += [(alert, mark) for alert in book.met(mark)]
        return tuple(found)


def is_met(above: bool, price: Decimal, mark: Decimal) -> bool:
    """Whether a mark price is at or beyond an alert's."""
    return mark >= price if above else mark <= price
