"""Equity over time with what happened on it, and where the money is."""

from collections.abc import Sequence
from functools import partial

from bot.charts.condense import thinned
from bot.charts.drawing.canvas import SQUARE, TALL, Area, Canvas
from bot.charts.drawing.lettering import LEADING
from bot.charts.drawing.palette import MARK_SHAPES, PART_HUES, Stroke
from bot.charts.drawing.sheet import (
    TEXT,
    Entry,
    axis_name,
    bottom_axis,
    framed,
    from_start,
    labels_width,
    legend,
    plain,
    value_axis,
)
from bot.charts.figures import Scale, checked, span, ticks, time_ticks
from bot.charts.spec import CurvePoint, EquityCurve, MarkKind, Money, Part

MOST_POINTS = 400
_LINE = Stroke("blue", (), 5)


def equity_curve(spec: EquityCurve) -> Canvas:
    """The picture of an EquityCurve."""
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    points = thinned(spec.points, MOST_POINTS)
    first, last = points[0].at, points[-1].at
    named = {kind for kind, _ in spec.words}
    marks = [mark for mark in spec.marks if first <= mark.at <= last and mark.kind in named]
    kinds = {mark.kind for mark in marks}
    entries = [
        Entry(partial(canvas.mark, shape=MARK_SHAPES[kind], size=26), word)
        for kind, word in spec.words
        if kind in kinds
    ]
    top = legend(canvas, area, entries) if entries else area.top
    low, high = span([point.value for point in points], 0.08)
    at, places = ticks(low, high, 8)
    label = plain(canvas, places)
    plot = Area(
        area.left + labels_width(canvas, [label(value) for value in at]),
        area.bottom + 84,
        area.right - 20,
        top - 44,
    )
    length = max((last - first).total_seconds(), 1.0)
    times = Scale(first.timestamp(), first.timestamp() + length, plot.left + 16, plot.right - 16)
    values = Scale(low, high, plot.bottom, plot.top)
    axis_name(canvas, (area.left, plot.top + 44), spec.value_label, area.width, "left")
    value_axis(canvas, plot, values, at, label)
    if low < 0 < high:
        canvas.line([(plot.left, values.at(0)), (plot.right, values.at(0))], Stroke("ink", width=3))
    path = [(times.at(point.at.timestamp()), values.at(point.value)) for point in points]
    canvas.line(path if len(path) > 1 else [(plot.left, path[0][1]), (plot.right, path[0][1])], _LINE)
    sizes = {kind: max(9.0, 22 * min(1.0, 24 / sum(mark.kind == kind for mark in marks))) for kind in kinds}
    for mark in sorted(marks, key=lambda it: (sizes[it.kind], it.kind == MarkKind.LIQUIDATION)):
        x = mark.at.timestamp()
        canvas.mark((times.at(x), values.at(_value_at(points, x))), MARK_SHAPES[mark.kind], sizes[mark.kind])
    stamps = time_ticks(first, last, spec.look)
    bottom_axis(canvas, plot, [(times.at(stamp), text) for stamp, text in stamps])
    return canvas


def money(spec: Money) -> Canvas:
    """The picture of Money: a bar for each part, what can be lost of it hatched."""
    canvas = Canvas(spec.look, SQUARE)
    area = framed(canvas, spec.caption)
    total = canvas.lettering.fit(spec.total, area.width, 40, lines=2, bold=True)
    edge = from_start(canvas, area, 0)
    canvas.text((edge, area.top), total, align=canvas.start, vertical="top")
    below = Area(area.left, area.bottom, area.right, area.top - total.height - 24)
    largest = max(abs(value) for value in checked([part.amount for part in spec.parts])) or 1.0
    checked([part.at_risk for part in spec.parts])
    top = legend(canvas, below, _money_entries(canvas, spec)) - 16
    height = min(150.0, (top - area.bottom) / len(spec.parts))
    for part in spec.parts:
        _part(canvas, Area(area.left, top - height, area.right, top), part, largest)
        top -= height
    return canvas


def _money_entries(canvas: Canvas, spec: Money) -> list[Entry]:
    def swatch(hatched: bool) -> "partial[None]":
        return partial(_swatch, canvas, hatched)

    entries = [Entry(swatch(hatched=False), spec.safe_label)]
    if any(part.at_risk > 0 for part in spec.parts):
        entries.append(Entry(swatch(hatched=True), spec.risk_label))
    return entries


def _swatch(canvas: Canvas, hatched: bool, at: tuple[float, float]) -> None:
    area = Area(at[0] - 30, at[1] - 14, at[0] + 30, at[1] + 14)
    if hatched:
        canvas.hatched(area, canvas.palette.ink)
    else:
        canvas.boxes((area,), fill=canvas.palette.ink)


def _part(canvas: Canvas, area: Area, part: Part, largest: float) -> None:
    """A row: label and figure above, below them the bar; a debt is hollow."""
    hue = canvas.hue(PART_HUES[part.kind])
    row = max(TEXT * LEADING, 34)
    figure = canvas.lettering.fit(part.figure, area.width * 0.5, TEXT, bold=True)
    label = canvas.lettering.fit(part.label, area.width - figure.width - 32, TEXT)
    middle = area.top - row / 2 - 4
    canvas.text((from_start(canvas, area, 0), middle), label, align=canvas.start)
    canvas.text((from_start(canvas, area, area.width), middle), figure, align=canvas.end)
    top, bottom = area.top - row - 10, max(area.bottom + 22, area.top - row - 66)
    canvas.pill(Area(area.left, bottom, area.right, top), fill=canvas.palette.panel, radius=6)
    wide = max(4.0 * (part.amount != 0), area.width * abs(part.amount) / largest)
    risky = area.width * min(max(part.at_risk, 0), abs(part.amount)) / largest
    bar = _from(canvas, area, 0, wide, bottom, top)
    if part.amount < 0:
        canvas.boxes((bar,), fill=canvas.palette.ground, edge=hue, width=4)
    elif wide > 0:
        canvas.boxes((_from(canvas, area, 0, wide - risky, bottom, top),), fill=hue)
        if risky > 1:
            canvas.hatched(_from(canvas, area, wide - risky, wide, bottom + 2, top - 2), hue)


def _from(canvas: Canvas, area: Area, begin: float, end: float, bottom: float, top: float) -> Area:
    """A box between two distances from the side on which reading starts."""
    left, right = sorted((from_start(canvas, area, begin), from_start(canvas, area, end)))
    return Area(left, bottom, right, top)


def _value_at(points: Sequence[CurvePoint], at: float) -> float:
    """The value on the straight line between the neighbours of a time."""
    before = points[0]
    for point in points:
        if point.at.timestamp() >= at:
            length = point.at.timestamp() - before.at.timestamp()
            share = (at - before.at.timestamp()) / length if length else 1.0
            return before.value + (point.value - before.value) * share
        before = point
    return before.value
