"""The table of a challenge, by the stored scores, and what it takes to bring these up to date."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select

from bot.storage.challenges import Member
from bot.storage.tables import events, members
from bot.storage.unit import UnitOfWork

_HERE = (members.c.challenge_id == bindparam("of_challenge"), members.c.left_at.is_(None))
_RANKED = (*_HERE, members.c.score > bindparam("least"))
_TOP = (
    select(members)
    .where(*_RANKED, members.c.shown.is_(True))
    .order_by(members.c.score.desc(), members.c.account_id.desc())
    .limit(bindparam("most"))
)
_ABOVE = (
    select(members.c.score, func.count().label("many"))
    .where(*_HERE, members.c.score >= bindparam("least"))
    .group_by(members.c.score)
    .order_by(members.c.score.desc())
)
_BETTER = select(func.count()).select_from(members).where(*_RANKED)
_HIDDEN = _BETTER.where(members.c.shown.is_(False))
_PLAYING = select(members).where(*_HERE, members.c.finished_at.is_(None)).order_by(members.c.account_id)
_IN_CHALLENGE = select(members.c.account_id).where(members.c.challenge_id == bindparam("of_challenge"))
_LIQUIDATIONS = (
    select(events.c.account_id, func.count().label("many"))
    .where(events.c.account_id.in_(_IN_CHALLENGE), events.c.kind == "liquidation-started")
    .group_by(events.c.account_id)
)
_ACTIONS = (
    select(events.c.account_id, events.c.seq, events.c.market_time, events.c.body)
    .where(events.c.account_id == bindparam("of_account"))
    .order_by(events.c.seq)
)


async def top(unit: UnitOfWork, challenge_id: str, unranked: Decimal, most: int) -> tuple[Member, ...]:
    """The best members that the table names, the best first; those with `unranked` for a score are not in it."""
    rows = await unit.fetch(_TOP, {"of_challenge": challenge_id, "least": unranked, "most": most})
    return tuple(Member(**row._mapping) for row in rows)


async def above(unit: UnitOfWork, challenge_id: str, least: Decimal) -> Mapping[Decimal, int]:
    """How many members have each score down to `least`, the highest first; those the table does not name count too."""
    rows = await unit.fetch(_ABOVE, {"of_challenge": challenge_id, "least": least})
    return {row.score: row.many for row in rows}


async def better(unit: UnitOfWork, challenge_id: str, score: Decimal) -> int:
    """How many members have a higher score."""
    return await _number(unit, _BETTER, challenge_id, score)


async def hidden(unit: UnitOfWork, challenge_id: str, unranked: Decimal) -> int:
    """How many hold a rank without being named."""
    return await _number(unit, _HIDDEN, challenge_id, unranked)


async def playing(unit: UnitOfWork, challenge_id: str) -> Sequence[Member]:
    """The members that have neither left nor finished, in the order of their accounts."""
    rows = await unit.fetch(_PLAYING, {"of_challenge": challenge_id})
    return tuple(Member(**row._mapping) for row in rows)


async def liquidations(unit: UnitOfWork, challenge_id: str) -> Mapping[str, int]:
    """How many liquidations each account of a challenge went through; those without one are not in it."""
    rows = await unit.fetch(_LIQUIDATIONS, {"of_challenge": challenge_id})
    return {row.account_id: row.many for row in rows}


async def actions(unit: UnitOfWork, account_id: str) -> Sequence[tuple[int, datetime, Mapping[str, Any]]]:
    """The journal of an account from its first event: number, the market's time, and the event as it is stored."""
    rows = await unit.fetch(_ACTIONS, {"of_account": account_id})
    return tuple((row.seq, row.market_time, row.body) for row in rows)


async def _number(unit: UnitOfWork, statement: Any, challenge_id: str, least: Decimal) -> int:
    return int((await unit.fetch(statement, {"of_challenge": challenge_id, "least": least}))[0][0])
