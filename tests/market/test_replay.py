from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bot.market import BadAdvance, BadPosition, BadSpeed, ReplayFeed, load_tape
from bot.market.path import steps
from engine.contracts import Contract
from engine.market import FillRule, MarketSnapshot

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
