"""Equity and margin ratio against the price, and the liquidation price of one position against another symbol."""

from collections.abc import Sequence
from functools import partial

from bot.charts.drawing.canvas import TALL, Area, Canvas, Point
from bot.charts.drawing.palette import LEVEL_STROKES, MODE_MARKERS, MODE_STROKES, Shape, Stroke
from bot.charts.drawing.sheet import (
    Entry,
    axis_name,
    bottom_axis,
    framed,
    labels_width,
    legend,
    line_sample,
    plain,
    value_axis,
)
from bot.charts.figures import Scale, checked, percent, price_places, span, ticks, written
from bot.charts.spec import Contagion, Level, LevelKind, Mode, ModeCurve, WhatIf

_TOP_RATIO = 1.25
_LIQUIDATION = Stroke("purple", width=6)  # cross: one position drags another only where they share a wallet
_MARK, _NOW = LEVEL_STROKES[LevelKind.MARK], LEVEL_STROKES[LevelKind.OTHER]
_LIMIT = Stroke("ink", width=3)
_MEETS = Shape("X", "vermilion")


def what_if(spec: WhatIf) -> Canvas:
    """The picture of a WhatIf: two panels over one scale of prices."""
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    entries = [_mode_entry(canvas, curve) for curve in spec.curves]
    if spec.now is not None:
        entries.append(_level_entry(canvas, spec.now, _MARK))
    entries.append(Entry(line_sample(canvas, _LIMIT), spec.limit_label))
    top = legend(canvas, area, entries)
    prices = checked([price for curve in spec.curves for price in curve.prices])
    equity = span([value for curve in spec.curves for value in curve.equity], 0.06)
    at, places = ticks(*equity, 5)
    money = plain(canvas, places)
    width = labels_width(canvas, [*(money(value) for value in at), percent(1, 0, spec.look)])
    low, high = min(prices), max(prices)
    middle = area.bottom + (top - area.bottom) * 0.45
    upper = Area(area.left + width, middle + 24, area.right - 44, top - 44)
    lower = Area(upper.left, area.bottom + 108, upper.right, middle - 64)
    across = Scale(low, high if high > low else low + 1, upper.left, upper.right)
    axis_name(canvas, (area.left, upper.top + 44), spec.equity_label, area.width, "left")
    axis_name(canvas, (area.left, lower.top + 44), spec.ratio_label, area.width, "left")
    values = Scale(*equity, upper.bottom, upper.top)
    shares = Scale(0, _TOP_RATIO, lower.bottom, lower.top)
    value_axis(canvas, upper, values, at, money)
    value_axis(canvas, lower, shares, (0, 0.25, 0.5, 0.75, 1), lambda share: percent(share, 0, spec.look))
    for panel in (upper, lower):
        _verticals(canvas, panel, across, spec)
    broad_below = sorted(spec.curves, key=lambda it: it.mode != Mode.CROSS)
    for curve in broad_below:
        equities = list(zip(curve.prices, curve.equity, strict=True))
        _curve(canvas, upper, across, values, curve.mode, equities)
        _curve(canvas, lower, across, shares, curve.mode, _ratios(curve))
    canvas.line([(lower.left, shares.at(1)), (lower.right, shares.at(1))], _LIMIT)
    for curve in spec.curves:
        if curve.liquidation is not None and curve.liquidation in across:
            x = across.at(curve.liquidation)
            canvas.mark((x, values.at(_equity_at(curve, curve.liquidation))), _mode_shape(curve), 26)
            canvas.mark((x, shares.at(1)), _mode_shape(curve), 26)
    _price_axis(canvas, lower, across, spec.price_label)
    return canvas


