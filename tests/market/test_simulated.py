from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import log, sqrt
from statistics import correlation, fmean, pstdev

import pytest

from bot.core.clock import ManualClock
from bot.market import BadAdvance, BadPrice, SimulatedFeed, UnknownContract, load_levels, load_tape
from engine.contracts import Contract
from engine.market import FillRule, MarketSnapshot

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def feed_of(contracts: Mapping[str, Contract], seed: int = 1, tick: timedelta = SECOND) -> SimulatedFeed:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    return SimulatedFeed(contracts, load_levels(), seed, clock, tick=tick)


def lasts(markets: list[MarketSnapshot], symbol: str = "BTCUSDT") -> list[Decimal]:
    return [market.quotes[symbol].last for market in markets]


def returns(markets: list[MarketSnapshot], symbol: str) -> list[float]:
    return [log(after / before) for before, after in pairwise(lasts(markets, symbol))]


def test_the_same_seed_gives_the_same_market(contracts: Mapping[str, Contract]) -> None:
    first, second, other = feed_of(contracts, 7), feed_of(contracts, 7), feed_of(contracts, 8)
    assert first.snapshot() == second.snapshot()
    run = list(first.advance(100 * SECOND))
    assert run == list(second.advance(100 * SECOND))
    assert lasts(run) != lasts(list(other.advance(100 * SECOND)))


def test_looking_does_not_move_and_short_jumps_add_up(contracts: Mapping[str, Contract]) -> None:
    by_one, at_once = feed_of(contracts), feed_of(contracts)
    one_by_one: list[MarketSnapshot] = []
    for _ in range(60):
        by_one.snapshot()
        one_by_one += by_one.advance(SECOND)
    assert one_by_one == list(at_once.advance(60 * SECOND))
    assert by_one.step_number == at_once.step_number == 60


def test_a_seed_means_these_prices(contracts: Mapping[str, Contract]) -> None:
    """Pinned prices: a change of the model or its constants changes every course built on a seed."""
    market = list(feed_of(contracts, 42).advance(10 * SECOND))[-1]
    shown = {symbol: str(market.quote(symbol).last) for symbol in ("BTCUSDT", "ETHUSDT", "DOGEUSDT")}
    assert shown == {"BTCUSDT": "122686.9", "ETHUSDT": "4370.86", "DOGEUSDT": "0.24736"}


def test_every_contract_has_a_plausible_level(contracts: Mapping[str, Contract]) -> None:
    levels = load_levels()
    assert set(levels.symbols) == set(contracts)
    assert feed_of(contracts).snapshot().tradable == tuple(contracts)
    tape = load_tape("oct-2025")
    assert levels.as_of == tape.start
    for symbol, series in tape.series.items():
        assert levels.symbols[symbol].price == series.price(series.candles[0].open)


@pytest.mark.parametrize("by", [5 * SECOND, 8 * HOUR, timedelta(days=30), timedelta(days=366)])
@pytest.mark.parametrize("seed", range(3))
def test_prices_are_positive_and_on_the_tick(
    contracts: Mapping[str, Contract], by: timedelta, seed: int
) -> None:
    for market in feed_of(contracts, seed).advance(by):
        for symbol, quote in market.quotes.items():
            tick = contracts[symbol].tick
            for price in (quote.mark, quote.last, quote.index):
                assert price > 0
                assert price % tick == 0
            assert quote.at == market.time


def test_mark_and_index_stay_near_and_mark_is_smoother(contracts: Mapping[str, Contract]) -> None:
    markets = list(feed_of(contracts).advance(12 * 60 * SECOND))
    quotes = [market.quote("BTCUSDT") for market in markets]
    assert max(abs(quote.mark / quote.last - 1) for quote in quotes) < Decimal("0.001")
    assert max(abs(quote.index / quote.last - 1) for quote in quotes) < Decimal("0.005")

    def over_index(prices: list[Decimal]) -> float:
        return pstdev(float(b / a - 1) for a, b in pairwise(prices))

    assert over_index([q.mark / q.index for q in quotes]) < over_index([q.last / q.index for q in quotes]) / 2


def test_contracts_move_together_with_fat_tails(contracts: Mapping[str, Contract]) -> None:
    markets = list(feed_of(contracts).advance(timedelta(days=30)))
    btc, eth, doge = (returns(markets, symbol) for symbol in ("BTCUSDT", "ETHUSDT", "DOGEUSDT"))
    assert correlation(btc, eth) > 0.7
    assert 0.3 < correlation(btc, doge) < correlation(btc, eth)
    mean, deviation = fmean(btc), pstdev(btc)
    assert fmean(((r - mean) / deviation) ** 4 for r in btc) > 4  # a normal distribution has 3


def test_four_months_have_the_shape_of_a_market(contracts: Mapping[str, Contract]) -> None:
    """Every contract moves with Bitcoin, its hours have fat tails, and funding follows the premium to both sides."""
    feed = feed_of(contracts, 3)
    markets = [market for _ in range(4) for market in feed.advance(timedelta(days=30))]
    btc = returns(markets, "BTCUSDT")
    for symbol in contracts:
        hourly = returns(markets, symbol)
        mean, deviation = fmean(hourly), pstdev(hourly)
        assert fmean(((r - mean) / deviation) ** 4 for r in hourly) > 4.5
        assert symbol == "BTCUSDT" or 0.5 < correlation(btc, hourly) < 0.95
    quotes = [market.quotes["ETHUSDT"] for market in markets]
    rates = [float(quote.funding_rate) for quote in quotes]
    assert correlation(rates, [float(quote.mark / quote.index - 1) for quote in quotes]) > 0.6
    assert min(rates) < 0
    assert max(rates) > 0.0005


