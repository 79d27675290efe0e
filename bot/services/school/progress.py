"""Where a learner stands: skills, misconceptions, how well they know what they know, weeks in a row, predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.content.skills import Skill
from bot.services.school import mastery
from bot.services.school.mastery import Beliefs
from bot.services.school.prediction import typical_error
from bot.services.school.spacing import Confidence
from bot.storage import UnitOfWork, beliefs, cards, predictions, reviews
from bot.storage.reviews import Review

WEEK = timedelta(days=7)
FREEZE = 4
"""So many weeks without a review only freeze the streak; it goes on where it was. Longer, and it starts again: ours."""
LATEST = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A skill: how likely it is known, from 0 to 1, and how many cards of it there are and are due."""

    skill: Skill
    known: Decimal
    answers: int
    mastered: bool
    due: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the answers given with a confidence, so many were right."""

    confidence: Confidence
    answers: int
    right: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.right) / self.answers


@dataclass(frozen=True, slots=True)
class Progress:
    """`weeks`: in how many weeks in a row somebody studied; `frozen`: not in this one yet. `error`: of the predictions."""

    rows: tuple[Row, ...]
    held: tuple[str, ...]
    calibration: tuple[Calibration, ...]
    weeks: int
    frozen: bool
    answers: int
    due: int
    predictions: int
    error: Decimal | None


async def progress_of(unit: UnitOfWork, person_id: str, now: datetime, zone: str) -> Progress:
    """Everything about a person at an aware time; weeks begin on Mondays of their zone."""
    believed = mastery.from_kept(await beliefs.of_person(unit, person_id))
    log = await reviews.of_person(unit, person_id)
    deck = await cards.of_person(unit, person_id)
    due = [each.skill for each in deck if each.due_at <= now]
    guesses = await predictions.of_person(unit, person_id)
    weeks, frozen = streak([_week(each.at, zone) for each in log], _week(now, zone))
    return Progress(
        rows=tuple(_row(skill, believed, due.count(skill.value)) for skill in Skill),
        held=believed.open,
        calibration=calibration_of(log),
        weeks=weeks,
        frozen=frozen,
        answers=len(log),
        due=len(due),
        predictions=len(guesses),
        error=typical_error(guesses[:LATEST]),
    )


def calibration_of(log: Sequence[Review]) -> tuple[Calibration, ...]:
    """How often answers of each confidence were right; those without one are left out."""
    found = []
    for confidence in Confidence:
        rights = [each.right for each in log if each.confidence == confidence]
        if rights:
            found.append(Calibration(confidence, len(rights), sum(rights)))
    return tuple(found)


def streak(studied: Sequence[date], this: date) -> tuple[int, bool]:
    """In how many weeks somebody studied without a pause of more than four, and whether this week is still missing.

    Weeks are given by their Mondays. A gap takes nothing away: the weeks before it count, those in it do not.
    """
    weeks = sorted({each for each in studied if each <= this}, reverse=True)
    count, last = 0, this
    for week in weeks:
        if last - week > (FREEZE + 1) * WEEK:
            break
        count, last = count + 1, week
    return count, bool(count) and weeks[0] != this


def _week(at: datetime, zone: str) -> date:
    day = at.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def _row(skill: Skill, believed: Beliefs, due: int) -> Row:
    belief = believed.skill(skill)
    return Row(skill, Decimal(f"{belief.known:.4f}"), belief.answers, belief.mastered, due)
