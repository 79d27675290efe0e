"""Ticks, numbers, times, places of labels, and what is left out: tables of worked cases, and what holds for all."""

import pickle
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.condense import chosen, leading, merged, thinned, told
from bot.charts.drawing.sheet import spread
from bot.charts.figures import price_places, span, ticks, time_ticks, written
from bot.charts.spec import Alternative, Bar, CurvePoint, Look, MarkKind, PathEvent, Theme
from tests.charts import samples
from tests.charts.samples import ENGLISH, SAMPLES, START, bars

LOOK = Look(day="%d/%m")


@pytest.mark.parametrize(
    ("low", "high", "expected", "places"),
    [
        (0, 10, (0, 2, 4, 6, 8, 10), 0),
        (48_310, 51_690, (48_500, 49_000, 49_500, 50_000, 50_500, 51_000, 51_500), 0),
        (1.0, 1.1, (1.0, 1.02, 1.04, 1.06, 1.08, 1.1), 2),
        (0.0000120, 0.0000127, (0.0000120, 0.0000122, 0.0000124, 0.0000126), 7),
        (0, 1.4, (0, 0.25, 0.5, 0.75, 1.0, 1.25), 2),
        (-1_116, 120, (-1_000, -800, -600, -400, -200, 0), 0),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: tuple[float, ...], places: int) -> None:
    at, decimals = ticks(low, high)
    assert at == pytest.approx(expected)
    assert decimals == places


@given(st.floats(-1e9, 1e9), st.floats(1e-5, 1e3), st.integers(3, 10))
def test_ticks_are_few_and_inside(low: float, share: float, most: int) -> None:
    """Over lengths down to a hundred-thousandth of the values; a span is never shorter."""
    length = max(abs(low), 1e-6) * share
    high = low + length
    at, places = ticks(low, high, most)
    slack = length * 1e-6 + abs(low) * 1e-9
    assert 1 <= len(at) <= most + 1
    assert all(low - slack <= value <= high + slack for value in at)
    assert len({written(value, places, LOOK) for value in at}) == len(at)


@pytest.mark.parametrize(
    ("value", "places", "look", "text"),
    [
        (1234.5, 2, LOOK, "1,234.50"),
        (1234.5, 2, Look(decimal=",", group="."), "1.234,50"),
        (-0.001, 2, LOOK, "0.00"),
        (-1234.0, 0, Look(decimal=",", group="\u202f"), "−1\u202f234"),
    ],
)
def test_numbers_are_written_in_the_learners_way(value: float, places: int, look: Look, text: str) -> None:
    assert written(value, places, look) == text


@pytest.mark.parametrize(
    ("price", "places"), [(120_000, 0), (50_000, 2), (2_500, 2), (1.5, 4), (0.0000123, 9), (0, 2)]
)
def test_prices_show_five_digits(price: float, places: int) -> None:
    assert price_places(price) == places


def test_a_span_is_never_empty() -> None:
    for value in (0.0, 50.0, -3.0, 1e-8):
        low, high = span([value, value])
        assert low < value < high


MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("start", "length", "labels"),
    [
        (datetime(2026, 11, 20, 8, 7, tzinfo=UTC), timedelta(hours=1), "08:15\n20/11 08:30 08:45 09:00"),
        (
            datetime(2026, 11, 20, 17, tzinfo=MADRID),
            timedelta(hours=24),
            "18:00\n20/11 00:00\n21/11 06:00 12:00",
        ),
        (datetime(2026, 11, 20, 17, tzinfo=UTC), timedelta(days=7), "22/11 24/11 26/11"),
        (datetime(2026, 10, 24, 0, tzinfo=MADRID), timedelta(days=3), "24/10 25/10 26/10 27/10"),
    ],
)
def test_times_are_round_in_the_learners_zone(start: datetime, length: timedelta, labels: str) -> None:
    """The last one crosses the end of summer time: midnight stays midnight."""
    assert " ".join(label for _, label in time_ticks(start, start + length, LOOK)) == labels


@given(
    st.lists(st.tuples(st.floats(0, 1_000), st.floats(10, 90)), min_size=1, max_size=10),
)
def test_labels_are_moved_apart_and_stay_in_order(labels: list[tuple[float, float]]) -> None:
    wanted = sorted((centre for centre, _ in labels), reverse=True)
    heights = [height for _, height in labels]
    low, high = -50.0, 1_050.0
    centres = spread(wanted, heights, low, high)
    edges = [
        (centre - height / 2, centre + height / 2) for centre, height in zip(centres, heights, strict=True)
    ]
    assert all(above[0] >= below[1] - 1e-6 for above, below in pairwise(edges))
    if sum(heights) <= high - low:
        assert edges[0][1] <= high + 1e-6
        assert edges[-1][0] >= low - 1e-6


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([300, 200, 100], [50, 50, 50], 0, 400) == [300, 200, 100]


def test_candles_are_merged_with_their_extremes() -> None:
    many = bars(2_000)
    few = merged(many, 80)
    assert len(few) == 80
    assert few[0].open == many[0].open
    assert few[-1].close == many[-1].close
    assert max(bar.high for bar in few) == max(bar.high for bar in many)
    assert few[0] == Bar(
        many[0].at,
        many[0].open,
        max(bar.high for bar in many[:25]),
        min(bar.low for bar in many[:25]),
        many[24].close,
    )


@settings(max_examples=40)
@given(st.integers(1, 900), st.randoms(use_true_random=False))
def test_a_thinned_curve_keeps_its_ends_and_extremes(count: int, chance: Random) -> None:
    values = [chance.gauss(10_000, 500) for _ in range(count)]
    points = [CurvePoint(START + timedelta(minutes=n), value) for n, value in enumerate(values)]
    kept = thinned(points, 60)
    assert len(kept) <= 64
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert min(point.value for point in kept) == min(values)
    assert max(point.value for point in kept) == max(values)
    assert kept == sorted(kept, key=lambda point: point.at)


def test_the_first_fifteen_and_the_reader() -> None:
    shown, later = leading(samples.standings(ENGLISH, Theme.LIGHT, 40).rows)
    assert [row.place for row in shown] == list(range(1, 16))
    assert [row.place for row in later] == [38]
    shown, later = leading(samples.standings(ENGLISH, Theme.LIGHT, 12).rows)
    assert (len(shown), later) == (12, [])


def test_the_first_event_and_the_last_five() -> None:
    events = [PathEvent(START + timedelta(hours=n), 1.0, MarkKind.OTHER, str(n)) for n in range(20)]
    assert [event.label for event in told(events[::-1])] == ["0", "15", "16", "17", "18", "19"]


def test_what_happened_is_never_left_out() -> None:
    results = [Alternative(str(n), n, str(n), actual=n == 8) for n in range(9)]
    assert [it.label for it in chosen(results)] == ["0", "1", "2", "3", "4", "5", "8"]


def test_every_spec_goes_through_a_pipe() -> None:
    for sample in SAMPLES:
        spec = sample(ENGLISH, Theme.DARK)
        assert pickle.loads(pickle.dumps(spec)) == spec