def test_spread_grows_with_the_root_of_time(contracts: Mapping[str, Contract]) -> None:
    """BTC: √(0.40² + 0.15²) ≈ 43 % a year, whatever the length of the steps."""
    hourly = returns(list(feed_of(contracts).advance(timedelta(days=30))), "BTCUSDT")
    per_40_seconds = returns(list(feed_of(contracts).advance(8 * HOUR)), "BTCUSDT")
    assert pstdev(hourly) * sqrt(365 * 24) == pytest.approx(0.43, rel=0.3)
    assert pstdev(per_40_seconds) * sqrt(365 * 24 * 90) == pytest.approx(0.45, rel=0.3)


def test_funding_follows_the_premium(contracts: Mapping[str, Contract]) -> None:
    quotes = [market.quote("ETHUSDT") for market in feed_of(contracts).advance(timedelta(days=120))]
    rates = [quote.funding_rate for quote in quotes]
    premiums = [float(quote.mark / quote.index - 1) for quote in quotes]
    assert len(set(rates)) > 10
    assert correlation([float(rate) for rate in rates], premiums) > 0.3
    assert max(map(abs, rates)) <= Decimal("0.75") * contracts["ETHUSDT"].brackets[0].rate


def test_funding_is_due_at_its_hours(contracts: Mapping[str, Contract]) -> None:
    for market in feed_of(contracts).advance(timedelta(days=2)):
        due = market.quote("BTCUSDT").next_funding
        assert due is not None
        assert due.hour in (0, 8, 16)
        assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
        assert timedelta(0) < due - market.time <= 8 * HOUR


def test_a_long_jump_is_bounded_and_quick(contracts: Mapping[str, Contract]) -> None:
    taken = []
    for seed in range(3):
        feed = feed_of(contracts, seed)
        began = time.process_time()
        count = sum(1 for _ in feed.advance(timedelta(days=30)))
        taken.append(time.process_time() - began)
        assert count == 720
    assert min(taken) < 0.5


def test_a_jump_moves_the_clock_step_by_step(contracts: Mapping[str, Contract]) -> None:
    feed = feed_of(contracts)
    start = feed.clock.now()
    jump = feed.advance(8 * HOUR)
    assert feed.clock.now() == start  # nothing moves before the first snapshot is taken
    market = next(jump)
    assert market.time == feed.clock.now() == start + 40 * SECOND
    jump.close()  # type: ignore[attr-defined]  # it is a generator
    assert feed.snapshot() == market
    assert [market.time for market in feed.advance(SECOND)] == [start + 41 * SECOND]
    with pytest.raises(BadAdvance):
        feed.advance(-SECOND)


def test_start_prices_can_be_given(contracts: Mapping[str, Contract], clock: ManualClock) -> None:
    def start(symbol: str, price: str) -> SimulatedFeed:
        return SimulatedFeed(contracts, load_levels(), 1, clock, prices={symbol: Decimal(price)})

    quote = start("BTCUSDT", "50000").snapshot().quote("BTCUSDT")
    assert quote.mark == quote.last == quote.index == 50_000
    with pytest.raises(UnknownContract):
        start("XYZUSDT", "1")
    with pytest.raises(BadPrice):
        start("BTCUSDT", "-1")


def test_its_fills_cost_something(contracts: Mapping[str, Contract]) -> None:
    assert feed_of(contracts).snapshot().fill_rule == FillRule()


class Recorder:
    """Takes ticks, checks that they do not overlap, and stops after some."""

    def __init__(self, enough: int) -> None:
        self.markets: list[MarketSnapshot] = []
        self.busy = False
        self.done = asyncio.Event()
        self.enough = enough

    async def __call__(self, market: MarketSnapshot) -> None:
        assert not self.busy
        self.busy = True
        await asyncio.sleep(0)
        self.markets.append(market)
        self.busy = False
        if len(self.markets) >= self.enough:
            self.done.set()


async def ticks(feed: SimulatedFeed, recorder: Recorder) -> None:
    running = asyncio.create_task(feed.run(recorder))
    await asyncio.wait_for(recorder.done.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_in_real_time_it_gives_the_market_of_its_seed(contracts: Mapping[str, Contract]) -> None:
    tick = timedelta(milliseconds=5)
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC), running=True)
    recorder = Recorder(20)
    await ticks(SimulatedFeed(contracts, load_levels(), 3, clock, tick=tick), recorder)
    expected = list(feed_of(contracts, 3, tick).advance(20 * tick))
    assert [m.quotes["BTCUSDT"].last for m in recorder.markets[:20]] == lasts(expected)


async def test_a_clock_that_jumps_is_caught_up_with_in_bounded_steps(
    contracts: Mapping[str, Contract],
) -> None:
    feed = feed_of(contracts, tick=timedelta(milliseconds=10))
    start = feed.clock.now()
    feed.clock.advance(timedelta(days=3))
    recorder = Recorder(720)
    await ticks(feed, recorder)
    assert len(recorder.markets) == 720
    assert recorder.markets[-1].time == start + timedelta(days=3)
    times = [market.time for market in recorder.markets]
    assert times == sorted(set(times))


async def test_a_failing_tick_ends_the_run_and_is_seen(contracts: Mapping[str, Contract]) -> None:
    async def fail(market: MarketSnapshot) -> None:
        raise LookupError(market.name)

    feed = feed_of(contracts, tick=timedelta(milliseconds=1))
    feed.clock.advance(SECOND)
    with pytest.raises(LookupError, match="simulated"):
        await feed.run(fail)
    recorder = Recorder(3)
    feed.clock.advance(SECOND)
    await ticks(feed, recorder)  # it can be run again
