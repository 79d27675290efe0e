"""Finds a liquidation, reads what belongs to it, and has it examined in a thread, at most two at once."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from bot.services.case import Case, NotThere, case_of
from bot.services.examination import derived, examine, path_of
from bot.services.kept_path import MINUTE, minute_of
from bot.services.past_prices import PastPrices
from bot.services.postmortem_data import postmortem_data, timeline_page
from bot.services.turn import BotTurn
from bot.services.warnings_given import Warned, warnings_given
from bot.storage import UnitOfWork, liquidations
from bot.storage.accounts import REPLAY, Account
from bot.storage.openings import opening
from engine.candles import MinuteCandle
from engine.explain import Derivation
from engine.market import MarketSnapshot

AT_ONCE = 2
MOST_BACK = 200
"""How far back liquidations can be asked for by their number."""
FURTHER = 64
"""By how many entries at most the notice of a liquidation is looked for behind its end."""
_PLACE = re.compile(r"([0-9]{1,15})\.([a-z2-7]{4})")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """A case with what was read beside it."""

    case: Case
    warned: Sequence[Warned]


class Examiner:
    """Examines liquidations on behalf of all who ask."""

    def __init__(self, prices: PastPrices) -> None:
        self._prices = prices
        self._threads = asyncio.Semaphore(AT_ONCE)

    async def numbered(self, unit: UnitOfWork, account_id: str, number: int) -> tuple[int, bool]:
        """The `seq` of a liquidation, 1 being the latest, and whether there is one before it. Raises NotThere."""
        if not 1 <= number <= MOST_BACK:
            raise NotThere
        found = await liquidations.started(unit, account_id, number + 1)
        if len(found) < number:
            raise NotThere
        return found[number - 1].seq, len(found) > number

    async def postmortem(
        self, unit: UnitOfWork, account: Account, seq: int, market: MarketSnapshot
    ) -> dict[str, Any]:
        """The data of the post-mortem of the liquidation that began at `seq`. Raises NotThere."""
        read = await self.read(unit, account, seq)
        case, end = read.case, minute_of(read.case.at)
        past = self._prices.candles(unit, account, case.symbols, case.opened_at, end)
        path = await path_of(case, past)
        symbols = {symbol for symbol, _ in case.keys}
        latest = self._prices.candles(unit, account, symbols, end, end + MINUTE)
        now = [each async for piece in latest for each in piece]
        last = await self._last(unit, account, case)
        data = await self._aside(lambda: postmortem_data(examine(case, path, market, last, now), read.warned))
        return {**data, "replay": account.kind == REPLAY}

    def candles(
        self, unit: UnitOfWork, account: Account, symbols: Collection[str], begin: datetime, end: datetime
    ) -> AsyncIterator[Sequence[MinuteCandle]]:
        """The one-minute candles that examinations go along (bot.services.past_prices)."""
        return self._prices.candles(unit, account, symbols, begin, end)

    async def market(self, unit: UnitOfWork, account: Account) -> MarketSnapshot:
        """The contracts of a market that has closed. Raises NotThere if nothing is known of it."""
        found = await self._prices.market(unit, account)
        if found is None:
            raise NotThere
        return found

    async def timeline(
        self, unit: UnitOfWork, account: Account, seq: int, page: int
    ) -> tuple[Sequence[Mapping[str, Any]], int, int]:
        """A page of the timeline, its number (from 1) and how many there are. Raises NotThere."""
        read = await self.read(unit, account, seq)
        return await self._aside(lambda: timeline_page(read.case, read.warned, page))

    async def why(
        self, unit: UnitOfWork, account: Account, seq: int, market: MarketSnapshot, figure: str
    ) -> tuple[Case, Derivation]:
        """Why a figure was what it was right before the liquidation. Raises NotThere."""
        case = (await self.read(unit, account, seq)).case
        return case, await self._aside(lambda: derived(case, market, figure))

    async def read(self, unit: UnitOfWork, account: Account, seq: int) -> Read:
        """The case of the liquidation that began at `seq`. Raises NotThere."""
        following = [each.seq for each in await liquidations.started(unit, account.id, MOST_BACK)]
        below = min((each for each in following if each > seq), default=None)
        rows = await liquidations.unread(unit, account.id, below)
        case = await self._aside(lambda: case_of([each.read() for each in rows], seq))
        return Read(case, await warnings_given(unit, case))

    async def _last(self, unit: UnitOfWork, account: Account, case: Case) -> dict[str, Decimal]:
        """The last prices at the liquidation, as its notice kept them; orders of the same tick come before its key."""
        end = case.entries[-1].seq
        keys = [f"liquidated:{account.id}:{seq}" for seq in range(end, end + FURTHER)]
        kept = await liquidations.notices(unit, keys)
        found = next((kept[key] for key in keys if key in kept), None)
        closed = found["closed"] if found else ()
        return {row["symbol"]: Decimal(row["last"]) for row in closed if row.get("last")}

    async def _aside(self, work: Callable[[], T]) -> T:
        async with self._threads:
            return await asyncio.to_thread(work)


async def account_asked(turn: BotTurn, place: str | None = None) -> tuple[Account, int]:
    """The account that a request is about, and the `seq` that a button's place names in it (0 without one).

    Without a place it is the active account, and no lock is taken: who only reads must not keep it from its settlement.
    With one it may also be an account of the person that was put aside. Raises NotThere.
    """
    found: Account | None
    if place is None:
        request = turn.request
        known = await opening(turn.unit, request.who, request.chat.key, private=request.chat.private)
        found, seq = known.account if known else None, 0
    else:
        named = _PLACE.fullmatch(place)
        if named is None:
            raise NotThere
        found = await liquidations.account(turn.unit, turn.person_id, named[2])
        seq = int(named[1])
    if found is None:
        raise NotThere
    turn.replace_account(found)  # for its market: nothing is written
    return found, seq
