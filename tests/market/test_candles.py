from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.market import Minutes, ReplayFeed, SimulatedFeed, load_levels, load_tape
from engine.candles import MinuteCandle
from engine.contracts import Contract
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.resimulation import Candle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BTC, ETH = "BTCUSDT", "ETHUSDT"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{clock}+00:00")


def market(clock: str, late: Mapping[str, str] | None = None, **prices: tuple[int, int]) -> MarketSnapshot:
    """A snapshot of (mark, last) by symbol; `late` gives quotes a time of their own."""
    quotes = {
        symbol: Quote(
            symbol,
            Decimal(mark),
            Decimal(last),
            Decimal(mark),
            Decimal(0),
            None,
            at((late or {}).get(symbol, clock)),
        )
        for symbol, (mark, last) in prices.items()
    }
    return MarketSnapshot("m", at(clock), quotes, {}, FRICTIONLESS)


def candle(symbol: str, clock: str, mark: str, last: str) -> MinuteCandle:
    return MinuteCandle(
        symbol, at(clock), Candle(*map(Decimal, mark.split())), Candle(*map(Decimal, last.split()))
    )


def test_a_minute_ends_with_the_first_quote_of_the_next() -> None:
    minutes = Minutes()
    for clock, mark, last in [("12:00:05", 100, 101), ("12:00:20", 97, 99), ("12:00:40", 104, 108)]:
        assert minutes.add(market(clock, BTCUSDT=(mark, last))) == ()
    assert minutes.add(market("12:00:59.999", BTCUSDT=(102, 103))) == ()
    assert minutes.add(market("12:01", BTCUSDT=(50, 50))) == (
        candle(BTC, "12:00", "100 104 97 102", "101 108 99 103"),
    )
    assert minutes.flush() == (candle(BTC, "12:01", "50 50 50 50", "50 50 50 50"),)
    assert minutes.flush() == ()


def test_a_gap_stays_a_gap() -> None:
    minutes = Minutes()
    minutes.add(market("12:00", BTCUSDT=(100, 100)))
    ended = minutes.add(market("12:07:30", BTCUSDT=(110, 110)))
    assert [each.minute for each in (*ended, *minutes.flush())] == [at("12:00"), at("12:07")]


def test_symbols_end_on_their_own() -> None:
    minutes = Minutes()
    minutes.add(market("12:00:59", BTCUSDT=(100, 100), ETHUSDT=(10, 10)))
    late = market("12:01:01", {ETH: "12:00:59.500"}, BTCUSDT=(101, 101), ETHUSDT=(12, 12))
    assert [each.symbol for each in minutes.add(late)] == [BTC]
    (eth,) = minutes.add(market("12:01:02", BTCUSDT=(101, 101), ETHUSDT=(11, 11)))
    assert eth == candle(ETH, "12:00", "10 12 10 12", "10 12 10 12")


def test_a_symbol_that_falls_silent_ends_a_minute_later() -> None:
    minutes = Minutes()
    minutes.add(market("12:00:10", BTCUSDT=(100, 100), ETHUSDT=(10, 10)))
    stale = {ETH: "12:00:10"}
    assert [e.symbol for e in minutes.add(market("12:01", stale, BTCUSDT=(1, 1), ETHUSDT=(10, 10)))] == [BTC]
    ended = minutes.add(market("12:02", stale, BTCUSDT=(1, 1), ETHUSDT=(10, 10)))
    assert [(e.symbol, e.minute) for e in ended] == [(ETH, at("12:00")), (BTC, at("12:01"))]
    assert [e.symbol for e in minutes.flush()] == [BTC]  # the old quote began no new minute


def test_time_going_back_is_ignored() -> None:
    minutes = Minutes()
    minutes.add(market("12:00:30", BTCUSDT=(100, 100)))
    minutes.add(market("12:00:20", BTCUSDT=(1, 1)))
    (ended,) = minutes.add(market("12:01", BTCUSDT=(100, 100)))
    assert ended.mark.low == 100
    assert minutes.add(market("12:00:50", BTCUSDT=(1, 1))) == ()
    assert [each.minute for each in minutes.flush()] == [at("12:01")]


def test_two_prices_at_one_time_both_count() -> None:
    """`!price` on a market whose clock stands."""
    minutes = Minutes()
    for price in (100, 90, 95):
        minutes.add(market("12:00", BTCUSDT=(price, price)))
    assert minutes.flush() == (candle(BTC, "12:00", "100 100 90 95", "100 100 90 95"),)


def test_the_minutes_of_a_replay_add_up_to_its_hours(contracts: Mapping[str, Contract]) -> None:
    tape = load_tape("oct-2025")
    feed = ReplayFeed(tape, contracts, start=timedelta(hours=33))
    minutes, found = Minutes(), list[MinuteCandle]()
    found += minutes.add(feed.snapshot())
    for each in feed.advance(timedelta(hours=1)):
        found += minutes.add(each)
    crash = [each for each in found if each.symbol == BTC]
    key = tape.series[BTC].candles[33]
    assert len(crash) == 60
    assert (crash[0].last.open, max(c.last.high for c in crash), min(c.last.low for c in crash)) == (
        Decimal(key.open),
        Decimal(key.high),
        Decimal(key.low),
    )
    assert min(c.mark.low for c in crash) == Decimal("101877.69")


def test_a_simulated_market_goes_on_from_its_last_candles(contracts: Mapping[str, Contract]) -> None:
    def feed(start: datetime, resume: Mapping[str, MinuteCandle] | None = None) -> SimulatedFeed:
        return SimulatedFeed(contracts, load_levels(), 5, ManualClock(start), resume=resume)

    before, minutes, kept = feed(NOON), Minutes(), dict[str, MinuteCandle]()
    for each in before.advance(timedelta(minutes=10)):
        kept |= {candle.symbol: candle for candle in minutes.add(each)}
    kept |= {candle.symbol: candle for candle in minutes.flush()}
    later = NOON + timedelta(hours=3)
    after = feed(later, kept)
    for symbol, quote in after.snapshot().quotes.items():
        old = before.snapshot().quotes[symbol]
        assert abs(quote.mark - old.mark) <= contracts[symbol].tick
        assert abs(quote.last - old.last) <= contracts[symbol].tick
        assert quote.at == later
    second = timedelta(seconds=1)
    fresh, again, more = feed(later), feed(later, kept), feed(later, kept)
    first_moves = [
        next(each.advance(second)).quotes[BTC].index / at_start
        for each, at_start in [(f, f.snapshot().quotes[BTC].index) for f in (fresh, again, more)]
    ]
    assert first_moves[1] == first_moves[2]  # the same restart gives the same market
    assert abs(first_moves[0] - first_moves[1]) > Decimal("0.00002")  # but not the first day once more
