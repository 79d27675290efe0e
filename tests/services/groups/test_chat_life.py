"""A chat that is lost, comes back, or gets another id: games end or go along, and nothing is stuck."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, insert, select

from bot.core.chats import ChatJoined, ChatLost, ChatMoved
from bot.core.identity import ChatRef, Platform
from bot.services.groups.chat_life import GONE, ChatLife
from bot.services.school.night import Night
from bot.storage import admin_log, chat_moves, chat_people, chat_posts, chats, quiz_nights, tables
from bot.storage.admin_log import Change
from bot.storage.chat_posts import ChatPost
from bot.storage.chats import Chat
from tests.fakes.groups import ROOM, GroupTalk, group_talking
from tests.fakes.nights import night_talking
from tests.harness import text

AT = datetime(2026, 3, 2, tzinfo=UTC)
OLD = ChatRef(Platform.TELEGRAM, "-100", private=False)
NEW = ChatRef(Platform.TELEGRAM, "-100200", private=False)


async def person(talk: GroupTalk, who: str = "ann") -> str:
    await talk.say("/start", who)
    return (await talk.main(who, talk.board.platform)).person_id


async def test_every_table_that_names_a_chat_moves() -> None:
    named = {each.name for each in tables.metadata.sorted_tables if {"chat", "chat_key"} & set(each.c.keys())}
    keyed, by_name = chat_moves.KEYED, chat_moves.NAMED
    assert named == {table.name for table, _ in keyed} | {table.name for table, _ in by_name}


async def fill(talk: GroupTalk, chat: ChatRef, who: str) -> None:
    """A row of every table for a chat."""
    async with talk.bot.store.unit() as unit:
        chats.save(unit, Chat(chat.platform, chat.chat, "es", {"gate": False}))
        chat_people.took_part(unit, chat.key, who, AT)
        admin_log.add(unit, Change(f"log{chat.chat}", chat.key, who, "games", {}, AT))
        post = ChatPost(f"p{chat.chat}", chat.platform, chat.chat, "empty", {}, f"k{chat.chat}", AT, AT)
        chat_posts.post(unit, post)
        rows: dict[Table, dict[str, object]] = {
            tables.pending: {"person_id": who, "chat_key": chat.key, "line": "open", "at": AT},
            tables.questions: {"id": f"q{chat.chat}", "chat_key": chat.key, "template": "t", "body": {}}
            | {"asked_at": AT},
            tables.challenges: {"id": f"c{chat.chat}", "kind": "challenge", "chat_key": chat.key}
            | {"body": {"message": "55", "thread": None, "rules": 1}, "created_at": AT}
            | {"starts_at": AT, "ends_at": AT + timedelta(days=1)},
        }
        for table, row in rows.items():
            unit.write(insert(table), row)


async def keys(talk: GroupTalk) -> dict[str, list[str]]:
    """Which chat each row of each table names."""
    found: dict[str, list[str]] = {}
    async with talk.bot.store.unit() as unit:
        for table, _ in chat_moves.KEYED:
            found[table.name] = [row[0] for row in await unit.fetch(select(table.c.chat_key))]
        for table, _ in chat_moves.NAMED:
            found[table.name] = [f"telegram:{row[0]}" for row in await unit.fetch(select(table.c.chat))]
    return found


async def test_a_group_that_becomes_a_supergroup_keeps_everything() -> None:
    async with group_talking() as talk:
        who = await person(talk)
        await fill(talk, OLD, who)
        await talk.say("/quiznight 2", "ann", OLD.chat)
        before = await keys(talk)
        assert {key for found in before.values() for key in found} == {OLD.key}
        for _ in range(2):  # both of Telegram's messages tell of it
            await talk.made.life.happened(ChatMoved(OLD, NEW))
        after = await keys(talk)
        assert {name: len(found) for name, found in after.items()} == {n: len(f) for n, f in before.items()}
        assert {key for found in after.values() for key in found} == {NEW.key}
        async with talk.bot.store.unit() as unit:
            kept = await quiz_nights.running_in(unit, NEW.key)
            assert kept is not None
            night = Night.of(kept)
            challenge = (await unit.fetch(select(tables.challenges.c.body)))[0].body
        assert (night.chat, night.message) == (NEW, None)
        assert challenge == {"message": None, "thread": None, "muted": False, "rules": 1}


async def test_what_the_new_chat_has_already_stands() -> None:
    async with group_talking() as talk:
        who = await person(talk)
        await fill(talk, OLD, who)
        async with talk.bot.store.unit() as unit:
            chats.save(unit, Chat(NEW.platform, NEW.chat, "en", {}))
            chat_people.took_part(unit, NEW.key, who, AT)
            row = {"person_id": who, "chat_key": NEW.key, "line": "close", "at": AT}
            unit.write(insert(tables.pending), row)
        await talk.made.life.happened(ChatMoved(OLD, NEW))
        async with talk.bot.store.unit() as unit:
            kept = await chats.find(unit, NEW.platform, NEW.chat)
            assert await chats.find(unit, OLD.platform, OLD.chat) is None
            assert kept is not None
            assert kept.language == "en"
            assert await chat_people.count(unit, NEW.key) == 1
            assert [each.line for each in await unit.fetch(select(tables.pending.c.line))] == ["close"]


async def test_a_quiz_night_goes_on_in_the_new_chat() -> None:
    async with night_talking(platform=Platform.TELEGRAM) as talk:
        await talk.say("/quiznight 2 20s", "ann", OLD.chat)
        await talk.settle_all(seconds=1)
        await talk.press("Join", "ben", talk.card(OLD.chat), room=OLD.chat)
        await ChatLife(talk.bot.store, talk.bot.clock).happened(ChatMoved(OLD, NEW))
        await talk.settle_all(seconds=11)
        assert text(talk.card(NEW.chat)).startswith("Quiz night")
        await talk.settle_all(seconds=60)
        question = talk.card(NEW.chat)
        assert text(question).startswith("Question 1 of 2")
        assert len(talk.board.of(NEW.chat)) == 1
        counted = await talk.press(await talk.right(), "ben", question, room=NEW.chat)
        assert counted.answer.data["said"] == "counted"


async def test_a_chat_that_puts_the_bot_out_ends_its_quiz_night_and_may_call_it_back() -> None:
    async with group_talking() as talk:
        await talk.say("/group announcements on", "boss", ROOM)
        await talk.say("/quiznight 2", "ann", ROOM)
        for _ in range(2):
            await talk.made.life.happened(ChatLost(talk.chat()))
        async with talk.bot.store.unit() as unit:
            assert await quiz_nights.running(unit) == ()
            assert await talk.made.posts.audience(unit) == ()
            kept = await chats.find(unit, Platform.TELEGRAM, ROOM)
        assert kept is not None
        assert GONE in kept.body
        await talk.made.life.happened(ChatJoined(talk.chat()))
        async with talk.bot.store.unit() as unit:
            assert len(await talk.made.posts.audience(unit)) == 1
        assert (await talk.settings()).announcements
        assert (await talk.say("/quiznight 2", "ann", ROOM)).answer.ok


async def test_a_challenge_that_went_on_in_silence_is_seen_again() -> None:
    async with group_talking() as talk:
        await fill(talk, OLD, await person(talk))
        async with talk.bot.store.unit() as unit:
            _, running = await chat_moves.running_bodies(unit, OLD)
            chat_moves.set_bodies(
                unit, ({}, {each: {**body, "muted": True} for each, body in running.items()})
            )
        await talk.made.life.happened(ChatLost(OLD))
        await talk.made.life.happened(ChatJoined(OLD))
        async with talk.bot.store.unit() as unit:
            _, running = await chat_moves.running_bodies(unit, OLD)
        assert [each["muted"] for each in running.values()] == [False]


async def test_a_lost_chat_that_is_spoken_from_again_is_back() -> None:
    """Its platform's word of it was missed."""
    async with group_talking() as talk:
        await talk.say("/group announcements on", "boss", ROOM)
        await talk.made.life.happened(ChatLost(talk.chat()))
        assert (await talk.say("/price btc", "ann", ROOM)).answer.ok
        async with talk.bot.store.unit() as unit:
            assert len(await talk.made.posts.audience(unit)) == 1


async def test_a_chat_of_which_nothing_is_kept_can_go_and_come() -> None:
    async with group_talking() as talk:
        await talk.made.life.happened(ChatJoined(talk.chat()))
        await talk.made.life.happened(ChatLost(talk.chat()))
        await talk.made.life.happened(ChatMoved(OLD, NEW))
        await talk.made.life.happened(ChatMoved(NEW, NEW))
        assert (await talk.say("/price btc", "ann", ROOM)).answer.ok
