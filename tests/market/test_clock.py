from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.core.clock import ManualClock, SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class WallClock:
    """A real clock that a test sets."""

    def __init__(self) -> None:
        self.time = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_standing_clock_moves_only_by_hand() -> None:
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(8 * HOUR) == clock.now() == NOON + 8 * HOUR


def test_a_running_clock_is_real_time_at_an_offset() -> None:
    wall = WallClock()
    clock = ManualClock(NOON, running=True, real=wall)
    wall.time += timedelta(seconds=3)
    assert clock.now() == NOON + timedelta(seconds=3)
    clock.advance(HOUR)
    wall.time += timedelta(seconds=4)
    assert clock.now() == NOON + HOUR + timedelta(seconds=7)


def test_a_real_clock_set_back_does_not_turn_time_back_nor_stop_it() -> None:
    wall = WallClock()
    clock = ManualClock(NOON, running=True, real=wall)
    wall.time -= 5 * HOUR
    assert clock.now() == NOON
    wall.time += HOUR
    assert clock.now() == NOON + HOUR


def test_other_zones_are_shown_in_utc_and_naive_times_refused() -> None:
    assert ManualClock(NOON.astimezone(timezone(-5 * HOUR))).now().tzinfo is UTC
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON.replace(tzinfo=None))


def test_a_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        ManualClock(NOON).advance(-HOUR)
