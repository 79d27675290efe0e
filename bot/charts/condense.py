"""What is left out where there is not room for everything: the same for a picture and for its text twin."""

import math
from collections.abc import Sequence

from bot.charts.figures import checked
from bot.charts.spec import Alternative, Bar, CurvePoint, PathEvent, StandingRow

MOST_ROWS = 15
MOST_EVENTS = 6
MOST_ALTERNATIVES = 7


def merged(bars: Sequence[Bar], most: int) -> list[Bar]:
    """At most so many candles in the order of time: neighbours become one, with first open, last close and extremes.

    Raises ValueError if there is none.
    """
    if not bars:
        raise ValueError("nothing to draw")
    ordered = sorted(bars, key=lambda bar: bar.at)
    each = math.ceil(len(ordered) / most)
    groups = [ordered[number : number + each] for number in range(0, len(ordered), each)]
    return [
        Bar(
            group[0].at, group[0].open, max(b.high for b in group), min(b.low for b in group), group[-1].close
        )
        for group in groups
    ]


def thinned(points: Sequence[CurvePoint], most: int) -> list[CurvePoint]:
    """About so many points in the order of time: of each stretch the first, the lowest and the highest; the last stays.

    Raises ValueError if there is none, or a value is not finite.
    """
    ordered = sorted(points, key=lambda point: point.at)
    checked([point.value for point in ordered])
    if len(ordered) <= most:
        return ordered
    each = math.ceil(len(ordered) / max(1, most // 3))
    kept: list[CurvePoint] = []
    for begin in range(0, len(ordered), each):
        stretch = ordered[begin : begin + each]
        values = [point.value for point in stretch]
        numbers = {0, values.index(min(values)), values.index(max(values))}
        kept += [stretch[number] for number in sorted(numbers)]
    return kept if kept[-1] is ordered[-1] else [*kept, ordered[-1]]


def leading(rows: Sequence[StandingRow]) -> tuple[list[StandingRow], list[StandingRow]]:
    """The first fifteen of a table, and the reader's own row if it comes later. Raises ValueError if there is none."""
    checked([row.score for row in rows])
    ordered = sorted(rows, key=lambda row: row.place)
    return ordered[:MOST_ROWS], [row for row in ordered[MOST_ROWS:] if row.own][:1]


def told(events: Sequence[PathEvent]) -> list[PathEvent]:
    """In the order of time: all, or the first and the last five."""
    ordered = sorted(events, key=lambda event: event.at)
    return ordered if len(ordered) <= MOST_EVENTS else [ordered[0], *ordered[1 - MOST_EVENTS :]]


def chosen(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """At most seven, what happened among them. Raises ValueError if a result is not finite."""
    checked([it.amount for it in alternatives] or [0.0])
    kept = list(alternatives)
    while len(kept) > MOST_ALTERNATIVES:
        kept.remove(next(it for it in reversed(kept) if not it.actual))
    return kept
