"""A tape nobody recognises: other names, other prices, another day, and the same fate for every USDT.

A price is multiplied by a fixed factor of its symbol and a quantity divided by it, so that notionals, brackets, fees,
PnL and the moments of liquidation are those of the real tape. The factors have few digits (powers of
two and five), which keeps ticks and steps exact decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from string import ascii_uppercase

from bot.market.tape import MinuteNotes, Series, Tape
from engine.contracts import Contract
from engine.decimals import exact

NEUTRAL_DAY = datetime(2001, 1, 1, tzinfo=UTC)
"""The first day of every disguised tape; the hours of the day stay, for funding falls on them."""

_ROUND = (Decimal(1000), Decimal(100), Decimal(10))
_MANTISSAS = tuple(map(Decimal, ("1", "1.25", "1.6", "2", "2.5", "3.2", "4", "5", "6.4", "8")))


@dataclass(frozen=True, slots=True)
class Mask:
    """What is behind an alias: its symbol, and by what its prices were multiplied."""

    symbol: str
    factor: Decimal

    @exact
    def price(self, shown: Decimal) -> Decimal:
        """The real price of a shown one, in USDT."""
        return shown / self.factor

    @exact
    def quantity(self, shown: Decimal) -> Decimal:
        """The real size of a shown one, in coins."""
        return shown * self.factor


@dataclass(frozen=True, slots=True)
class Disguise:
    """A tape and its contracts under aliases, to be replayed as any other, and the way back for the debrief.

    `contracts` and `masks` by alias; `shift` is added to every real time.
    """

    tape: Tape
    contracts: Mapping[str, Contract]
    masks: Mapping[str, Mask]
    shift: timedelta

    def time(self, shown: datetime) -> datetime:
        """The real time of a shown one."""
        return shown - self.shift


@exact
def disguise(tape: Tape, contracts: Mapping[str, Contract]) -> Disguise:
    """The same tape under another name, the same disguise each time."""
    dice = Random(f"{tape.id}/disguise")
    symbols = list(tape.series)
    dice.shuffle(symbols)
    aliases = {symbol: f"{3 * letter}USDT" for symbol, letter in zip(symbols, ascii_uppercase, strict=False)}
    factors = {symbol: _factor(tape.series[symbol], dice.choice(_ROUND)) for symbol in symbols}
    shift = NEUTRAL_DAY - tape.start.replace(hour=0, minute=0, second=0, microsecond=0)
    name = f"tape-{dice.randrange(100, 1000)}"
    return Disguise(
        tape=replace(
            tape,
            id=name,
            title=name,
            venue="",
            source="",
            start=tape.start + shift,
            series={aliases[s]: _series(tape.series[s], aliases[s], factors[s]) for s in symbols},
            minutes=_notes(tape.minutes, aliases, shift),
            mark_lows=tuple(
                replace(
                    low,
                    symbol=aliases[low.symbol],
                    hour=low.hour + shift,
                    mark=low.mark * factors[low.symbol],
                    last=low.last * factors[low.symbol],
                    step=low.step * factors[low.symbol],
                )
                for low in tape.mark_lows
            ),
            adl=tuple(
                replace(strike, symbol=aliases[strike.symbol], at=strike.at + shift) for strike in tape.adl
            ),
        ),
        contracts={
            aliases[s]: _contract(contracts[s], aliases[s], factors[s]) for s in symbols if s in contracts
        },
        masks={aliases[s]: Mask(s, factors[s]) for s in symbols},
        shift=shift,
    )


def _factor(series: Series, start: Decimal) -> Decimal:
    """The factor of few digits that brings the first price of a series nearest to a round start."""
    wanted = start / series.price(series.candles[0].open)
    decade = Decimal(1).scaleb(wanted.adjusted())
    return min(
        (mantissa * decade for mantissa in (*_MANTISSAS, Decimal(10))),
        key=lambda factor: max(factor / wanted, wanted / factor),
    )


def _series(series: Series, alias: str, factor: Decimal) -> Series:
    """The same candles in a smaller or larger step; the seed stays, and with it the path."""
    return replace(series, symbol=alias, step=series.step * factor)


def _contract(contract: Contract, alias: str, factor: Decimal) -> Contract:
    base = alias.removesuffix("USDT")
    return replace(
        contract, symbol=alias, base=base, tick=contract.tick * factor, step=contract.step / factor
    )


def _notes(notes: MinuteNotes | None, aliases: Mapping[str, str], shift: timedelta) -> MinuteNotes | None:
    if notes is None:
        return None
    points = tuple(replace(point, at=point.at + shift) for point in notes.points)
    return replace(notes, symbol=aliases[notes.symbol], source="", points=points)
