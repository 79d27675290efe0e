"""What every picture has: heading, the word for paper money, a note, a legend, and axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.charts.drawing.canvas import MARGIN, WIDTH, Align, Area, Canvas, Point
from bot.charts.drawing.lettering import LEADING
from bot.charts.drawing.palette import Stroke
from bot.charts.figures import Scale, written
from bot.charts.spec import Caption

TEXT = 28.0
_GRID = Stroke("grid", width=2)


def framed(canvas: Canvas, caption: Caption) -> Area:
    """Draw heading and note; returns the area between them."""
    fit = canvas.lettering.fit
    badge = fit(caption.paper, 300, TEXT, bold=True)
    tag_width = badge.width + 36
    top = canvas.height - MARGIN
    rtl = canvas.look.rtl
    tag_left = MARGIN if rtl else WIDTH - MARGIN - tag_width
    tag = Area(tag_left, top - 52, tag_left + tag_width, top)
    canvas.pill(tag, fill=None, edge=canvas.palette.muted)
    canvas.text((tag_left + tag_width / 2, top - 26), badge, align="center")
    edge = WIDTH - MARGIN if rtl else MARGIN
    title = fit(caption.title, WIDTH - 2 * MARGIN - tag_width - 28, 44, lines=3, bold=True, least=34)
    canvas.text((edge, top), title, align=canvas.start, vertical="top")
    below = top - max(title.height, 60)
    if caption.subtitle:
        subtitle = fit(caption.subtitle, WIDTH - 2 * MARGIN, 30, lines=2)
        canvas.text((edge, below), subtitle, hue=canvas.palette.muted, align=canvas.start, vertical="top")
        below -= subtitle.height
    above = MARGIN
    if caption.note:
        note = fit(caption.note, WIDTH - 2 * MARGIN, 26, lines=3)
        canvas.text((edge, above), note, hue=canvas.palette.muted, align=canvas.start, vertical="bottom")
        above += note.height + 20
    return Area(MARGIN, above, WIDTH - MARGIN, below - 24)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a legend: a drawn sample, a word, and a figure if it has one."""

    sample: Callable[[Point], None]
    label: str
    figure: str = ""


def line_sample(canvas: Canvas, stroke: Stroke, width: float = 64) -> Callable[[Point], None]:
    """A piece of a line around a point, for a legend."""
    return lambda at: canvas.line([(at[0] - width / 2, at[1]), (at[0] + width / 2, at[1])], stroke)


def legend(canvas: Canvas, area: Area, entries: Sequence[Entry]) -> float:
    """Draw a legend at the top of an area, a row each, and return the height below it."""
    canvas.legends.append(tuple(entry.label for entry in entries))
    y = area.top
    for entry in entries:
        figure = canvas.lettering.fit(entry.figure, area.width * 0.45, TEXT, bold=True)
        label = canvas.lettering.fit(entry.label, area.width - 110 - figure.width, TEXT, lines=2)
        height = max(label.height, TEXT * LEADING) + 12
        middle = y - height / 2
        entry.sample((from_start(canvas, area, 32), middle))
        canvas.text((from_start(canvas, area, 84), middle), label, align=canvas.start)
        canvas.text((from_start(canvas, area, area.width), middle), figure, align=canvas.end)
        y -= height
    return y - 16


def from_start(canvas: Canvas, area: Area, distance: float) -> float:
    """The x so many pixels into an area, from the side on which reading starts."""
    return area.right - distance if canvas.look.rtl else area.left + distance


def value_axis(
    canvas: Canvas, area: Area, scale: Scale, at: Sequence[float], label: Callable[[float], str]
) -> None:
    """Horizontal grid lines over an area, labelled to its left."""
    for value in at:
        if value in scale:
            y = scale.at(value)
            canvas.line([(area.left, y), (area.right, y)], _GRID)
            canvas.text((area.left - 12, y), label(value), size=26, hue=canvas.palette.muted, align="right")


def labels_width(canvas: Canvas, labels: Sequence[str]) -> float:
    """Room that the labels of a value axis need."""
    return max((canvas.lettering.width(label, 26) for label in labels), default=0) + 12


def bottom_axis(canvas: Canvas, area: Area, at: Sequence[tuple[float, str]]) -> float:
    """Labels below an area at given pixels, leaving out those without room; returns the height below them."""
    canvas.line([(area.left, area.bottom), (area.right, area.bottom)], _GRID)
    taken = -1.0
    lowest = area.bottom - 12
    for x, label in at:
        lines = label.split("\n")
        wide = max(canvas.lettering.width(line, 26) for line in lines)
        left = min(max(x - wide / 2, MARGIN), WIDTH - MARGIN - wide)
        if left < taken or not area.left <= x <= area.right:
            continue
        canvas.line([(x, area.bottom), (x, area.bottom - 8)], _GRID)
        for number, line in enumerate(lines):
            y = area.bottom - 14 - number * 26 * LEADING
            canvas.text(
                (left + wide / 2, y), line, size=26, hue=canvas.palette.muted, align="center", vertical="top"
            )
            lowest = min(lowest, y - 26 * LEADING)
        taken = left + wide + 24
    return lowest


def axis_name(canvas: Canvas, at: Point, words: str, width: float, align: Align) -> None:
    """What an axis shows."""
    canvas.text(
        at, canvas.lettering.fit(words, width, 26), hue=canvas.palette.muted, align=align, vertical="top"
    )


def plain(canvas: Canvas, places: int) -> Callable[[float], str]:
    """How an axis writes its numbers."""
    return lambda value: written(value, places, canvas.look)


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near to the wanted ones as can be without overlap, within bounds if there is room.

    `wanted` descends. Neighbours that touch are pooled and moved together.
    """
    groups: list[tuple[list[int], float]] = []  # members, top edge of the pool
    for number, centre in enumerate(wanted):
        members, top = [number], centre + heights[number] / 2
        while True:
            tall = sum(heights[it] for it in members)
            top = max(min(top, high), low + tall)
            if not groups:
                break
            above, above_top = groups[-1]
            if above_top - sum(heights[it] for it in above) >= top:
                break
            groups.pop()
            members = above + members
            top = _pooled_top(members, wanted, heights)
        groups.append((members, top))
    centres = [0.0] * len(wanted)
    for members, edge in groups:
        below = edge
        for number in members:
            centres[number] = below - heights[number] / 2
            below -= heights[number]
    return centres


def _pooled_top(members: Sequence[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    """The top edge that leaves the members nearest to where they want to be, in the mean."""
    passed = 0.0
    tops = []
    for number in members:
        tops.append(wanted[number] + heights[number] / 2 + passed)
        passed += heights[number]
    return sum(tops) / len(tops)
