"""Pictures that are lists: a challenge's standings and the result of a quiz."""

from functools import partial

from bot.charts.condense import MOST_ROWS, leading
from bot.charts.drawing.canvas import SQUARE, TALL, Area, Canvas, Point
from bot.charts.drawing.sheet import TEXT, Entry, framed, from_start, legend
from bot.charts.spec import QuizResult, QuizRow, StandingRow, Standings

MOST_BOXES = 10
_ROW = 64.0


def standings(spec: Standings) -> Canvas:
    """The picture of Standings: the first fifteen, and the reader's own row if it comes later."""
    shown, later = leading(spec.rows)
    rows = len(shown) + len(later)
    canvas = Canvas(spec.look, TALL if rows > 9 else SQUARE)
    area = framed(canvas, spec.caption)
    height = min(_ROW * 1.1, (area.height - 28 * len(later)) / rows)
    top = area.top
    for row in shown:
        _standing(canvas, Area(area.left, top - height, area.right, top), row, spec.own_label)
        top -= height
    for row in later:
        for number in range(3):
            x = from_start(canvas, area, 32)
            canvas.boxes(
                (Area(x - 3, top - 8 - 9 * number, x + 3, top - 2 - 9 * number),), fill=canvas.palette.muted
            )
        top -= 28
        _standing(canvas, Area(area.left, top - height, area.right, top), row, spec.own_label)
    return canvas


def _standing(canvas: Canvas, area: Area, row: StandingRow, own_label: str) -> None:
    fit = canvas.lettering.fit
    middle = (area.bottom + area.top) / 2
    if row.own:
        canvas.pill(
            Area(area.left - 16, area.bottom + 3, area.right + 16, area.top - 3), fill=canvas.palette.panel
        )
        edge = from_start(canvas, area, -16)
        canvas.boxes((Area(edge - 4, area.bottom + 3, edge + 4, area.top - 3),), fill=canvas.palette.blue)
    else:
        canvas.segments([((area.left, area.bottom), (area.right, area.bottom))], canvas.palette.grid)
    place = fit(str(row.place), 130, 30, bold=row.place <= 3)
    figure = fit(row.figure, 280, 30, bold=True)
    first = max(76.0, place.width + 24)
    canvas.text((from_start(canvas, area, 0), middle), place, align=canvas.start)
    canvas.text((from_start(canvas, area, area.width), middle), figure, align=canvas.end)
    room = area.width - first - figure.width - 32
    remark = fit(row.remark, room * 0.45, 26)
    own = f" ({own_label})" if row.own and own_label else ""
    tag = fit(own.strip(), room * 0.3, 26, bold=True)
    taken = (tag.width + 14 if own else 0) + (remark.width + 20 if row.remark else 0)
    name = fit(row.name, room - taken, 30, bold=row.own)
    canvas.text((from_start(canvas, area, first), middle), name, align=canvas.start)
    if own:
        canvas.text((from_start(canvas, area, first + name.width + 14), middle), tag, align=canvas.start)
    if row.remark:
        x = from_start(canvas, area, area.width - figure.width - 24)
        canvas.text((x, middle), remark, align=canvas.end, hue=canvas.palette.muted)


def quiz_result(spec: QuizResult) -> Canvas:
    """The picture of a QuizResult: a filled box with a tick for each right answer, a hollow one for the others."""
    canvas = Canvas(spec.look, SQUARE if len(spec.rows) <= 6 else TALL)
    area = framed(canvas, spec.caption)
    score = canvas.lettering.fit(spec.score, area.width, 84, bold=True)
    canvas.text((from_start(canvas, area, 0), area.top), score, align=canvas.start, vertical="top")
    if not spec.rows:
        return canvas
    top = area.top - score.height - 12
    entries = [
        Entry(partial(_answer, canvas, right=True, half=17), spec.right_label),
        Entry(partial(_answer, canvas, right=False, half=17), spec.wrong_label),
    ]
    top = legend(canvas, Area(area.left, area.bottom, area.right, top), entries) - 8
    rows = spec.rows[:MOST_ROWS]
    height = min(110.0, (top - area.bottom) / len(rows))
    for row in rows:
        _quiz_row(canvas, Area(area.left, top - height, area.right, top), row)
        top -= height
    return canvas


def _quiz_row(canvas: Canvas, area: Area, row: QuizRow) -> None:
    middle = (area.bottom + area.top) / 2
    fit = canvas.lettering.fit
    if area.height >= 80:
        label = fit(row.label, area.width * 0.46, TEXT, lines=2)
    else:
        label = canvas.lettering.fit_row(row.label, area.width * 0.46, TEXT)
    canvas.text((from_start(canvas, area, 0), middle), label, align=canvas.start)
    begin = area.width * 0.5
    if row.asked <= MOST_BOXES:
        for number in range(row.asked):
            x = from_start(canvas, area, begin + 24 + number * 50)
            _answer(canvas, (x, middle), right=number < row.right)
        return
    count = fit(f"{row.right}/{row.asked}", 150, TEXT, bold=True)
    canvas.text((from_start(canvas, area, area.width), middle), count, align=canvas.end)
    length = area.width * 0.5 - 170
    whole = sorted((from_start(canvas, area, begin), from_start(canvas, area, begin + length)))
    done = sorted(
        (from_start(canvas, area, begin), from_start(canvas, area, begin + length * row.right / row.asked))
    )
    canvas.boxes(
        (Area(whole[0], middle - 16, whole[1], middle + 16),), fill=None, edge=canvas.palette.vermilion
    )
    canvas.boxes((Area(done[0], middle - 16, done[1], middle + 16),), fill=canvas.palette.blue)


def _answer(canvas: Canvas, at: Point, *, right: bool, half: float = 20) -> None:
    box = Area(at[0] - half, at[1] - half, at[0] + half, at[1] + half)
    if right:
        canvas.pill(box, fill=canvas.palette.blue, radius=8)
        canvas.text(at, "✓", size=28, bold=True, hue=canvas.palette.ground, align="center")
    else:
        canvas.pill(box, fill=None, edge=canvas.palette.vermilion, radius=8)
        canvas.text(at, "✗", size=28, bold=True, hue=canvas.palette.vermilion, align="center")
