"""Documents that mention somebody: found by what stands in them, and put back without it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Text,
    Update,
    bindparam,
    false,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from bot.storage import tables
from bot.storage.columns import canonical
from bot.storage.errors import StorageError, VersionConflict
from bot.storage.unit import UnitOfWork

DOCUMENTS: Mapping[str, Column[Any]] = {
    each.table.name: each
    for each in (
        tables.quiz_nights.c.body,
        tables.challenges.c.body,
        tables.notices.c.data,
        tables.chat_posts.c.data,
        tables.admin_log.c.body,
        tables.chats.c.body,
        tables.jobs.c.body,
    )
}
"""By table, the documents that may speak of people who have no row of their own there."""
_ESCAPE = "^"


@dataclass(frozen=True, slots=True)
class Mention:
    """A document and the row that it stands in."""

    table: str
    key: Mapping[str, Any]
    document: Mapping[str, Any]


def speaking(column: Column[Any], words: Collection[str]) -> ColumnElement[bool]:
    """Whether a document's text holds one of these words, as JSON writes them."""
    text = type_coerce(column, Text)
    return or_(false(), *(text.like(pattern(each), escape=_ESCAPE) for each in sorted(set(words) - {""})))


def _putting(column: Column[Any]) -> Update:
    """An update of the row of a key whose document is still the one that was read."""
    same = [each == bindparam(f"of_{each.name}") for each in column.table.primary_key.columns]
    unchanged = column == bindparam("was", type_=column.type)
    return update(column.table).where(*same, unchanged).values({column.name: bindparam("document")})


_PUT = {name: _putting(column) for name, column in DOCUMENTS.items()}


_PLACES = {
    each.name: select(func.coalesce(each.c.chat_key, each.c.id).label("place")).where(
        each.c.id == bindparam("of_id")
    )
    for each in (tables.quiz_nights, tables.challenges)
}


async def places(unit: UnitOfWork, found: Collection[Mention]) -> frozenset[str]:
    """What is locked to change the games that these documents are: the keys of their chats, else their own ids."""
    keys: set[str] = set()
    for each in found:
        if each.table in _PLACES:
            rows = await unit.fetch(_PLACES[each.table], {"of_id": each.key["id"]})
            keys.update(f"chat:{row.place}" for row in rows)
    return frozenset(keys)


async def mentions(unit: UnitOfWork, words: Collection[str]) -> tuple[Mention, ...]:
    """The documents that hold one of these words anywhere, each once; there may be some that only seem to."""
    found: list[Mention] = []
    for name, column in DOCUMENTS.items():
        keys = column.table.primary_key.columns
        statement = select(*keys, column.label("document")).where(speaking(column, words))
        for row in await unit.fetch(statement):
            key = {each: value for each, value in row._mapping.items() if each != "document"}
            found.append(Mention(name, key, row.document))
    return tuple(found)


def put(unit: UnitOfWork, mention: Mention, document: Mapping[str, Any]) -> None:
    """Stores a document in place of what was read; the commit raises VersionConflict where that has changed."""

    async def refusal() -> StorageError:
        return VersionConflict(table=mention.table)

    keys = {f"of_{name}": value for name, value in mention.key.items()}
    row = {**keys, "was": dict(mention.document), "document": dict(document)}
    unit.guard(_PUT[mention.table], row, refusal)


def shapes_of(word: str) -> frozenset[str]:
    """A word as columns of text hold it and as documents do."""
    return frozenset({word, canonical(word)[1:-1]})


def pattern(word: str) -> str:
    """A pattern for LIKE with `^` as its escape: documents whose text holds the word as JSON writes it."""
    escaped = re.sub("([%_^])", r"^\1", canonical(word)[1:-1])
    return f"%{escaped}%"
