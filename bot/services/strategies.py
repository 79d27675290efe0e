"""What a strategy came to: the trades that a learner keeps under one tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.storage import UnitOfWork, journal, tags
from bot.storage.journal import Entry
from engine.events import (
    AdlStruck,
    FundingPaid,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)
from engine.order_events import OrderAccepted, OrderFilled
from engine.position import PositionKey

KINDS = (
    "position-opened",
    "position-increased",
    "position-reduced",
    "position-closed",
    "position-liquidated",
    "adl-struck",
    "funding-paid",
    "order-accepted",
    "order-filled",
)
MOST = 100_000


@dataclass(slots=True)
class Strategy:
    """The sums of a tag's trades in USDT; `trades` are closed ones, `won` those that ended above zero after all costs.

    `ended` is the sum of the closed ones alone, after costs.
    """

    tag: str
    trades: int = 0
    won: int = 0
    open: int = 0
    realised: Decimal = field(default_factory=Decimal)
    fees: Decimal = field(default_factory=Decimal)
    funding: Decimal = field(default_factory=Decimal)
    ended: Decimal = field(default_factory=Decimal)

    @property
    def average(self) -> Decimal:
        """The result of a closed trade after all its costs, on average."""
        return self.ended / self.trades if self.trades else Decimal(0)

    @property
    def net(self) -> Decimal:
        """What remains of the results after fees and funding."""
        return self.realised - self.fees + self.funding


@dataclass(slots=True)
class _Held:
    tag: str | None
    result: Decimal = field(default_factory=Decimal)


async def strategies(unit: UnitOfWork, account_id: str) -> dict[str, Strategy]:
    """All tags of an account with their results.

    A position belongs to the tag that it was opened with, or else to the first it was added to with; an order that
    waited keeps its tag until it fills.
    """
    tagged = dict(await tags.of_account(unit, account_id))
    found = {tag: Strategy(tag) for tag in tagged.values()}
    held: dict[PositionKey, _Held] = {}
    entries = await journal.entries(unit, account_id, limit=MOST, kinds=KINDS) if tagged else ()
    tagged |= _by_orders(entries[::-1], tagged)
    for entry in reversed(entries):
        event = entry.event
        match event:
            case PositionOpened():
                held[event.key] = _Held(tagged.get(entry.seq))
                realised, fee, funding, closed = Decimal(0), event.fee, Decimal(0), False
            case PositionIncreased():
                here = held[event.key]
                here.tag = here.tag or tagged.get(entry.seq)
                realised, fee, funding, closed = Decimal(0), event.fee, Decimal(0), False
            case PositionReduced():
                realised, fee, funding, closed = event.realised, event.fee, Decimal(0), False
            case PositionClosed() | AdlStruck():
                realised, fee, funding, closed = event.realised, event.fee, Decimal(0), True
            case PositionLiquidated():
                realised, funding = event.realised + event.fund_gap, Decimal(0)
                fee, closed = event.clearance_fee, event.whole
            case FundingPaid():
                realised, fee, funding, closed = Decimal(0), Decimal(0), event.amount, False
            case _:
                continue
        here = held[event.key]
        here.result += realised - fee + funding
        strategy = None if here.tag is None else found[here.tag]
        if strategy is not None:
            strategy.realised += realised
            strategy.fees += fee
            strategy.funding += funding
            strategy.trades += closed
            strategy.won += closed and here.result > 0
            strategy.ended += here.result if closed else 0
        if closed:
            del held[event.key]
    for position in held.values():
        if position.tag is not None:
            found[position.tag].open += 1
    return found


def _by_orders(entries: Sequence[Entry], tagged: Mapping[int, str]) -> dict[int, str]:
    """The tags of what opened or was added to by orders that had waited, by the entries' places in the journal."""
    found: dict[int, str] = {}
    waiting: dict[int, str] = {}
    filled: tuple[datetime, str] | None = None  # the market's time and the tag of the order being filled
    for entry in entries:
        event = entry.event
        if isinstance(event, OrderAccepted) and entry.seq in tagged:
            waiting[event.order.number] = tagged[entry.seq]
        elif isinstance(event, OrderFilled):
            tag = waiting.pop(event.number, None)
            filled = None if tag is None else (entry.market_time, tag)
        elif isinstance(event, PositionReduced):
            filled = None  # it reduced and did not turn the position round
        elif isinstance(event, PositionOpened | PositionIncreased) and filled is not None:
            if filled[0] == entry.market_time and entry.seq not in tagged:
                found[entry.seq] = filled[1]
            filled = None
    return found
