"""Codes that join two identities, claims on them, and how often somebody has tried in vain.

A code is kept as its hash only. Who presents a code on the other platform gets a claim, a row of the same table, so
that the code itself need not be said again. All rows of a code's maker go when the code is used or replaced.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, case, delete, exists, func, insert, literal, select, update

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import identities, link_codes, link_tries, people
from bot.storage.unit import UnitOfWork

CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's claim on a code of `maker_id`; `key` is the row's."""

    key: str
    maker_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tries:
    """So many wrong tries since a time."""

    tries: int
    since: datetime


_OF_MAKER = delete(link_codes).where(link_codes.c.person_id == bindparam("of_person"))
_PUT = insert(link_codes)
_FIND = select(link_codes).where(link_codes.c.code == bindparam("of_code"))
_CLAIMS = (
    select(link_codes)
    .where(link_codes.c.code.startswith(bindparam("of_claims", type_=Text)))
    .order_by(link_codes.c.expires_at.desc(), link_codes.c.code)
    .limit(1)
)
_DROP = delete(link_codes).where(link_codes.c.code == bindparam("of_code"))
_DROP_CLAIMS = delete(link_codes).where(link_codes.c.code.startswith(bindparam("of_claims", type_=Text)))
_PURGE = delete(link_codes).where(link_codes.c.expires_at < bindparam("now"))

_TRIES = select(link_tries).where(link_tries.c.person_id == bindparam("of_person"))
_BEGIN_TRIES = insert(link_tries).from_select(
    ("person_id", "tries", "since"),
    select(
        bindparam("the_person", type_=Text), literal(0), bindparam("the_time", type_=link_tries.c.since.type)
    ).where(~exists().where(link_tries.c.person_id == bindparam("the_person", type_=Text))),
)
_COUNT_TRY = (
    update(link_tries)
    .where(link_tries.c.person_id == bindparam("of_person"))
    .values(
        tries=case((link_tries.c.since < bindparam("older"), 1), else_=link_tries.c.tries + 1),
        since=case(
            (link_tries.c.since < bindparam("older"), bindparam("now", type_=link_tries.c.since.type)),
            else_=link_tries.c.since,
        ),
    )
)
_HOLD = update(people).where(people.c.id == bindparam("of_person")).values(started=people.c.started)
_LEAVE = delete(identities).where(
    identities.c.platform == bindparam("of_platform"),
    identities.c.user == bindparam("of_user"),
    identities.c.person_id == bindparam("of_person"),
    select(func.count())
    .select_from(_others := identities.alias())
    .where(_others.c.person_id == bindparam("of_person"))
    .scalar_subquery()
    > 1,
)


def put_code(unit: UnitOfWork, code: str, person_id: str, expires_at: datetime) -> None:
    """Keeps the hash of a person's code in place of any other of theirs, and of the claims on it."""
    unit.write(_OF_MAKER, {"of_person": person_id})
    unit.write(_PUT, {"code": code, "person_id": person_id, "expires_at": expires_at})


async def maker(unit: UnitOfWork, code: str, now: datetime) -> tuple[str, datetime] | None:
    """Who made the code of this hash, and until when it holds; None where there is no such code now."""
    rows = await unit.fetch(_FIND, {"of_code": code})
    if not rows or rows[0].expires_at <= now:
        return None
    return rows[0].person_id, rows[0].expires_at


def claim(unit: UnitOfWork, code: str, maker_id: str, claimant_id: str, expires_at: datetime) -> None:
    """Notes that somebody presented the code of this hash, in place of any other claim of theirs."""
    unit.write(_DROP_CLAIMS, {"of_claims": _claims(claimant_id)})
    row = {"code": _claims(claimant_id) + code, "person_id": maker_id, "expires_at": expires_at}
    unit.write(_PUT, row)


async def claim_of(unit: UnitOfWork, claimant_id: str, now: datetime) -> Claim | None:
    """Somebody's claim, if it still holds."""
    rows = await unit.fetch(_CLAIMS, {"of_claims": _claims(claimant_id)})
    if not rows or rows[0].expires_at <= now:
        return None
    return Claim(rows[0].code, rows[0].person_id, rows[0].expires_at)


def use(unit: UnitOfWork, claimed: Claim) -> None:
    """Uses a code up with its claims; the commit raises VersionConflict where somebody did so first."""

    async def refusal() -> StorageError:
        return VersionConflict(code="used")

    for key in (claimed.key.rpartition(":")[2], claimed.key):
        unit.guard(_DROP, {"of_code": key}, refusal)
    unit.write(_OF_MAKER, {"of_person": claimed.maker_id})


def drop_claims(unit: UnitOfWork, claimant_id: str) -> None:
    """Forgets what somebody presented."""
    unit.write(_DROP_CLAIMS, {"of_claims": _claims(claimant_id)})


def purge(unit: UnitOfWork, now: datetime) -> None:
    """Forgets codes that have expired."""
    unit.write(_PURGE, {"now": now})


async def tries(unit: UnitOfWork, person_id: str) -> Tries | None:
    """Somebody's wrong tries; None where there were none."""
    rows = await unit.fetch(_TRIES, {"of_person": person_id})
    return Tries(rows[0].tries, rows[0].since) if rows else None


def count_try(unit: UnitOfWork, person_id: str, now: datetime, older: datetime) -> None:
    """Counts one more wrong try; those that began before `older` count no more."""
    unit.write(_BEGIN_TRIES, {"the_person": person_id, "the_time": now})
    unit.write(_COUNT_TRY, {"of_person": person_id, "now": now, "older": older})


def hold(unit: UnitOfWork, *person_ids: str) -> None:
    """Keeps other transactions from these people until the commit, in the order of their ids.

    The commit raises VersionConflict where one of them is no more.
    """

    async def refusal() -> StorageError:
        return VersionConflict(people="gone")

    for each in sorted(person_ids):
        unit.guard(_HOLD, {"of_person": each}, refusal)


def leave(unit: UnitOfWork, platform: str, user: str, person_id: str) -> None:
    """Takes an identity from a person who has others; the commit raises VersionConflict where it is the only one."""

    async def refusal() -> StorageError:
        return VersionConflict(identity="only")

    unit.guard(_LEAVE, {"of_platform": platform, "of_user": user, "of_person": person_id}, refusal)


def _claims(claimant_id: str) -> str:
    return f"{CLAIM}:{claimant_id}:"
