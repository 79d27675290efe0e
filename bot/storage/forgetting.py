"""A person is forgotten in one transaction: what was theirs is deleted, and what must stay belongs to nobody.

Their journals stay under random account ids, so that the books still sum to zero and published results can be checked.
docs/privacy.md §Forgetting says what becomes of each table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, case, delete, func, or_, select, type_coerce, update
from sqlalchemy.sql.dml import UpdateBase

from bot.storage import tables
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.linking import CLAIM
from bot.storage.mentions import pattern, speaking
from bot.storage.tables import NO_ONE
from bot.storage.unit import UnitOfWork

DELETED, CASCADED, OWNERLESS, SCRUBBED, NOT_PERSONAL = "deleted", "cascaded", "ownerless", "scrubbed", "kept"
TREATED: Mapping[str, str] = {
    **dict.fromkeys(("people", "actions", "tags", "warnings", "jobs", "deliveries"), DELETED),
    **dict.fromkeys(
        (
            *("identities", "pending", "previews", "attention", "price_alerts", "study", "lesson_places"),
            *("cards", "beliefs", "predictions", "questions", "reviews", "question_reports"),
            *("night_answers", "badges", "link_codes", "link_tries", "chat_people"),
        ),
        CASCADED,
    ),
    **dict.fromkeys(("accounts", "members", "replays"), OWNERLESS),
    **dict.fromkeys(
        ("processed", "notices", "quiz_nights", "challenges", "admin_log", "chat_posts", "chats"), SCRUBBED
    ),
    **dict.fromkeys(
        ("events", "postings", "plans", "candles", "funding_rates", "question_verdicts", "bans"), NOT_PERSONAL
    ),
}
"""What forgetting does with each table. Of jobs those that name the person, of chats their private ones."""

_P = bindparam("leaves", type_=Text)
_accounts, _members, _replays, _processed = tables.accounts, tables.members, tables.replays, tables.processed
_HIS_ACCOUNTS = select(_accounts.c.id).where(_accounts.c.person_id == _P)
_running = select(tables.challenges.c.id).where(tables.challenges.c.ended_at.is_(None))


def _now(column: Any) -> Any:
    return bindparam("now", type_=column.type)


_OWNED: tuple[UpdateBase, ...] = (
    *(delete(each).where(each.c.account_id.in_(_HIS_ACCOUNTS)) for each in (tables.tags, tables.warnings)),
    delete(_replays).where(_replays.c.person_id == _P, _replays.c.challenge_id.is_(None)),
    delete(tables.actions).where(tables.actions.c.owner == _P),
    delete(tables.jobs).where(
        or_(
            tables.jobs.c.key.like(bindparam("pattern", type_=Text), escape="^"),
            type_coerce(tables.jobs.c.body, Text).like(bindparam("pattern", type_=Text), escape="^"),
        )
    ),
    delete(tables.link_codes).where(tables.link_codes.c.code.startswith(bindparam("claims", type_=Text))),
    update(_replays)
    .where(_replays.c.person_id == _P)
    .values(
        person_id=NO_ONE, finished_at=func.coalesce(_replays.c.finished_at, _now(_replays.c.finished_at))
    ),
    update(_members)
    .where(_members.c.person_id == _P)
    .values(
        person_id=NO_ONE,
        name="",
        focused_at=None,
        left_at=case(
            (
                _members.c.left_at.is_(None)
                & _members.c.finished_at.is_(None)
                & _members.c.challenge_id.in_(_running),
                _now(_members.c.left_at),
            ),
            else_=_members.c.left_at,
        ),
    ),
    update(_accounts)
    .where(_accounts.c.person_id == _P)
    .values(
        person_id=NO_ONE, archived_at=func.coalesce(_accounts.c.archived_at, _now(_accounts.c.archived_at))
    ),
)
_PERSON = delete(tables.people).where(tables.people.c.id == _P)
_DELIVERIES = delete(tables.deliveries).where(
    tables.deliveries.c.platform == bindparam("of_platform"), tables.deliveries.c.user == bindparam("of_user")
)
_CHATS = delete(tables.chats).where(
    tables.chats.c.platform == bindparam("of_platform"), tables.chats.c.chat == bindparam("of_user")
)
_PRESSES = delete(_processed).where(
    _processed.c.platform == bindparam("of_platform"),
    _processed.c.update_id.startswith(bindparam("of_person", type_=Text)),
)
_ANSWERS = select(_processed.c.platform, _processed.c.update_id, _processed.c.answer)
_BLANK = (
    update(_processed)
    .where(
        _processed.c.platform == bindparam("of_platform"), _processed.c.update_id == bindparam("of_update")
    )
    .values(answer=bindparam("answer"))
)
_NAMES = select(_members.c.name).where(_members.c.person_id == _P).distinct()


_OPEN = select(_accounts.c.id).where(_accounts.c.person_id == _P, _accounts.c.archived_at.is_(None))


async def open_accounts(unit: UnitOfWork, person_id: str) -> tuple[str, ...]:
    """The ids of somebody's accounts that are not put aside, of whatever kind, in their order."""
    return tuple(sorted(row.id for row in await unit.fetch(_OPEN, {"leaves": person_id})))


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is kept with the act it belongs to."""

    platform: str
    update: str
    answer: Mapping[str, Any]


async def names_of(unit: UnitOfWork, person_id: str) -> frozenset[str]:
    """The names under which somebody took part in challenges."""
    return frozenset(row.name for row in await unit.fetch(_NAMES, {"leaves": person_id})) - {""}


async def answers(unit: UnitOfWork, words: Collection[str]) -> tuple[Answered, ...]:
    """The kept answers that hold one of these words anywhere, each once; there may be some that only seem to."""
    rows = await unit.fetch(_ANSWERS.where(speaking(_processed.c.answer, words)))
    return tuple(Answered(row.platform, row.update_id, row.answer) for row in rows)


def blank(unit: UnitOfWork, answered: Answered, instead: Mapping[str, Any]) -> None:
    """Keeps another answer with an act, so that it is still not done twice."""
    row = {"of_platform": answered.platform, "of_update": answered.update, "answer": dict(instead)}
    unit.write(_BLANK, row)


def drop_deliveries(unit: UnitOfWork, platform: str, user: str) -> None:
    """Forgets what was still to be delivered to an identity, and what was delivered there."""
    unit.write(_DELIVERIES, {"of_platform": platform, "of_user": user})


def forget(
    unit: UnitOfWork, person_id: str, identities: Collection[tuple[str, str]], presses: str, now: datetime
) -> None:
    """Forgets a person with these identities (platform, user); `presses` is the platform under which presses are kept.

    The commit raises VersionConflict where the person is gone already.
    """
    row = {
        "leaves": person_id,
        "now": now,
        "pattern": pattern(person_id),
        "claims": f"{CLAIM}:{person_id}:",
    }
    for statement in _OWNED:
        unit.write(statement, {name: row[name] for name in statement.compile().params.keys() & row.keys()})
    unit.write(_PRESSES, {"of_platform": presses, "of_person": f"{person_id}:"})
    for platform, user in identities:
        for statement in (_DELIVERIES, _CHATS):
            unit.write(statement, {"of_platform": platform, "of_user": user})

    async def refusal() -> StorageError:
        return VersionConflict(people="gone")

    unit.guard(_PERSON, {"leaves": person_id}, refusal)
