"""A member's life led along the path of the challenge once more: the exact figures of the score.

On a tape every step of its path counts; in the live market the closes of the kept one-minute mark candles, and the
moments of the account's own events at the marks that these name (ours). docs/challenges.md §The path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.services.challenges.score import Tally, sight
from engine.account import MarginAccount
from engine.events import (
    AdlStruck,
    Event,
    FundingPaid,
    LiquidationStarted,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)

Happened = tuple[datetime, Event]
"""An event with the market's time."""
Marked = (
    PositionOpened
    | PositionIncreased
    | PositionReduced
    | PositionClosed
    | AdlStruck
    | FundingPaid
    | PositionLiquidated
)


@dataclass(frozen=True, slots=True)
class Point:
    """Mark prices by symbol, in USDT, at one time of the market."""

    time: datetime
    marks: Mapping[str, Decimal]


@dataclass(slots=True)
class Life:
    """Where a life stands on its way along the path."""

    tally: Tally
    account: MarginAccount
    marks: dict[str, Decimal]

    def meet(self, event: Event) -> None:
        """One event of the journal. Raises EventMismatch if it does not fit."""
        self.account = self.account.apply(event)
        if isinstance(event, LiquidationStarted):
            self.tally = self.tally.liquidated()
        if isinstance(event, Marked):
            self.marks[event.symbol] = event.mark

    def look(self, *, step: bool) -> None:
        """See the account as it stands."""
        self.tally = self.tally.seen(sight(self.account, self.marks), step=step)


def lived(
    start: Decimal, journal: Sequence[Happened], path: Sequence[Point], until: datetime, *, live: bool
) -> Tally:
    """What a journal, oldest event first, comes to along a path up to a time, that included.

    At one time events come before the prices are looked at. Raises EventMismatch if the journal does not hang together.
    """
    life = Life(Tally.begin(start), MarginAccount.empty(), {})
    place = resting = 0
    for point in path:
        if point.time > until:
            break
        before, place = place, _events(life, journal, place, point.time, live=live)
        life.marks.update(point.marks)
        if life.account.positions or place != before:
            life.look(step=True)
        else:
            resting += bool(place)
    _events(life, journal, place, until, live=True)
    return life.tally.rested(resting)


def _events(life: Life, journal: Sequence[Happened], place: int, until: datetime, *, live: bool) -> int:
    """Take what happened up to a time; `live`: look after each moment. Returns how far the journal has been taken."""
    while place < len(journal) and journal[place][0] <= until:
        at = journal[place][0]
        while place < len(journal) and journal[place][0] == at:
            life.meet(journal[place][1])
            place += 1
        if live:
            life.look(step=False)
    return place


def symbols_of(journal: Sequence[Happened]) -> set[str]:
    """The symbols that a journal names."""
    named = (getattr(event, "symbol", None) for _, event in journal)
    return {each for each in named if each}
