"""The review log: every answer to a question, once for each person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import questions, reviews
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Review:
    """One answer; `rating` as FSRS counts, 1 (again) to 4 (easy); `misconception`: what a wrong choice stands for."""

    question_id: str
    person_id: str
    skill: str
    family: str
    template: str
    right: bool
    confidence: str | None
    misconception: str | None
    rating: int
    seconds: int
    at: datetime


_FIND = select(reviews).where(
    reviews.c.question_id == bindparam("of_question"), reviews.c.person_id == bindparam("of_person")
)
_OF = select(reviews).where(reviews.c.person_id == bindparam("of_person")).order_by(reviews.c.at)
_IN_CHAT = (
    select(reviews)
    .join(questions, questions.c.id == reviews.c.question_id)
    .where(
        reviews.c.person_id == bindparam("of_person"),
        questions.c.chat_key == bindparam("of_chat"),
    )
    .order_by(reviews.c.at)
)
_ADD = insert(reviews)


async def find(unit: UnitOfWork, question_id: str, person_id: str) -> Review | None:
    """What somebody answered to a question."""
    rows = await unit.fetch(_FIND, {"of_question": question_id, "of_person": person_id})
    return Review(**rows[0]._mapping) if rows else None


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[Review, ...]:
    """All answers of a person, the oldest first."""
    return tuple(Review(**row._mapping) for row in await unit.fetch(_OF, {"of_person": person_id}))


async def in_chat(unit: UnitOfWork, person_id: str, chat_key: str) -> tuple[Review, ...]:
    """What a person answered to the questions of a chat or a quiz night, the oldest first."""
    rows = await unit.fetch(_IN_CHAT, {"of_person": person_id, "of_chat": chat_key})
    return tuple(Review(**row._mapping) for row in rows)


def add(unit: UnitOfWork, review: Review) -> None:
    """Adds an answer; the commit raises VersionConflict if the person answered this question before."""

    async def refusal() -> StorageError:
        return VersionConflict(question=review.question_id)

    unit.guard(_ADD, {name: getattr(review, name) for name in Review.__slots__}, refusal)
