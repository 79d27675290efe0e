"""The text twin: the same words and figures in 72 columns."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from wcwidth import wcswidth

from bot.charts.spec import CandleChart, ChartSpec, Theme
from bot.charts.text import COLUMNS, bar, cut, spark, text_chart
from tests.charts import samples
from tests.charts.samples import ENGLISH, SAMPLES, SPANISH, TONGUES, Tongue, bars

LIGHT = Theme.LIGHT


def text(spec: ChartSpec) -> str:
    return "\n".join(text_chart(spec))


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: str(tongue.name))
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.__name__))
def test_every_picture_has_a_twin_that_fits(
    sample: Callable[[Tongue, Theme], ChartSpec], tongue: Tongue
) -> None:
    lines = text_chart(sample(tongue, LIGHT))
    assert max(wcswidth(line) for line in lines) <= COLUMNS
    assert tongue.paper in " ".join(lines)
    assert all(line == line.rstrip() for line in lines)


def test_candles() -> None:
    chart = replace(samples.candles(ENGLISH, LIGHT), bars=bars(5))
    assert (
        text(chart)
        == """\
BTC long 5×, isolated [PAPER]
4 hours, one candle each 3 minutes
▁▅▄▄█
20/11 08:00 – 20/11 08:12  49,856.00 – 50,435.08
9.1 % to liquidation
51,500.00  Take-profit
50,000.00  Entry
49,800.00  Mark
49,100.00  Stop
48,210.00  Liquidation, isolated
31,000.00  Liquidation, cross
Paper money. Prices of a simulated market."""
    )


def test_figures_of_the_answer_are_printed_as_they_are() -> None:
    chart = samples.candles(ENGLISH, LIGHT)
    named = replace(chart, levels=(replace(chart.levels[0], figure="50,000.1 USDT"),))
    assert "50,000.1 USDT  Entry" in text_chart(named)


def test_long_words_of_a_heading_are_wrapped_and_not_cut() -> None:
    lines = text_chart(samples.candles(SPANISH, LIGHT))
    assert " ".join(lines).startswith(SPANISH["BTC long 5×, isolated"])


def test_what_is_on_a_curve_is_counted() -> None:
    assert "Deposit 2× · Funding 15× · Liquidation 1×" in text_chart(samples.equity(ENGLISH, LIGHT))


def test_events_stand_below_their_places() -> None:
    lines = text_chart(samples.post_mortem(ENGLISH, LIGHT))
    assert lines[4] == " 1             2 34   5"
    assert "5 10:12 Liquidated at 48,911.40" in lines
    assert any(line.startswith("*As it went") and "−1,004.20" in line for line in lines)


def test_money_at_risk_is_another_shade() -> None:
    lines = text_chart(samples.money(ENGLISH, LIGHT))
    assert lines[2].endswith("7,900.00 USDT █████████████████▒▒▒▒▒▒▒")
    assert lines[5].endswith("−112.50 USDT ░")


def test_the_reader_has_a_row_below_the_first_fifteen() -> None:
    lines = text_chart(samples.standings(ENGLISH, LIGHT, 10_000))
    assert lines[17] == " …"
    assert lines[18].startswith(" 9998 محمد (you)")


def test_answers_of_a_quiz() -> None:
    assert "Maintenance margin and margin ratio            ✓✓✗✗" in text_chart(
        samples.quiz_result(ENGLISH, LIGHT)
    )


@pytest.mark.parametrize(
    "broken",
    [
        replace(samples.candles(ENGLISH, LIGHT), bars=()),
        replace(samples.candles(ENGLISH, LIGHT), bars=bars(2, float("nan"))),
        replace(samples.candles(ENGLISH, LIGHT), bars=bars(2, float("inf"))),
        replace(samples.equity(ENGLISH, LIGHT), points=()),
        replace(samples.standings(ENGLISH, LIGHT), rows=()),
        replace(samples.money(ENGLISH, LIGHT), parts=()),
        replace(samples.progress(ENGLISH, LIGHT), skills=()),
        replace(samples.contagion(ENGLISH, LIGHT), points=()),
    ],
)
def test_nothing_to_draw_is_refused(broken: CandleChart) -> None:
    with pytest.raises(ValueError, match=r"nothing to draw|not finite"):
        text_chart(broken)


@pytest.mark.parametrize(
    ("values", "drawn"), [([1, 2, 3], "▁▅█"), ([5, 5], "▁▁"), ([-1, 0], "▁█"), ([0.1, 0.8], "▁█")]
)
def test_sparks(values: list[float], drawn: str) -> None:
    assert spark(values) == drawn


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, ""), (0.01, "█"), (0.5, "██"), (1, "████"), (7, "████"), (-1, "")]
)
def test_bars(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("words", "columns", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本太郎", 6, "日本…"),
        ("a\nb", 9, "a b"),
        ("x " * 9, 4, "x x…"),
    ],
)
def test_cutting(words: str, columns: int, shown: str) -> None:
    assert cut(words, columns) == shown
