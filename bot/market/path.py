"""A finer path between the key points of a tape: a reconstruction, the same each time, in whole numbers only.

Within each hour a price goes from open over both extremes to close: low first in a rising hour, high first in a falling
one (the usual assumption; nothing is recorded). The minute points wander a little between these, by a generator seeded
with series and hour. It never leaves [low, high] and touches both. The close stands one minute before the next
open. Minutes are then cut, for all symbols at the same instants, so that nothing moves more than 0.2 % at a step.

In hours with minute notes the extremes are put where these say, and every symbol takes the shape of the noted one:
on 10 October 2025 all of them fell and recovered in the same minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from bot.market.tape import Candle, MarkLow, MinuteNote, Series, Tape
from engine.decimals import ONE, exact

LARGEST_MOVE = 500
"""A step moves a price by at most 1/500 of the lower of both prices: 0.2 %."""

_MINUTES = 60
_LAST = _MINUTES - 1
_MINUTE = timedelta(minutes=1)

Waypoint = tuple[int, int]
"""Minute of the hour, price in ticks."""


@dataclass(frozen=True, slots=True)
class Step:
    """All prices of the tape at one time, in USDT."""

    time: datetime
    last: Mapping[str, Decimal]
    mark: Mapping[str, Decimal]


def steps(tape: Tape, start: datetime | None = None) -> Iterator[Step]:
    """The whole path to the end, where the last close stands once more.

    It begins with the step that holds at `start` (the tape's by default): the last one not later than it.
    """
    begin = tape.start if start is None else start
    held: Step | None = None
    for hour in range(tape.hour_at(begin), tape.hours):
        for step in hour_steps(tape, hour):
            if step.time > begin:
                if held is not None:
                    yield held
                    held = None
                yield step
            else:
                held = step
    if held is not None:
        yield held
    closes = {symbol: series.candles[-1].close for symbol, series in tape.series.items()}
    yield _step(tape, tape.hours - 1, tape.end, closes)


def hour_steps(tape: Tape, hour: int) -> Iterator[Step]:
    """The path within one hour, from its open up to (not including) the next one's."""
    minutes = {
        symbol: [*minute_prices(tape, symbol, hour), _next_open(series, hour)]
        for symbol, series in tape.series.items()
    }
    start = tape.hour_start(hour)
    for minute in range(_MINUTES):
        ends = {symbol: (prices[minute], prices[minute + 1]) for symbol, prices in minutes.items()}
        cuts = max(_cuts(a, b) for a, b in ends.values())
        for cut in range(cuts):
            # The next open can lie a little outside this candle; on the way to it the price stays inside.
            ticks = {
                symbol: _held(a + (b - a) * cut // cuts, tape.series[symbol].candles[hour])
                for symbol, (a, b) in ends.items()
            }
            yield _step(tape, hour, start + minute * _MINUTE + _MINUTE * cut // cuts, ticks)


def minute_prices(tape: Tape, symbol: str, hour: int) -> list[int]:
    """The price at each of the 60 minutes of an hour, in ticks: the first is the open, the last the close."""
    candle = tape.series[symbol].candles[hour]
    dice = Random(f"{tape.series[symbol].seed}/{hour}")
    prices = [candle.open]
    for (minute, price), (next_minute, next_price) in pairwise(waypoints(tape, symbol, hour)):
        prices += _wander(dice, candle, price, next_price, next_minute - minute)
    return prices


def waypoints(tape: Tape, symbol: str, hour: int) -> list[Waypoint]:
    """The points an hour's path must visit: open, both extremes and close, and what minute notes add."""
    candle = tape.series[symbol].candles[hour]
    notes = _notes(tape, hour)
    if tape.minutes is not None and notes:
        return _noted(candle, tape.series[tape.minutes.symbol].candles[hour], notes)
    first, second = (candle.low, candle.high) if candle.rising else (candle.high, candle.low)
    # Time in proportion to the way, with a share for each leg, so that none is rushed in a minute.
    share = abs(candle.high - candle.low) // 6 + 1
    legs = [abs(first - candle.open) + share, abs(second - first) + share, abs(candle.close - second) + share]
    at_first = max(1, _LAST * legs[0] // sum(legs))
    at_second = min(_LAST - 1, max(at_first + 1, _LAST * (legs[0] + legs[1]) // sum(legs)))
    return [(0, candle.open), (at_first, first), (at_second, second), (_LAST, candle.close)]


def _notes(tape: Tape, hour: int) -> list[tuple[int, MinuteNote]]:
    if tape.minutes is None:
        return []
    start = tape.hour_start(hour)
    return [
        ((note.at - start) // _MINUTE, note)
        for note in tape.minutes.points
        if start <= note.at < start + tape.interval
    ]


def _noted(candle: Candle, noted: Candle, notes: list[tuple[int, MinuteNote]]) -> list[Waypoint]:
    """Waypoints at the noted minutes: how far along its way to or from the low the noted symbol was, so far is this one."""
    low_minute = next(minute for minute, note in notes if note.pin == "low")
    before = (candle.open, noted.open) if candle.rising else (candle.high, noted.high)
    after = (candle.high, noted.high) if candle.rising else (candle.close, noted.close)
    points = [(0, candle.open)]
    if not candle.rising:
        points.append((notes[0][0] // 2, candle.high))
    for minute, note in notes:
        own, theirs = before if minute < low_minute else after
        points.append(
            (
                minute,
                _alike(candle.low, own, noted.low, theirs, note.price) if note.pin is None else candle.low,
            )
        )
    if candle.rising:
        points.append(((notes[-1][0] + _LAST) // 2, candle.high))
    return [*points, (_LAST, candle.close)]


def _alike(low: int, top: int, noted_low: int, noted_top: int, noted_price: int) -> int:
    """The price as far between `low` and `top` as the noted one is between its own, not beyond them."""
    price = min(max(noted_price, noted_low), max(noted_low, noted_top))
    return low + (top - low) * (price - noted_low) // max(1, noted_top - noted_low)


def _wander(dice: Random, candle: Candle, start: int, end: int, minutes: int) -> list[int]:
    """Prices of the minutes after `start` up to `end`: a bridge of small uniform moves, folded back into the candle."""
    reach = min((candle.high - candle.low) // 12, start // 800)
    sums = [0]
    for _ in range(minutes):
        sums.append(sums[-1] + dice.randint(-reach, reach))
    bridge = (start + (end - start - sums[-1]) * n // minutes + moved for n, moved in enumerate(sums))
    inner = [_folded(price, candle) for price in bridge][1:-1]
    return [*inner, end]


def _folded(price: int, candle: Candle) -> int:
    if price > candle.high:
        price = 2 * candle.high - price
    elif price < candle.low:
        price = 2 * candle.low - price
    return _held(price, candle)


def _held(price: int, candle: Candle) -> int:
    return min(max(price, candle.low), candle.high)


def _cuts(start: int, end: int) -> int:
    """Into how many equal steps a move must be cut so that none exceeds LARGEST_MOVE."""
    largest = min(start, end) // LARGEST_MOVE
    return max(1, -(-abs(end - start) // largest))


def _next_open(series: Series, hour: int) -> int:
    following = series.candles[hour + 1 : hour + 2]
    return following[0].open if following else series.candles[hour].close


@exact
def _step(tape: Tape, hour: int, time: datetime, ticks: Mapping[str, int]) -> Step:
    last = {symbol: tape.series[symbol].price(price) for symbol, price in ticks.items()}
    mark = dict(last)
    for known in tape.mark_lows:
        if known.hour == tape.hour_start(hour):
            mark[known.symbol] = _damped(last[known.symbol], tape.series[known.symbol], hour, known)
    return Step(time, last, mark)


def _damped(last: Decimal, series: Series, hour: int, known: MarkLow) -> Decimal:
    """The mark price below the candle's body: the last price's way down, shortened to end at the known low.

    Everywhere else the mark price follows the last price, for nothing else is known of it.
    """
    candle = series.candles[hour]
    body = series.price(min(candle.open, candle.close))
    if last >= body:
        return last
    way = (body - last) * (body - known.mark) / (body - series.price(candle.low))
    return ((body - way) / known.step).quantize(ONE) * known.step
