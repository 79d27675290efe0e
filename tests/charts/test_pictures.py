"""Every picture in both themes and three languages: nothing cut off, nothing over something else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.font_manager import findfont

from bot.charts.drawing.canvas import Area, Canvas
from bot.charts.drawing.checker import faults
from bot.charts.drawing.draw import draw
from bot.charts.drawing.lettering import clean, font
from bot.charts.drawing.palette import LEVEL_STROKES, MARK_SHAPES, MODE_STROKES, PALETTES
from bot.charts.drawing.sheet import legend
from bot.charts.spec import (
    Alternative,
    Band,
    CandleChart,
    ChartSpec,
    CurvePoint,
    Level,
    LevelKind,
    Look,
    MarkKind,
    PathEvent,
    QuizRow,
    Theme,
)
from tests.charts import samples
from tests.charts.samples import ARABIC, ENGLISH, SAMPLES, SPANISH, START, TONGUES, Tongue, bars

LIGHT = Theme.LIGHT
MOST_BYTES = 300_000


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: str(tongue.name))
@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.__name__))
def test_every_word_of_every_picture_can_be_read(
    sample: Callable[[Tongue, Theme], ChartSpec], theme: Theme, tongue: Tongue
) -> None:
    canvas = draw(sample(tongue, theme))
    assert faults(canvas) == ()
    assert canvas.texts
    assert [
        text.get_text()
        for text in canvas.texts
        if text.get_text().strip("\u200f") == clean(tongue.paper, True, False)
    ]


def _candles(count: int, price: float, levels: bool = True) -> CandleChart:
    shown = samples.levels(SPANISH, price) if levels else ()
    chart = samples.candles(SPANISH, LIGHT)
    return replace(chart, bars=bars(count, price), levels=shown, shaded=Band(price * 0.9, price, "−10 %"))


def _flat() -> CandleChart:
    shown = tuple(replace(bar, open=50.0, high=50.0, low=50.0, close=50.0) for bar in bars(30))
    return replace(_candles(1, 50.0), bars=shown, levels=(), shaded=None)


def _in_debt() -> ChartSpec:
    points = tuple(CurvePoint(START + timedelta(minutes=n), 120.0 - 31.7 * n) for n in range(40))
    return replace(samples.equity(SPANISH, LIGHT), points=points, marks=())


def _many_events() -> ChartSpec:
    chart = samples.post_mortem(SPANISH, LIGHT)
    path = chart.bars
    events = tuple(
        PathEvent(bar.at, bar.close, MarkKind.FUNDING, f"{n} " + "palabras y más palabras " * 8)
        for n, bar in enumerate(path[:30])
    )
    results = tuple(
        Alternative(f"Resultado {n} " * 9, n * 1e6, "+1.000.000.000,00", n == 8) for n in range(9)
    )
    return replace(chart, events=events, alternatives=results, levels=samples.levels(SPANISH))


def _many_questions() -> ChartSpec:
    rows = tuple(QuizRow(f"Una pregunta bastante larga número {n}", 7 * n % 31, 30) for n in range(40))
    return replace(samples.quiz_result(SPANISH, LIGHT), rows=rows, score="987.654 de 1.234.567 preguntas")


def _far_levels() -> ChartSpec:
    far = tuple(Level(kind, 10.0 ** (n * 2 - 4), f"{kind} lejos") for n, kind in enumerate(LevelKind))
    return replace(samples.candles(SPANISH, LIGHT), levels=far * 3)


EXTREMES: dict[str, Callable[[], ChartSpec]] = {
    "one candle": lambda: _candles(1, 50_000.0),
    "two thousand candles": lambda: _candles(2_000, 50_000.0),
    "one price": _flat,
    "a tiny price": lambda: _candles(60, 0.0000123),
    "a great price": lambda: _candles(60, 120_000.0),
    "no level": lambda: _candles(60, 2_500.0, levels=False),
    "one place for all levels": lambda: replace(
        _candles(60, 50_000.0),
        levels=tuple(Level(kind, 50_000.0, f"{kind} aquí mismo") for kind in LevelKind),
    ),
    "levels out of sight": _far_levels,
    "negative equity": _in_debt,
    "one point of equity": lambda: replace(
        samples.equity(SPANISH, LIGHT), points=(CurvePoint(START, 10_000.0),), marks=()
    ),
    "one row": lambda: samples.standings(SPANISH, LIGHT, 1),
    "ten thousand rows": lambda: samples.standings(SPANISH, LIGHT, 10_000),
    "no calibration": lambda: replace(samples.progress(SPANISH, LIGHT), calibration=()),
    "no rows of a quiz": lambda: replace(samples.quiz_result(SPANISH, LIGHT), rows=()),
    "forty questions": _many_questions,
    "thirty events": _many_events,
    "no event, no alternative": lambda: replace(
        samples.post_mortem(SPANISH, LIGHT), events=(), alternatives=(), levels=()
    ),
    "no mark": lambda: replace(samples.what_if(SPANISH, LIGHT), now=None),
    "nothing met": lambda: replace(samples.contagion(SPANISH, LIGHT), meets=None, meets_label=""),
    "one part, of nothing": lambda: replace(
        samples.money(SPANISH, LIGHT),
        parts=(replace(samples.money(SPANISH, LIGHT).parts[0], amount=0.0, at_risk=0.0),),
    ),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_figures_can_be_read_too(name: str) -> None:
    canvas = draw(EXTREMES[name]())
    assert faults(canvas) == ()
    assert len(canvas.png()) <= MOST_BYTES


def test_the_reader_has_a_row_below_the_first_fifteen() -> None:
    words = [text.get_text() for text in draw(samples.standings(ENGLISH, LIGHT, 10_000)).texts]
    assert "9998" in words
    assert "(you)" in words
    assert "16" not in words


@pytest.mark.parametrize(
    "broken",
    [
        lambda: replace(_candles(3, 1.0), bars=()),
        lambda: replace(_candles(3, 1.0), bars=bars(3, float("nan"))),
        lambda: replace(_candles(3, 1.0), levels=(Level(LevelKind.STOP, float("inf"), "Stop"),)),
        lambda: replace(samples.what_if(ENGLISH, LIGHT), curves=()),
        lambda: replace(samples.standings(ENGLISH, LIGHT), rows=()),
        lambda: replace(samples.money(ENGLISH, LIGHT), parts=()),
        lambda: replace(samples.equity(ENGLISH, LIGHT), points=()),
        lambda: replace(samples.progress(ENGLISH, LIGHT), skills=()),
        lambda: replace(samples.contagion(ENGLISH, LIGHT), points=()),
    ],
)
def test_nothing_to_draw_is_refused(broken: Callable[[], ChartSpec]) -> None:
    with pytest.raises(ValueError, match=r"nothing to draw|not finite"):
        draw(broken())


class TestTheChecker:
    """It finds what it is there to find."""

    def found(self, plant: Callable[[Canvas], None]) -> str:
        canvas = draw(samples.money(ENGLISH, LIGHT))
        assert faults(canvas) == ()
        plant(canvas)
        return "; ".join(faults(canvas))

    def test_a_label_that_is_too_long(self) -> None:
        assert "outside: 'Wallet" in self.found(lambda it: it.text((60, 60), "Wallet, shared by " * 8))

    def test_a_label_below_the_rim(self) -> None:
        assert "outside: 'low'" in self.found(lambda it: it.text((700, 4), "low"))

    def test_two_labels_in_one_place(self) -> None:
        assert "overlap: 'Where your money is' and 'here'" in self.found(
            lambda it: it.text((300, 1000), "here")
        )

    def test_a_label_that_is_too_small(self) -> None:
        assert "too small: 'tiny'" in self.found(lambda it: it.text((700, 140), "tiny", size=18))

    def test_an_empty_legend(self) -> None:
        def plant(canvas: Canvas) -> None:
            legend(canvas, Area(700, 100, 1000, 200), [])

        assert "a legend of nothing" in self.found(plant)


class TestNeverByColourAlone:
    def test_each_level_has_its_own_dashes(self) -> None:
        assert set(LEVEL_STROKES) == set(LevelKind)
        assert len({stroke.dashes for stroke in LEVEL_STROKES.values()}) == len(LevelKind)
        assert len({stroke.dashes for stroke in MODE_STROKES.values()}) == len(MODE_STROKES)

    def test_each_mark_has_its_own_shape(self) -> None:
        assert set(MARK_SHAPES) == set(MarkKind)
        assert len({(shape.marker, shape.filled) for shape in MARK_SHAPES.values()}) == len(MarkKind)

    def test_each_level_is_named_beside_its_line(self) -> None:
        words = {text.get_text() for text in draw(samples.close_levels(ENGLISH, LIGHT)).texts}
        assert {level.label for level in samples.levels(ENGLISH)} <= words

    def test_rising_and_falling_candles_differ_in_black_and_white(self) -> None:
        rising = replace(bars(1)[0], open=1.0, close=2.0, low=1.0, high=2.0)
        falling = replace(rising, open=2.0, close=1.0)
        chart = replace(_candles(1, 1.5, levels=False), shaded=None)
        up, down = (draw(replace(chart, bars=(bar,))).png() for bar in (rising, falling))
        assert up != down


@pytest.mark.parametrize("theme", Theme)
def test_colours_stand_out_from_the_ground(theme: Theme) -> None:
    """Text 4.5 : 1, lines and marks 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    palette = PALETTES[theme]
    for ground in (palette.ground, palette.panel):
        for text in (palette.ink, palette.muted):
            assert contrast(text, ground) >= 4.5
        for hue in (
            palette.blue,
            palette.vermilion,
            palette.purple,
            palette.amber,
            palette.green,
            palette.candle,
        ):
            assert contrast(hue, ground) >= 3


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class TestLetters:
    @pytest.mark.parametrize("bold", [False, True])
    def test_the_font_is_matplotlibs_own(self, bold: bool) -> None:
        assert Path(str(findfont(font(28, bold)))).is_relative_to(mpl.get_data_path())

    def test_a_letter_that_is_missing_is_a_box_and_a_picture_of_a_face_is_nothing(self) -> None:
        assert clean("日本 \U0001fae0 ok", False, False) == "□□  ok"

    def test_money_signs_are_no_formula(self) -> None:
        words = [text.get_text() for text in draw(samples.standings(ENGLISH, LIGHT)).texts]
        assert "$money_$" in words

    def test_arabic_is_joined_and_starts_from_the_right(self) -> None:
        """Joined letters are narrower than the same ones apart, and the title ends at the right margin."""
        canvas = draw(samples.candles(ARABIC, LIGHT))
        joined = canvas.lettering.width("معزول", 28)
        apart = sum(canvas.lettering.width(letter, 28) for letter in "معزول")
        assert joined < apart
        title = canvas.texts[1]
        assert title.get_text().startswith("\u200f")
        assert title.get_window_extent().x1 == pytest.approx(1080 - 48, abs=4)

    def test_figures_keep_their_order_in_arabic(self) -> None:
        assert clean("50,000.00 USDT", False, True) == "50,000.00 USDT"


def test_no_two_labels_of_close_levels_are_further_apart_than_they_must_be() -> None:
    canvas = draw(samples.close_levels(ENGLISH, LIGHT))
    names = {level.label for level in samples.levels(ENGLISH)}
    heights = sorted(text.get_position()[1] for text in canvas.texts if text.get_text() in names)
    assert all(60 < above - below < 110 for below, above in pairwise(heights))


def test_a_look_writes_its_own_separators() -> None:
    chart = replace(_candles(60, 50_000.0), look=Look(LIGHT, ",", "\u202f"))
    words = {text.get_text() for text in draw(chart).texts}
    assert "50\u202f000,00" in words
