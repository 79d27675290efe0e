"""From a spec to its picture."""

from typing import assert_never

import matplotlib as mpl

from bot.charts.drawing.candles import candle_chart
from bot.charts.drawing.canvas import Canvas
from bot.charts.drawing.equity import equity_curve, money
from bot.charts.drawing.postmortem import post_mortem
from bot.charts.drawing.progress import progress
from bot.charts.drawing.tables import quiz_result, standings
from bot.charts.drawing.whatif import contagion, what_if
from bot.charts.spec import (
    CandleChart,
    ChartSpec,
    Contagion,
    EquityCurve,
    Money,
    PostMortem,
    Progress,
    QuizResult,
    Standings,
    WhatIf,
)


def draw(spec: ChartSpec) -> Canvas:
    """The drawn picture. Raises ValueError if the spec holds nothing to draw or a number that is not finite."""
    mpl.rcParams["text.hinting"] = "no_hinting"  # letters are as wide as they were measured
    match spec:
        case CandleChart():
            return candle_chart(spec)
        case WhatIf():
            return what_if(spec)
        case Contagion():
            return contagion(spec)
        case EquityCurve():
            return equity_curve(spec)
        case Money():
            return money(spec)
        case PostMortem():
            return post_mortem(spec)
        case Standings():
            return standings(spec)
        case Progress():
            return progress(spec)
        case QuizResult():
            return quiz_result(spec)
        case _:
            assert_never(spec)
