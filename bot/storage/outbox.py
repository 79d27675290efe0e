"""Notices to people: posted in the transaction that causes them, delivered afterwards, at least once to each identity."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, insert, literal, select, update

from bot.core.identity import Identity, Platform
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import deliveries, identities, notices
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Notice:
    """A template with its data, worded at delivery; a second notice with the same `key` is dropped.

    `silent`: it arrives without a sound.
    """

    id: str
    person_id: str
    template: str
    data: Mapping[str, Any]
    at: datetime
    key: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one identity; `attempts` counts the claims so far, `language` is the platform's tag."""

    notice: Notice
    identity: Identity
    language: str | None
    due_at: datetime
    attempts: int


_FIELDS = ("id", "person_id", "template", "data", "at", "key", "silent")
_POST = insert(notices).from_select(
    _FIELDS,
    select(*(bindparam(f"the_{name}", type_=notices.c[name].type) for name in _FIELDS)).where(
        ~exists().where(notices.c.key == bindparam("the_key"))
    ),
)
_ADDRESS = insert(deliveries).from_select(
    ("notice_id", "platform", "user", "due_at", "attempts"),
    select(notices.c.id, identities.c.platform, identities.c.user, notices.c.at, literal(0))
    .join(identities, identities.c.person_id == notices.c.person_id)
    .where(notices.c.id == bindparam("the_id"), identities.c.unreachable_at.is_(None)),
)
_DUE = (
    select(
        notices,
        identities.c.language,
        deliveries.c.platform,
        deliveries.c.user,
        deliveries.c.due_at,
        deliveries.c.attempts,
    )
    .select_from(deliveries)
    .join(notices, notices.c.id == deliveries.c.notice_id)
    .outerjoin(
        identities,
        and_(identities.c.platform == deliveries.c.platform, identities.c.user == deliveries.c.user),
    )
    .where(deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.due_at, deliveries.c.notice_id, deliveries.c.platform)
)
_ONE = (
    deliveries.c.notice_id == bindparam("of_notice"),
    deliveries.c.platform == bindparam("of_platform"),
    deliveries.c.user == bindparam("of_user"),
)
_CLAIM = (
    update(deliveries)
    .where(*_ONE, deliveries.c.due_at == bindparam("was_due"))
    .values(due_at=bindparam("due_at"), attempts=bindparam("attempts"))
)
_DELIVERED = update(deliveries).where(*_ONE).values(due_at=None, delivered_at=bindparam("delivered_at"))
_RETRY = update(deliveries).where(*_ONE).values(due_at=bindparam("due_at"))


def post(unit: UnitOfWork, notice: Notice) -> None:
    """Collects a notice, and a delivery for each identity that can be reached at the commit."""
    unit.write(
        _POST,
        {
            "the_id": notice.id,
            "the_person_id": notice.person_id,
            "the_template": notice.template,
            "the_data": dict(notice.data),
            "the_at": notice.at,
            "the_key": notice.key,
            "the_silent": notice.silent,
        },
    )
    unit.write(_ADDRESS, {"the_id": notice.id})


async def due(
    unit: UnitOfWork, now: datetime, limit: int = 100, platforms: Collection[str] | None = None
) -> tuple[Delivery, ...]:
    """Deliveries whose time has come, the longest waiting first; of these platforms only, where some are named."""
    statement = _DUE.limit(limit)
    if platforms is not None:
        statement = statement.where(deliveries.c.platform.in_(sorted(platforms)))
    rows = await unit.fetch(statement, {"now": now})
    return tuple(
        Delivery(
            Notice(row.id, row.person_id, row.template, row.data, row.at, row.key, row.silent),
            Identity(Platform(row.platform), row.user),
            row.language,
            row.due_at,
            row.attempts,
        )
        for row in rows
    )


def claim(unit: UnitOfWork, delivery: Delivery, until: datetime) -> Delivery:
    """Takes a delivery up to `until`, when it falls due again if it was not ended; the commit raises VersionConflict if
    another process took it first.
    """

    async def refusal() -> StorageError:
        return VersionConflict(notice=delivery.notice.id)

    claimed = replace(delivery, due_at=until, attempts=delivery.attempts + 1)
    row = {**_one(delivery), "was_due": delivery.due_at, "due_at": until, "attempts": claimed.attempts}
    unit.guard(_CLAIM, row, refusal)
    return claimed


def postpone(unit: UnitOfWork, delivery: Delivery, until: datetime) -> None:
    """Puts a delivery off that was not tried; the commit raises VersionConflict if somebody took it first."""

    async def refusal() -> StorageError:
        return VersionConflict(notice=delivery.notice.id)

    row = {**_one(delivery), "was_due": delivery.due_at, "due_at": until, "attempts": delivery.attempts}
    unit.guard(_CLAIM, row, refusal)


def delivered(unit: UnitOfWork, delivery: Delivery, at: datetime) -> None:
    """Ends a delivery."""
    unit.write(_DELIVERED, {**_one(delivery), "delivered_at": at})


def failed(unit: UnitOfWork, delivery: Delivery, retry_at: datetime | None) -> None:
    """Puts a delivery off, or gives it up (None)."""
    unit.write(_RETRY, {**_one(delivery), "due_at": retry_at})


def _one(delivery: Delivery) -> dict[str, object]:
    return {
        "of_notice": delivery.notice.id,
        "of_platform": str(delivery.identity.platform),
        "of_user": delivery.identity.user,
    }
