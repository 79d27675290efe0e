"""The reconstructed path keeps to what is recorded, on every hour of every tape."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

import pytest

from bot.market.path import Step, hour_steps, minute_prices, steps
from bot.market.tape import Series, Tape
from bot.market.tape_file import load_tape, parse_tape, tape_ids
from engine.contracts import load_contracts
from engine.position import Side
from engine.solver import liquidation_price

CONTRACTS = load_contracts()
MINUTE = timedelta(minutes=1)
TWO_TENTHS_OF_A_PERCENT = Decimal("0.002")

every_tape = pytest.mark.parametrize(
    "tape", [load_tape(tape_id) for tape_id in tape_ids()], ids=lambda tape: str(tape.id)
)


def by_hour(tape: Tape) -> list[list[Step]]:
    hours: list[list[Step]] = [[] for _ in range(tape.hours)]
    for step in steps(tape):
        if step.time < tape.end:
            hours[(step.time - tape.start) // tape.interval].append(step)
    return hours


def ohlc(series: Series, hour: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    candle = series.candles[hour]
    opened, high, low, closed = (
        series.price(t) for t in (candle.open, candle.high, candle.low, candle.close)
    )
    return opened, high, low, closed


@every_tape
def test_each_hour_stays_in_its_candle_and_touches_all_four_prices(tape: Tape) -> None:
    for hour, path in enumerate(by_hour(tape)):
        for symbol, series in tape.series.items():
            opened, high, low, closed = ohlc(series, hour)
            prices = [step.last[symbol] for step in path]
            assert (prices[0], max(prices), min(prices)) == (opened, high, low)
            assert closed in prices[prices.index(low) :]


@every_tape
def test_the_likelier_extreme_comes_first(tape: Tape) -> None:
    for hour, path in enumerate(by_hour(tape)):
        for symbol, series in tape.series.items():
            opened, high, low, closed = ohlc(series, hour)
            prices = [step.last[symbol] for step in path]
            last_low, last_high = (len(prices) - prices[::-1].index(price) for price in (low, high))
            if closed >= opened:
                assert prices.index(low) < last_high
            else:
                assert prices.index(high) < last_low


@every_tape
def test_nothing_moves_more_than_two_tenths_of_a_percent_at_a_step(tape: Tape) -> None:
    """Also over the borders of hours, and for the mark price."""
    for before, after in pairwise(steps(tape)):
        assert timedelta(0) < after.time - before.time <= MINUTE
        for symbol in tape.series:
            for old, new in ((before.last, after.last), (before.mark, after.mark)):
                assert abs(new[symbol] - old[symbol]) <= TWO_TENTHS_OF_A_PERCENT * old[symbol]


@every_tape
def test_there_is_a_step_at_every_minute_and_the_end(tape: Tape) -> None:
    times = {step.time for step in steps(tape)}
    assert {tape.start + n * MINUTE for n in range(60 * tape.hours + 1)} <= times
    assert max(times) == tape.end


@every_tape
def test_it_is_the_same_each_time_in_any_decimal_context(tape: Tape) -> None:
    first = list(steps(tape))
    with localcontext() as context:
        context.prec = 4
        assert list(steps(load_tape(tape.id))) == first


@every_tape
def test_it_can_start_anywhere(tape: Tape) -> None:
    """At the step that holds at that time."""
    path = list(steps(tape))
    for since in (timedelta(0), timedelta(hours=30), timedelta(hours=30, minutes=10, seconds=1), tape.length):
        start = tape.start + since
        later = [step for step in path if step.time > start]
        held = [step for step in path if step.time <= start][-1]
        expected = [held, *later] if since < tape.length else [path[-2], path[-1]]
        assert list(steps(tape, start)) == expected


@every_tape
def test_mark_is_last_but_where_it_is_known_to_differ(tape: Tape) -> None:
    known = {(low.symbol, low.hour) for low in tape.mark_lows}
    for step in steps(tape):
        hour = step.time.replace(minute=0, second=0, microsecond=0)
        for symbol, last in step.last.items():
            if (symbol, hour) not in known:
                assert step.mark[symbol] == last


def test_the_mark_low_of_10_october() -> None:
    """Last 101,516.5 (on the tape to six digits), mark 101,877.69: damped, never outside the candle."""
    tape = load_tape("oct-2025")
    hour = tape.hour_at(datetime.fromisoformat("2025-10-10T21:00Z"))
    path = list(hour_steps(tape, hour))
    assert min(step.last["BTCUSDT"] for step in path) == 101_516
    assert min(step.mark["BTCUSDT"] for step in path) == Decimal("101877.69")
    for step in path:
        assert step.last["BTCUSDT"] <= step.mark["BTCUSDT"] <= max(step.last["BTCUSDT"], Decimal(113_254))


@pytest.mark.parametrize(
    ("minute", "price"),
    [
        ("20:49", 116_848),
        ("20:50", 116_400),
        ("20:56", 112_787),  # the candle's low, where the coin-margined mark had 113,189
        ("21:05", 115_045),
        ("21:13", 110_284),
        ("21:17", 107_159),
        ("21:19", 104_003),
        ("21:20", 101_516),
        ("21:21", 107_456),
        ("21:26", 106_203),
        ("21:40", 111_441),
    ],
)
def test_minute_notes_time_the_path(minute: str, price: int) -> None:
    time = datetime.fromisoformat(f"2025-10-10T{minute}Z")
    (step,) = (step for step in steps(load_tape("oct-2025"), time) if step.time == time)
    assert step.last["BTCUSDT"] == price


def test_all_symbols_fall_in_the_same_minute_then() -> None:
    tape = load_tape("oct-2025")
    hour = tape.hour_at(datetime.fromisoformat("2025-10-10T21:00Z"))
    for symbol, series in tape.series.items():
        prices = minute_prices(tape, symbol, hour)
        assert prices.index(series.candles[hour].low) == 20


def test_a_rising_hour_with_notes_has_its_low_first() -> None:
    tape = parse_tape(RISING, "rising.toml")
    prices = minute_prices(tape, "BTCUSDT", 0)
    assert (prices[0], prices[10], prices[20], prices[57], prices[58], prices[59]) == (
        1000,
        980,
        960,
        1010,
        1040,
        1030,
    )
    assert min(minute_prices(tape, "ETHUSDT", 0)) == minute_prices(tape, "ETHUSDT", 0)[20] == 9500


RISING = """
id = "rising"
title = "An hour"
venue = "A venue"
stand_in = false
source = "made up"
transcribed = 2026-01-01
start = 2026-01-01T00:00:00Z
interval_minutes = 60
[minutes]
symbol = "BTCUSDT"
source = "made up"
points = [
  { at = 2026-01-01T00:10:00Z, price = 980 },
  { at = 2026-01-01T00:20:00Z, price = 970, pin = "low" },
  { at = 2026-01-01T00:57:00Z, price = 1010 },
]
[series.BTCUSDT]
step = 1
candles = [[1000, 1040, 960, 1030]]
[series.ETHUSDT]
step = 0.01
candles = [[100, 101, 95, 96]]
"""


@pytest.mark.parametrize(
    ("tape_id", "opened", "survivors"),
    [
        ("mar-2020", "2020-03-12T10:00Z", {"BTCUSDT": 2, "ETHUSDT": 2}),
        ("may-2021", "2021-05-19T00:00Z", {"BTCUSDT": 3, "ETHUSDT": 2, "SOLUSDT": 1}),
        ("ftx-2022", "2022-11-08T00:00Z", {"BTCUSDT": 4, "ETHUSDT": 3, "SOLUSDT": 1}),
        ("aug-2024", "2024-08-05T00:00Z", {"BTCUSDT": 6, "ETHUSDT": 4, "SOLUSDT": 4}),
        ("oct-2025", "2025-10-10T14:00Z", {"BTCUSDT": 5, "ETHUSDT": 4, "SOLUSDT": 2}),
    ],
)
def test_largest_leverage_of_a_long_that_survived(
    tape_id: str, opened: str, survivors: dict[str, int]
) -> None:
    """Isolated, opened at the named hour, on last price, no fees, first bracket: the facts that are taught."""
    path = list(steps(load_tape(tape_id), datetime.fromisoformat(opened)))
    assert path[0].time == datetime.fromisoformat(opened)
    found = {}
    for symbol in survivors:
        entry = path[0].last[symbol]
        lowest = min(step.last[symbol] for step in path)
        found[symbol] = max(
            leverage for leverage in range(1, 151) if liquidation(symbol, entry, leverage) < lowest
        )
    assert found == survivors
    assert all(leverage < 10 for leverage in found.values())


def liquidation(symbol: str, entry: Decimal, leverage: int) -> Decimal:
    """Of a long of one coin, its wallet the initial margin alone."""
    bracket = CONTRACTS[symbol].brackets[0]
    return liquidation_price(Side.LONG, Decimal(1), entry, entry / leverage, bracket.rate, bracket.amount)
