"""A sheet of pixels to draw on: lines, boxes, marks and text, measured from the lower left corner.

Pictures are drawn on a bare matplotlib figure, not on its axes: labels are placed by what they measure, and a picture
costs a third of the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox, IdentityTransform
from PIL import Image

from bot.charts.drawing.lettering import LEADING, Fitted, Lettering, clean, font
from bot.charts.drawing.palette import PALETTES, Shape, Stroke
from bot.charts.spec import Look

WIDTH = 1080
TALL = 1350
SQUARE = 1080
MARGIN = 48.0
Point = tuple[float, float]
Align = Literal["left", "center", "right"]
_MOVE, _LINE, _CLOSE = int(Path.MOVETO), int(Path.LINETO), int(Path.CLOSEPOLY)
_DPI = 72  # a point of type is a pixel then


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


class Canvas:
    """One picture in the making; what is drawn later lies above."""

    def __init__(self, look: Look, height: int = TALL) -> None:
        self.look = look
        self.palette = PALETTES[look.theme]
        self.height = height
        self.figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=self.palette.ground)
        self.agg = FigureCanvasAgg(self.figure)
        self.lettering = Lettering(look.rtl)
        self.texts: list[Text] = []
        self.legends: list[tuple[str, ...]] = []
        self._depth = 1.0

    @property
    def start(self) -> Align:
        """The side on which reading starts."""
        return "right" if self.look.rtl else "left"

    @property
    def end(self) -> Align:
        """The side on which reading ends."""
        return "left" if self.look.rtl else "right"

    def hue(self, name: str) -> str:
        """A colour of the theme by its name in the palette."""
        return str(getattr(self.palette, name))

    def line(
        self, points: Sequence[Point], stroke: Stroke, *, hue: str | None = None, within: Area | None = None
    ) -> None:
        """A line through points, cut off at an area if one is given."""
        line = Line2D(
            [x for x, _ in points],
            [y for _, y in points],
            color=hue or self.hue(stroke.hue),
            linewidth=stroke.width,
            linestyle=(0.0, [it / stroke.width for it in stroke.dashes])
            if stroke.dashes
            else "solid",  # given in widths
            dash_capstyle="butt",
            solid_capstyle="butt",
            solid_joinstyle="round",
            transform=IdentityTransform(),
            zorder=self._next(),
        )
        self.figure.add_artist(line)
        self._clip(line, within)

    def segments(self, lines: Iterable[tuple[Point, Point]], hue: str, width: float = 2) -> None:
        """Many straight lines of one colour, as one path."""
        points = [point for line in lines for point in line]
        if points:
            self._path(points, [_MOVE, _LINE] * (len(points) // 2), None, hue, width)

    def boxes(
        self, areas: Iterable[Area], *, fill: str | None, edge: str | None = None, width: float = 2
    ) -> None:
        """Many rectangles of one colour, as one path; `edge` outlines them."""
        points: list[Point] = []
        for it in areas:
            points += [(it.left, it.bottom), (it.right, it.bottom), (it.right, it.top), (it.left, it.top)]
            points.append((it.left, it.bottom))
        if points:
            codes = [_MOVE, _LINE, _LINE, _LINE, _CLOSE] * (len(points) // 5)
            self._path(points, codes, fill, edge, width if edge else 0)

    def shade(self, points: Sequence[Point], hue: str, *, opacity: float, within: Area | None = None) -> None:
        """A filled polygon, see-through."""
        codes = [_MOVE] + [_LINE] * (len(points) - 1) + [_CLOSE]
        self._path([*points, points[0]], codes, hue, None, 0, opacity=opacity, within=within)

    def hatched(self, area: Area, hue: str, gap: float = 14) -> None:
        """A rectangle filled with slanting lines, and outlined."""
        lines: list[tuple[Point, Point]] = []
        offset = -area.height
        while offset < area.width:
            x0, x1 = max(0.0, offset), min(area.width, offset + area.height)
            lines.append(
                (
                    (area.left + x0, area.bottom + x0 - offset),
                    (area.left + x1, area.bottom + x1 - offset),
                )
            )
            offset += gap
        self.segments(lines, hue, 3)
        self.boxes((area,), fill=None, edge=hue, width=3)

    def pill(self, area: Area, *, fill: str | None, edge: str | None = None, radius: float = 12) -> None:
        """A rectangle with round corners."""
        patch = FancyBboxPatch(
            (area.left, area.bottom),
            area.width,
            area.height,
            boxstyle=f"round,pad=0,rounding_size={min(radius, area.height / 2, max(area.width / 2, 0.1))}",
            facecolor=fill or "none",
            edgecolor=edge or "none",
            linewidth=3 if edge else 0,
            transform=IdentityTransform(),
            zorder=self._next(),
        )
        self.figure.add_artist(patch)

    def mark(self, at: Point, shape: Shape, size: float = 22) -> None:
        """A marker with a rim of the ground's colour, so that it stands out of a line."""
        hue = self.hue(shape.hue)
        rim = Line2D(
            [at[0]],
            [at[1]],
            marker=shape.marker,
            markersize=size,
            markerfacecolor=hue if shape.filled else self.palette.ground,
            markeredgecolor=self.palette.ground if shape.filled else hue,
            markeredgewidth=2 if shape.filled else 4,
            linestyle="none",
            transform=IdentityTransform(),
            zorder=self._next(),
        )
        self.figure.add_artist(rim)

    def text(
        self,
        at: Point,
        fitted: Fitted | str,
        *,
        size: float = 28,
        bold: bool = False,
        hue: str | None = None,
        align: Align = "left",
        vertical: Literal["top", "center", "bottom"] = "center",
    ) -> None:
        """Lines of text at a point; a plain string is drawn as it is, so it has to be known to fit."""
        it = Fitted((fitted,), size, bold, 0) if isinstance(fitted, str) else fitted
        height = it.size * LEADING
        above = {"top": 0.0, "center": it.height / 2, "bottom": it.height}[vertical]
        for number, line in enumerate(it.lines):
            shown = clean(line, it.bold, self.look.rtl)
            if not shown:
                continue
            text = Text(
                at[0],
                at[1] + above - (number + 0.5) * height - it.size * 0.36,
                shown,
                color=hue or self.palette.ink,
                fontproperties=font(it.size, it.bold),
                horizontalalignment=align,
                verticalalignment="baseline",
                transform=IdentityTransform(),
                parse_math=False,
                zorder=self._next(),
            )
            self.figure.add_artist(text)
            self.texts.append(text)

    def png(self) -> bytes:
        """The picture, in 256 colours: a third of the size and of the time of all of them."""
        self.agg.draw()  # type: ignore[no-untyped-call]
        size = self.agg.get_width_height()
        pixels = bytes(self.agg.buffer_rgba())  # type: ignore[no-untyped-call]
        image = Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")
        buffer = BytesIO()
        image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(buffer, "png")
        return buffer.getvalue()

    def _next(self) -> float:
        self._depth += 0.001
        return self._depth

    def _path(
        self,
        points: Sequence[Point],
        codes: Sequence[int],
        fill: str | None,
        edge: str | None,
        width: float,
        *,
        opacity: float = 1,
        within: Area | None = None,
    ) -> None:
        patch = PathPatch(
            Path(points, codes),
            facecolor=fill or "none",
            edgecolor=edge or "none",
            linewidth=width,
            alpha=opacity,
            joinstyle="miter",
            transform=IdentityTransform(),
            zorder=self._next(),
        )
        self.figure.add_artist(patch)
        self._clip(patch, within)

    @staticmethod
    def _clip(artist: Line2D | PathPatch, within: Area | None) -> None:
        if within is not None:
            artist.set_clip_path(None)
            artist.set_clip_box(Bbox.from_extents(within.left, within.bottom, within.right, within.top))
