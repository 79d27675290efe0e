"""A chat that gets another id on its platform, such as a group that becomes a supergroup: all that is its own goes along."""

from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, exists, select, update
from sqlalchemy.sql.dml import UpdateBase

from bot.core.identity import ChatRef
from bot.storage import tables
from bot.storage.unit import UnitOfWork

KEYED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (tables.pending, ("person_id",)),
    (tables.questions, ()),
    (tables.quiz_nights, ()),
    (tables.challenges, ()),
    (tables.chat_people, ("person_id",)),
    (tables.admin_log, ()),
)
"""Tables that name a chat by its key, and what beside it makes their rows unique."""
NAMED: tuple[tuple[Table, bool], ...] = ((tables.chats, True), (tables.chat_posts, False))
"""Tables that name it by platform and chat; whether there is one row a chat."""


def _statements() -> tuple[UpdateBase, ...]:
    """Rows that are there under the new id already stay; what would stand in their way goes."""
    made: list[UpdateBase] = []
    for table, unique in KEYED:
        old = table.c.chat_key == bindparam("old_key")
        if unique:
            there = table.alias()
            same = (there.c[name] == table.c[name] for name in unique)
            twice = exists(select(1).where(and_(there.c.chat_key == bindparam("new_key"), *same)))
            made.append(delete(table).where(old, twice))
        made.append(update(table).where(old).values(chat_key=bindparam("new_key")))
    for table, single in NAMED:
        old = and_(table.c.platform == bindparam("on"), table.c.chat == bindparam("old_chat"))
        if single:
            there = table.alias()
            new = and_(there.c.platform == bindparam("on"), there.c.chat == bindparam("new_chat"))
            made.append(delete(table).where(old, exists(select(1).where(new))))
        made.append(update(table).where(old).values(chat=bindparam("new_chat")))
    return tuple(made)


_STATEMENTS = _statements()
_RUNNING = tuple(
    select(table.c.id, table.c.body).where(
        table.c.chat_key == bindparam("of_chat"), table.c.ended_at.is_(None)
    )
    for table in (tables.quiz_nights, tables.challenges)
)
_SET_BODIES = tuple(
    update(table).where(table.c.id == bindparam("of_id")).values(body=bindparam("body"))
    for table in (tables.quiz_nights, tables.challenges)
)


def move(unit: UnitOfWork, old: ChatRef, new: ChatRef) -> None:
    """Gives everything of one chat to another of the same platform."""
    row: dict[str, Any] = {
        "on": str(old.platform),
        "old_chat": old.chat,
        "new_chat": new.chat,
        "old_key": old.key,
        "new_key": new.key,
    }
    for statement in _STATEMENTS:
        names = statement.compile().params
        unit.write(statement, {name: value for name, value in row.items() if name in names})


async def running_bodies(unit: UnitOfWork, chat: ChatRef) -> tuple[dict[str, dict[str, Any]], ...]:
    """The documents of the quiz nights and of the challenges that go on in a chat, each by its id."""
    found = []
    for each in _RUNNING:
        rows = await unit.fetch(each, {"of_chat": chat.key})
        found.append({row.id: dict(row.body) for row in rows})
    return tuple(found)


def set_bodies(unit: UnitOfWork, bodies: tuple[dict[str, dict[str, Any]], ...]) -> None:
    """Stores such documents."""
    for statement, found in zip(_SET_BODIES, bodies, strict=True):
        for id_, body in found.items():
            unit.write(statement, {"of_id": id_, "body": body})
