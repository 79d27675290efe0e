"""What a conversation must remember between two updates: answers given, questions open, buttons too long for a platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.errors import AlreadyProcessed, StorageError, VersionConflict
from bot.storage.tables import actions, processed
from bot.storage.tables import pending as pending_table
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Kept:
    """A command line kept for a person: an unfinished one, or the one behind a button too long for a platform."""

    line: str
    at: datetime


_ANSWER = select(processed.c.answer).where(
    processed.c.platform == bindparam("of_platform"), processed.c.update_id == bindparam("of_update")
)
_MARK = insert(processed)
_PENDING = select(pending_table).where(
    pending_table.c.person_id == bindparam("of_person"), pending_table.c.chat_key == bindparam("of_chat")
)
_CLEAR = delete(pending_table).where(
    pending_table.c.person_id == bindparam("of_person"), pending_table.c.chat_key == bindparam("of_chat")
)
_ASK = insert(pending_table)
_ACTION = select(actions).where(actions.c.token == bindparam("of_token"))
_PUT_ACTION = insert(actions)
_PURGES = tuple(
    delete(table).where(table.c.at < bindparam("older")) for table in (processed, pending_table, actions)
)


def mark(unit: UnitOfWork, platform: str, update: str, answer: Mapping[str, Any], at: datetime) -> None:
    """Notes that an update is answered; the commit raises AlreadyProcessed, with the first answer, if it was before."""

    async def refusal() -> StorageError:
        first = await find(unit, platform, update)
        if first is None:  # the other answer was given and purged, or rolled back, in between
            return VersionConflict(platform=str(platform), update=update)
        return AlreadyProcessed(platform, update, first)

    unit.guard(
        _MARK, {"platform": str(platform), "update_id": update, "answer": dict(answer), "at": at}, refusal
    )


async def find(unit: UnitOfWork, platform: str, update: str) -> dict[str, Any] | None:
    """The answer given to an update, if it was answered."""
    rows = await unit.fetch(_ANSWER, {"of_platform": str(platform), "of_update": update})
    return rows[0].answer if rows else None


async def pending(unit: UnitOfWork, person_id: str, chat_key: str) -> Kept | None:
    """The unfinished command of a person in a chat."""
    rows = await unit.fetch(_PENDING, {"of_person": person_id, "of_chat": chat_key})
    return Kept(rows[0].line, rows[0].at) if rows else None


def set_pending(unit: UnitOfWork, person_id: str, chat_key: str, line: str, at: datetime) -> None:
    """Keeps an unfinished command, in place of any other of this person in this chat."""
    clear_pending(unit, person_id, chat_key)
    unit.write(_ASK, {"person_id": person_id, "chat_key": chat_key, "line": line, "at": at})


def clear_pending(unit: UnitOfWork, person_id: str, chat_key: str) -> None:
    """Closes the question, if there is one."""
    unit.write(_CLEAR, {"of_person": person_id, "of_chat": chat_key})


def put_action(unit: UnitOfWork, token: str, owner: str, line: str, at: datetime) -> None:
    """Keeps the line of a button that is too long to travel with it."""
    unit.write(_PUT_ACTION, {"token": token, "owner": owner, "line": line, "at": at})


async def action(unit: UnitOfWork, token: str) -> Kept | None:
    """The line behind a button."""
    rows = await unit.fetch(_ACTION, {"of_token": token})
    return Kept(rows[0].line, rows[0].at) if rows else None


def purge(unit: UnitOfWork, older_than: datetime) -> None:
    """Forgets answers, questions and buttons from before this time."""
    for statement in _PURGES:
        unit.write(statement, {"older": older_than})
