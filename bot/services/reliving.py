"""A retold life lived through again: what happened and what was refused, each at its time."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.retelling import Retold
from engine.account import MarginAccount
from engine.errors import Refusal
from engine.events import Event, PositionLiquidated
from engine.exchange import decide
from engine.intents import Intent, Settle
from engine.market import MarketSnapshot
from engine.position import Side
from engine.resimulation import Change, Moment, rerun


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


def live(retold: Retold, change: Change, *, in_small_steps: bool = False) -> Lived:
    """Live through a story with one thing changed; heavy for a long path, so that it belongs into a thread.

    Moments in which nothing happens are passed over, with the same outcome, unless it is to be lived `in_small_steps`.
    """
    account = retold.start
    happened: list[tuple[datetime, Event]] = []
    refused: list[Refused] = []
    for moment in retold.moments:
        if not (account.positions or account.orders or moment.intents):
            continue
        if not in_small_steps and quiet(account, moment):
            continue
        went = rerun((moment,), change, account)
        account, at = went.account, moment.market.time
        happened += ((at, each) for each in went.events)
        refused += (Refused(moment.market, intent, refusal) for _, intent, refusal in went.refused)
    return Lived(account, tuple(happened), tuple(refused))


def quiet(account: MarginAccount, moment: Moment) -> bool:
    """Whether nothing happens to an account in a moment: then it need not be lived in small steps.

    From corner to corner of its candles all prices move in step and straight. There balance less maintenance is concave,
    so it is least at a corner, and an order whose price is met is met at a corner too. Trailing stops remember the way.
    """
    if moment.intents or any(order.callback is not None for order in account.orders.values()):
        return False
    market = moment.market
    if decide(Settle(), account, market):
        return False
    paths = {symbol: candle.path(_heavier(account, symbol)) for symbol, candle in moment.candles.items()}
    for corner in range(4):
        for symbol, path in paths.items():
            market = market.with_mark(symbol, path[corner])
        if decide(Settle(), account, market):
            return False
    return True


def _heavier(account: MarginAccount, symbol: str) -> Side | None:
    """The side of the larger leg, which decides the extreme that comes first."""
    legs = account.legs(symbol)
    return max(legs, key=lambda held: held.quantity).side if legs else None
