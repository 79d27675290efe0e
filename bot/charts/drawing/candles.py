"""Candles with the prices that matter; the upper half of a post-mortem is drawn by the same hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.charts.condense import merged
from bot.charts.drawing.canvas import TALL, Area, Canvas
from bot.charts.drawing.lettering import Fitted
from bot.charts.drawing.palette import LEVEL_RANK, LEVEL_STROKES
from bot.charts.drawing.sheet import TEXT, bottom_axis, framed, labels_width, plain, spread, value_axis
from bot.charts.figures import Scale, checked, price_places, span, ticks, time_ticks, written
from bot.charts.spec import Band, Bar, CandleChart, Level, Look

MOST_CANDLES = 80
_LEAST_SHARE = 0.2
_COLUMN = 300.0
_GAP = 14.0


def candle_chart(spec: CandleChart) -> Canvas:
    """The picture of a CandleChart."""
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    draw_candles(canvas, area, spec.bars, spec.levels, spec.shaded)
    return canvas


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a path of prices lies: its area, its scale of seconds since 1970 and its scale of prices."""

    area: Area
    times: Scale
    prices: Scale


def draw_candles(
    canvas: Canvas, whole: Area, bars: Sequence[Bar], levels: Sequence[Level], shaded: Band | None
) -> Plot:
    """Draw bars and levels into an area: prices to the left, times below, levels named on the right."""
    shown = merged(bars, MOST_CANDLES)
    low, high = price_range(shown, levels)
    at, places = ticks(low, high, max(5, int(whole.height / 100)))
    label = plain(canvas, places)
    left = whole.left + labels_width(canvas, [label(value) for value in at])
    captions = [_Caption.of(canvas, level) for level in levels]
    column = max((it.width for it in captions), default=0.0)
    right = whole.right - (column + 44 if captions else 0)
    area = Area(left, whole.bottom + 84, right, whole.top - 12)
    prices = Scale(low, high, area.bottom, area.top)
    value_axis(canvas, area, prices, at, label)
    times = _time_scale(shown, area)
    if shaded is not None:
        _shade(canvas, area, prices, shaded)
    _draw_bars(canvas, shown, times, prices, area)
    end = shown[-1].at + (shown[-1].at - shown[-2].at) if len(shown) > 1 else shown[-1].at
    stamps = time_ticks(shown[0].at, end, canvas.look)
    bottom_axis(canvas, area, [(times.at(stamp), text) for stamp, text in stamps])
    _draw_levels(canvas, area, prices, captions)
    if shaded is not None and shaded.label:
        _name_shade(canvas, area, prices, shaded, [level.price for level in levels])
    return Plot(area, times, prices)


def price_range(bars: Sequence[Bar], levels: Sequence[Level]) -> tuple[float, float]:
    """From the lowest to the highest price shown: all bars, and levels as long as the bars keep a fifth of the height."""
    own = [price for bar in bars for price in (bar.open, bar.high, bar.low, bar.close)]
    low, high = span(own, 0.04)
    room = high - low if max(own) > min(own) else math.inf  # prices that stand still cannot be squeezed
    checked([level.price for level in levels] or [0.0])
    for level in sorted(levels, key=lambda it: max(low - it.price, it.price - high)):
        lower, upper = min(low, level.price), max(high, level.price)
        if room >= _LEAST_SHARE * (upper - lower):
            low, high = lower, upper
    edge = (high - low) * 0.04
    return low - edge, high + edge


@dataclass(frozen=True, slots=True)
class _Caption:
    level: Level
    name: Fitted
    figure: Fitted

    @staticmethod
    def of(canvas: Canvas, level: Level) -> "_Caption":
        figure = level.figure or _price(level.price, canvas.look)
        fit = canvas.lettering.fit
        return _Caption(level, fit(level.label, _COLUMN, 26, lines=2), fit(figure, _COLUMN, TEXT, bold=True))

    @property
    def width(self) -> float:
        return max(self.name.width, self.figure.width)

    @property
    def height(self) -> float:
        return self.name.height + self.figure.height + _GAP


def _price(price: float, look: Look) -> str:
    return written(price, price_places(price), look)


def _time_scale(bars: Sequence[Bar], area: Area) -> Scale:
    first, last = bars[0].at.timestamp(), bars[-1].at.timestamp()
    step = (last - first) / (len(bars) - 1) if len(bars) > 1 else 60.0
    return Scale(first - step / 2, last + max(step, 1.0) / 2, area.left, area.right)


