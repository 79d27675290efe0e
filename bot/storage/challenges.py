"""Challenges and duels, and their members with what each has come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.storage.errors import StorageError, VersionConflict
from bot.storage.tables import challenges, events, members
from bot.storage.unit import UnitOfWork

CHALLENGE = "challenge"
DUEL = "duel"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A competition; `body` is a JSON document of the service's own making. A chat has at most one running challenge.

    `chat_key` None: it belongs to no group. `ends_at` is when it ends at the latest. `season`: year and month.
    """

    id: str
    kind: str
    chat_key: str | None
    host_id: str | None
    body: Mapping[str, Any]
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    season: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a challenge with an account of its own. `drawdown` is a fraction of the peak of equity.

    `shown`: whether the table names them. `focused_at`: since when it is the account of their private chat. `seen_at`:
    the market's time of the figures, None before the first.
    """

    challenge_id: str
    account_id: str
    person_id: str
    name: str
    shown: bool
    joined_at: datetime
    focused_at: datetime | None
    left_at: datetime | None
    finished_at: datetime | None
    seen_at: datetime | None
    equity: Decimal
    peak: Decimal
    drawdown: Decimal
    liquidations: int
    score: Decimal


_FIND = select(challenges).where(challenges.c.id == bindparam("of_challenge"))
_RUNNING = (
    select(challenges).where(challenges.c.ended_at.is_(None)).order_by(challenges.c.ends_at, challenges.c.id)
)
_RUNNING_IN = _RUNNING.where(challenges.c.chat_key == bindparam("of_chat"), challenges.c.kind == CHALLENGE)
_LATEST_IN = (
    select(challenges)
    .where(challenges.c.chat_key == bindparam("of_chat"), challenges.c.kind == CHALLENGE)
    .order_by(challenges.c.created_at.desc(), challenges.c.id)
    .limit(1)
)
_SEASON = (
    select(challenges)
    .where(
        challenges.c.chat_key == bindparam("of_chat"),
        challenges.c.season == bindparam("of_season"),
        challenges.c.ended_at.is_not(None),
    )
    .order_by(challenges.c.ended_at, challenges.c.id)
)
_CREATE = insert(challenges)
_SAVE = (
    update(challenges)
    .where(challenges.c.id == bindparam("of_challenge"), challenges.c.ended_at.is_(None))
    .values({name: bindparam(name) for name in ("body", "starts_at", "ends_at", "ended_at")})
)
_MEMBERS = (
    select(members).where(members.c.challenge_id == bindparam("of_challenge")).order_by(members.c.account_id)
)
_MEMBER = _MEMBERS.where(members.c.person_id == bindparam("of_person"))
_BY_ACCOUNT = select(members).where(members.c.account_id == bindparam("of_account"))
_OF_PERSON = (
    select(members)
    .where(members.c.person_id == bindparam("of_person"))
    .order_by(members.c.joined_at.desc(), members.c.account_id)
)
_COUNT = (
    select(func.count())
    .select_from(members)
    .where(members.c.challenge_id == bindparam("of_challenge"), members.c.left_at.is_(None))
)
_REACHED = (
    select(events.c.account_id, func.max(events.c.market_time).label("at"))
    .join(members, members.c.account_id == events.c.account_id)
    .where(members.c.challenge_id == bindparam("of_challenge"))
    .group_by(events.c.account_id)
)
_ADD = insert(members)
_THE_MEMBER = (
    members.c.challenge_id == bindparam("of_challenge"),
    members.c.account_id == bindparam("of_account"),
)
_STATUS = ("name", "shown", "focused_at", "left_at", "finished_at")
_FIGURES = ("seen_at", "equity", "peak", "drawdown", "liquidations", "score")
# Not of somebody who was forgotten since the member was read: their name must not come back.
_SET_STATUS = (
    update(members)
    .where(*_THE_MEMBER, members.c.person_id == bindparam("whose"))
    .values({name: bindparam(name) for name in _STATUS})
)
_TURN_AWAY = (
    update(members)
    .where(
        members.c.person_id == bindparam("of_person"),
        members.c.focused_at.is_not(None),
        members.c.account_id != bindparam("but"),
    )
    .values(focused_at=None)
)
_TURN_TO = (
    update(members)
    .where(members.c.person_id == bindparam("of_person"), members.c.account_id == bindparam("of_account"))
    .values(focused_at=bindparam("focused_at"))
)
_SET_FIGURES = update(members).where(*_THE_MEMBER).values({name: bindparam(name) for name in _FIGURES})


async def find(unit: UnitOfWork, challenge_id: str) -> Challenge | None:
    """The challenge of that id, also one that is over."""
    rows = await unit.fetch(_FIND, {"of_challenge": challenge_id})
    return _challenge(rows[0]) if rows else None


async def running(unit: UnitOfWork) -> tuple[Challenge, ...]:
    """All challenges and duels that are not over, the next to end first."""
    return tuple(map(_challenge, await unit.fetch(_RUNNING)))


async def running_in(unit: UnitOfWork, chat_key: str) -> Challenge | None:
    """The challenge that is going on in a chat, begun or not."""
    rows = await unit.fetch(_RUNNING_IN, {"of_chat": chat_key})
    return _challenge(rows[0]) if rows else None


async def latest_in(unit: UnitOfWork, chat_key: str) -> Challenge | None:
    """The challenge that was created last in a chat."""
    rows = await unit.fetch(_LATEST_IN, {"of_chat": chat_key})
    return _challenge(rows[0]) if rows else None


async def of_season(unit: UnitOfWork, chat_key: str, season: str) -> tuple[Challenge, ...]:
    """The challenges of a chat's season that are over, the earliest end first."""
    rows = await unit.fetch(_SEASON, {"of_chat": chat_key, "of_season": season})
    return tuple(map(_challenge, rows))


