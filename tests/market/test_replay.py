from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bot.market import BadAdvance, BadPosition, BadSpeed, ReplayFeed, load_tape
from bot.market.path import steps
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.events import AdlStruck
from engine.exchange import decide
from engine.fills import after
from engine.formulas import adl_rank
from engine.intents import Deleverage, Deposit, Open
from engine.market import FillRule, MarketSnapshot
from engine.position import MarginMode, Side

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TAPE = load_tape("mar-2020")


@pytest.fixture
def feed(contracts: Mapping[str, Contract]) -> ReplayFeed:
    return ReplayFeed(TAPE, contracts)


def test_it_starts_at_the_first_open_with_the_time_of_the_tape(feed: ReplayFeed) -> None:
    market = feed.snapshot()
    assert market.name == feed.name == "replay:mar-2020"
    assert market.time == feed.clock.now() == TAPE.start
    assert market.quote("BTCUSDT").last == Decimal("7821.86")
    assert market.fill_rule == FillRule()
    assert (feed.position, feed.finished) == (timedelta(0), False)


def test_symbols_without_a_candle_are_not_tradable(
    feed: ReplayFeed, contracts: Mapping[str, Contract]
) -> None:
    assert feed.snapshot().tradable == ("BTCUSDT", "ETHUSDT")
    only_eth = ReplayFeed(TAPE, {"ETHUSDT": contracts["ETHUSDT"]})
    assert only_eth.snapshot().tradable == ("ETHUSDT",)


def test_every_step_of_the_path_is_given(feed: ReplayFeed) -> None:
    path = list(steps(TAPE))
    markets = [feed.snapshot(), *feed.advance(10 * HOUR), *feed.finish()]
    assert [market.time for market in markets] == [step.time for step in path]
    for market, step in zip(markets, path, strict=True):
        for symbol, quote in market.quotes.items():
            assert (quote.last, quote.mark, quote.index) == (
                step.last[symbol],
                step.mark[symbol],
                step.mark[symbol],
            )
            assert quote.funding_rate == Decimal("0.0001")
            assert quote.next_funding is not None
            assert quote.next_funding > market.time
    assert feed.finished
    assert feed.position == TAPE.length


def test_funding_timestamps_are_met_exactly(feed: ReplayFeed) -> None:
    markets = [feed.snapshot(), *feed.finish()]
    due = {market.quote("BTCUSDT").next_funding for market in markets} - {None}
    assert {time for time in due if time is not None and time <= TAPE.end} <= {
        market.time for market in markets
    }


def test_time_between_two_steps_is_kept(feed: ReplayFeed) -> None:
    first, second = (step.time for step in list(steps(TAPE))[:2])
    (market,) = feed.advance((second - first) / 2)
    assert market.time == feed.clock.now() == first + (second - first) / 2
    assert market.quotes == ReplayFeed(TAPE, market.contracts).snapshot().quotes
    (market,) = feed.advance((second - first) / 2)
    assert market.time == market.quote("BTCUSDT").at == second


def test_the_end_is_the_end(feed: ReplayFeed) -> None:
    assert list(feed.advance(timedelta(days=300)))[-1].time == TAPE.end
    before = feed.snapshot()
    assert not list(feed.advance(HOUR))
    assert not list(feed.finish())
    assert feed.snapshot() == before


def test_an_iterator_dropped_half_way_leaves_the_market_there(feed: ReplayFeed) -> None:
    market = next(feed.advance(5 * HOUR))
    assert feed.snapshot() == market
    assert feed.clock.now() == market.time


def test_it_can_start_anywhere_on_the_tape(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, start=22 * HOUR)
    assert feed.snapshot().quote("BTCUSDT").last == Decimal("7354.21")
    assert feed.position == 22 * HOUR
    for start in (-HOUR, TAPE.length, 99 * HOUR):
        with pytest.raises(BadPosition):
            ReplayFeed(TAPE, contracts, start=start)


@pytest.mark.parametrize("speed", ["0", "-1", "NaN", "Infinity", "1e999", "100001", "0.001"])
def test_speeds_out_of_range_are_refused(contracts: Mapping[str, Contract], speed: str) -> None:
    with pytest.raises(BadSpeed) as refused:
        ReplayFeed(TAPE, contracts, Decimal(speed))
    assert refused.value.data == {"speed": speed.replace("e", "E+"), "least": "0.01", "most": "100000"}


