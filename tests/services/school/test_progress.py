"""Weeks in a row, calibration, and when a reminder comes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.services.attention import QuietHours
from bot.services.school.progress import FREEZE, calibration_of, streak
from bot.services.school.reminding import next_time, read_time
from bot.storage.reviews import Review

MONDAY = date(2026, 6, 1)


def weeks(*ago: int) -> list[date]:
    return [MONDAY - timedelta(weeks=each) for each in ago]


@pytest.mark.parametrize(
    ("studied", "count", "frozen"),
    [
        ([], 0, False),
        (weeks(0), 1, False),
        (weeks(0, 0, 0, 1), 2, False),
        (weeks(1, 2), 2, True),
        (weeks(0, 2, 5), 3, False),  # gaps freeze
        (weeks(0, FREEZE + 1), 2, False),
        (weeks(0, FREEZE + 2), 1, False),  # too long a pause: from the start
        (weeks(FREEZE + 2), 0, False),
    ],
)
def test_the_streak(studied: list[date], count: int, frozen: bool) -> None:
    assert streak(studied, MONDAY) == (count, frozen)


def review(confidence: str | None, *, right: bool) -> Review:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Review("q", "me", "cross", "f", "t", right, confidence, None, 3, 5, at)


def test_calibration_counts_by_confidence_and_leaves_the_unasked_out() -> None:
    log = [review("sure", right=True), review("sure", right=False), review("guess", right=True)]
    found = calibration_of([*log, review(None, right=True)])
    assert [(each.confidence, each.answers, each.right) for each in found] == [
        ("sure", 2, 1),
        ("guess", 1, 1),
    ]


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "quiet", "due"),
    [
        (time(18), "UTC", None, datetime(2026, 6, 1, 18, tzinfo=UTC)),
        (time(12), "UTC", None, datetime(2026, 6, 2, 12, tzinfo=UTC)),
        (time(9), "UTC", None, datetime(2026, 6, 2, 9, tzinfo=UTC)),
        (time(18), "Europe/Madrid", None, datetime(2026, 6, 1, 16, tzinfo=UTC)),
        (time(23, 30), "UTC", QuietHours(time(23), time(7)), datetime(2026, 6, 2, 7, tzinfo=UTC)),
        (time(6), "UTC", QuietHours(time(23), time(7)), datetime(2026, 6, 2, 7, tzinfo=UTC)),
        (time(18), "UTC", QuietHours(time(23), time(7)), datetime(2026, 6, 1, 18, tzinfo=UTC)),
    ],
)
def test_when_a_reminder_comes(at: time, zone: str, quiet: QuietHours | None, due: datetime) -> None:
    assert next_time(NOON, at, zone, quiet) == due


def test_the_clock_change_moves_the_reminder_with_the_wall() -> None:
    before = datetime(2026, 3, 28, 18, tzinfo=UTC)  # clocks in Madrid go forward in the night after
    assert next_time(before, time(18), "Europe/Madrid", None) == datetime(2026, 3, 29, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("18:00", time(18)),
        ("7", time(7)),
        ("07.30", time(7, 30)),
        ("24:00", None),
        ("6 pm", None),
        ("", None),
    ],
)
def test_times_as_they_are_written(words: str, at: time | None) -> None:
    assert read_time(words) == at
