"""Due dates against the library itself, and what makes an answer Again, Hard, Good or Easy."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Card, Rating, Scheduler

from bot.services.school.spacing import (
    FAST_SECONDS,
    RETENTION,
    Confidence,
    Spacing,
    number_of,
    rating_of,
    read,
    written,
)
from bot.storage.cards import KeptCard
from bot.storage.columns import canonical

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LOGS = 1_000
KEY = ("person", "liquidation", "liq-price")


def log_of(rng: random.Random) -> list[tuple[Rating, datetime]]:
    """Some reviews, from seconds to months apart."""
    at, log = START, []
    for _ in range(rng.randint(1, 12)):
        at += timedelta(seconds=10 ** rng.uniform(0.5, 7))
        log.append((Rating(rng.randint(1, 4)), at))
    return log


def reference(log: list[tuple[Rating, datetime]]) -> list[datetime]:
    """The due dates of the library, whose card lives on in memory."""
    scheduler = Scheduler(desired_retention=RETENTION, enable_fuzzing=False)
    card, found = Card(card_id=1, due=log[0][1]), []
    for rating, at in log:
        card, _ = scheduler.review_card(card, rating, at)
        found.append(card.due)
    return found


def test_due_dates_are_those_of_the_library_on_a_thousand_logs() -> None:
    spacing = Spacing()
    for seed in range(LOGS):
        log = log_of(random.Random(seed))
        kept: KeptCard | None = None
        due = []
        for rating, at in log:
            kept = spacing.reviewed(kept, *KEY, rating, at)
            due.append(kept.due_at)
        assert due == reference(log), seed


def test_a_card_is_kept_exactly() -> None:
    spacing, kept = Spacing(), None
    for rating, at in log_of(random.Random(7)):
        kept = spacing.reviewed(kept, *KEY, rating, at)
        assert written(read(kept.body)) == kept.body
        assert "." not in canonical({"id": kept.body["id"]})
    assert kept is not None
    assert 0 < spacing.retrievability(kept, kept.due_at) < 1


def test_times_of_other_zones_are_the_same_times() -> None:
    from zoneinfo import ZoneInfo

    madrid = START.astimezone(ZoneInfo("Europe/Madrid"))
    one = Spacing().reviewed(None, *KEY, Rating.Good, START)
    other = Spacing().reviewed(None, *KEY, Rating.Good, madrid)
    assert one == other
    assert one.due_at.tzinfo is UTC


def test_a_new_card_needs_no_wait_and_has_a_number_of_its_own() -> None:
    assert number_of("a", "b", "c") == number_of("a", "b", "c") != number_of("a", "bc", "")


@pytest.mark.parametrize(
    ("right", "confidence", "seconds", "rating"),
    [
        (False, Confidence.SURE, 1, Rating.Again),
        (False, None, 1, Rating.Again),
        (True, Confidence.GUESS, 1, Rating.Hard),
        (True, Confidence.THINK, 1, Rating.Good),
        (True, None, 1, Rating.Good),
        (True, Confidence.SURE, FAST_SECONDS, Rating.Easy),
        (True, Confidence.SURE, FAST_SECONDS + 1, Rating.Good),
    ],
)
def test_how_an_answer_is_rated(
    right: bool, confidence: Confidence | None, seconds: int, rating: Rating
) -> None:
    assert rating_of(right=right, confidence=confidence, seconds=seconds) is rating
