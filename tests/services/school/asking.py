"""What the tests of the school need to know of a bot: which question is open, and what was kept of the answers."""

from typing import Any

from sqlalchemy import select

from bot.core.identity import Identity, Platform
from bot.core.reply import Reply
from bot.services.school.question import Question
from bot.storage import people, tables
from tests.harness import Talk


async def rows(talk: Talk, table: str) -> list[Any]:
    """All rows of a table."""
    async with talk.bot.store.unit() as unit:
        return list(await unit.fetch(select(tables.metadata.tables[table])))


async def last(talk: Talk) -> tuple[str, Question]:
    """The id of the newest question, and the question."""
    async with talk.bot.store.unit() as unit:
        asked = tables.questions.c
        found = await unit.fetch(select(tables.questions).order_by(asked.asked_at.desc(), asked.id).limit(1))
    return found[0].id, Question.from_json(found[0].body["question"])


async def right(talk: Talk) -> int:
    """The number of the right answer to the newest question, from 1."""
    return (await last(talk))[1].right + 1


async def wrong(talk: Talk) -> int:
    """The number of a wrong answer to the newest question, from 1."""
    return 1 if await right(talk) != 1 else 2


async def person_id(talk: Talk, who: str = "me", platform: Platform = Platform.CONSOLE) -> str:
    """Somebody's id."""
    async with talk.bot.store.unit() as unit:
        found = await people.find(unit, Identity(platform, who))
    assert found is not None
    return found.id


async def passed(talk: Talk, skill: str, **more: Any) -> Reply:
    """Pass a test-out, all five right."""
    reply = await talk.say(f"/testout {skill}", **more)
    for number in range(5):
        talk.later(seconds=1)  # so that the newest question is known by its time
        reply = await talk.say(f"/answer {await right(talk)} sure", **more)
        if number < 4:
            talk.later(seconds=1)
            reply = await talk.say(f"/testout {skill}", **more)
    return reply
