"""Spaced repetition by FSRS: when a family of questions is due again (docs/teaching.md §Reviews).

The scheduler is the `fsrs` library with its default parameters, a desired retention of 0.9, and all times in UTC.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zlib import crc32

from fsrs import Card, Rating, Scheduler, State

from bot.storage.cards import KeptCard

RETENTION = 0.9
STEPS = (timedelta(minutes=1), timedelta(minutes=10))
FAST_SECONDS = 20
"""A sure answer within so many seconds is an easy one: ours."""


class Confidence(StrEnum):
    """How sure somebody was of an answer."""

    SURE = "sure"
    THINK = "think"
    GUESS = "guess"


def rating_of(*, right: bool, confidence: Confidence | None, seconds: int) -> Rating:
    """How well a card was known: wrong is Again, a right guess Hard, right Good, right, sure and fast Easy."""
    if not right:
        return Rating.Again
    if confidence is Confidence.GUESS:
        return Rating.Hard
    if confidence is Confidence.SURE and seconds <= FAST_SECONDS:
        return Rating.Easy
    return Rating.Good


class Spacing:
    """Schedules cards; `fuzz` spreads due dates a little, so that cards learnt together do not always return together.

    `steps`: after how long a new card comes back before its days are counted; the library's are 1 and 10 minutes.
    """

    def __init__(self, *, fuzz: bool = False, steps: Sequence[timedelta] = STEPS) -> None:
        self._scheduler = Scheduler(
            desired_retention=RETENTION, learning_steps=tuple(steps), enable_fuzzing=fuzz
        )

    def reviewed(
        self, kept: KeptCard | None, person_id: str, skill: str, family: str, rating: Rating, at: datetime
    ) -> KeptCard:
        """The card after a review at an aware time; None is a card that was never seen."""
        at = at.astimezone(UTC)
        card = Card(card_id=number_of(person_id, skill, family), due=at) if kept is None else read(kept.body)
        card, _ = self._scheduler.review_card(card, rating, at)
        return KeptCard(person_id, skill, family, written(card), card.due)

    def retrievability(self, kept: KeptCard, at: datetime) -> float:
        """How likely the card is remembered at an aware time, from 0 to 1 (the library's forgetting curve)."""
        return self._scheduler.get_card_retrievability(read(kept.body), at.astimezone(UTC))


def number_of(person_id: str, skill: str, family: str) -> int:
    """The number of a card, which the library would else make of the time and wait for."""
    return crc32(f"{person_id}\n{skill}\n{family}".encode())


def written(card: Card) -> dict[str, Any]:
    """A card as JSON values; numbers with a fraction are kept as text, exactly."""
    return {
        "id": card.card_id,
        "state": int(card.state),
        "step": card.step,
        "stability": _exact(card.stability),
        "difficulty": _exact(card.difficulty),
        "due": card.due.isoformat(),
        "last": None if card.last_review is None else card.last_review.isoformat(),
    }


def read(kept: Mapping[str, Any]) -> Card:
    """The card that `written` wrote."""
    last = kept["last"]
    return Card(
        card_id=kept["id"],
        state=State(kept["state"]),
        step=kept["step"],
        stability=_number(kept["stability"]),
        difficulty=_number(kept["difficulty"]),
        due=datetime.fromisoformat(kept["due"]),
        last_review=None if last is None else datetime.fromisoformat(last),
    )


def _exact(value: float | None) -> str | None:
    return None if value is None else repr(value)


def _number(kept: str | None) -> float | None:
    return None if kept is None else float(kept)
