"""Practice: a lesson's scene as an account of one's own, in a market whose prices the learner moves."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.content.lessons import Lesson
from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.market.prices import checked_price
from bot.market.timing import next_funding
from bot.services.markets import Markets
from bot.services.scene_play import play
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, accounts, candles, journal, practice
from bot.storage.accounts import Account
from bot.storage.practice import PRACTICE
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.contracts import Contract
from engine.decimals import exact
from engine.funding import default_rate
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.resimulation import Candle

MARKET = "practice:"
KEPT = timedelta(days=30)
"""A practice account whose prices nobody moved for so long is put aside: prices are kept no longer."""
Settle = Callable[[str, MarketSnapshot], Awaitable[bool]]
"""Settles one account against a snapshot, in a transaction of its own; whether its owner has something to be told."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A price moves to `price` in USDT, or by a fraction: exactly one of the two is given."""

    symbol: str
    price: Decimal | None = None
    fraction: Decimal | None = None


class Practice:
    """The practice accounts of all people, each with a market of its own that stands still until it is moved.

    Its prices are kept as candles, its time is that of the account's last event. A market stands as it was stored
    last, whichever process moved it, once its owner has said anything about it here.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        markets: Markets,
        contracts: Mapping[str, Contract],
        settle: Settle,
        clock: Clock,
        *,
        wake: Callable[[], object],
        report: Callable[[Exception], object],
    ) -> None:
        """`wake` is called once there is something to deliver."""
        self._unit = unit
        self._markets = markets
        self._contracts = contracts
        self._settle = settle
        self._clock = clock
        self._wake = wake
        self._report = report

    async def load(self) -> None:
        """Open the markets of all practice accounts, once, at the start; what cannot be opened is put aside."""
        async with self._unit() as unit:
            ids = await practice.running(unit)
        for each in ids:
            try:
                async with self._unit() as unit:
                    await unit.lock(f"account:{each}")
                    account = await accounts.load(unit, each)
                    if await self._opened(unit, account) is None:
                        self._put_aside(unit, account, self._clock.now())
            except Exception as fault:  # noqa: BLE001 - one that cannot be read must not keep the others
                self._report(fault)

    async def begin(self, turn: BotTurn, lesson: Lesson, scene: str) -> None:
        """Put the person's practice account aside and begin a new one as a lesson's scene ends; it becomes the active one.

        It is committed at once, so that whatever is done in the same turn finds it in storage. Raises SceneFault.
        """
        played, now = play(lesson, self._contracts)[scene], self._clock.now()
        account_id = new_id()
        account = Account(
            account_id, turn.person.id, PRACTICE, f"{MARKET}{account_id}", MarginAccount.empty(), now
        )
        time = played.market.time
        quotes = [
            _quote(self._contracts[each.symbol], each.mark, each.last, time)
            for each in played.market.quotes.values()
        ]
        async with self._unit() as unit:
            await self._end_all(unit, turn.person.id, now)
            accounts.create(unit, account)
            account = accounts.record(unit, account, played.events, now, time)
            candles.put(unit, account.market, (_candle(each, each, now) for each in quotes))
            unit.on_commit(lambda: self._open(account.market, time, quotes))
        await turn.unit.lock(f"account:{account.id}")
        turn.replace_account(account)

    async def look(self, turn: BotTurn) -> MarginAccount | None:
        """The person's practice account as it is now, for looking at: it becomes the turn's, and no lock is taken."""
        account = await self._running(turn)
        if account is None:
            return None
        turn.replace_account(account)
        return account.state

    async def end(self, turn: BotTurn) -> bool:
        """Put the person's practice account aside, with the turn; whether there was one."""
        return await self._end_all(turn.unit, turn.person.id, turn.now)

    async def move(self, turn: BotTurn, shifts: tuple[Shift, ...]) -> MarginAccount | None:
        """Move prices of the person's practice market all at once, and settle; the account after it, None if there is none.

        The turn must not hold the account's lock. What this does to the account is committed at once, the prices with
        the turn: an act that comes again after a sudden end finds them where they were, and leads to the same.
        Raises BadPrice, and UnknownSymbol for a contract that has no price here; then nothing has moved.
        """
        account = await self._running(turn)
        if account is None:
            return None
        before = self._markets.snapshot(account.market)
        changed = {each.symbol: self._moved(before, each) for each in shifts}
        now = self._clock.now()
        moved = (_candle(before.quotes[symbol], quote, now) for symbol, quote in changed.items())
        candles.put(turn.unit, account.market, moved)
        self._open(account.market, before.time, {**before.quotes, **changed}.values())
        if await self._settle(account.id, self._markets.snapshot(account.market)):
            self._wake()
        account = await accounts.load(turn.unit, account.id)
        turn.replace_account(account)
        return account.state

    async def _running(self, turn: BotTurn) -> Account | None:
        """The person's practice account, its market open as storage has it."""
        ids = await practice.running_of(turn.unit, turn.person.id)
        if not ids:
            return None
        account = await accounts.load(turn.unit, ids[-1])
        return None if await self._opened(turn.unit, account) is None else account

    @exact
    def _moved(self, market: MarketSnapshot, shift: Shift) -> Quote:
        quote, contract = market.quote(shift.symbol), market.contract(shift.symbol)
        price = shift.price
        if price is None:
            price = contract.round_price(quote.mark * (1 + (shift.fraction or 0)), up=False)
        return _quote(contract, checked_price(contract, price), price, market.time)

    async def _end_all(self, unit: UnitOfWork, person_id: str, now: datetime) -> bool:
        ids = await practice.running_of(unit, person_id)
        await unit.lock(*(f"account:{each}" for each in ids))
        for each in ids:
            self._put_aside(unit, await accounts.load(unit, each), now)
        return bool(ids)

    def _put_aside(self, unit: UnitOfWork, account: Account, now: datetime) -> None:
        if account.archived_at is None:
            accounts.archive(unit, account, now)
        unit.on_commit(lambda: self._markets.close(account.market))

    async def _opened(self, unit: UnitOfWork, account: Account) -> MarketSnapshot | None:
        """Open an account's market as it is stored; None where its prices are kept no more."""
        latest = await candles.latest(unit, account.market, self._clock.now() - KEPT)
        newest = await journal.entries(unit, account.id, limit=1)
        if not latest or not newest:
            return None
        time = newest[0].market_time
        quotes = [
            _quote(self._contracts[symbol], each.mark.close, each.last.close, time)
            for symbol, each in latest.items()
            if symbol in self._contracts
        ]
        self._open(account.market, time, quotes)
        return self._markets.snapshot(account.market)

    def _open(self, name: str, time: datetime, quotes: Iterable[Quote]) -> None:
        own = {each.symbol: each for each in quotes}
        market = MarketSnapshot(PRACTICE, time, own, self._contracts, FRICTIONLESS)
        self._markets.open(name, lambda: market, banner)


def banner() -> dict[str, Any]:
    """The line above answers of a practice market."""
    return {"kind": PRACTICE}


def _quote(contract: Contract, mark: Decimal, last: Decimal, time: datetime) -> Quote:
    """Prices that stand; the index is the mark, the funding rate the usual one."""
    hours = contract.funding_interval_hours
    return Quote(contract.symbol, mark, last, mark, default_rate(hours), next_funding(time, hours), time)


def _candle(before: Quote, after: Quote, now: datetime) -> MinuteCandle:
    """How a price went within this minute; what went before in it is forgotten."""
    minute = now.replace(second=0, microsecond=0)
    return MinuteCandle(after.symbol, minute, _span(before.mark, after.mark), _span(before.last, after.last))


def _span(begin: Decimal, end: Decimal) -> Candle:
    return Candle(begin, max(begin, end), min(begin, end), end)
