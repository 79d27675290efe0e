"""The path to an end, the events on it as numbers told in a list, and what else would have come of it."""

from collections.abc import Sequence

from bot.charts.condense import chosen, told
from bot.charts.drawing.candles import Plot, draw_candles
from bot.charts.drawing.canvas import TALL, Align, Area, Canvas
from bot.charts.drawing.palette import MARK_SHAPES, Shape
from bot.charts.drawing.sheet import TEXT, framed, from_start, spread
from bot.charts.spec import Alternative, MarkKind, PathEvent, PostMortem

_LEAST_PLOT = 330.0
_ROW = 44.0
_STRIP = 64.0
_DISC = 36.0
_BAR_ROW = 66.0


def post_mortem(spec: PostMortem) -> Canvas:
    """The picture of a PostMortem."""
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    alternatives, events = _with_room(chosen(spec.alternatives), told(spec.events), area.height - _LEAST_PLOT)
    bottom = area.bottom
    if alternatives:
        bottom = _alternatives(canvas, area, spec.alternatives_title, alternatives) + 16
    if events:
        top = bottom + _ROW * len(events)
        _list(canvas, Area(area.left, bottom, area.right, top), events)
        bottom = top + 12
    strip = _STRIP if events else 0.0
    whole = Area(area.left, bottom, area.right, area.top - strip)
    _numbers(canvas, draw_candles(canvas, whole, spec.bars, spec.levels, None), events)
    return canvas


def _with_room(
    alternatives: list[Alternative], events: list[PathEvent], height: float
) -> tuple[list[Alternative], list[PathEvent]]:
    """What leaves the path its height: three alternatives stay, and the first and the last three events."""
    while len(alternatives) > 3 and _height(alternatives, events) > height:
        alternatives.remove(next(it for it in reversed(alternatives) if not it.actual))
    while len(events) > 4 and _height(alternatives, events) > height:
        events.pop(1)
    return alternatives, events


def _height(alternatives: Sequence[Alternative], events: Sequence[PathEvent]) -> float:
    return len(alternatives) * _BAR_ROW + 66 * bool(alternatives) + len(events) * _ROW + 76 * bool(events)


def _numbers(canvas: Canvas, plot: Plot, events: Sequence[PathEvent]) -> None:
    """A numbered disc for each event in a strip above the path, and a line down to its price."""
    area = plot.area
    points = [
        (
            min(max(plot.times.at(event.at.timestamp()), area.left), area.right),
            min(max(plot.prices.at(event.price), area.bottom), area.top),
        )
        for event in events
    ]
    room = [_DISC + 8] * len(events)
    mirrored = spread([-x for x, _ in points], room, -area.right - 30, -area.left + 30)
    y = area.top + _STRIP - _DISC / 2
    for (x, price), across in zip(points, mirrored, strict=True):
        bend = (x, area.top + 8)
        canvas.segments([((-across, y), bend), (bend, (x, price))], canvas.palette.muted, 2)
    for number, (event, (x, price), across) in enumerate(zip(events, points, mirrored, strict=True), 1):
        canvas.mark((x, price), MARK_SHAPES[event.kind], 20)
        _disc(canvas, -across, y, number, event.kind)


def _disc(canvas: Canvas, x: float, y: float, number: int, kind: MarkKind) -> None:
    over = kind == MarkKind.LIQUIDATION
    canvas.mark((x, y), Shape("o", "ink", filled=over), _DISC)
    hue = canvas.palette.ground if over else canvas.palette.ink
    canvas.text((x, y), str(number), size=24, bold=True, hue=hue, align="center")


def _list(canvas: Canvas, area: Area, events: Sequence[PathEvent]) -> None:
    y = area.top
    for number, event in enumerate(events, 1):
        middle = y - _ROW / 2
        _disc(canvas, from_start(canvas, area, 20), middle, number, event.kind)
        label = canvas.lettering.fit(event.label, area.width - 60, 26)
        canvas.text((from_start(canvas, area, 56), middle), label, align=canvas.start)
        y -= _ROW


def _alternatives(canvas: Canvas, area: Area, title: str, rows: Sequence[Alternative]) -> float:
    """Bars from a common zero, at the bottom of an area; losses reach to the left. Returns the height above them."""
    top = area.bottom + _BAR_ROW * len(rows)
    amounts = [row.amount for row in rows]
    figures = [canvas.lettering.fit(row.figure, 320, TEXT, bold=True) for row in rows]
    column = max(figure.width for figure in figures)
    bars = _middle(canvas, area, area.width * 0.42 + 16, area.width - column - 20)
    least = min(0.0, *amounts)
    most = max(0.0, *amounts)
    per = bars.width / ((most - least) or 1.0)
    zero = bars.left - least * per
    y = top
    for row, figure in zip(rows, figures, strict=True):
        middle = y - _BAR_ROW / 2
        if row.actual:
            canvas.pill(
                Area(area.left - 12, y - _BAR_ROW + 3, area.right + 12, y - 3), fill=canvas.palette.panel
            )
        label = canvas.lettering.fit_row(row.label, area.width * 0.42, 26, bold=row.actual)
        canvas.text((from_start(canvas, area, 0), middle), label, align=canvas.start)
        canvas.text((from_start(canvas, area, area.width), middle), figure, align=canvas.end)
        left, right = sorted((zero, zero + row.amount * per))
        bar = Area(left, middle - 15, right, middle + 15)
        if row.amount < 0:
            canvas.boxes((bar,), fill=canvas.palette.vermilion)
        else:
            canvas.boxes((bar,), fill=canvas.palette.ground, edge=canvas.palette.blue, width=4)
        y -= _BAR_ROW
    canvas.segments([((zero, area.bottom), (zero, top))], canvas.palette.ink, 3)
    if not title:
        return top
    align: Align = canvas.start
    heading = canvas.lettering.fit(title, area.width, TEXT, lines=2, bold=True)
    canvas.text((from_start(canvas, area, 0), top + 8), heading, align=align, vertical="bottom")
    return top + 8 + heading.height


def _middle(canvas: Canvas, area: Area, begin: float, end: float) -> Area:
    """The part of an area between two distances from the side on which reading starts."""
    left, right = sorted((from_start(canvas, area, begin), from_start(canvas, area, end)))
    return Area(left, area.bottom, right, area.top)
