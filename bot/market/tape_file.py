"""Reading tape files (tapes/*.toml): exact decimals in, a Tape or all faults out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from bot.market.data_file import Price, Section, parse, several
from bot.market.errors import Fault, UnknownTape
from bot.market.tape import AdlStrike, Candle, Extreme, MarkLow, MinuteNote, MinuteNotes, Series, Tape
from engine.decimals import exact
from engine.position import Side

COARSEST_STEP_SHARE = 500
"""A path moves at most 1/500 at a step, so the step of a series must fit that often into its lowest price."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+$")]
Prices = tuple[Price, Price, Price, Price]


def _ordered(prices: Prices) -> Prices:
    opened, high, low, closed = prices
    if not low <= min(opened, closed) <= max(opened, closed) <= high:
        raise ValueError("open and close must lie between low and high")
    return prices


class SeriesFile(Section):
    """`[series.SYMBOL]`."""

    step: Price
    candles: Annotated[tuple[Annotated[Prices, AfterValidator(_ordered)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _hangs_together(self) -> SeriesFile:
        faults = []
        for number, candle in enumerate(self.candles):
            path = f"candles.{number}"
            if any(price % self.step for price in candle):
                faults.append(Fault(path, f"a price is no multiple of the step {self.step}"))
            if candle[2] < self.step * COARSEST_STEP_SHARE:
                faults.append(Fault(path, f"the step {self.step} is too coarse for the low"))
            if number and _tears(self.candles[number - 1], candle):
                faults.append(
                    Fault(path, "opens more than 0.2 % away from a close whose hour did not reach the open")
                )
        if faults:
            raise several(faults)
        return self


def _tears(before: Prices, after: Prices) -> bool:
    """Whether no steady path leads from a close to the next open: it would have to leave the earlier candle."""
    closed, opened = before[3], after[0]
    within = before[2] <= opened <= before[1]
    return not within and abs(opened - closed) * COARSEST_STEP_SHARE > min(opened, closed)


class NoteFile(Section):
    at: AwareDatetime
    price: Price
    bound: Literal["low", "high", "close"] | None = None
    pin: Extreme | None = None


class MinutesFile(Section):
    """`[minutes]`."""

    symbol: Symbol
    source: Text
    points: Annotated[tuple[NoteFile, ...], Field(min_length=1)]


class MarkLowFile(Section):
    """`[[mark_lows]]`."""

    symbol: Symbol
    hour: AwareDatetime
    mark: Price
    last: Price


class AdlFile(Section):
    """`[[adl]]`: scripted, not recorded."""

    at: AwareDatetime
    symbol: Symbol
    side: Side
    least_rank: Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)]
    price: Literal["mark", "last"]


class TapeFile(Section):
    """A whole tape file."""

    id: Slug
    title: Text
    venue: Text
    stand_in: bool
    source: Text
    transcribed: date
    start: AwareDatetime
    interval_minutes: Literal[60]
    series: Annotated[dict[Symbol, SeriesFile], Field(min_length=1)]
    minutes: MinutesFile | None = None
    mark_lows: tuple[MarkLowFile, ...] = ()
    adl: tuple[AdlFile, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> TapeFile:
        faults = [*self._length_faults(), *self._minute_faults(), *self._mark_faults(), *self._adl_faults()]
        if faults:
            raise several(faults)
        return self

    def _length_faults(self) -> list[Fault]:
        hours = self._hours
        return [
            Fault(f"series.{symbol}.candles", f"{len(series.candles)} candles where others have {hours}")
            for symbol, series in self.series.items()
            if len(series.candles) != hours
        ]

    def _minute_faults(self) -> list[Fault]:
        """Notes lie inside the tape, on whole minutes, in order; an hour with notes pins its low once and no high."""
        if self.minutes is None:
            return []
        if self.minutes.symbol not in self.series:
            return [Fault("minutes.symbol", f"no series {self.minutes.symbol}")]
        faults = []
        earlier: datetime | None = None
        pins: dict[int, int] = {}
        for number, note in enumerate(self.minutes.points):
            path = f"minutes.points.{number}"
            since = note.at - self.start
            minute, rest = divmod(since % timedelta(hours=1), timedelta(minutes=1))
            if not timedelta(0) <= since < timedelta(hours=self._hours) or rest or not 2 <= minute <= 57:
                faults.append(Fault(f"{path}.at", "must be a whole minute, 2 to 57, of an hour on the tape"))
            if earlier is not None and note.at <= earlier:
                faults.append(Fault(f"{path}.at", "must be later than the note before"))
            if note.price % self.series[self.minutes.symbol].step:
                faults.append(Fault(f"{path}.price", "is no multiple of the series' step"))
            if note.pin == "high":
                faults.append(Fault(f"{path}.pin", "only lows can be pinned"))
            earlier = note.at
            hour = since // timedelta(hours=1)
            pins[hour] = pins.get(hour, 0) + (note.pin == "low")
        faults += [
            Fault("minutes.points", f"hour {hour} has {n} pinned lows, not 1")
            for hour, n in pins.items()
            if n != 1
        ]
        return faults

    def _mark_faults(self) -> list[Fault]:
        faults = []
        for number, known in enumerate(self.mark_lows):
            hour, rest = divmod(known.hour - self.start, timedelta(hours=1))
            series = self.series.get(known.symbol)
            if series is None or rest or not 0 <= hour < len(series.candles):
                faults.append(Fault(f"mark_lows.{number}", "names no hour of a series on the tape"))
                continue
            opened, _, low, closed = series.candles[hour]
            if not low < known.mark < min(opened, closed):
                faults.append(
                    Fault(f"mark_lows.{number}.mark", "must lie between the candle's low and its body")
                )
        return faults

    def _adl_faults(self) -> list[Fault]:
        """Strikes lie inside the tape, on whole minutes, in order, each for a series on it."""
        faults = []
        earlier: datetime | None = None
        for number, strike in enumerate(self.adl):
            since = strike.at - self.start
            if strike.symbol not in self.series:
                faults.append(Fault(f"adl.{number}.symbol", f"no series {strike.symbol}"))
            if not timedelta(0) <= since < timedelta(hours=self._hours) or since % timedelta(minutes=1):
                faults.append(Fault(f"adl.{number}.at", "must be a whole minute on the tape"))
            if earlier is not None and strike.at < earlier:
                faults.append(Fault(f"adl.{number}.at", "must not be earlier than the strike before"))
            earlier = strike.at
        return faults

    @property
    def _hours(self) -> int:
        return len(next(iter(self.series.values())).candles)


def tape_ids() -> tuple[str, ...]:
    """The tapes that come with the package, newest day first."""
    return tuple(
        tape.id for tape in sorted(map(load_tape, _names()), key=lambda tape: tape.start, reverse=True)
    )


@cache
def load_tape(tape_id: str) -> Tape:
    """The tape of that id, read once. Raises UnknownTape, InvalidDataFile."""
    if tape_id not in _names():
        raise UnknownTape(tape=tape_id[:40], known=tuple(sorted(_names())))
    return parse_tape(
        files(__package__).joinpath("tapes", f"{tape_id}.toml").read_text("utf-8"), f"{tape_id}.toml"
    )


def _names() -> frozenset[str]:
    entries = files(__package__).joinpath("tapes").iterdir()
    return frozenset(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml"))


@exact
def parse_tape(text: str, file: str) -> Tape:
    """The tape written in a text; `file` names it in faults. Raises InvalidDataFile."""
    content = parse(text, TapeFile, file)
    return Tape(
        id=content.id,
        title=content.title,
        venue=content.venue,
        stand_in=content.stand_in,
        source=content.source,
        transcribed=content.transcribed,
        start=content.start,
        interval=timedelta(minutes=content.interval_minutes),
        series={symbol: _series(content.id, symbol, series) for symbol, series in content.series.items()},
        minutes=_minutes(content),
        mark_lows=tuple(MarkLow(low.symbol, low.hour, low.mark, low.last) for low in content.mark_lows),
        adl=tuple(
            AdlStrike(strike.at, strike.symbol, strike.side, strike.least_rank, strike.price)
            for strike in content.adl
        ),
    )


def _series(tape: str, symbol: str, content: SeriesFile) -> Series:
    candles = tuple(Candle(*(_ticks(price, content.step) for price in candle)) for candle in content.candles)
    return Series(symbol, content.step, candles, seed=f"{tape}/{symbol}")


def _minutes(content: TapeFile) -> MinuteNotes | None:
    if content.minutes is None:
        return None
    step = content.series[content.minutes.symbol].step
    points = (
        MinuteNote(note.at, _ticks(note.price, step), note.bound, note.pin) for note in content.minutes.points
    )
    return MinuteNotes(content.minutes.symbol, content.minutes.source, tuple(points))


def _ticks(price: Decimal, step: Decimal) -> int:
    return int(price / step)
