"""Questions that were asked: of one person, or of a group, where `person_id` is empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.storage.tables import questions
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in a chat; `answered_at`: it is closed since then; `poll`: the platform's poll that shows it."""

    id: str
    person_id: str | None
    chat_key: str
    template: str
    body: Mapping[str, Any]
    asked_at: datetime
    answered_at: datetime | None = None
    poll: str | None = None


_FIND = select(questions).where(questions.c.id == bindparam("of_question"))
_BY_POLL = select(questions).where(questions.c.poll == bindparam("of_poll"))
_RECENT = (
    select(questions)
    .where(questions.c.person_id == bindparam("of_person"))
    .order_by(questions.c.asked_at.desc(), questions.c.id)
    .limit(bindparam("most"))
)
_OF_CHAT = (
    select(questions)
    .where(questions.c.chat_key == bindparam("of_chat"), questions.c.person_id.is_(None))
    .order_by(questions.c.asked_at.desc(), questions.c.id)
    .limit(1)
)
_PUT = insert(questions)
_CLOSE = (
    update(questions)
    .where(questions.c.id == bindparam("of_question"))
    .values(answered_at=bindparam("answered_at"))
)
_POLLED = update(questions).where(questions.c.id == bindparam("of_question")).values(poll=bindparam("poll"))
_PURGE = delete(questions).where(questions.c.asked_at < bindparam("older"))


async def find(unit: UnitOfWork, question_id: str) -> Asked | None:
    """The question of that id."""
    return _first(await unit.fetch(_FIND, {"of_question": question_id}))


async def by_poll(unit: UnitOfWork, poll: str) -> Asked | None:
    """The question that a platform's poll shows."""
    return _first(await unit.fetch(_BY_POLL, {"of_poll": poll}))


async def recent(unit: UnitOfWork, person_id: str, most: int = 20) -> tuple[Asked, ...]:
    """The latest questions of a person, the newest first; those of groups are not among them."""
    rows = await unit.fetch(_RECENT, {"of_person": person_id, "most": most})
    return tuple(Asked(**row._mapping) for row in rows)


async def latest_of_chat(unit: UnitOfWork, chat_key: str) -> Asked | None:
    """The newest question that a group was asked."""
    return _first(await unit.fetch(_OF_CHAT, {"of_chat": chat_key}))


def put(unit: UnitOfWork, asked: Asked) -> None:
    """Adds a question."""
    row = {name: getattr(asked, name) for name in Asked.__slots__}
    unit.write(_PUT, {**row, "body": dict(asked.body)})


def close(unit: UnitOfWork, question_id: str, at: datetime) -> None:
    """Ends a question: no answer to it counts any more."""
    unit.write(_CLOSE, {"of_question": question_id, "answered_at": at})


def shown_as(unit: UnitOfWork, question_id: str, poll: str) -> None:
    """Notes which poll of a platform shows a question."""
    unit.write(_POLLED, {"of_question": question_id, "poll": poll})


def purge(unit: UnitOfWork, older: datetime) -> None:
    """Forgets questions that were asked before a time; what came of them stays in the review log."""
    unit.write(_PURGE, {"older": older})


def _first(rows: Any) -> Asked | None:
    found: Row[Any] | None = rows[0] if rows else None
    return None if found is None else Asked(**found._mapping)