def _draw_bars(canvas: Canvas, bars: Sequence[Bar], times: Scale, prices: Scale, area: Area) -> None:
    """Rising candles are hollow, falling ones filled."""
    half = max(1.5, min(area.width / len(bars) * 0.34, 22))
    wicks = []
    rising: list[Area] = []
    falling: list[Area] = []
    for bar in bars:
        x = round(times.at(bar.at.timestamp()))
        top, bottom = prices.at(max(bar.open, bar.close)), prices.at(min(bar.open, bar.close))
        top = max(top, bottom + 2)
        wicks += [((x, top), (x, prices.at(bar.high))), ((x, prices.at(bar.low)), (x, bottom))]
        (rising if bar.close >= bar.open else falling).append(Area(x - half, bottom, x + half, top))
    hue = canvas.palette.candle
    canvas.segments(wicks, hue, 2)
    canvas.boxes(rising, fill=canvas.palette.ground, edge=hue, width=2)
    canvas.boxes(falling, fill=hue, edge=hue, width=2)


def _draw_levels(canvas: Canvas, area: Area, prices: Scale, captions: Sequence[_Caption]) -> None:
    """A line for each level and its name to the right, moved apart where levels are close.

    A level out of range has its name at the edge with an arrow and no line; one without room for its name is left out.
    """
    ordered = _with_room(sorted(captions, key=lambda it: -it.level.price), area.height + 60)
    heights = [it.height for it in ordered]
    wanted = [min(max(prices.at(it.level.price), area.bottom), area.top) for it in ordered]
    centres = spread(wanted, heights, area.bottom - 50, area.top + 12)
    left = area.right + 44
    for caption in ordered:
        if caption.level.price in prices:
            y = prices.at(caption.level.price)
            canvas.line([(area.left, y), (area.right, y)], LEVEL_STROKES[caption.level.kind])
    for caption, centre in zip(ordered, centres, strict=True):
        stroke = LEVEL_STROKES[caption.level.kind]
        price = caption.level.price
        hue = canvas.hue(stroke.hue)
        if price in prices:
            elbow = [(area.right, prices.at(price)), (area.right + 20, centre), (left - 8, centre)]
            canvas.line(elbow, stroke, hue=hue)
        else:
            arrow = "↑" if price > prices.high else "↓"
            canvas.text((area.right + 20, centre), arrow, size=34, bold=True, hue=hue, align="center")
        top = centre + (caption.height - _GAP) / 2
        canvas.text((left, top), caption.name, vertical="top", hue=canvas.palette.muted)
        canvas.text((left, top - caption.name.height), caption.figure, vertical="top")


def _with_room(captions: Sequence[_Caption], height: float) -> list[_Caption]:
    """Those whose names fit below each other; the less important go first."""
    kept = list(captions)
    while len(kept) > 1 and sum(it.height for it in kept) > height:
        kept.remove(max(reversed(kept), key=lambda it: LEVEL_RANK.index(it.level.kind)))
    return kept


def _shade(canvas: Canvas, area: Area, prices: Scale, band: Band) -> None:
    low, high = (min(max(prices.at(price), area.bottom), area.top) for price in (band.low, band.high))
    canvas.shade(
        [(area.left, low), (area.right, low), (area.right, high), (area.left, high)],
        canvas.palette.vermilion,
        opacity=0.13,
    )


def _name_shade(canvas: Canvas, area: Area, prices: Scale, band: Band, crossing: Sequence[float]) -> None:
    """In the widest gap between the lines that cross the band."""
    low, high = (min(max(prices.at(price), area.bottom), area.top) for price in (band.low, band.high))
    name = canvas.lettering.fit(band.label, area.width - 40, TEXT, lines=2, bold=True)
    lines = sorted([low, high, *(y for y in map(prices.at, crossing) if low < y < high)])
    _, middle = max((above - below, (above + below) / 2) for below, above in pairwise(lines))
    middle = min(max(middle, area.bottom + name.height / 2), area.top - name.height / 2)
    across = (area.left + area.right) / 2
    wide, tall = name.width / 2 + 14, name.height / 2 + 4
    canvas.pill(Area(across - wide, middle - tall, across + wide, middle + tall), fill=canvas.palette.ground)
    canvas.text((across, middle), name, align="center")
