"""A retold life lived through again: what happened and what was refused, each at its time."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.retelling import Retold
from engine.account import MarginAccount
from engine.errors import Refusal
from engine.events import Event, PositionLiquidated
from engine.intents import Intent
from engine.market import MarketSnapshot
from engine.resimulation import Change, rerun


@dataclass(frozen=True, slots=True)
class Refused:
    """What the exchange would not do, with the market that it was asked in."""

    market: MarketSnapshot
    intent: Intent
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Lived:
    """How a retold life went: what happened, with the market's time, and what was refused."""

    account: MarginAccount
    happened: tuple[tuple[datetime, Event], ...]
    refused: tuple[Refused, ...]

    @property
    def liquidations(self) -> tuple[tuple[datetime, PositionLiquidated], ...]:
        return tuple((at, each) for at, each in self.happened if isinstance(each, PositionLiquidated))


def live(retold: Retold, change: Change) -> Lived:
    """Live through a story with one thing changed; heavy for a long path, so that it belongs into a thread."""
    account = retold.start
    happened: list[tuple[datetime, Event]] = []
    refused: list[Refused] = []
    for moment in retold.moments:
        if not (account.positions or account.orders or moment.intents):
            continue
        went = rerun((moment,), change, account)
        account, at = went.account, moment.market.time
        happened += ((at, each) for each in went.events)
        refused += (Refused(moment.market, intent, refusal) for _, intent, refusal in went.refused)
    return Lived(account, tuple(happened), tuple(refused))