def create(unit: UnitOfWork, challenge: Challenge) -> None:
    """Adds a challenge; the commit raises VersionConflict where its chat has one that is not over."""

    async def refusal() -> StorageError:
        return VersionConflict(chat=challenge.chat_key or "")

    row = {name: getattr(challenge, name) for name in Challenge.__slots__}
    unit.guard(_CREATE, {**row, "body": dict(challenge.body)}, refusal)


def save(unit: UnitOfWork, challenge: Challenge) -> None:
    """Stores how a challenge stands; the commit raises VersionConflict where it was over already."""

    async def refusal() -> StorageError:
        return VersionConflict(challenge=challenge.id)

    row = {
        "of_challenge": challenge.id,
        "body": dict(challenge.body),
        "starts_at": challenge.starts_at,
        "ends_at": challenge.ends_at,
        "ended_at": challenge.ended_at,
    }
    unit.guard(_SAVE, row, refusal)


async def members_of(unit: UnitOfWork, challenge_id: str) -> tuple[Member, ...]:
    """All members, those who have left too, in the order of their accounts."""
    return tuple(map(_member, await unit.fetch(_MEMBERS, {"of_challenge": challenge_id})))


async def member(unit: UnitOfWork, challenge_id: str, person_id: str) -> Member | None:
    """Somebody's membership, also one that has ended."""
    rows = await unit.fetch(_MEMBER, {"of_challenge": challenge_id, "of_person": person_id})
    return _member(rows[0]) if rows else None


async def member_of_account(unit: UnitOfWork, account_id: str) -> Member | None:
    """Whose membership an account belongs to."""
    rows = await unit.fetch(_BY_ACCOUNT, {"of_account": account_id})
    return _member(rows[0]) if rows else None


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[Member, ...]:
    """All memberships of somebody, the latest first."""
    return tuple(map(_member, await unit.fetch(_OF_PERSON, {"of_person": person_id})))


async def count(unit: UnitOfWork, challenge_id: str) -> int:
    """How many take part and have not left."""
    return int((await unit.fetch(_COUNT, {"of_challenge": challenge_id}))[0][0])


async def reached(unit: UnitOfWork, challenge_id: str) -> Mapping[str, datetime]:
    """The market's time of the last event of each member's account."""
    rows = await unit.fetch(_REACHED, {"of_challenge": challenge_id})
    return {row.account_id: row.at for row in rows}


def add(unit: UnitOfWork, joined: Member) -> None:
    """Adds a member, whose account is created in the same unit or exists; the commit raises VersionConflict for somebody
    who is one already.
    """

    async def refusal() -> StorageError:
        return VersionConflict(challenge=joined.challenge_id)

    unit.guard(_ADD, {name: getattr(joined, name) for name in Member.__slots__}, refusal)


def set_status(unit: UnitOfWork, changed: Member) -> None:
    """Stores a member's name, place in the table, focus, and whether they have left or finished."""
    row = {name: getattr(changed, name) for name in _STATUS}
    unit.write(_SET_STATUS, {**_which(changed), "whose": changed.person_id, **row})


def set_figures(unit: UnitOfWork, changed: Member) -> None:
    """Stores what a member has come to."""
    unit.write(_SET_FIGURES, {**_which(changed), **{name: getattr(changed, name) for name in _FIGURES}})


def turn_to(unit: UnitOfWork, person_id: str, account_id: str | None, at: datetime) -> None:
    """Makes one membership's account that of the person's private chat, or none of them (None)."""
    unit.write(_TURN_AWAY, {"of_person": person_id, "but": account_id or ""})
    if account_id is not None:
        unit.write(_TURN_TO, {"of_person": person_id, "of_account": account_id, "focused_at": at})


def _which(member_: Member) -> dict[str, str]:
    return {"of_challenge": member_.challenge_id, "of_account": member_.account_id}


def _challenge(row: Row[Any]) -> Challenge:
    return Challenge(**row._mapping)


def _member(row: Row[Any]) -> Member:
    return Member(**row._mapping)
