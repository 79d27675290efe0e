"""The colours of the two themes and the line style of everything that is a line.

The hues are Okabe and Ito's for colour-blind readers, darkened or lightened until they stand out 3 : 1 from the ground;
text is `ink` or `muted`, 4.5 : 1 and more (WCAG 2.2, 1.4.3 and 1.4.11; tested). No meaning hangs on a hue: each line
has a dash pattern, each mark a shape, and a word beside it.
"""

from dataclasses import dataclass

from bot.charts.spec import LevelKind, MarkKind, Mode, PartKind, Theme

Dashes = tuple[float, ...]
"""Lengths of dashes and gaps in pixels; empty: a solid line."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb."""

    ground: str
    panel: str
    grid: str
    ink: str
    muted: str
    candle: str
    blue: str
    vermilion: str
    purple: str
    amber: str
    green: str


PALETTES = {
    Theme.LIGHT: Palette(
        ground="#ffffff",
        panel="#eef1f5",
        grid="#d9dee5",
        ink="#161b22",
        muted="#535d69",
        candle="#64707e",
        blue="#0072b2",
        vermilion="#c44601",
        purple="#8e4b9e",
        amber="#946300",
        green="#007a5a",
    ),
    Theme.DARK: Palette(
        ground="#12161c",
        panel="#1f262f",
        grid="#303945",
        ink="#f0f3f6",
        muted="#a9b4c0",
        candle="#8b98a7",
        blue="#56b4e9",
        vermilion="#ff7f3f",
        purple="#d69ae3",
        amber="#e6b034",
        green="#35c79a",
    ),
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: the name of its colour in the palette, its dashes, its width in pixels."""

    hue: str
    dashes: Dashes = ()
    width: float = 4


LEVEL_STROKES = {
    LevelKind.ENTRY: Stroke("blue"),
    LevelKind.MARK: Stroke("ink", (6, 6)),
    LevelKind.LIQUIDATION_ISOLATED: Stroke("vermilion", (30, 10), 6),
    LevelKind.LIQUIDATION_CROSS: Stroke("purple", (30, 9, 7, 9), 6),
    LevelKind.STOP: Stroke("amber", (14, 8), 5),
    LevelKind.TAKE_PROFIT: Stroke("green", (14, 6, 4, 6, 4, 6), 5),
    LevelKind.OTHER: Stroke("muted", (3, 9)),
}
LEVEL_RANK = (
    LevelKind.LIQUIDATION_ISOLATED,
    LevelKind.LIQUIDATION_CROSS,
    LevelKind.ENTRY,
    LevelKind.MARK,
    LevelKind.STOP,
    LevelKind.TAKE_PROFIT,
    LevelKind.OTHER,
)
"""Which levels keep their label where there is not room for all."""
MODE_STROKES = {
    Mode.ISOLATED: Stroke("vermilion", (18, 14), 6),
    Mode.CROSS: Stroke("purple", (), 10),
}
MODE_MARKERS = {Mode.ISOLATED: "X", Mode.CROSS: "D"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A marker: matplotlib's name of the shape, its colour in the palette, hollow or filled."""

    marker: str
    hue: str
    filled: bool = True


MARK_SHAPES = {
    MarkKind.DEPOSIT: Shape("^", "green"),
    MarkKind.WITHDRAWAL: Shape("v", "amber"),
    MarkKind.FUNDING: Shape("o", "purple", filled=False),
    MarkKind.LIQUIDATION: Shape("X", "vermilion"),
    MarkKind.OPENED: Shape("D", "blue", filled=False),
    MarkKind.CLOSED: Shape("s", "blue"),
    MarkKind.OTHER: Shape("P", "muted"),
}
PART_HUES = {
    PartKind.WALLET: "blue",
    PartKind.ISOLATED: "purple",
    PartKind.ORDERS: "amber",
    PartKind.PROFIT: "green",
}
