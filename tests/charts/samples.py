"""A spec of each kind, in short and in long words, from left to right and from right to left."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.charts.spec import (
    Alternative,
    Band,
    Bar,
    CalibrationPoint,
    CandleChart,
    Caption,
    ChartSpec,
    Contagion,
    CurveMark,
    CurvePoint,
    EquityCurve,
    Level,
    LevelKind,
    Look,
    MarkKind,
    Mode,
    ModeCurve,
    Money,
    Part,
    PartKind,
    PathEvent,
    PostMortem,
    Progress,
    QuizResult,
    QuizRow,
    SkillBar,
    StandingRow,
    Standings,
    Theme,
    WhatIf,
)

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Tongue:
    """Words of a language; what they say matters less here than how long they are."""

    name: str
    rtl: bool
    decimal: str
    group: str
    paper: str
    words: dict[str, str]

    def look(self, theme: Theme) -> Look:
        return Look(theme, self.decimal, self.group, "%d/%m", "%H:%M", self.rtl)

    def __getitem__(self, key: str) -> str:
        return self.words.get(key, key)


ENGLISH = Tongue("en", False, ".", ",", "PAPER", {})
SPANISH = Tongue(
    "es",
    False,
    ",",
    ".",
    "DINERO FICTICIO",
    {
        "BTC long 5×, isolated": "Posición larga de BTC con apalancamiento 5× en margen aislado, con su orden de protección",
        "4 hours, one candle each 3 minutes": "Las últimas cuatro horas, una vela cada tres minutos, precio de marca del contrato perpetuo BTCUSDT",
        "Entry": "Precio medio de entrada",
        "Mark": "Precio de marca",
        "Liquidation, isolated": "Precio de liquidación en margen aislado",
        "Liquidation, cross": "Precio de liquidación en margen cruzado",
        "Stop": "Orden de pérdida máxima",
        "Take-profit": "Orden de toma de beneficios",
        "9.1 % to liquidation": "Queda un 9,1 % hasta la liquidación",
        "Isolated": "Margen aislado",
        "Cross": "Margen cruzado",
        "liquidation": "precio de liquidación",
        "100 % = liquidation": "Al 100 % se produce la liquidación de la posición",
        "Equity in USDT": "Patrimonio de la cuenta completa en USDT",
        "Skills": "Habilidades que ya has practicado",
        "Maintenance margin and margin ratio": "Margen de mantenimiento y ratio de margen de la cuenta",
        "Brackets, insurance fund, auto-deleveraging": "Tramos, fondo de seguro y desapalancamiento automático de posiciones",
        "Paper money. Prices of a simulated market.": "Dinero ficticio: aquí no se gana ni se pierde nada. Precios de un mercado simulado, no del mercado real; nada de esto es un consejo de inversión.",
        "Half the size": "Con la mitad del tamaño y el mismo apalancamiento",
        "Stopped at 48,200": "Con una orden de pérdida máxima en 48.200",
    },
)
ARABIC = Tongue(
    "ar",
    True,
    ".",
    ",",
    "أموال وهمية",
    {
        "BTC long 5×, isolated": "صفقة شراء BTC برافعة 5× بهامش معزول",
        "4 hours, one candle each 3 minutes": "أربع ساعات، شمعة كل ثلاث دقائق",
        "Entry": "سعر الدخول",
        "Mark": "سعر التقييم",
        "Liquidation, isolated": "التصفية (معزول)",
        "Liquidation, cross": "التصفية (مشترك)",
        "Stop": "وقف الخسارة",
        "Take-profit": "جني الأرباح",
        "9.1 % to liquidation": "9.1 % حتى التصفية",
        "Isolated": "معزول",
        "Cross": "مشترك",
        "liquidation": "سعر التصفية",
        "100 % = liquidation": "100 % = تصفية",
        "Equity in USDT": "حقوق الملكية USDT",
        "Paper money. Prices of a simulated market.": "أموال وهمية. أسعار سوق محاكاة.",
        "Skills": "المهارات",
        "What else could have been": "ما كان يمكن أن يحدث",
        "Quiz night": "ليلة الأسئلة",
        "Standings of the challenge": "ترتيب التحدي",
        "Your progress": "تقدمك",
        "Half the size": "نصف الحجم",
        "you": "أنت",
    },
)
TONGUES = (ENGLISH, SPANISH, ARABIC)


def bars(count: int = 80, price: float = 50_000.0, swing: float = 0.012, step: int = 180) -> tuple[Bar, ...]:
    """A path that falls and recovers, the same every time."""
    made = []
    last = price
    for number in range(count):
        wave = math.sin(number / 9) + 0.6 * math.sin(number / 3.1) + 0.3 * math.sin(number * 1.7)
        close = price * (1 + swing * wave * 0.5)
        high = max(last, close) * (1 + swing * 0.12 * (1 + math.sin(number * 2.3)))
        low = min(last, close) * (1 - swing * 0.12 * (1 + math.cos(number * 1.9)))
        made.append(Bar(START + timedelta(seconds=step * number), last, high, low, close))
        last = close
    return tuple(made)


def levels(tongue: Tongue, price: float = 50_000.0) -> tuple[Level, ...]:
    return (
        Level(LevelKind.ENTRY, price, tongue["Entry"]),
        Level(LevelKind.MARK, price * 0.996, tongue["Mark"]),
        Level(LevelKind.LIQUIDATION_ISOLATED, price * 0.9642, tongue["Liquidation, isolated"]),
        Level(LevelKind.LIQUIDATION_CROSS, price * 0.62, tongue["Liquidation, cross"]),
        Level(LevelKind.STOP, price * 0.982, tongue["Stop"]),
        Level(LevelKind.TAKE_PROFIT, price * 1.03, tongue["Take-profit"]),
    )


def caption(tongue: Tongue, title: str, subtitle: str = "") -> Caption:
    note = tongue["Paper money. Prices of a simulated market."]
    return Caption(tongue[title], tongue.paper, tongue[subtitle], note)


def candles(tongue: Tongue, theme: Theme) -> CandleChart:
    return CandleChart(
        tongue.look(theme),
        caption(tongue, "BTC long 5×, isolated", "4 hours, one candle each 3 minutes"),
        bars(),
        levels(tongue),
        Band(50_000 * 0.9642, 50_000 * 0.996, tongue["9.1 % to liquidation"]),
    )


def close_levels(tongue: Tongue, theme: Theme) -> CandleChart:
    """All levels within half a per cent, a thousandth apart."""
    near = tuple(
        Level(level.kind, 50_000 * (1 - 0.001 * number), level.label)
        for number, level in enumerate(levels(tongue))
    )
    return CandleChart(tongue.look(theme), caption(tongue, "BTC long 5×, isolated"), bars(), near)


def what_if(tongue: Tongue, theme: Theme) -> WhatIf:
    prices = tuple(38_000.0 + 250 * number for number in range(69))

    def curve(mode: Mode, label: str, start: float, liquidation: float) -> ModeCurve:
        equity = tuple(start + max(price, liquidation) * 0.1 - 5_000 for price in prices)
        ratio = tuple(
            None
            if price < liquidation
            else max(0.004 * price * 0.1 / max(e - start + 5_000 - liquidation * 0.0996, 1), 0)
            for price, e in zip(prices, equity, strict=True)
        )
        return ModeCurve(mode, tongue[label], prices, equity, ratio, liquidation, tongue["liquidation"])

    return WhatIf(
        tongue.look(theme),
        caption(tongue, "BTC long 5×, isolated", "If the price moves"),
        tongue["Price of BTC in USDT"],
        tongue["Equity in USDT"],
        tongue["Margin ratio"],
        tongue["100 % = liquidation"],
        (
            curve(Mode.ISOLATED, "Isolated", 2_000, 45_180.7),
            curve(Mode.CROSS, "Cross", 2_000, 40_160.6),
        ),
        Level(LevelKind.MARK, 50_000, tongue["Mark"]),
    )


def contagion(tongue: Tongue, theme: Theme) -> Contagion:
    points = tuple(
        (1_800.0 + 20 * number, None if number > 54 else 50_800.0 - 190 * number) for number in range(61)
    )
    return Contagion(
        tongue.look(theme),
        caption(tongue, "ETH falls, BTC pays", "Cross margin: both positions share one wallet"),
        tongue["Price of ETH in USDT"],
        tongue["Liquidation price of BTC"],
        points,
        Level(LevelKind.MARK, 50_000, tongue["Mark"]),
        Level(LevelKind.MARK, 2_500, tongue["ETH now"]),
        (1_884.2, 50_000),
        tongue["BTC is liquidated when ETH falls to 1,884.20"],
    )


def equity(tongue: Tongue, theme: Theme) -> EquityCurve:
    points = tuple(
        CurvePoint(
            START + timedelta(hours=3 * n),
            10_000 + 900 * math.sin(n / 11) - 14 * n + (1_000 if n > 60 else 0),
        )
        for n in range(120)
    )
    marks = [CurveMark(START + timedelta(hours=8 * n), MarkKind.FUNDING) for n in range(1, 44, 3)]
    marks += [
        CurveMark(START, MarkKind.DEPOSIT),
        CurveMark(START + timedelta(hours=181), MarkKind.DEPOSIT),
        CurveMark(START + timedelta(hours=140), MarkKind.LIQUIDATION),
    ]
    words = (
        (MarkKind.DEPOSIT, tongue["Deposit"]),
        (MarkKind.WITHDRAWAL, tongue["Withdrawal"]),
        (MarkKind.FUNDING, tongue["Funding"]),
        (MarkKind.LIQUIDATION, tongue["Liquidation"]),
    )
    return EquityCurve(
        tongue.look(theme),
        caption(tongue, "Your equity", "Two weeks"),
        tongue["Equity in USDT"],
        points,
        tuple(marks),
        words,
    )


def money(tongue: Tongue, theme: Theme) -> Money:
    return Money(
        tongue.look(theme),
        caption(tongue, "Where your money is"),
        tongue["Equity 10,012.50 USDT"],
        (
            Part(
                PartKind.WALLET,
                tongue["Wallet, shared by cross positions"],
                7_900.0,
                "7,900.00 USDT",
                2_400.0,
            ),
            Part(PartKind.ISOLATED, tongue["Isolated: BTC long"], 1_600.0, "1,600.00 USDT", 1_600.0),
            Part(PartKind.ISOLATED, tongue["Isolated: SOL short"], 400.0, "400.00 USDT", 400.0),
            Part(PartKind.PROFIT, tongue["Unrealised PnL"], -112.5, "−112.50 USDT"),
        ),
        tongue["can be lost by the open positions"],
        tongue["out of their reach"],
    )


def post_mortem(tongue: Tongue, theme: Theme) -> PostMortem:
    path = bars(90, 50_000, 0.03)
    events = (
        (2, MarkKind.OPENED, "08:06 Opened long 5×, isolated, at 50,210.00"),
        (30, MarkKind.OTHER, "09:30 Margin ratio over 50 %"),
        (34, MarkKind.FUNDING, "09:42 Funding paid: 1.25 USDT"),
        (36, MarkKind.OTHER, "09:48 Margin ratio over 80 %"),
        (44, MarkKind.LIQUIDATION, "10:12 Liquidated at 48,911.40"),
    )
    return PostMortem(
        tongue.look(theme),
        caption(tongue, "BTC long 5×, isolated", "Liquidated after 2 h 6 min"),
        path,
        (
            Level(LevelKind.ENTRY, 50_210, tongue["Entry"]),
            Level(LevelKind.LIQUIDATION_ISOLATED, 48_911.4, tongue["Liquidation, isolated"]),
        ),
        tuple(PathEvent(path[n].at, path[n].close, kind, tongue[label]) for n, kind, label in events),
        tongue["What else could have been"],
        (
            Alternative(tongue["As it went"], -1_004.2, "−1,004.20", actual=True),
            Alternative(tongue["Half the size"], -210.0, "−210.00"),
            Alternative(tongue["Stopped at 48,200"], -380.75, "−380.75"),
            Alternative(tongue["Cross"], 164.3, "+164.30"),
        ),
    )


def standings(tongue: Tongue, theme: Theme, count: int = 23) -> Standings:
    names = (
        "Dana",
        "Иван Петров",
        "محمد",
        "日本太郎",
        "$money_$",
        "A very long name of somebody who likes names",
        "B\u200dob 🙂",
    )
    rows = tuple(
        StandingRow(
            n,
            names[n % len(names)],
            1_500 - 61.5 * n,
            f"{1_500 - 61.5 * n:+,.2f} %".replace("-", "−"),
            tongue["liquidated 2×"] if n % 4 == 0 else "",
            own=n == count - 2,
        )
        for n in range(1, count + 1)
    )
    return Standings(
        tongue.look(theme), caption(tongue, "Standings of the challenge", "Day 3 of 7"), rows, tongue["you"]
    )


SKILLS = (
    "Notional, margin, leverage",
    "PnL and ROE",
    "Maintenance margin and margin ratio",
    "Liquidation price, isolated",
    "Cross margin with one position",
    "Cross margin with several positions",
    "Mark, index and last price; stops",
    "Fees and funding",
    "Brackets, insurance fund, auto-deleveraging",
    "Choosing a mode, size and plan",
)


def progress(tongue: Tongue, theme: Theme) -> Progress:
    return Progress(
        tongue.look(theme),
        caption(tongue, "Your progress", "3 of 10 skills mastered"),
        tongue["Skills"],
        tuple(
            SkillBar(tongue[name], 1 - n * 0.11, f"{100 - 11 * n} %", n < 3) for n, name in enumerate(SKILLS)
        ),
        tongue["How well you know what you know"],
        tongue["How sure you were"],
        tongue["Share of right answers"],
        tongue["as sure as right"],
        tongue["your answers (larger: more)"],
        (CalibrationPoint(0.5, 0.42, 12), CalibrationPoint(0.75, 0.6, 30), CalibrationPoint(0.95, 0.88, 9)),
    )


def quiz_result(tongue: Tongue, theme: Theme) -> QuizResult:
    return QuizResult(
        tongue.look(theme),
        caption(tongue, "Quiz night", "12 questions"),
        tongue["8 of 12"],
        tongue["right"],
        tongue["wrong"],
        (
            QuizRow(tongue[SKILLS[0]], 3, 3),
            QuizRow(tongue[SKILLS[2]], 2, 4),
            QuizRow(tongue[SKILLS[3]], 3, 4),
            QuizRow(tongue[SKILLS[8]], 0, 1),
        ),
    )


SAMPLES: tuple[Callable[[Tongue, Theme], ChartSpec], ...] = (
    candles,
    close_levels,
    what_if,
    contagion,
    equity,
    money,
    post_mortem,
    standings,
    progress,
    quiz_result,
)
