"""The twin of an account: the same fills in the other margin mode, recomputed from the journal and the kept path."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.services.kept_path import KEPT, MINUTE, Path, kept_path, minute_of
from bot.services.reliving import Lived, Refused, live
from bot.services.retelling import KINDS, Traded, moments
from bot.services.turn import BotTurn
from bot.storage import candles, journal
from bot.storage.journal import Entry
from engine.events import PositionLiquidated
from engine.intents import Close, Open
from engine.margin import AccountFigures, account_figures
from engine.position import MarginMode, Side
from engine.resimulation import OtherMode

MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Ended:
    """A position that the exchange closed, wholly or in part, with the mark at which it did."""

    at: datetime
    symbol: str
    side: Side
    mark: Decimal


@dataclass(frozen=True, slots=True)
class NotFilled:
    """A fill that the twin could not have; `price` is the original one, `code` the reason."""

    at: datetime
    symbol: str
    side: Side
    opens: bool
    quantity: Decimal
    price: Decimal
    code: str


@dataclass(frozen=True, slots=True)
class Twin:
    """An account and its twin at the same market.

    `mode` is that of the account's own fills, None where it used both. `known_from`: where the kept path begins, None
    without one; `whole`: it reaches back to the first fill. `width` are the minutes of a candle.
    """

    own: AccountFigures
    other: AccountFigures
    mode: MarginMode | None
    fills: int
    since: datetime
    ended: tuple[Ended, ...]
    ended_other: tuple[Ended, ...]
    refused: tuple[NotFilled, ...]
    known_from: datetime | None
    whole: bool
    width: int

    @property
    def parted(self) -> Ended | NotFilled | None:
        """What first went differently: a liquidation that only one of them met, or an opening fill refused."""
        alone = set(self.ended) ^ set(self.ended_other)
        found: list[Ended | NotFilled] = [*alone, *(each for each in self.refused if each.opens)]
        return min(found, key=lambda each: (each.at, each.symbol, each.side), default=None)


async def twin_of(turn: BotTurn) -> Twin | None:
    """The twin of the active account; None where nothing was traded yet. Raises PriceStale or UnknownSymbol."""
    account = await turn.account()
    entries = await journal.entries(turn.unit, account.id, limit=MOST_ENTRIES, kinds=KINDS)
    fills = [each for each in reversed(entries) if isinstance(each.event, Traded)]
    if not fills:
        return None
    market, began = turn.market, fills[0].market_time
    symbols = {each.event.symbol for each in fills if isinstance(each.event, Traded)}
    apart = {minute_of(each.market_time) for each in entries}
    begin = max(began, market.time - KEPT)
    path = await kept_path(turn.unit, account.market, symbols, begin, market.time, apart)
    rates = await candles.rates(turn.unit, account.market, began)
    lived = await asyncio.to_thread(lambda: live(moments(entries[::-1], market, path, rates), OtherMode()))
    modes = {each.event.mode for each in fills if isinstance(each.event, Traded)}
    return Twin(
        own=account_figures(account.state, market),
        other=account_figures(lived.account, market),
        mode=modes.pop() if len(modes) == 1 else None,
        fills=len(fills),
        since=began,
        ended=_ended(_liquidations(entries[::-1])),
        ended_other=_ended(lived.liquidations),
        refused=tuple(_not_filled(lived)),
        known_from=path.known_from,
        whole=_reaches(path, began),
        width=path.width,
    )


def _reaches(path: Path, began: datetime) -> bool:
    return path.known_from is not None and path.known_from <= began + MINUTE


def _liquidations(entries: Sequence[Entry]) -> Iterable[tuple[datetime, PositionLiquidated]]:
    return ((e.market_time, e.event) for e in entries if isinstance(e.event, PositionLiquidated))


def _ended(liquidations: Iterable[tuple[datetime, PositionLiquidated]]) -> tuple[Ended, ...]:
    """Several steps of one liquidation count as one."""
    return tuple(dict.fromkeys(Ended(at, each.symbol, each.side, each.mark) for at, each in liquidations))


def _not_filled(lived: Lived) -> Iterable[NotFilled]:
    """Fills alone: that margin cannot be moved or leverage not be changed in the other mode says nothing."""
    for each in lived.refused:
        intent = each.intent
        if isinstance(intent, Open | Close) and intent.side is not None and intent.quantity is not None:
            yield NotFilled(
                each.market.time,
                intent.symbol,
                intent.side,
                isinstance(intent, Open),
                intent.quantity,
                _price(each),
                each.refusal.code,
            )


def _price(refused: Refused) -> Decimal:
    assert isinstance(refused.intent, Open | Close)
    return refused.market.quote(refused.intent.symbol).last
