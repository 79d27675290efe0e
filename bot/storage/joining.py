"""One person is taken into another: everything that hangs on a person id changes hands in one transaction.

Where both have a row of the same key, the database itself decides which one stays, at the commit: so no answer that
somebody gives in between is lost. docs/privacy.md §One person on two platforms.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from bot.storage import tables
from bot.storage.accounts import MAIN, REPLAY
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.practice import PRACTICE
from bot.storage.tables import NO_ONE
from bot.storage.unit import UnitOfWork

_FROM = bindparam("leaves", type_=Text)
_TO = bindparam("stays", type_=Text)


def _others(table: Table, keys: Sequence[str]) -> Any:
    """The same table once more, with the condition that a row of it has the same key."""
    other = table.alias()
    return other, and_(true(), *(other.c[each] == table.c[each] for each in keys))


def _merged(table: Table, keys: Sequence[str], better: Any = None) -> tuple[UpdateBase, ...]:
    """Rows move; of two with the same key that of the one who stays goes only where the other's is better."""
    other, same = _others(table, keys)
    statements: list[UpdateBase] = []
    if better is not None:
        wins = exists().where(same, other.c.person_id == _FROM, better(other.c, table.c))
        statements.append(delete(table).where(table.c.person_id == _TO, wins))
    stays = exists().where(same, other.c.person_id == _TO)
    statements.append(delete(table).where(table.c.person_id == _FROM, stays))
    statements.append(update(table).where(table.c.person_id == _FROM).values(person_id=_TO))
    return tuple(statements)


def _further(mine: Any, theirs: Any) -> ColumnElement[bool]:
    """A lesson that was finished before one that was not, then the further page."""
    level = or_(mine.done_at.is_not(None), theirs.done_at.is_(None))
    finished = and_(mine.done_at.is_not(None), theirs.done_at.is_(None))
    return or_(finished, and_(level, mine.page > theirs.page))


def _later(mine: Any, theirs: Any) -> ColumnElement[bool]:
    later: ColumnElement[bool] = mine.at > theirs.at
    return later


def _due_later(mine: Any, theirs: Any) -> ColumnElement[bool]:
    later: ColumnElement[bool] = mine.due_at > theirs.due_at
    return later


_MERGED: Mapping[str, tuple[UpdateBase, ...]] = {
    "lesson_places": _merged(tables.lesson_places, ("lesson",), _further),
    "cards": _merged(tables.cards, ("skill", "family"), _due_later),
    "beliefs": _merged(tables.beliefs, ("kind", "name"), _later),
    "study": _merged(tables.study, ()),
    "attention": _merged(tables.attention, ()),
    "predictions": _merged(tables.predictions, ("id",)),
    "questions": _merged(tables.questions, ("id",)),
    "reviews": _merged(tables.reviews, ("question_id",)),
    "question_reports": _merged(tables.question_reports, ("template",)),
    "night_answers": _merged(tables.night_answers, ("night_id", "round")),
    "badges": _merged(tables.badges, ("badge", "challenge_id")),
    "chat_people": _merged(tables.chat_people, ("chat_key",), _later),
    "price_alerts": _merged(tables.price_alerts, ("id",)),
    "notices": _merged(tables.notices, ("id",)),
    "admin_log": _merged(tables.admin_log, ("id",)),
}
"""By table, what becomes of its rows; those of the tables that are not named go with the person or are told below."""

_accounts, _replays, _members = tables.accounts, tables.replays, tables.members
_ASIDE = (
    update(_accounts)
    .where(
        _accounts.c.person_id == _FROM,
        _accounts.c.kind.in_((MAIN, REPLAY, PRACTICE)),
        _accounts.c.archived_at.is_(None),
    )
    .values(archived_at=bindparam("now", type_=_accounts.c.archived_at.type))
)
_ACCOUNTS = update(_accounts).where(_accounts.c.person_id == _FROM).values(person_id=_TO)
_REPLAYS_END = (
    update(_replays)
    .where(_replays.c.person_id == _FROM, _replays.c.challenge_id.is_(None), _replays.c.finished_at.is_(None))
    .values(finished_at=bindparam("now", type_=_replays.c.finished_at.type))
)
_REPLAYS = update(_replays).where(_replays.c.person_id == _FROM).values(person_id=_TO)
_rival = _members.alias()
_twice = exists().where(
    _rival.c.challenge_id == _members.c.challenge_id, _rival.c.account_id != _members.c.account_id
)
# Of two memberships in one challenge that is over or was left by one, the one that was left goes to nobody.
_YIELD = (
    update(_members)
    .where(
        or_(
            and_(
                _members.c.person_id == _TO,
                _members.c.left_at.is_not(None),
                _twice.where(_rival.c.person_id == _FROM, _rival.c.left_at.is_(None)),
            ),
            and_(
                _members.c.person_id == _FROM,
                or_(
                    _members.c.left_at.is_not(None),
                    _twice.where(_rival.c.person_id == _TO, _rival.c.left_at.is_(None)),
                ),
                _twice.where(_rival.c.person_id == _TO),
            ),
        )
    )
    .values(person_id=NO_ONE, name="", focused_at=None)
)
_MEMBERS = update(_members).where(_members.c.person_id == _FROM).values(person_id=_TO)
_IDENTITIES = update(tables.identities).where(tables.identities.c.person_id == _FROM).values(person_id=_TO)
_HOSTS = update(tables.challenges).where(tables.challenges.c.host_id == _FROM).values(host_id=_TO)
_OLD_BUTTONS = delete(tables.actions).where(tables.actions.c.owner == _FROM)
_PERSON = delete(tables.people).where(tables.people.c.id == _FROM)

_BOTH_IN = (
    select(tables.challenges.c.id, tables.challenges.c.body)
    .join(_members, _members.c.challenge_id == tables.challenges.c.id)
    .where(
        tables.challenges.c.ended_at.is_(None),
        _members.c.left_at.is_(None),
        _members.c.person_id.in_((bindparam("one"), bindparam("other"))),
    )
    .group_by(tables.challenges.c.id, tables.challenges.c.body)
    .having(func.count() > 1)
    .order_by(tables.challenges.c.id)
    .limit(1)
)


async def both_in(unit: UnitOfWork, one: str, other: str) -> Mapping[str, Any] | None:
    """The body of a challenge that goes on and that both people are in; None where there is none."""
    rows = await unit.fetch(_BOTH_IN, {"one": one, "other": other})
    return rows[0].body if rows else None


def take_in(unit: UnitOfWork, leaves: str, stays: str, now: datetime) -> None:
    """Gives all that is the one's to the other, and ends the one; what they had open is put aside first.

    The commit raises VersionConflict where the one who leaves is no more, and RowRefused where the other is.
    """
    both = {"leaves": leaves, "stays": stays}
    for statement in (_ASIDE, _REPLAYS_END):
        unit.write(statement, {"leaves": leaves, "now": now})
    for statement in (_ACCOUNTS, _REPLAYS, _YIELD, _MEMBERS, _HOSTS):
        unit.write(statement, both)
    for merged in _MERGED.values():
        for each in merged:
            unit.write(each, both)
    unit.write(_IDENTITIES, both)
    unit.write(_OLD_BUTTONS, {"leaves": leaves})

    async def refusal() -> StorageError:
        return VersionConflict(people="gone")

    unit.guard(_PERSON, {"leaves": leaves}, refusal)