def contagion(spec: Contagion) -> Canvas:
    """The picture of a Contagion; the distance between liquidation price and mark is shaded."""
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    entries = [
        Entry(line_sample(canvas, _LIQUIDATION), spec.liquidation_label),
        _level_entry(canvas, spec.mark, _MARK),
        _level_entry(canvas, spec.now, _NOW),
    ]
    if spec.meets is not None and spec.meets_label:
        entries.append(Entry(partial(canvas.mark, shape=_MEETS, size=26), spec.meets_label))
    top = legend(canvas, area, entries)
    held = [(x, y) for x, y in spec.points if y is not None]
    extra = [spec.meets] if spec.meets is not None else []
    low, high = span([y for _, y in held] + [spec.mark.price] + [y for _, y in extra], 0.08)
    at, places = ticks(low, high, 7)
    label = plain(canvas, places)
    width = labels_width(canvas, [label(value) for value in at])
    plot = Area(area.left + width, area.bottom + 108, area.right - 44, top - 12)
    xs = [*checked([x for x, _ in spec.points]), *checked([spec.now.price])]
    across = Scale(min(xs), max(xs) if max(xs) > min(xs) else min(xs) + 1, plot.left, plot.right)
    values = Scale(low, high, plot.bottom, plot.top)
    value_axis(canvas, plot, values, at, label)
    path = [(across.at(x), values.at(y)) for x, y in sorted([*held, *extra])]
    mark = values.at(spec.mark.price)
    near = _on_the_side_of(path, spec, across)
    if len(near) > 1:
        canvas.shade(
            [(near[0][0], mark), *near, (near[-1][0], mark)],
            canvas.palette.vermilion,
            opacity=0.13,
            within=plot,
        )
    canvas.line([(plot.left, mark), (plot.right, mark)], _MARK)
    now = across.at(spec.now.price)
    canvas.line([(now, plot.bottom), (now, plot.top)], _NOW)
    for run in _runs(spec.points):
        canvas.line([(across.at(x), values.at(y)) for x, y in run], _LIQUIDATION, within=plot)
    if spec.meets is not None:
        canvas.mark((across.at(spec.meets[0]), values.at(spec.meets[1])), _MEETS, 30)
    _price_axis(canvas, plot, across, spec.moved_label)
    return canvas


def _on_the_side_of(path: Sequence[Point], spec: Contagion, across: Scale) -> list[Point]:
    """The part of a path between the point at which it meets the mark and today's side of it."""
    if spec.meets is None:
        return list(path)
    x, now = across.at(spec.meets[0]), across.at(spec.now.price)
    return [point for point in path if (point[0] >= x) == (now >= x) or point[0] == x]


def _level_entry(canvas: Canvas, level: Level, stroke: Stroke) -> Entry:
    """A legend's row for a price."""
    figure = level.figure or written(level.price, price_places(level.price), canvas.look)
    return Entry(line_sample(canvas, stroke), level.label, figure)


def _mode_shape(curve: ModeCurve) -> Shape:
    return Shape(MODE_MARKERS[curve.mode], MODE_STROKES[curve.mode].hue)


def _mode_entry(canvas: Canvas, curve: ModeCurve) -> Entry:
    line = line_sample(canvas, MODE_STROKES[curve.mode])

    def sample(at: Point) -> None:
        line(at)
        if curve.liquidation is not None:
            canvas.mark(at, _mode_shape(curve))

    label = f"{curve.label}: {curve.liquidation_label}" if curve.liquidation_label else curve.label
    figure = curve.liquidation_figure
    if not figure and curve.liquidation is not None:
        figure = written(curve.liquidation, price_places(curve.liquidation), canvas.look)
    return Entry(sample, label, figure)


def _verticals(canvas: Canvas, panel: Area, across: Scale, spec: WhatIf) -> None:
    if spec.now is not None and spec.now.price in across:
        x = across.at(spec.now.price)
        canvas.line([(x, panel.bottom), (x, panel.top)], _MARK)
    for curve in spec.curves:
        if curve.liquidation is not None and curve.liquidation in across:
            x = across.at(curve.liquidation)
            stroke = MODE_STROKES[curve.mode]
            canvas.line([(x, panel.bottom), (x, panel.top)], Stroke(stroke.hue, (3, 5), 3))


def _curve(
    canvas: Canvas,
    panel: Area,
    across: Scale,
    values: Scale,
    mode: Mode,
    points: Sequence[tuple[float, float | None]],
) -> None:
    for run in _runs(points):
        canvas.line([(across.at(x), values.at(y)) for x, y in run], MODE_STROKES[mode], within=panel)


def _ratios(curve: ModeCurve) -> list[tuple[float, float | None]]:
    """Price and margin ratio, with the 1 at which liquidation is."""
    checked([0.0, *(ratio for ratio in curve.ratio if ratio is not None)])
    points = list(zip(curve.prices, curve.ratio, strict=True))
    if curve.liquidation is not None:
        points.append((curve.liquidation, 1.0))
    return sorted(points, key=lambda point: point[0])


def _runs(points: Sequence[tuple[float, float | None]]) -> list[list[Point]]:
    """The stretches without a gap, each of two points or more."""
    runs: list[list[Point]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if len(run) > 1]


def _equity_at(curve: ModeCurve, price: float) -> float:
    """Equity at the sampled price next to another."""
    return min(zip(curve.prices, curve.equity, strict=True), key=lambda pair: abs(pair[0] - price))[1]


def _price_axis(canvas: Canvas, area: Area, across: Scale, words: str) -> None:
    at, places = ticks(across.low, across.high, 5)
    label = plain(canvas, places)
    low = bottom_axis(canvas, area, [(across.at(value), label(value)) for value in at])
    axis_name(canvas, (area.right, low - 4), words, area.width, "right")
