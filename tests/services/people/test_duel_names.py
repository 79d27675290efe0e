"""A duel bears no name that would outlive who is forgotten."""

from typing import Any

from sqlalchemy import select

from bot.storage import tables
from tests.harness import Talk, talking

ROOM = "lounge"


async def rows(talk: Talk, table: Any) -> list[Any]:
    async with talk.bot.store.unit() as unit:
        return list(await unit.fetch(select(table)))


async def test_a_duel_tells_no_name_of_who_was_forgotten() -> None:
    async with talking() as talk:
        await talk.say("/duel", "Annabella", ROOM)
        await talk.press("Accept", "Roberta", room=ROOM)
        card = await talk.say("/forget", "Annabella")
        await talk.press("Delete everything about me", "Annabella", on=card)
        for table in tables.metadata.tables.values():
            assert "Annabella" not in str(await rows(talk, table)), table.name
        assert (await talk.say("/standings", "Roberta")).answer.ok
