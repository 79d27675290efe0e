"""How somebody studies: their choices, and what of a test is under way; one document a person, and one a chat."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.core.identity import ChatRef
from bot.storage.tables import chats, study
from bot.storage.unit import UnitOfWork

_OF = select(study.c.body).where(study.c.person_id == bindparam("of_person"))
_FORGET = delete(study).where(study.c.person_id == bindparam("of_person"))
_PUT = insert(study)
_THE_CHAT = (chats.c.platform == bindparam("of_platform"), chats.c.chat == bindparam("of_chat"))
_IN_CHAT = select(chats.c.body).where(*_THE_CHAT)
_ADD_CHAT = insert(chats)
_SET_CHAT = update(chats).where(*_THE_CHAT).values(body=bindparam("body"))


async def of(unit: UnitOfWork, person_id: str) -> Mapping[str, Any] | None:
    """What is kept of a person; None where nothing ever was."""
    rows = await unit.fetch(_OF, {"of_person": person_id})
    return rows[0].body if rows else None


def save(unit: UnitOfWork, person_id: str, body: Mapping[str, Any]) -> None:
    """Stores it in place of what was there."""
    unit.write(_FORGET, {"of_person": person_id})
    unit.write(_PUT, {"person_id": person_id, "body": dict(body)})


async def of_chat(unit: UnitOfWork, chat: ChatRef) -> Mapping[str, Any] | None:
    """What the admins of a chat set; None for a chat that is not kept."""
    rows = await unit.fetch(_IN_CHAT, _which(chat))
    return rows[0].body if rows else None


def save_chat(unit: UnitOfWork, chat: ChatRef, body: Mapping[str, Any], *, known: bool) -> None:
    """Stores what the admins of a chat set; its language stays. `known`: whether the chat is kept already."""
    if known:
        unit.write(_SET_CHAT, {**_which(chat), "body": dict(body)})
    else:
        row = {"platform": str(chat.platform), "chat": chat.chat, "language": None, "body": dict(body)}
        unit.write(_ADD_CHAT, row)


def _which(chat: ChatRef) -> dict[str, str]:
    return {"of_platform": str(chat.platform), "of_chat": chat.chat}
