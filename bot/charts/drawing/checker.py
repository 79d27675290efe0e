"""Whether a picture can be read: what the tests ask of every one."""

from itertools import combinations

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import Bbox

from bot.charts.drawing.canvas import WIDTH, Canvas
from bot.charts.drawing.lettering import SMALLEST

_EDGE = 8.0
_TOUCH = 1.0


def faults(canvas: Canvas) -> tuple[str, ...]:
    """What is wrong with the words of a picture: cut off at the rim, over each other, too small, or a legend of none."""
    found: list[str] = []
    boxes: list[tuple[str, Bbox]] = []
    renderer: RendererAgg = canvas.agg.get_renderer()  # type: ignore[no-untyped-call]
    for text in canvas.texts:
        box = text.get_window_extent(renderer)
        words = text.get_text()
        boxes.append((words, box))
        if box.x0 < _EDGE or box.y0 < _EDGE or box.x1 > WIDTH - _EDGE or box.y1 > canvas.height - _EDGE:
            found.append(f"outside: {words!r} at {[round(edge) for edge in box.extents]}")
        if float(text.get_fontsize()) < SMALLEST:
            found.append(f"too small: {words!r}")
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > _TOUCH and high > _TOUCH:
            found.append(f"overlap: {one!r} and {other!r}")
    found += ["a legend of nothing" for legend in canvas.legends if not legend]
    found += ["a legend without a word" for legend in canvas.legends if not all(it.strip() for it in legend)]
    return tuple(found)
