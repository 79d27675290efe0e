"""What a picture shows, as plain values: worded by whoever asks for it, picklable, and free of any drawing.

Every word comes in the learner's language and every printed figure as the text of the answer has it (`figure`); the
numbers beside them only place lines and bars, so they are floats. Times are aware and in the learner's zone. Drawing
refuses a spec that holds nothing to draw, or a number that is not finite, with ValueError.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Look:
    """How figures on axes are written, and on what ground.

    `day` and `clock` are strftime formats of digits only; `rtl` lays headings and lists out from right to left. Time
    and price run the same way in every language.
    """

    theme: Theme = Theme.LIGHT
    decimal: str = "."
    group: str = ","
    day: str = "%m-%d"
    clock: str = "%H:%M"
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class Caption:
    """The words around a picture; `paper` says that it is paper money and stands on every one."""

    title: str
    paper: str
    subtitle: str = ""
    note: str = ""


class Mode(StrEnum):
    """A margin mode, drawn alike in all pictures."""

    ISOLATED = "isolated"
    CROSS = "cross"


class LevelKind(StrEnum):
    """What a price means; each has its own line style beside its colour."""

    ENTRY = "entry"
    MARK = "mark"
    LIQUIDATION_ISOLATED = "liquidation_isolated"
    LIQUIDATION_CROSS = "liquidation_cross"
    STOP = "stop"
    TAKE_PROFIT = "take_profit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bar:
    """A candle: its start and four prices."""

    at: datetime
    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True)
class Level:
    """A price with its name; `figure` is the price as printed (formatted by the look if empty)."""

    kind: LevelKind
    price: float
    label: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A shaded distance between two prices, such as mark to liquidation, and what it is ("9.1 % left")."""

    low: float
    high: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class CandleChart:
    """Candles with the prices that matter to a position."""

    look: Look
    caption: Caption
    bars: tuple[Bar, ...]
    levels: tuple[Level, ...] = ()
    shaded: Band | None = None


@dataclass(frozen=True, slots=True)
class ModeCurve:
    """One margin mode in a what-if: equity in USDT and margin ratio (1 = liquidation; None: none) at each price."""

    mode: Mode
    label: str
    prices: tuple[float, ...]
    equity: tuple[float, ...]
    ratio: tuple[float | None, ...]
    liquidation: float | None = None
    liquidation_label: str = ""
    liquidation_figure: str = ""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Equity and margin ratio against the price, in both modes. `limit_label` words the ratio at which it is over."""

    look: Look
    caption: Caption
    price_label: str
    equity_label: str
    ratio_label: str
    limit_label: str
    curves: tuple[ModeCurve, ...]
    now: Level | None = None


@dataclass(frozen=True, slots=True)
class Contagion:
    """The liquidation price of one position while the price of another symbol moves.

    `points` are (price of the other, liquidation price or None where there is none). `mark` is the position's own price
    and `now` the other's. `meets` is the point at which the liquidation price reaches the mark.
    """

    look: Look
    caption: Caption
    moved_label: str
    liquidation_label: str
    points: tuple[tuple[float, float | None], ...]
    mark: Level
    now: Level
    meets: tuple[float, float] | None = None
    meets_label: str = ""


class MarkKind(StrEnum):
    """What happened on an equity curve or a path; each has a marker of its own."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    FUNDING = "funding"
    LIQUIDATION = "liquidation"
    OPENED = "opened"
    CLOSED = "closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Equity in USDT at a time."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class CurveMark:
    """Something that happened at a time; its word is in the legend."""

    at: datetime
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class EquityCurve:
    """Equity over time. `words` name the kinds of marks for the legend; a kind without a word is not marked."""

    look: Look
    caption: Caption
    value_label: str
    points: tuple[CurvePoint, ...]
    marks: tuple[CurveMark, ...] = ()
    words: tuple[tuple[MarkKind, str], ...] = ()


class PartKind(StrEnum):
    """Where a sum lies."""

    WALLET = "wallet"
    ISOLATED = "isolated"
    ORDERS = "orders"
    PROFIT = "profit"


@dataclass(frozen=True, slots=True)
class Part:
    """A sum in USDT and how much of it the open positions can lose (`at_risk`, 0 to `amount`)."""

    kind: PartKind
    label: str
    amount: float
    figure: str
    at_risk: float = 0.0


@dataclass(frozen=True, slots=True)
class Money:
    """Where the money is. `total` is its sum in words ("Equity 10,012.50 USDT")."""

    look: Look
    caption: Caption
    total: str
    parts: tuple[Part, ...]
    risk_label: str
    safe_label: str


@dataclass(frozen=True, slots=True)
class PathEvent:
    """Something on the path of a price, in the order of time; drawn as a number and told in a list ("10:32 opened")."""

    at: datetime
    price: float
    kind: MarkKind
    label: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """How it went, or would have gone: a result in USDT; `actual` marks what happened."""

    label: str
    amount: float
    figure: str
    actual: bool = False


@dataclass(frozen=True, slots=True)
class PostMortem:
    """The path to an end with its events, and what else would have come of it."""

    look: Look
    caption: Caption
    bars: tuple[Bar, ...]
    levels: tuple[Level, ...] = ()
    events: tuple[PathEvent, ...] = ()
    alternatives_title: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A place in a table; `figure` is its score as printed, `remark` a word beside it ("liquidated 2×")."""

    place: int
    name: str
    score: float
    figure: str
    remark: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Standings:
    """A challenge's table: the first fifteen and the reader's own row. `own_label` marks it ("you")."""

    look: Look
    caption: Caption
    rows: tuple[StandingRow, ...]
    own_label: str = ""


@dataclass(frozen=True, slots=True)
class SkillBar:
    """How far a skill has come, 0 to 1; `figure` as printed ("80 %"), `mastered` gives it a tick."""

    label: str
    value: float
    figure: str
    mastered: bool = False


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Of the `count` answers given with a confidence of `said` (0 to 1), the share that was right (0 to 1)."""

    said: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Skills, and whether the learner's confidence is deserved. Without calibration points that part is left out."""

    look: Look
    caption: Caption
    skills_title: str
    skills: tuple[SkillBar, ...]
    calibration_title: str = ""
    said_label: str = ""
    right_label: str = ""
    perfect_label: str = ""
    own_label: str = ""
    calibration: tuple[CalibrationPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class QuizRow:
    """A skill or a question of a quiz: how many answers were right of those asked."""

    label: str
    right: int
    asked: int


@dataclass(frozen=True, slots=True)
class QuizResult:
    """How a quiz went; `score` is it in words ("8 of 10")."""

    look: Look
    caption: Caption
    score: str
    right_label: str
    wrong_label: str
    rows: tuple[QuizRow, ...]


ChartSpec = (
    CandleChart | WhatIf | Contagion | EquityCurve | Money | PostMortem | Standings | Progress | QuizResult
)
