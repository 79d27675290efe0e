from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.market.errors import BadAdvance
from bot.market.timing import (
    COARSEST_STEP,
    FULL_RESOLUTION_STEPS,
    LONGEST_ADVANCE,
    MOST_STEPS,
    checked_advance,
    next_funding,
    split,
)

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("time", "interval", "expected"),
    [
        ("00:00", 8, "08:00"),  # at the timestamp itself the next one is meant
        ("07:59", 8, "08:00"),
        ("08:00", 8, "16:00"),
        ("12:30", 8, "16:00"),
        ("12:30", 4, "16:00"),
        ("11:59", 4, "12:00"),
        ("00:30", 1, "01:00"),
    ],
)
def test_funding_is_due_at_multiples_of_its_interval(time: str, interval: int, expected: str) -> None:
    day = "2026-03-01T"
    assert next_funding(datetime.fromisoformat(f"{day}{time}Z"), interval) == datetime.fromisoformat(
        f"{day}{expected}Z"
    )


def test_the_last_funding_of_a_day_is_at_midnight_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert next_funding(datetime(2026, 3, 2, 5, tzinfo=tokyo), 8) == datetime(2026, 3, 2, tzinfo=UTC)


@given(st.timedeltas(timedelta(microseconds=1), LONGEST_ADVANCE))
def test_steps_add_up_and_are_few_and_short(by: timedelta) -> None:
    lengths = list(split(by, SECOND))
    assert sum(lengths, timedelta(0)) == by
    assert min(lengths) > timedelta(0)
    assert max(lengths) - min(lengths) <= timedelta(microseconds=1)
    assert max(lengths) <= COARSEST_STEP + timedelta(microseconds=1)
    assert len(lengths) <= MOST_STEPS
    if len(lengths) < FULL_RESOLUTION_STEPS:
        assert max(lengths) <= SECOND


def test_how_long_jumps_are_cut() -> None:
    assert list(split(timedelta(minutes=10), SECOND)) == [SECOND] * 600
    assert set(split(timedelta(hours=8), SECOND)) == {timedelta(seconds=40)}
    assert set(split(timedelta(days=30), SECOND)) == {timedelta(hours=1)}
    assert len(list(split(timedelta(days=36_500), SECOND))) == MOST_STEPS


@pytest.mark.parametrize(
    "by", [timedelta(0), -SECOND, LONGEST_ADVANCE + SECOND, timedelta.max, timedelta.min]
)
def test_advances_out_of_range_are_refused_with_the_limit(by: timedelta) -> None:
    with pytest.raises(BadAdvance) as refused:
        checked_advance(by)
    assert refused.value.data["most_seconds"] == 366 * 86_400
