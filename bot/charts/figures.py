"""Numbers and times on axes: where ticks stand and how they are written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.charts.spec import Look

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)
_DAYS = (1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels; `low` lies at `start`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def checked(values: Sequence[float]) -> Sequence[float]:
    """The same values. Raises ValueError if there is none, or one is not finite."""
    if not values:
        raise ValueError("nothing to draw")
    if not all(math.isfinite(value) for value in values):
        raise ValueError("a number that is not finite")
    return values


def span(values: Sequence[float], pad: float = 0.05) -> tuple[float, float]:
    """Least and greatest value, moved apart by a share of their distance; never equal."""
    low, high = min(checked(values)), max(values)
    room = (high - low) * pad
    smallest = max(abs(low), abs(high)) * 1e-6
    if high - low <= smallest:
        room = max(abs(high) * 0.005, 1e-12) if high else 1.0
    return low - room, high + room


def ticks(low: float, high: float, most: int = 6) -> tuple[tuple[float, ...], int]:
    """Round values between two others, at most one more than `most`, and how many decimal places they need."""
    rough = (high - low) / (most + 0.999)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step * 10**places, 6) != round(step * 10**places):
        places += 1
    return tuple((first + number) * step for number in range(min(count, most) + 1)), places


def written(value: float, places: int, look: Look) -> str:
    """A number with the separators of the learner's language. Raises ValueError if it is not finite."""
    checked([value])
    text = f"{abs(value):,.{places}f}"
    swapped = text.replace(",", "\0").replace(".", look.decimal).replace("\0", look.group)
    return f"−{swapped}" if value < 0 and any(digit in text for digit in "123456789") else swapped


def percent(share: float, places: int, look: Look) -> str:
    """A share of 1 in per cent."""
    return f"{written(share * 100, places, look)}\N{NARROW NO-BREAK SPACE}%"


def price_places(price: float) -> int:
    """Decimal places that show a price to five significant digits, and two up to 100,000."""
    if checked([price])[0] == 0:
        return 2
    return max(2 if abs(price) < 100_000 else 0, 4 - math.floor(math.log10(abs(price))))


def time_ticks(start: datetime, end: datetime, look: Look, most: int = 5) -> tuple[tuple[float, str], ...]:
    """Seconds since 1970 and labels of round times in the zone of `start`.

    Clock times up to two days, with the day below where it is the first or a new one; days beyond.
    """
    end = end.astimezone(start.tzinfo)
    length = (end - start).total_seconds()
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if length <= 2 * _DAY:
        minutes = next((m for m in _MINUTES if length / (m * 60) <= most), _MINUTES[-1])
        step = timedelta(minutes=minutes)
    else:
        days = next((d for d in _DAYS if length / (d * _DAY) <= most), _DAYS[-1])
        step = timedelta(days=days)
    number = math.ceil((start - midnight) / step)
    found: list[tuple[float, str]] = []
    day = ""
    while (at := midnight + number * step) <= end and len(found) <= most:
        here = at.strftime(look.day)
        label = here if step >= timedelta(days=1) else at.strftime(look.clock) + (f"\n{here}" * (here != day))
        found.append((at.timestamp(), label))
        day = here
        number += 1
    return tuple(found)


def utc(at: datetime) -> float:
    """Seconds since 1970. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.timestamp()
