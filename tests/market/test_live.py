"""The live feed against a strict server on loopback that does what an exchange does on its bad days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from bot.core.clock import ManualClock, SystemClock
from bot.market.errors import NotByHand
from bot.market.live import LiveFeed
from bot.market.live_socket import LARGEST_FRAME, Pace
from engine.contracts import Contract
from engine.market import FillRule, MarketSnapshot
from tests.fakes.exchange_ws import LAST, MARK, ExchangeServer

BTC, ETH = "BTCUSDT", "ETHUSDT"
SHORT = timedelta(milliseconds=600)
"""After this prices are stale here; a real market has 15 seconds."""
QUICK = Pace(connect=2, heartbeat=20, silence=20, first_delay=0.02, longest_delay=0.1, steady=5)


def later() -> datetime:
    """Now, but in a later millisecond than anything said so far."""
    return datetime.now(UTC) + timedelta(milliseconds=2)


class Watched:
    """Takes ticks one at a time while `free` is set; at each everybody sees what is handed over, and nothing newer."""

    def __init__(self, feed: LiveFeed) -> None:
        self.markets: list[MarketSnapshot] = []
        self.feed = feed
        self.free = asyncio.Event()
        self.free.set()
        self._changed = asyncio.Condition()

    async def __call__(self, market: MarketSnapshot) -> None:
        assert self.feed.snapshot().quotes == market.quotes
        self.markets.append(market)
        async with self._changed:
            self._changed.notify_all()
        await self.free.wait()

    async def until(self, holds: Callable[[list[MarketSnapshot]], bool], within: float = 5) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: bool(self.markets) and holds(self.markets))

    async def count(self, number: int, within: float = 5) -> None:
        await self.until(lambda markets: len(markets) >= number, within)

    def path(self, symbol: str = BTC) -> list[tuple[int, int]]:
        """Mark and last of each snapshot that has both."""
        quotes = [market.quotes[symbol] for market in self.markets if symbol in market.quotes]
        return [(int(quote.mark), int(quote.last)) for quote in quotes]


class Session:
    """A feed that runs against an exchange, and who takes its ticks."""

    def __init__(self, exchange: ExchangeServer, feed: LiveFeed) -> None:
        self.exchange = exchange
        self.feed = feed
        self.seen = Watched(feed)

    async def start(self, btc: str = "50000") -> None:
        """First prices of one contract."""
        await self.exchange.prices(BTCUSDT=btc)
        await self.seen.count(1)


@asynccontextmanager
async def session(
    contracts: Mapping[str, Contract], pace: Pace = QUICK, stale_after: timedelta = timedelta(seconds=15)
) -> AsyncIterator[Session]:
    async with ExchangeServer() as exchange:
        clock = ManualClock(SystemClock().now(), running=True)
        feed = LiveFeed(
            contracts, clock, address=exchange.address, stale_after=stale_after, pace=pace, dice=Random(1)
        )
        made = Session(exchange, feed)
        running = asyncio.create_task(feed.run(made.seen))
        try:
            await exchange.connected()
            yield made
            assert not exchange.broken_manners
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def test_it_asks_for_both_streams_and_mark_and_last_differ(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
        await live.exchange.lasts({BTC: "50000.00", ETH: "2500.00"})
        await live.exchange.marks({BTC: "50010.12345678", ETH: "2501.5"}, rate="-0.00025000", due=due)
        await live.seen.count(1)
        assert live.exchange.streams == [(MARK, LAST)]
        market = live.feed.snapshot()
        quote = market.quote(BTC)
        assert (quote.mark, quote.last, quote.index) == (
            Decimal("50010.12345678"),
            Decimal(50_000),
            Decimal("50010.12345678"),
        )
        assert (quote.funding_rate, quote.next_funding) == (Decimal("-0.00025"), due)
        assert timedelta(0) <= market.time - quote.at < timedelta(seconds=2)
        assert market.tradable == (BTC, ETH)
        assert market.stale_after == timedelta(seconds=15)
        assert (market.name, market.fill_rule) == ("live", FillRule())
        assert not live.feed.stale(live.feed.clock.now())


async def test_before_the_first_prices_there_is_nothing_to_trade(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts, stale_after=SHORT) as live:
        now = live.feed.clock.now()
        assert not live.feed.snapshot().quotes
        assert live.feed.snapshot().tradable == ()
        assert live.feed.age(now) is None
        assert live.feed.stale(now)
        await live.exchange.marks(
            {BTC: "50000"}
        )  # a mark price alone is no quote: there is no last price yet
        await live.seen.count(1)  # told once that nothing came
        assert not live.seen.markets[0].quotes
        await live.exchange.lasts({BTC: "50001"})
        await live.seen.count(2)
        assert live.seen.path()[0] == (50_000, 50_001)


async def test_a_live_market_is_not_moved_by_hand(contracts: Mapping[str, Contract]) -> None:
    feed = LiveFeed(contracts, SystemClock())
    with pytest.raises(NotByHand) as refused:
        feed.advance(timedelta(hours=8))
    assert refused.value.code == "not-this-market"


async def test_every_message_is_a_snapshot_in_order(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        await live.start()
        start = later()
        for n in range(1, 6):
            await live.exchange.marks({BTC: str(50_000 + n)}, start + timedelta(milliseconds=n))
            await live.seen.count(1 + n)
        assert [mark for mark, _ in live.seen.path()] == [50_000, 50_001, 50_002, 50_003, 50_004, 50_005]
        times = [market.time for market in live.seen.markets]
        assert times == sorted(times)


async def test_silence_is_told_once_and_so_is_its_end(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts, stale_after=SHORT) as live:
        await live.start()
        assert live.seen.markets[0].fresh(BTC)
        await live.seen.count(2)
        stale = live.seen.markets[1]
        assert stale.quotes == live.seen.markets[0].quotes
        assert not stale.fresh(BTC)
        assert stale.tradable == ()
        now = live.feed.clock.now()
        age = live.feed.age(now)
        assert age is not None
        assert age > SHORT
        assert live.feed.stale(now)
        await asyncio.sleep(3 * SHORT.total_seconds())
        assert len(live.seen.markets) == 2
        await live.exchange.prices(BTCUSDT="50100")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_100)
        assert live.seen.markets[-1].fresh(BTC)
        assert not live.feed.stale(live.feed.clock.now())
        heard = len(live.seen.markets)
        await live.seen.count(heard + 1)  # and the next silence is told again
        assert not live.seen.markets[-1].fresh(BTC)


async def test_a_dead_stream_of_last_prices_makes_prices_stale(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts, stale_after=SHORT) as live:
        await live.start()
        for n in range(20):
            await live.exchange.marks({BTC: str(50_001 + n)})
            await asyncio.sleep(0.05)
        assert not live.seen.markets[-1].fresh(BTC)


async def test_one_contract_that_falls_silent_is_stale_alone(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts, stale_after=SHORT) as live:
        await live.exchange.prices(BTCUSDT="50000", ETHUSDT="2500")
        for n in range(20):
            await live.exchange.prices(BTCUSDT=str(50_001 + n))
            await asyncio.sleep(0.05)
        assert live.seen.markets[-1].tradable == (BTC,)
        assert not live.feed.stale(live.feed.clock.now())


async def test_a_contract_that_does_not_trade_keeps_its_last_price(
    contracts: Mapping[str, Contract],
) -> None:
    """Its mark price goes on each second; the stream of last prices leaves it out."""
    async with session(contracts, stale_after=SHORT) as live:
        await live.exchange.prices(BTCUSDT="50000", ETHUSDT="2500")
        for n in range(20):
            await live.exchange.lasts({BTC: str(50_001 + n)})
            await live.exchange.marks({BTC: "50000", ETH: str(2_501 + n)})
            await asyncio.sleep(0.05)
        assert live.seen.markets[-1].quote(ETH).last == 2_500
        assert live.seen.markets[-1].tradable == (BTC, ETH)


@pytest.mark.parametrize("ending", ["closed", "lost"])
async def test_a_connection_that_ends_is_replaced_without_duplicates(
    contracts: Mapping[str, Contract], ending: str
) -> None:
    async with session(contracts) as live:
        at = datetime.now(UTC)
        await live.exchange.prices(at, BTCUSDT="50000")
        await live.seen.count(1)
        await (live.exchange.close() if ending == "closed" else live.exchange.reset())
        await live.exchange.connected(2)
        await live.exchange.prices(at, BTCUSDT="50000")  # said before
        await live.exchange.prices(at - timedelta(seconds=1), BTCUSDT="49000")  # older
        await live.exchange.prices(at + timedelta(milliseconds=100), BTCUSDT="50100")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_100)
        assert live.seen.path() == [(50_000, 50_000), (50_000, 50_100), (50_100, 50_100)]
        assert live.feed.tally.old == 4
        assert live.feed.tally.gaps == {ending: 1}
        assert 0 < live.feed.tally.gap_seconds < 5
        assert live.feed.tally.connections == 2


async def test_a_connection_is_replaced_before_the_exchange_ends_it(
    contracts: Mapping[str, Contract],
) -> None:
    async with session(contracts, Pace(lifetime=0.3, silence=20, first_delay=60)) as live:
        await live.start()
        await live.exchange.connected(2)  # at once: the pause of a minute is for failures
        await live.exchange.prices(BTCUSDT="50001")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_001)
        assert set(live.feed.tally.gaps) == {"planned"}


async def test_a_silent_connection_is_given_up(contracts: Mapping[str, Contract]) -> None:
    """It answers pings and sends what is no news, but no prices."""
    async with session(contracts, Pace(silence=0.3, first_delay=0.02, longest_delay=0.02)) as live:
        at = datetime.now(UTC)
        async with asyncio.timeout(5):
            while len(live.exchange.streams) == 1:
                with suppress(ConnectionError):
                    await live.exchange.prices(at, BTCUSDT="50000")
                await asyncio.sleep(0.05)
        assert live.feed.tally.gaps["silent"] >= 1


async def test_a_ping_without_answer_ends_the_connection(contracts: Mapping[str, Contract]) -> None:
    async with ExchangeServer() as exchange:
        exchange.deaf = True
        feed = LiveFeed(
            contracts,
            SystemClock(),
            address=exchange.address,
            pace=Pace(heartbeat=0.2, silence=20, first_delay=0.02, longest_delay=0.02),
        )
        running = asyncio.create_task(feed.run(Watched(feed)))
        await exchange.connected(2)
        assert exchange.pings >= 1
        assert feed.tally.gaps["unanswered"] >= 1
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_pings_are_sent_and_answers_keep_the_connection(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts, Pace(heartbeat=0.1, silence=20)) as live:
        await asyncio.sleep(0.6)
        assert live.exchange.pings >= 3
        assert len(live.exchange.streams) == 1


async def test_an_exchange_that_is_away_is_tried_again(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        await live.start()
        await live.exchange.stop()
        await asyncio.sleep(0.3)
        assert live.feed.tally.gaps["unreachable"] >= 2
        await live.exchange.listen()
        await live.exchange.connected(2)
        await live.exchange.prices(BTCUSDT="50001")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_001)


async def test_a_refused_handshake_is_tried_again(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        live.exchange.refuse = 503
        await live.exchange.reset()
        await live.exchange.refused(2)
        live.exchange.refuse = None
        await live.exchange.connected(2)
        assert live.feed.tally.gaps["unreachable"] >= 2


async def test_a_huge_frame_ends_the_connection_and_not_the_feed(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        await live.start()
        with suppress(ConnectionError):
            await live.exchange.text("[" + " " * LARGEST_FRAME + "]")
        await live.exchange.connected(2)
        assert live.feed.tally.gaps == {"huge": 1}
        await live.exchange.prices(BTCUSDT="50001")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_001)


async def test_garbage_is_counted_and_survived(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        await live.start()
        before = live.feed.snapshot().quotes
        await live.exchange.text("no json")
        await live.exchange.text("[" * 100_000)
        await live.exchange.bytes(b"\xff\x00")
        await live.exchange.text('{"result": null, "id": 1}')
        for price in ("NaN", "Infinity", "-1", "0", "0.00000000", "", "1e5", "5" * 50, "٣"):
            await live.exchange.marks({BTC: price})
            await live.exchange.lasts({BTC: price})
        await live.exchange.marks({BTC: "50001"}, E="now")
        await live.exchange.marks({BTC: "50001"}, p=50_001)
        await live.exchange.lasts({BTC: "50001"}, e="trade")
        await live.exchange.marks({"NOSUCHUSDT": "1", "BTCUSD_PERP": "50000"}, r="", T=0)
        await live.exchange.prices(BTCUSDT="50002")
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_002)
        assert live.seen.path()[0] == (50_000, 50_000)
        assert live.seen.markets[0].quotes == before
        assert live.feed.tally.garbage == 4 + 9 * 2 + 3
        assert len(live.exchange.streams) == 1
        assert set(live.feed.snapshot().quotes) == {BTC}


async def test_time_does_not_go_back_nor_far_ahead(contracts: Mapping[str, Contract]) -> None:
    async with session(contracts) as live:
        await live.start()
        now = later()
        await live.exchange.marks({BTC: "40000"}, now - timedelta(minutes=1))
        await live.exchange.marks({BTC: "60000"}, now + timedelta(hours=1))
        await live.exchange.marks({BTC: "50001"}, now)
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_001)
        assert [mark for mark, _ in live.seen.path()] == [50_000, 50_001]
        assert (live.feed.tally.old, live.feed.tally.ahead) == (1, 1)


async def test_the_rate_last_shown_is_recorded_when_its_timestamp_has_passed(
    contracts: Mapping[str, Contract],
) -> None:
    async with session(contracts) as live:
        due = datetime.now(UTC).replace(microsecond=0)
        later = due + timedelta(hours=8)
        restored = (BTC, due - timedelta(hours=8))
        live.feed.restore({restored: Decimal("0.0007")})
        await live.exchange.lasts({BTC: "50000"})
        start = datetime.now(UTC)
        for n, (rate, next_due) in enumerate(
            [("0.0001", due), ("0.0003", due), ("0.0002", later), ("0.0005", due)]
        ):
            await live.exchange.marks(
                {BTC: "50000"}, start + timedelta(milliseconds=n), rate=rate, due=next_due
            )
            await live.seen.count(n + 1)
        assert live.seen.markets[1].funding == {restored: Decimal("0.0007")}
        assert live.seen.markets[2].funding == {
            restored: Decimal("0.0007"),
            (BTC, due): Decimal("0.0003"),
        }
        assert live.feed.snapshot().funding == live.seen.markets[2].funding


async def test_a_slow_consumer_misses_no_extreme(contracts: Mapping[str, Contract]) -> None:
    """Prices that were passed through on the way are merged, turning points are not."""
    async with session(contracts) as live:
        await live.start()
        live.seen.free.clear()
        start = later()
        await live.exchange.marks({BTC: "50001"}, start)
        await live.seen.count(2)  # the consumer is busy with this one
        path = [*range(50_010, 50_100, 10), *range(50_100, 49_000, -50), *range(49_000, 50_500, 100)]
        for n, price in enumerate(path):
            await live.exchange.marks({BTC: str(price)}, start + timedelta(milliseconds=n + 1))
        await live.exchange.marks({BTC: "50400"}, start + timedelta(milliseconds=len(path) + 1))
        await asyncio.sleep(0.2)
        assert live.feed.snapshot().quotes[BTC].mark == 50_001  # all see what was handed over last
        live.seen.free.set()
        await live.seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_400)
        marks = [mark for mark, _ in live.seen.path()]
        assert {50_100, 49_000, 50_400} <= set(marks[2:])
        assert len(marks) - 2 == len(path) + 1 - live.feed.tally.merged
        assert len(marks) <= 7
        times = [market.time for market in live.seen.markets]
        assert all(before <= after for before, after in pairwise(times))


async def test_a_slow_consumer_is_told_that_prices_grew_old_meanwhile(
    contracts: Mapping[str, Contract],
) -> None:
    async with session(contracts, stale_after=SHORT) as live:
        await live.start()
        live.seen.free.clear()
        start = later()
        await live.exchange.marks({BTC: "50001"}, start)
        await live.seen.count(2)
        await live.exchange.marks({BTC: "50002"}, start + timedelta(milliseconds=1))
        await asyncio.sleep(2 * SHORT.total_seconds())
        live.seen.free.set()
        await live.seen.count(4)
        assert [mark for mark, _ in live.seen.path()] == [50_000, 50_001, 50_002, 50_002]
        assert [market.fresh(BTC) for market in live.seen.markets] == [True, True, True, False]


async def test_a_failing_tick_ends_the_run_and_is_seen(contracts: Mapping[str, Contract]) -> None:
    async def fail(market: MarketSnapshot) -> None:
        raise LookupError(market.name)

    async with ExchangeServer() as exchange:
        feed = LiveFeed(contracts, SystemClock(), address=exchange.address, pace=QUICK)
        running = asyncio.create_task(feed.run(fail))
        await exchange.connected()
        await exchange.prices(BTCUSDT="50000")
        with pytest.raises(LookupError, match="live"):
            await running
        seen = Watched(feed)
        again = asyncio.create_task(feed.run(seen))
        await exchange.connected(2)
        await exchange.prices(BTCUSDT="50001")
        await seen.until(lambda markets: markets[-1].quotes[BTC].mark == 50_001)  # it can be run again
        again.cancel()
        with pytest.raises(asyncio.CancelledError):
            await again
