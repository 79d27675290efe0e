"""Where the prices between a position's opening and its end come from."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from bot.market.candles import Minutes
from bot.market.path import steps
from bot.services.challenges.rules import SHARED
from bot.services.challenges.stage import rules_of
from bot.services.kept_path import minute_of
from bot.services.slices import Slices
from bot.services.tapes import Reel, Shelf
from bot.storage import UnitOfWork, candles, challenges, replays
from bot.storage.accounts import CHALLENGE, REPLAY, Account
from engine.candles import MinuteCandle
from engine.contracts import Contract
from engine.market import FRICTIONLESS, MarketSnapshot, Quote

_HOUR = timedelta(hours=1)
_PIECES = (2 * _HOUR, 2 * _HOUR, _HOUR)
"""How much is read at once, by the number of symbols, so that nobody waits long for the reading of a long path."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_RATE = Decimal(0)
_NO_CONTRACTS: Mapping[str, Contract] = {}


class PastPrices(Protocol):
    """The path of a market."""

    async def market(self, unit: UnitOfWork, account: Account) -> MarketSnapshot | None:
        """Contracts and fill rule of the account's market, which may have closed; None if nothing is known of it."""

    def candles(
        self, unit: UnitOfWork, account: Account, symbols: Collection[str], begin: datetime, end: datetime
    ) -> AsyncIterator[Sequence[MinuteCandle]]:
        """Candles of the minutes that start in [begin, end) in the account's market, in pieces, in the order of time.

        There are gaps where none are known.
        """


class KeptPrices:
    """The candles that are kept of a market; everything older than 30 days is gone.

    `keep` writes the minutes that are not over yet, before one of them is read.
    """

    def __init__(self, keep: Callable[[], Awaitable[None]] | None = None) -> None:
        self._keep = keep

    async def market(self, unit: UnitOfWork, account: Account) -> MarketSnapshot | None:
        return None

    async def candles(
        self, unit: UnitOfWork, account: Account, symbols: Collection[str], begin: datetime, end: datetime
    ) -> AsyncIterator[Sequence[MinuteCandle]]:
        if self._keep is not None:
            await self._keep()
        piece = _PIECES[min(len(symbols), len(_PIECES) - 1)]
        at = minute_of(begin)
        while symbols and at < end:
            until = min(at - (at - _EPOCH) % piece + piece, end)
            yield await candles.between(unit, account.market, symbols, at, until)
            at = until


class TapePrices:
    """The path of a replay is its tape, also once it has ended; every other market's is what `kept` has."""

    def __init__(self, shelf: Shelf, kept: PastPrices) -> None:
        self._shelf = shelf
        self._kept = kept

    async def market(self, unit: UnitOfWork, account: Account) -> MarketSnapshot | None:
        reel = await self._reel(unit, account)
        return await self._kept.market(unit, account) if reel is None else reel.feed().snapshot()

    async def candles(
        self, unit: UnitOfWork, account: Account, symbols: Collection[str], begin: datetime, end: datetime
    ) -> AsyncIterator[Sequence[MinuteCandle]]:
        reel = await self._reel(unit, account)
        if reel is None:
            async for piece in self._kept.candles(unit, account, symbols, begin, end):
                yield piece
            return
        tape, minutes, slices = reel.tape, Minutes(), Slices()
        for step in steps(tape, max(minute_of(begin), tape.start)):
            await slices.rest()
            if step.time >= end:
                break
            quotes = {
                each: Quote(
                    each, step.mark[each], step.last[each], step.mark[each], _NO_RATE, None, step.time
                )
                for each in symbols
                if each in step.last
            }
            yield minutes.add(MarketSnapshot(tape.id, step.time, quotes, _NO_CONTRACTS, FRICTIONLESS))
        yield minutes.flush()

    async def _reel(self, unit: UnitOfWork, account: Account) -> Reel | None:
        """What is played in an account's market, or was."""
        if account.kind == CHALLENGE and account.market.startswith(SHARED):
            challenge = await challenges.find(unit, account.market.removeprefix(SHARED))
            tape = None if challenge is None else rules_of(challenge).tape
            return None if tape not in self._shelf.ids else self._shelf.take(str(tape), hidden=True)
        on_tape = account.kind in {REPLAY, CHALLENGE}
        kept = await replays.of_account(unit, account.id) if on_tape else None
        if kept is None or kept.body["tape"] not in self._shelf.ids:
            return None
        return self._shelf.take(kept.body["tape"], hidden=kept.body["hidden"])
