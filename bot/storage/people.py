"""People, their settings, and the platform identities they speak from."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, insert, select, update

from bot.core.identity import Identity, Platform
from bot.storage.tables import identities as identity_table
from bot.storage.tables import people
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Person:
    """A learner; `default_size` is a fraction of equity (0.02 = 2 %, at most 8 places), `language` None: not chosen yet."""

    id: str
    language: str | None
    time_zone: str
    confirm: bool
    default_size: Decimal
    created_at: datetime
    started: bool


_PERSON_OF = (
    select(people)
    .join(identity_table, identity_table.c.person_id == people.c.id)
    .where(
        identity_table.c.platform == bindparam("of_platform"), identity_table.c.user == bindparam("of_user")
    )
)
_PERSON = select(people).where(people.c.id == bindparam("of_person"))
_IDENTITIES = (
    select(identity_table.c.platform, identity_table.c.user)
    .where(identity_table.c.person_id == bindparam("of_person"))
    .order_by(identity_table.c.platform, identity_table.c.user)
)
_INSERT_PERSON = insert(people)
_INSERT_IDENTITY = insert(identity_table)
_SAVE = (
    update(people)
    .where(people.c.id == bindparam("of_person"))
    .values(
        {name: bindparam(name) for name in ("language", "time_zone", "confirm", "default_size", "started")}
    )
)
_OF_IDENTITY = (
    identity_table.c.platform == bindparam("of_platform"),
    identity_table.c.user == bindparam("of_user"),
)
_LOSE = update(identity_table).where(*_OF_IDENTITY).values(unreachable_at=bindparam("unreachable_at"))
_HEAR = (
    update(identity_table)
    .where(*_OF_IDENTITY)
    .values(unreachable_at=bindparam("unreachable_at"), language=bindparam("language"))
)


async def find(unit: UnitOfWork, identity: Identity) -> Person | None:
    """The person behind an identity."""
    rows = await unit.fetch(_PERSON_OF, {"of_platform": str(identity.platform), "of_user": identity.user})
    return Person(**rows[0]._mapping) if rows else None


async def get(unit: UnitOfWork, person_id: str) -> Person | None:
    """The person with this id."""
    rows = await unit.fetch(_PERSON, {"of_person": person_id})
    return Person(**rows[0]._mapping) if rows else None


async def identities(unit: UnitOfWork, person_id: str) -> tuple[Identity, ...]:
    """Every identity of a person, reachable or not."""
    rows = await unit.fetch(_IDENTITIES, {"of_person": person_id})
    return tuple(Identity(Platform(row.platform), row.user) for row in rows)


def create(unit: UnitOfWork, identity: Identity, person: Person, language: str | None = None) -> None:
    """Adds a person with a first identity; the commit raises RowRefused if the identity already belongs to someone.

    `language` is the tag of the language that the platform says the person reads.
    """
    unit.write(_INSERT_PERSON, {"id": person.id, "created_at": person.created_at, **_settings(person)})
    link(unit, identity, person.id, language)


def link(unit: UnitOfWork, identity: Identity, person_id: str, language: str | None = None) -> None:
    """Adds one more identity to a person."""
    unit.write(
        _INSERT_IDENTITY,
        {
            "platform": str(identity.platform),
            "user": identity.user,
            "person_id": person_id,
            "language": language,
            "unreachable_at": None,
        },
    )


def save(unit: UnitOfWork, person: Person) -> None:
    """Stores a person's settings."""
    unit.write(_SAVE, {"of_person": person.id, **_settings(person)})


def mark_unreachable(unit: UnitOfWork, identity: Identity, at: datetime) -> None:
    """Notes that this platform refuses to deliver: no notice goes there until the person is heard from."""
    unit.write(_LOSE, {**_which(identity), "unreachable_at": at})


def heard(unit: UnitOfWork, identity: Identity, language: str | None) -> None:
    """Notes that the person was heard from on this platform, and the language tag that the platform gave."""
    unit.write(_HEAR, {**_which(identity), "language": language, "unreachable_at": None})


def _which(identity: Identity) -> dict[str, object]:
    return {"of_platform": str(identity.platform), "of_user": identity.user}


def _settings(person: Person) -> dict[str, object]:
    return {
        "language": person.language,
        "time_zone": person.time_zone,
        "confirm": person.confirm,
        "default_size": person.default_size,
        "started": person.started,
    }
