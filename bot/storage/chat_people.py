"""Who took part in the games of a chat, and what is believed of them, for what the chat's admins are told in numbers."""

from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, insert, literal, select

from bot.storage.beliefs import KeptBelief
from bot.storage.tables import beliefs, chat_people
from bot.storage.unit import UnitOfWork

_COLUMNS = ("chat_key", "person_id", "at")
_JOIN = insert(chat_people).from_select(
    _COLUMNS,
    select(*(bindparam(f"the_{name}", type_=chat_people.c[name].type) for name in _COLUMNS)).where(
        ~exists(literal(1)).where(
            and_(
                chat_people.c.chat_key == bindparam("the_chat_key"),
                chat_people.c.person_id == bindparam("the_person_id"),
            )
        )
    ),
)
_COUNT = select(func.count()).where(chat_people.c.chat_key == bindparam("of_chat"))
_BELIEFS = (
    select(beliefs)
    .join(chat_people, chat_people.c.person_id == beliefs.c.person_id)
    .where(chat_people.c.chat_key == bindparam("of_chat"))
    .order_by(beliefs.c.person_id, beliefs.c.kind, beliefs.c.name)
)


def took_part(unit: UnitOfWork, chat_key: str, person_id: str, at: datetime) -> None:
    """Notes that somebody took part in a game of a chat; the first time stays."""
    unit.write(_JOIN, {"the_chat_key": chat_key, "the_person_id": person_id, "the_at": at})


async def count(unit: UnitOfWork, chat_key: str) -> int:
    """How many have taken part."""
    return int((await unit.fetch(_COUNT, {"of_chat": chat_key}))[0][0])


async def beliefs_of(unit: UnitOfWork, chat_key: str) -> tuple[KeptBelief, ...]:
    """All that is believed of those who took part, person by person."""
    rows = await unit.fetch(_BELIEFS, {"of_chat": chat_key})
    return tuple(KeptBelief(**row._mapping) for row in rows)