def test_bad_jumps_are_refused(feed: ReplayFeed) -> None:
    with pytest.raises(BadAdvance):
        feed.advance(timedelta(0))


@pytest.mark.parametrize("position", [0, 59, 61, 1_234.5, 33 * 3_600 + 1_201.25, 60 * 3_600 - 30])
def test_it_goes_on_where_another_stopped(contracts: Mapping[str, Contract], position: float) -> None:
    """A restart changes nothing: the same prices at hand, the same steps to come."""
    tape = load_tape("oct-2025")
    steady = ReplayFeed(tape, contracts)
    if position:
        for _ in steady.advance(timedelta(seconds=position)):
            pass
    resumed = ReplayFeed(tape, contracts, start=steady.position)
    resumed.restore(steady.snapshot().funding)
    assert resumed.snapshot() == steady.snapshot()
    assert resumed.position == steady.position == timedelta(seconds=position)
    hour = timedelta(hours=2)
    assert list(resumed.advance(hour)) == list(steady.advance(hour))


def test_it_can_be_stepped_by_hand(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, start=10 * HOUR + 20 * MINUTE)
    path = list(steps(TAPE, feed.clock.now()))
    feed.pause()
    (market,) = feed.step()
    assert market.time == path[1].time
    markets = list(feed.to_next_hour())
    assert markets[-1].time == TAPE.start + 11 * HOUR
    assert [market.time for market in markets] == [
        step.time for step in path[2:] if step.time <= TAPE.start + 11 * HOUR
    ]
    assert list(feed.to_next_hour())[-1].time == TAPE.start + 12 * HOUR
    for _ in feed.finish():
        pass
    assert (list(feed.step()), list(feed.to_next_hour())) == ([], [])


def test_age_is_that_of_the_step_at_hand(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, stale_after=timedelta(seconds=10))
    first, second = (step.time for step in list(steps(TAPE))[:2])
    assert feed.age(feed.clock.now()) == timedelta(0)
    (market,) = feed.advance((second - first) / 2)
    assert feed.age(feed.clock.now()) == (second - first) / 2
    assert feed.stale(feed.clock.now()) is not market.fresh("BTCUSDT")


def test_the_script_strikes_shorts_at_the_worst_minutes(contracts: Mapping[str, Contract]) -> None:
    tape = load_tape("oct-2025")
    feed = ReplayFeed(tape, contracts, start=33 * HOUR)
    since = feed.clock.now()
    found = []
    for market in feed.advance(HOUR):
        for strike in feed.struck(since, market.time):
            assert strike.at == market.time  # every minute has a step of its own
            assert strike.side is Side.SHORT
            assert strike.price_in(market) == market.quote(strike.symbol).mark
            found.append((f"{market.time:%H:%M}", strike.symbol))
        since = market.time
    assert len(found) == len(set(found)) == len(tape.adl) == len(tape.series)
    assert {symbol for _, symbol in found} == set(tape.series)
    assert {time for time, _ in found} == {"21:19", "21:20"}
    assert not feed.struck(tape.start, tape.start + 33 * HOUR)
    assert not ReplayFeed(TAPE, contracts).struck(TAPE.start, TAPE.end)


@pytest.mark.parametrize(
    ("symbol", "leverage", "is_struck"),
    [
        ("BTCUSDT", 10, True),
        ("BTCUSDT", 5, True),
        ("BTCUSDT", 2, False),
        ("ADAUSDT", 3, True),
        ("ADAUSDT", 2, False),
    ],
)
def test_who_is_struck(
    contracts: Mapping[str, Contract], symbol: str, leverage: int, is_struck: bool
) -> None:
    """A short opened at noon of the day, isolated: its rank in the minute of the strike, and what a strike does."""
    tape = load_tape("oct-2025")
    feed = ReplayFeed(tape, contracts, start=24 * HOUR)
    price = feed.snapshot().quote(symbol).last
    quantity = contracts[symbol].floor_quantity(10_000 / price)
    account = MarginAccount.empty()
    for intent in (
        Deposit(Decimal(20_000)),
        Open(symbol, Side.SHORT, quantity, leverage, MarginMode.ISOLATED),
    ):
        account = after(account, decide(intent, account, feed.snapshot()))
    (strike,) = (each for each in tape.adl if each.symbol == symbol)
    market = list(feed.advance(strike.at - feed.clock.now()))[-1]
    position = account.positions[symbol, Side.SHORT]
    assert position.isolated_wallet is not None
    mark = market.quote(symbol).mark
    notional = position.quantity * mark
    bracket = contracts[symbol].bracket_for(notional)
    pnl = position.quantity * (position.entry_price - mark)
    rank = adl_rank(pnl, position.isolated_wallet, notional * bracket.rate - bracket.amount)
    assert (rank >= strike.least_rank) is is_struck
    done = decide(Deleverage(symbol, Side.SHORT, strike.price_in(market)), account, market)
    assert isinstance(done[-1], AdlStruck)
    assert not after(account, done).positions


