"""Everything that is kept of one person, table by table, as JSON values; no platform's id and no other person's name.

docs/export.schema.json says what each section holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Select, Table, Text, bindparam, func, select

from bot.core.reply import plain
from bot.storage import tables
from bot.storage.unit import UnitOfWork

_P = bindparam("of_person", type_=Text)
_accounts, _events, _postings = tables.accounts, tables.events, tables.postings
_MINE = select(_accounts.c.id).where(_accounts.c.person_id == _P)

APART = ("people", "identities", "events", "postings")
"""Tables with a section of their own making: `person`, `identities`, and the journal, `events` with their postings."""
NOT_EXPORTED: Mapping[str, str] = {
    "processed": "answers by the number of an update: nothing in a row says whose it was; kept 7 days",
    "deliveries": "where and when notices were delivered: the platform's ids and the state of sending",
    "chats": "what a group's admins set for the group",
    "chat_posts": "what was said to groups",
    "candles": "prices",
    "funding_rates": "funding rates",
    "jobs": "when the next reminder is due: follows from the choices in `study`",
    "question_verdicts": "what an admin decided about questions",
    "quiz_nights": "names of all players of a group; one's own answers are in `night_answers`",
    "bans": "hashes: whom they bar cannot be read from them",
}
"""Tables that are not in an export, with the reason."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table's rows: the columns that are told, and which rows are somebody's."""

    table: Table
    columns: tuple[Column[Any], ...]
    statement: Select[Any]


def _section(table: Table, *, hidden: Collection[str] = (), of: str = "person_id") -> Section:
    """A section of a table whose rows belong to the person (`of`), or to one of their accounts."""
    columns = tuple(
        each for each in table.columns if each.name not in {of, *hidden} or each.name == "account_id"
    )
    own = table.c[of].in_(_MINE) if of == "account_id" else table.c[of] == _P
    return Section(table, columns, select(*columns).where(own).order_by(*table.primary_key.columns))


SECTIONS: Mapping[str, Section] = {
    each.table.name: each
    for each in (
        _section(tables.accounts),
        _section(tables.tags, of="account_id"),
        _section(tables.plans, of="account_id"),
        _section(tables.warnings, of="account_id"),
        _section(tables.replays),
        _section(tables.previews, hidden=("id",)),
        _section(tables.pending, hidden=("chat_key",)),
        _section(tables.actions, hidden=("token",), of="owner"),
        _section(tables.notices, hidden=("id", "data", "key")),
        _section(tables.attention),
        _section(tables.price_alerts),
        _section(tables.study),
        _section(tables.lesson_places),
        _section(tables.cards),
        _section(tables.beliefs),
        _section(tables.predictions),
        _section(tables.questions, hidden=("chat_key", "poll")),
        _section(tables.reviews),
        _section(tables.question_reports),
        _section(tables.night_answers),
        _section(tables.challenges, hidden=("chat_key", "body"), of="host_id"),
        _section(tables.members),
        _section(tables.badges),
        _section(tables.link_codes, hidden=("code",)),
        _section(tables.link_tries),
        _section(tables.chat_people, hidden=("chat_key",)),
        _section(tables.admin_log, hidden=("id", "chat_key", "body")),
    )
}
"""By table. Left out: keys of chats, hashes, and documents that may name others (docs/privacy.md §The export)."""

PERSON = tuple(each for each in tables.people.columns if each.name != "id")
IDENTITY = tuple(each for each in tables.identities.columns if each.name not in {"user", "person_id"})
_PERSON = select(*PERSON).where(tables.people.c.id == _P)
_IDENTITIES = (
    select(*IDENTITY).where(tables.identities.c.person_id == _P).order_by(tables.identities.c.platform)
)
_COUNTS = (
    select(_events.c.account_id, func.count().label("entries"))
    .where(_events.c.account_id.in_(_MINE))
    .group_by(_events.c.account_id)
    .order_by(_events.c.account_id)
)
_JOURNAL = (
    select(_events)
    .where(_events.c.account_id == bindparam("of_account"), _events.c.seq > bindparam("after"))
    .order_by(_events.c.seq)
    .limit(bindparam("most"))
)
_BOOKED = (
    select(_postings)
    .where(
        _postings.c.account_id == bindparam("of_account"),
        _postings.c.seq >= bindparam("first"),
        _postings.c.seq <= bindparam("last"),
    )
    .order_by(_postings.c.seq, _postings.c.line)
)


async def person(unit: UnitOfWork, person_id: str) -> dict[str, Any]:
    """Somebody's settings."""
    rows = await unit.fetch(_PERSON, {"of_person": person_id})
    return as_json(rows[0]) if rows else {}


async def identities(unit: UnitOfWork, person_id: str) -> list[dict[str, Any]]:
    """The platforms that somebody speaks from, without their ids there."""
    return [as_json(row) for row in await unit.fetch(_IDENTITIES, {"of_person": person_id})]


async def rows_of(unit: UnitOfWork, section: str, person_id: str) -> list[dict[str, Any]]:
    """All rows of a section."""
    found = await unit.fetch(SECTIONS[section].statement, {"of_person": person_id})
    return [_told(section, as_json(row)) for row in found]


async def journals(unit: UnitOfWork, person_id: str) -> Mapping[str, int]:
    """How many entries the journal of each of somebody's accounts has, in the order of the accounts."""
    return {row.account_id: row.entries for row in await unit.fetch(_COUNTS, {"of_person": person_id})}


async def journal(unit: UnitOfWork, account_id: str, after: int, most: int) -> Sequence[dict[str, Any]]:
    """Entries of an account with their postings, those after a number first."""
    rows = await unit.fetch(_JOURNAL, {"of_account": account_id, "after": after, "most": most})
    if not rows:
        return ()
    span = {"of_account": account_id, "first": rows[0].seq, "last": rows[-1].seq}
    booked: dict[int, list[dict[str, Any]]] = {}
    for each in await unit.fetch(_BOOKED, span):
        booked.setdefault(each.seq, []).append({"ledger": each.ledger, "amount": plain(each.amount)})
    return [{**as_json(row), "postings": booked.get(row.seq, [])} for row in rows]


def _told(section: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row without what would give a game away: which tape is hidden, what the right answer to an open question is."""
    body: Any = row.get("body")
    if section == "replays" and body["hidden"] and (row["challenge_id"] or row["finished_at"] is None):
        return {**row, "body": {name: each for name, each in body.items() if name != "tape"}}
    if section == "questions" and row["answered_at"] is None:
        return {**row, "body": {}}
    return row


def as_json(row: Row[Any]) -> dict[str, Any]:
    """A row as JSON values: amounts as strings, times as ISO 8601 in UTC."""
    return {name: _value(each) for name, each in row._mapping.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return plain(value)
