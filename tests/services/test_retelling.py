"""A journal told again: as it was it leads to the same account, whatever the life; and what the other mode makes of it."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.services.kept_path import Path, Span, merged, width_for
from bot.services.reliving import live
from bot.services.retelling import Retold, moments
from bot.storage.journal import Entry
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.contracts import load_contracts
from engine.errors import Refusal
from engine.events import LiquidationStarted, PositionOpened
from engine.exchange import decide
from engine.intents import (
    CancelOrders,
    ChangeLeverage,
    ChangeMargin,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.market import FRICTIONLESS, FillRule, MarketSnapshot, Quote
from engine.position import MarginMode, PositionMode, Side
from engine.resimulation import AsItWas, Candle, OtherMode, rerun
from engine.resting import Order, OrderType

D = Decimal
BTC, ETH, ADA = "BTCUSDT", "ETHUSDT", "ADAUSDT"
STARTS = {BTC: D(50_000), ETH: D(2_500), ADA: D("0.5")}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTRACTS = load_contracts()
MINUTE = timedelta(minutes=1)


class Life:
    """An account that does something at random every minute; three ticks a minute are settled, as the bot settles them."""

    def __init__(self, seed: int, rule: FillRule = FRICTIONLESS) -> None:
        self.chance = random.Random(seed)
        self.rule = rule
        self.prices = dict(STARTS)
        self.rates: dict[tuple[str, datetime], Decimal] = {}
        self.time = NOON - timedelta(seconds=19)
        self.account = MarginAccount.empty()
        self.entries: list[Entry] = []
        self.minutes: list[MinuteCandle] = []
        self.ask(Deposit(D(10_000)))
        if self.chance.random() < 0.3:
            self.ask(ChangePositionMode(PositionMode.HEDGE))

    @property
    def market(self) -> MarketSnapshot:
        following = self.time.replace(minute=0, second=0) + timedelta(hours=4 - self.time.hour % 4)
        quotes = {
            symbol: Quote(symbol, price, self.last(symbol), price, D("0.0001"), following, self.time)
            for symbol, price in self.prices.items()
        }
        return MarketSnapshot("main", self.time, quotes, CONTRACTS, self.rule, funding=self.rates)

    def last(self, symbol: str) -> Decimal:
        """The last price: beside the mark, as it is on a market that moves."""
        return self.prices[symbol] + CONTRACTS[symbol].tick * ((len(symbol) * self.time.second) // 20 % 5)

    def ask(self, intent: Intent) -> None:
        try:
            events = decide(intent, self.account, self.market)
        except Refusal:
            return
        for event in events:
            self.account = self.account.apply(event)
            self.entries.append(Entry("a", self.account.version, self.time, self.time, event))

    def live(self, minutes: int) -> None:
        """Let so many minutes pass."""
        for _ in range(minutes):
            seen: dict[str, list[Decimal]] = {symbol: [] for symbol in self.prices}
            for _ in range(3):
                self.time += timedelta(seconds=20)
                self.move()
                for symbol, price in self.prices.items():
                    seen[symbol].append(price)
                self.ask(Settle())
                if self.chance.random() < 0.4:
                    self.act()
            self.minutes += [
                MinuteCandle(symbol, self.time.replace(second=0), candle, candle)
                for symbol, marks in sorted(seen.items())
                for candle in (Candle(marks[0], max(marks), min(marks), marks[-1]),)
            ]

    def move(self) -> None:
        together = self.chance.gauss(0, 0.004)
        for symbol, price in self.prices.items():
            moved = price * D(str(round(1 + together + self.chance.gauss(0, 0.003), 6)))
            self.prices[symbol] = CONTRACTS[symbol].round_price(moved, up=False)
        if self.time.minute == 0:
            at = self.time.replace(second=0)
            self.rates |= {(symbol, at): D(self.chance.randint(-9, 9)) / 10_000 for symbol in self.prices}

    def act(self) -> None:
        chance, symbol = self.chance, self.chance.choice(tuple(self.prices))
        side, price = chance.choice(tuple(Side)), self.prices[symbol]
        contract = CONTRACTS[symbol]
        quantity = contract.floor_quantity(D(chance.randint(200, 9_000)) / price)
        leverage, mode = chance.choice((None, 3, 10, 25, 50)), chance.choice((None, *MarginMode))
        leg = side if self.account.position_mode is PositionMode.HEDGE else None
        near = contract.round_price(price * D(str(1 - side.sign * D("0.004"))), up=False)
        far = contract.round_price(price * D(str(1 - side.opposite.sign * D("0.01"))), up=False)
        held = self.account.in_order()
        one = chance.choice(held) if held else None
        what = chance.random()
        if what < 0.45:
            self.ask(Open(symbol, side, quantity, leverage, mode))
        elif what < 0.6:
            self.ask(Place(Order(symbol, side, OrderType.LIMIT, quantity, near, leg=leg)))
        elif what < 0.7 and one is not None:
            self.ask(
                Place(
                    Order(
                        one.symbol,
                        one.side.opposite,
                        OrderType.STOP_MARKET,
                        None,
                        trigger=contract.round_price(
                            self.prices[one.symbol] * (1 - one.side.sign * D("0.01")), up=False
                        )
                        if one.symbol == symbol
                        else far,
                        leg=one.side if leg else None,
                        close_position=True,
                    )
                )
            )
        elif what < 0.82 and one is not None:
            part = chance.choice((None, one.quantity, CONTRACTS[one.symbol].floor_quantity(one.quantity / 2)))
            self.ask(Close(one.symbol, part, one.side))
        elif what < 0.9 and one is not None:
            # What may be taken out depends on the mark, which the journal does not name: that of the path is the first.
            least = -50 if self.time.second < 20 else 1
            self.ask(ChangeMargin(one.symbol, D(chance.randint(least, 200)), one.side))
        elif what < 0.95:
            self.ask(ChangeLeverage(symbol, chance.choice((3, 5, 20))))
        elif what < 0.97 and one is not None:
            self.ask(Deleverage(one.symbol, one.side, self.prices[one.symbol]))
        else:
            self.ask(CancelOrders())

    def told(self, *, since: int = 1, path: Path | None = None) -> Retold:
        return moments(self.entries, self.market, path or self.path(), self.rates, since=since)

    def path(self, width: int = 1) -> Path:
        apart = {each.market_time.replace(second=0) for each in self.entries}
        return Path(tuple(merged(self.minutes, width, apart)), width)


def same(one: MarginAccount, other: MarginAccount) -> bool:
    return (one.wallet, one.positions) == (other.wallet, other.positions)


@pytest.mark.parametrize("rule", [FRICTIONLESS, FillRule()], ids=["frictionless", "with friction"])
@pytest.mark.parametrize("width", [1, 5])
def test_as_it_was_every_life_ends_the_same(rule: FillRule, width: int) -> None:
    liquidations = 0
    for seed in range(12):
        life = Life(seed, rule)
        life.live(60)
        lived = live(life.told(path=life.path(width)), AsItWas())
        liquidations += sum(isinstance(each.event, LiquidationStarted) for each in life.entries)
        assert lived.refused == (), seed
        assert same(lived.account, life.account), seed
    assert liquidations >= 10


def test_the_engines_own_rerun_lives_the_same_moments() -> None:
    life = Life(3)
    life.live(60)
    told = life.told()
    for change in (AsItWas(), OtherMode()):
        assert rerun(told.moments, change, told.start).account == live(told, change).account


def test_a_story_can_start_in_the_middle() -> None:
    life = Life(5)
    life.live(60)
    openings = [each.seq for each in life.entries if isinstance(each.event, PositionOpened)]
    since = openings[len(openings) // 2]
    told = life.told(since=since)
    assert told.moments[0].market.time == next(e.market_time for e in life.entries if e.seq == since)
    assert told.start.wallet not in {D(0), life.account.wallet}
    assert same(live(told, AsItWas()).account, life.account)


def test_a_story_can_end_before_now() -> None:
    life = Life(5)
    life.live(30)
    wallet, until = life.account.wallet, life.time
    life.live(30)
    assert life.account.wallet != wallet
    told = moments(life.entries, life.market, life.path(), life.rates, until=until)
    assert told.moments[-1].market.time <= until
    assert live(told, AsItWas()).account.wallet == wallet


def opened(mode: MarginMode, wallet: int = 1_000) -> Life:
    """A long of 0.1 BTC at 50,000 with 10×, isolated liquidated at 45,205.83, cross (1,000) at 40,185.75."""
    life = Life.__new__(Life)
    life.rule, life.prices, life.rates, life.time = FRICTIONLESS, {BTC: D(50_000)}, {}, NOON
    life.account, life.entries, life.minutes = MarginAccount.empty(), [], []
    life.ask(Deposit(D(wallet)))
    life.ask(Open(BTC, Side.LONG, D("0.1"), 10, mode))
    return life


def at(life: Life, minutes: int, price: int) -> None:
    life.time, life.prices = NOON + minutes * MINUTE, {BTC: D(price)}


def span(minute: int, *prices: int) -> Span:
    return Span(NOON + minute * MINUTE, {BTC: Candle(*(D(each) for each in prices))})


def test_the_twin_meets_an_extreme_between_two_moments() -> None:
    life = opened(MarginMode.CROSS)
    at(life, 10, 51_000)
    life.ask(Close(BTC, None, Side.LONG))
    path = Path((span(1, 50_000, 50_100, 49_900, 50_000), span(5, 50_000, 50_000, 44_900, 50_900)))
    twin = live(life.told(path=path), OtherMode())
    ((when, event),) = twin.liquidations
    assert when == NOON + 5 * MINUTE
    assert D("0.998") < event.mark / D("45205.82") <= 1, "settled on the way, not at the low"
    assert [type(each.intent).__name__ for each in twin.refused] == ["Close"]
    assert live(life.told(path=Path()), OtherMode()).liquidations == ()
    assert life.account.wallet == D("1094.95")


def test_an_extreme_that_really_liquidated_nobody_came_before_or_is_left_out() -> None:
    life = opened(MarginMode.ISOLATED)
    at(life, 10, 49_000)
    path = Path((span(0, 50_000, 50_000, 44_000, 49_500), span(1, 49_500, 49_500, 49_000, 49_000)))
    as_it_was = live(life.told(path=path), AsItWas())
    assert as_it_was.liquidations == ()
    assert same(as_it_was.account, life.account)


def test_after_a_liquidation_the_rest_of_its_minute_counts_for_the_twin() -> None:
    life = opened(MarginMode.ISOLATED)
    at(life, 3, 45_000)
    life.ask(Settle())
    assert life.account.positions == {}
    at(life, 5, 48_000)
    path = Path((span(3, 46_000, 46_000, 40_000, 47_000),))
    assert len(live(life.told(path=path), OtherMode()).liquidations) == 1
    assert live(life.told(path=Path()), OtherMode()).liquidations == ()


def test_funding_is_paid_at_the_rate_that_was_recorded() -> None:
    life = opened(MarginMode.ISOLATED)
    life.rates = {(BTC, NOON + timedelta(hours=4)): D("0.001")}
    at(life, 241, 50_000)
    life.ask(Settle())
    assert life.account.wallet == D("992.5")  # 1,000 − 2.5 − 0.1·50,000·0.001
    for change in (AsItWas(), OtherMode()):
        assert live(life.told(path=Path()), change).account.wallet == D("992.5")


def test_a_fill_that_the_twin_cannot_afford_is_refused() -> None:
    life = opened(MarginMode.CROSS)
    at(life, 1, 60_000)  # cross profit pays for the next order, isolated profit does not
    life.ask(Open(BTC, Side.LONG, D("0.15"), None, None))
    twin = live(life.told(path=Path()), OtherMode())
    assert [each.refusal.code for each in twin.refused] == ["insufficient-margin"]


def test_a_flip_leaves_as_little_as_it_did() -> None:
    life = opened(MarginMode.ISOLATED)
    at(life, 1, 49_000)
    life.ask(
        Open(BTC, Side.SHORT, D("0.101"), None, None)
    )  # 0.001 beyond is worth less than an order's minimum
    assert life.account.positions[BTC, Side.SHORT].quantity == D("0.001")
    assert same(live(life.told(path=Path()), AsItWas()).account, life.account)


def minute(number: int, *prices: int) -> MinuteCandle:
    candle = Candle(*(D(each) for each in prices))
    return MinuteCandle(BTC, NOON + number * MINUTE, candle, candle)


def test_candles_are_merged_but_for_minutes_apart() -> None:
    candles = [minute(n, 100 + n, 110 + n, 90 - n, 101 + n) for n in range(6)]
    spans = tuple(merged(candles, 4, {NOON + 2 * MINUTE}))
    assert [(each.start - NOON) // MINUTE for each in spans] == [0, 2, 3, 4]
    assert spans[0].candles[BTC] == Candle(D(100), D(111), D(89), D(102))
    assert spans[3].candles[BTC] == Candle(D(104), D(115), D(85), D(106))


@pytest.mark.parametrize(("hours", "width"), [(1, 1), (33, 1), (34, 2), (24 * 30, 24), (24 * 400, 60)])
def test_the_width_of_merged_candles(hours: int, width: int) -> None:
    assert width_for(timedelta(hours=hours)) == width
    assert 240 % width == 0, "no candle reaches over a funding timestamp"
