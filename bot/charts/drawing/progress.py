"""Skills, and whether the learner's confidence is deserved."""

from functools import partial

from bot.charts.drawing.canvas import TALL, Area, Canvas
from bot.charts.drawing.palette import Shape, Stroke
from bot.charts.drawing.sheet import (
    TEXT,
    Entry,
    axis_name,
    bottom_axis,
    framed,
    from_start,
    legend,
    line_sample,
    value_axis,
)
from bot.charts.figures import Scale, checked, percent
from bot.charts.spec import Progress, SkillBar

MOST_SKILLS = 12
_PERFECT = Stroke("muted", (4, 6), 4)
_OWN = Shape("o", "blue")
_CALIBRATION = 404.0


def progress(spec: Progress) -> Canvas:
    """The picture of Progress: a bar for each skill; below, answers said sure and answers right."""
    checked([skill.value for skill in spec.skills])
    canvas = Canvas(spec.look, TALL)
    area = framed(canvas, spec.caption)
    if spec.calibration:
        lower = Area(area.left, area.bottom, area.right, area.bottom + _CALIBRATION)
        _calibration(canvas, lower, spec)
        area = Area(area.left, lower.top + 20, area.right, area.top)
    heading = canvas.lettering.fit(spec.skills_title, area.width, 30, bold=True)
    canvas.text((from_start(canvas, area, 0), area.top), heading, align=canvas.start, vertical="top")
    top = area.top - heading.height - 8
    rows = spec.skills[:MOST_SKILLS]
    height = min(84.0, (top - area.bottom) / len(rows))
    for skill in rows:
        _skill(canvas, Area(area.left, top - height, area.right, top), skill)
        top -= height
    return canvas


def _skill(canvas: Canvas, area: Area, skill: SkillBar) -> None:
    fit = canvas.lettering.fit
    middle = (area.bottom + area.top) / 2
    label = canvas.lettering.fit_row(skill.label, area.width * 0.5, 26)
    figure = fit(("✓ " if skill.mastered else "") + skill.figure, 150, TEXT, bold=True)
    canvas.text((from_start(canvas, area, 0), middle), label, align=canvas.start)
    canvas.text((from_start(canvas, area, area.width), middle), figure, align=canvas.end)
    begin, length = area.width * 0.52, area.width * 0.48 - 166
    whole = sorted((from_start(canvas, area, begin), from_start(canvas, area, begin + length)))
    share = min(max(skill.value, 0.0), 1.0)
    done = sorted((from_start(canvas, area, begin), from_start(canvas, area, begin + length * share)))
    canvas.pill(Area(whole[0], middle - 13, whole[1], middle + 13), fill=canvas.palette.panel, radius=6)
    if share > 0:
        hue = canvas.palette.blue
        canvas.pill(Area(done[0], middle - 13, done[1], middle + 13), fill=hue, radius=6)


def _calibration(canvas: Canvas, area: Area, spec: Progress) -> None:
    checked([value for point in spec.calibration for value in (point.said, point.right)])
    heading = canvas.lettering.fit(spec.calibration_title, area.width, 30, bold=True)
    canvas.text((from_start(canvas, area, 0), area.top), heading, align=canvas.start, vertical="top")
    width = area.width * 0.56
    begin, end = sorted((from_start(canvas, area, 0), from_start(canvas, area, width)))
    plot = Area(begin + 96, area.bottom + 84, end - 20, area.top - heading.height - 56)
    across, up = Scale(0.4, 1.0, plot.left, plot.right), Scale(0.0, 1.0, plot.bottom, plot.top)
    axis_name(canvas, (begin, plot.top + 52), spec.right_label, plot.right - begin, "left")
    value_axis(canvas, plot, up, (0, 0.5, 1), lambda share: percent(share, 0, spec.look))
    low = bottom_axis(
        canvas, plot, [(across.at(it), percent(it, 0, spec.look)) for it in (0.4, 0.6, 0.8, 1.0)]
    )
    axis_name(canvas, (plot.right, low - 2), spec.said_label, plot.right - begin, "right")
    canvas.line([(plot.left, up.at(0.4)), (plot.right, up.at(1))], _PERFECT)
    most = max(point.count for point in spec.calibration)
    for point in spec.calibration:
        size = 18 + 26 * (point.count / most) ** 0.5
        x = across.at(min(max(point.said, across.low), across.high))
        canvas.mark((x, up.at(point.right)), _OWN, size)
    near, far = sorted((from_start(canvas, area, width + 24), from_start(canvas, area, area.width)))
    entries = [
        Entry(partial(canvas.mark, shape=_OWN, size=26), spec.own_label),
        Entry(line_sample(canvas, _PERFECT), spec.perfect_label),
    ]
    legend(canvas, Area(near, area.bottom, far, plot.top), entries)
