"""Accounts outside of any database, with journals to be examined: one that is known to the cent, and random ones."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.services.alternatives import Fate
from bot.services.case import Case, case_of
from bot.services.examination import Examined, examine, path_of
from bot.storage.journal import Entry
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.contracts import load_contracts
from engine.errors import Refusal
from engine.events import Event, LiquidationStarted
from engine.exchange import decide
from engine.intents import ChangeMargin, Close, Deposit, Intent, Open, Settle
from engine.ledger import postings
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import MarginMode, Side
from engine.resimulation import Candle

D = Decimal
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONTRACTS = load_contracts()
BTC, ETH = "BTCUSDT", "ETHUSDT"
MINUTE = timedelta(minutes=1)


def market(at: datetime, **prices: Decimal | int | str) -> MarketSnapshot:
    """A market at a time; mark = last unless `BTC_last` says otherwise."""
    marks = {each: D(price) for each, price in prices.items() if not each.endswith("_last")}
    quotes = {
        f"{base}USDT": Quote(
            f"{base}USDT", mark, D(prices.get(f"{base}_last", mark)), mark, D("0.0001"), at + MINUTE, at
        )
        for base, mark in marks.items()
    }
    return MarketSnapshot("main", at, quotes, CONTRACTS, FRICTIONLESS)


class Life:
    """An account outside of any database, with its journal."""

    def __init__(self, wallet: int = 1000) -> None:
        self.account = MarginAccount.empty()
        self.entries: list[Entry] = []
        self.path: list[MinuteCandle] = []
        self.do(Deposit(D(wallet)), market(NOW, BTC=50_000, ETH=2_500))

    def do(self, intent: Intent, at: MarketSnapshot) -> tuple[Event, ...]:
        events = decide(intent, self.account, at)
        for event in events:
            self.account = self.account.apply(event)
            self.entries.append(Entry("abcdefgh", self.account.version, at.time, at.time, event))
        return events

    def case(self, number: int = -1) -> Case:
        begun = [each.seq for each in self.entries if isinstance(each.event, LiquidationStarted)]
        return case_of(self.entries, begun[number])


def fall(start: int, *closes: int, symbol: str = BTC) -> Iterator[MinuteCandle]:
    """One candle a minute from NOW, straight from one close to the next."""
    before = D(start)
    for number, close in enumerate(closes):
        after = D(close)
        straight = Candle(before, max(before, after), min(before, after), after)
        yield MinuteCandle(symbol, NOW + number * MINUTE, straight, straight)
        before = after


def isolated_life() -> Life:
    """0.1 BTC long at 10×, opened at 50,000 at noon and liquidated at 45,000 at 12:05."""
    life = Life()
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_500))
    return life


PATH = tuple(fall(50_000, 49_000, 48_000, 47_000, 46_000, 45_500))


def of_name(examined: Examined, name: str) -> Fate:
    assert examined.comparison is not None
    (found,) = (each for each in examined.comparison.fates if each.tried.name == name)
    return found


def examined(life: Life, path: tuple[MinuteCandle, ...] = PATH) -> Examined:
    return along(life.case(), path, market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_500))


def along(case: Case, path: Sequence[MinuteCandle], at: MarketSnapshot) -> Examined:
    """The examination of a case along candles, read in two pieces."""

    async def pieces() -> AsyncIterator[Sequence[MinuteCandle]]:
        yield path[: len(path) // 2]
        yield path[len(path) // 2 :]

    return examine(case, asyncio.run(path_of(case, pieces())), at, {})


def stood(at: datetime, prices: Mapping[str, Decimal]) -> Iterator[MinuteCandle]:
    """Candles of a minute in which prices stood still."""
    for base, price in prices.items():
        flat = Candle(price, price, price, price)
        yield MinuteCandle(f"{base}USDT", at, flat, flat)


def balance(entries: Any, ledger: str) -> Decimal:
    booked = (posting for each in entries for posting in postings(each.event))
    return sum((each.amount for each in booked if each.account == ledger), D(0))


def random_life(dice: random.Random) -> Life:
    life, at = Life(dice.choice((1000, 5000))), NOW
    prices = {"BTC": D(50_000), "ETH": D(2_500)}
    for _ in range(60):
        at += timedelta(minutes=dice.choice((1, 7, 60, 480)))
        for base, price in tuple(prices.items()):
            prices[base] = (price * (1 + D(dice.randint(-60, 60)) / 1000)).quantize(D("0.01"))
        life.path += stood(at, prices)
        life.do(Settle(), market(at, **prices))
        symbol, side = dice.choice((BTC, ETH)), dice.choice(tuple(Side))
        size = D(dice.randint(1, 300)) / (1000 if symbol == BTC else 50)
        intent: Intent = dice.choice(
            (
                Open(symbol, side, size, dice.choice((3, 10, 20)), dice.choice(tuple(MarginMode))),
                Open(symbol, side, size),
                Close(symbol, dice.choice((None, size / 2))),
                ChangeMargin(symbol, D(dice.randint(-50, 200))),
            )
        )
        try:
            life.do(intent, market(at, **prices))
        except Refusal:
            continue
    return life
