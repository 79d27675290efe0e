"""Quiz nights of groups: how each stands, kept after every change, and what was answered in its rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import night_answers, quiz_nights
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptNight:
    """A quiz night as it is kept; a chat has at most one that is not ended."""

    id: str
    chat_key: str
    body: Mapping[str, Any]
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NightAnswer:
    """One person's answer in a round; `milliseconds` from when the round began."""

    night_id: str
    round: int
    person_id: str
    choice: int
    right: bool
    milliseconds: int
    at: datetime


_FIND = select(quiz_nights).where(quiz_nights.c.id == bindparam("of_night"))
_RUNNING = select(quiz_nights).where(quiz_nights.c.ended_at.is_(None)).order_by(quiz_nights.c.id)
_OF_CHAT = _RUNNING.where(quiz_nights.c.chat_key == bindparam("of_chat"))
_CREATE = insert(quiz_nights)
_SAVE = (
    update(quiz_nights)
    .where(quiz_nights.c.id == bindparam("of_night"), quiz_nights.c.ended_at.is_(None))
    .values(body=bindparam("body"), ended_at=bindparam("ended_at"))
)
_ANSWERS = (
    select(night_answers)
    .where(night_answers.c.night_id == bindparam("of_night"))
    .order_by(night_answers.c.round, night_answers.c.milliseconds, night_answers.c.person_id)
)
_ANSWER = select(night_answers).where(
    night_answers.c.night_id == bindparam("of_night"),
    night_answers.c.round == bindparam("of_round"),
    night_answers.c.person_id == bindparam("of_person"),
)
_COUNT = select(func.count()).where(
    night_answers.c.night_id == bindparam("of_night"), night_answers.c.round == bindparam("of_round")
)
_ADD = insert(night_answers)
_PURGE = delete(quiz_nights).where(quiz_nights.c.ended_at < bindparam("older"))


async def find(unit: UnitOfWork, night_id: str) -> KeptNight | None:
    """The quiz night of that id, also one that is over."""
    rows = await unit.fetch(_FIND, {"of_night": night_id})
    return KeptNight(**rows[0]._mapping) if rows else None


async def running(unit: UnitOfWork) -> tuple[KeptNight, ...]:
    """All quiz nights that are not over."""
    return tuple(KeptNight(**row._mapping) for row in await unit.fetch(_RUNNING))


async def running_in(unit: UnitOfWork, chat_key: str) -> KeptNight | None:
    """The quiz night that is going on in a chat."""
    rows = await unit.fetch(_OF_CHAT, {"of_chat": chat_key})
    return KeptNight(**rows[0]._mapping) if rows else None


def create(unit: UnitOfWork, night: KeptNight) -> None:
    """Adds a quiz night; the commit raises VersionConflict where its chat has one already."""

    async def refusal() -> StorageError:
        return VersionConflict(chat=night.chat_key)

    row = {name: getattr(night, name) for name in KeptNight.__slots__}
    unit.guard(_CREATE, {**row, "body": dict(night.body)}, refusal)


def save(unit: UnitOfWork, night: KeptNight) -> None:
    """Stores how a quiz night stands; the commit raises VersionConflict where it was over already."""

    async def refusal() -> StorageError:
        return VersionConflict(night=night.id)

    unit.guard(_SAVE, {"of_night": night.id, "body": dict(night.body), "ended_at": night.ended_at}, refusal)


async def answers(unit: UnitOfWork, night_id: str) -> tuple[NightAnswer, ...]:
    """All answers of a quiz night, round by round, the fastest first."""
    return tuple(NightAnswer(**row._mapping) for row in await unit.fetch(_ANSWERS, {"of_night": night_id}))


async def answer(unit: UnitOfWork, night_id: str, round_: int, person_id: str) -> NightAnswer | None:
    """Somebody's answer in a round."""
    rows = await unit.fetch(_ANSWER, {"of_night": night_id, "of_round": round_, "of_person": person_id})
    return NightAnswer(**rows[0]._mapping) if rows else None


async def count(unit: UnitOfWork, night_id: str, round_: int) -> int:
    """How many have answered in a round."""
    rows = await unit.fetch(_COUNT, {"of_night": night_id, "of_round": round_})
    return int(rows[0][0])


def add(unit: UnitOfWork, answer_: NightAnswer) -> None:
    """Adds an answer; the commit raises VersionConflict where that person answered before in that round."""

    async def refusal() -> StorageError:
        return VersionConflict(night=answer_.night_id)

    unit.guard(_ADD, {name: getattr(answer_, name) for name in NightAnswer.__slots__}, refusal)


def purge(unit: UnitOfWork, older: datetime) -> None:
    """Forgets quiz nights that ended before a time, with their answers; the review log keeps what was learnt."""
    unit.write(_PURGE, {"older": older})