async def played(feed: ReplayFeed, enough: int) -> list[MarketSnapshot]:
    markets: list[MarketSnapshot] = []
    done = asyncio.Event()

    async def take(market: MarketSnapshot) -> None:
        markets.append(market)
        await asyncio.sleep(0)
        if len(markets) == enough:
            done.set()

    running = asyncio.create_task(feed.run(take))
    await asyncio.wait_for(done.wait(), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return markets


async def test_played_fast_it_still_gives_every_step(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, Decimal(100_000), start=58 * HOUR)
    start = feed.clock.now()
    path = list(steps(TAPE, start))[1:]
    markets = await played(feed, len(path))
    assert [market.time for market in markets] == [step.time for step in path]
    assert feed.finished


async def test_speed_is_tape_time_by_real_time(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, Decimal(600))
    loop = asyncio.get_running_loop()
    began = loop.time()
    markets = await played(feed, 4)
    expected = (markets[-1].time - TAPE.start).total_seconds() / 600
    assert expected * 0.9 <= loop.time() - began <= expected + 5


async def test_a_pause_holds_the_tape_and_changes_no_step(contracts: Mapping[str, Contract]) -> None:
    feed = ReplayFeed(TAPE, contracts, Decimal(6_000))
    markets: list[MarketSnapshot] = []

    async def take(market: MarketSnapshot) -> None:
        markets.append(market)
        if len(markets) == 3:
            feed.pause()

    running = asyncio.create_task(feed.run(take))
    await asyncio.sleep(0.2)
    assert feed.paused
    assert len(markets) == 3
    (stepped,) = feed.step()
    await asyncio.sleep(0.05)
    assert len(markets) == 3
    feed.resume()
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not feed.paused
    times = [market.time for market in [*markets[:3], stepped, *markets[3:]]]
    assert len(times) > 6
    assert times == [step.time for step in steps(TAPE)][1 : len(times) + 1]


async def test_a_new_speed_counts_at_once(contracts: Mapping[str, Contract]) -> None:
    """At 1x the next step is up to a minute away: nobody waits for it after asking for 6,000x."""
    feed = ReplayFeed(TAPE, contracts)
    playing = asyncio.create_task(played(feed, 5))
    await asyncio.sleep(0.05)
    feed.speed = Decimal(6_000)
    assert len(await asyncio.wait_for(playing, 5)) >= 5


async def test_time_moved_by_hand_while_it_plays_is_not_played_again(
    contracts: Mapping[str, Contract],
) -> None:
    feed = ReplayFeed(TAPE, contracts, Decimal(6_000))
    playing = asyncio.create_task(played(feed, 5))
    await asyncio.sleep(0)
    jumped = list(feed.advance(5 * HOUR))
    markets = await playing
    times = [market.time for market in [*jumped, *markets]]
    assert all(before < after for before, after in pairwise(times))
    assert times == [step.time for step in steps(TAPE)][1 : len(times) + 1]


async def test_a_failing_tick_ends_the_run_and_is_seen(contracts: Mapping[str, Contract]) -> None:
    async def fail(market: MarketSnapshot) -> None:
        raise LookupError(market.name)

    feed = ReplayFeed(TAPE, contracts, Decimal(100_000))
    with pytest.raises(LookupError, match="replay"):
        await feed.run(fail)
    assert len(await played(feed, 3)) >= 3  # it can be played on
