"""What is kept of groups, their people, posts and bars, on every database alike."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.core.identity import ChatRef, Platform
from bot.storage import (
    Store,
    VersionConflict,
    admin_log,
    bans,
    beliefs,
    chat_moves,
    chat_people,
    chat_posts,
    chats,
    people,
    tables,
)
from bot.storage.admin_log import Change
from bot.storage.beliefs import SKILL, KeptBelief
from bot.storage.chat_posts import ChatPost
from bot.storage.chats import Chat
from tests.storage.scene import AT, identity, person

OLD = ChatRef(Platform.TELEGRAM, "-100", private=False)
NEW = ChatRef(Platform.TELEGRAM, "-100200", private=False)


def post(number: int = 1, chat: str = OLD.chat) -> ChatPost:
    return ChatPost(
        f"p{number}", Platform.TELEGRAM, chat, "announcement", {"n": number}, f"k{number}", AT, AT
    )


async def known(store: Store) -> str:
    one = person()
    async with store.unit() as unit:
        people.create(unit, identity(), one)
    return one.id


async def test_somebody_takes_part_once_and_brings_their_beliefs(store: Store) -> None:
    one, other = await known(store), await known(store)
    for chat, who in ((OLD, one), (OLD, one), (OLD, other), (NEW, one)):
        async with store.unit() as unit:
            chat_people.took_part(unit, chat.key, who, AT)
    async with store.unit() as unit:
        beliefs.put(unit, KeptBelief(one, SKILL, "pnl", {"known": "0.5"}, AT))
    async with store.unit() as unit:
        assert [await chat_people.count(unit, each.key) for each in (OLD, NEW)] == [2, 1]
        assert [each.person_id for each in await chat_people.beliefs_of(unit, OLD.key)] == [one]


async def test_a_chat_that_moves_takes_along_what_is_not_there_already(store: Store) -> None:
    who = await known(store)
    async with store.unit() as unit:
        for each in (OLD, NEW):
            chats.save(unit, Chat(each.platform, each.chat, None, {"of": each.chat}))
            chat_people.took_part(unit, each.key, who, AT)
        admin_log.add(unit, Change("one", OLD.key, who, "games", {}, AT))
        chat_posts.post(unit, post())
        unit.write(insert(tables.pending), {"person_id": who, "chat_key": OLD.key, "line": "open", "at": AT})
        night = {"id": "n", "chat_key": OLD.key, "body": {"chat": 1}, "created_at": AT}
        unit.write(insert(tables.quiz_nights), night)
    async with store.unit() as unit:
        nights, challenges = await chat_moves.running_bodies(unit, OLD)
        assert (nights, challenges) == ({"n": {"chat": 1}}, {})
        chat_moves.move(unit, OLD, NEW)
        chat_moves.set_bodies(unit, ({"n": {"chat": 2}}, {}))
    async with store.unit() as unit:
        assert (await chat_moves.running_bodies(unit, NEW))[0] == {"n": {"chat": 2}}
        assert [each.body for each in await chats.every(unit)] == [{"of": NEW.chat}]
        assert await chat_people.count(unit, NEW.key) == 1
        assert [each.id for each in await admin_log.of_chat(unit, NEW.key, 5)] == ["one"]
        for table in (tables.pending, tables.chat_posts):
            column = table.c.chat_key if "chat_key" in table.c else table.c.chat
            assert {row[0] for row in await unit.fetch(select(column))} <= {NEW.key, NEW.chat}


async def test_a_post_is_delivered_by_one_and_only_when_due(store: Store) -> None:
    async with store.unit() as unit:
        chat_posts.post(unit, post())
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            chat_posts.post(unit, post())
    async with store.unit() as unit:
        assert await chat_posts.due(unit, AT - timedelta(seconds=1), ("telegram",)) == ()
        assert await chat_posts.due(unit, AT, ("discord",)) == ()
        (found,) = await chat_posts.due(unit, AT, ("discord", "telegram"))
        assert await chat_posts.latest(unit, "announcement") == AT
        assert await chat_posts.latest(unit, "other") is None
    until = AT + timedelta(seconds=30)
    async with store.unit() as unit:
        claimed = chat_posts.claim(unit, found, until)
    assert (claimed.attempts, claimed.due_at) == (1, until)
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            chat_posts.claim(unit, found, until)
    async with store.unit() as unit:
        chat_posts.delivered(unit, claimed, until)
    async with store.unit() as unit:
        assert await chat_posts.due(unit, until, ("telegram",)) == ()
        chat_posts.purge(unit, AT)
    async with store.unit() as unit:
        assert len(await unit.fetch(select(tables.chat_posts))) == 1
        chat_posts.purge(unit, AT + timedelta(days=1))
    async with store.unit() as unit:
        assert await unit.fetch(select(tables.chat_posts)) == []


async def test_the_log_keeps_what_was_changed_when_its_author_is_gone(store: Store) -> None:
    who = await known(store)
    async with store.unit() as unit:
        for number in range(3):
            at = AT + timedelta(seconds=number)
            admin_log.add(unit, Change(f"c{number}", OLD.key, who, "games", {"n": number}, at))
        admin_log.add(unit, Change("bot", None, who, "ban", {}, AT))
    async with store.unit() as unit:
        unit.write(tables.people.delete().where(tables.people.c.id == who), {})
    async with store.unit() as unit:
        assert [each.id for each in await admin_log.of_chat(unit, OLD.key, 2)] == ["c2", "c1"]
        (of_bot,) = await admin_log.of_bot(unit, 5)
        assert (of_bot.id, of_bot.person_id) == ("bot", None)


async def test_a_bar_is_there_once_and_can_be_taken_away(store: Store) -> None:
    kept = bans.Kept("abc", {}, AT)
    async with store.unit() as unit:
        bans.put(unit, kept)
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            bans.put(unit, kept)
    async with store.unit() as unit:
        assert await bans.every(unit) == (kept,)
        bans.drop(unit, "abc")
    async with store.unit() as unit:
        assert await bans.every(unit) == ()
