"""Operators: bars that are hashes, announcements to those who want them, and the only groups that are served."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.identity import ChatRef, Platform
from bot.core.reply import Reply
from bot.core.request import Called, Pressed, Said
from bot.core.sender import Posted, RetryLater, Unreachable
from bot.services.groups.chat_life import GONE
from bot.storage import chat_posts, chats, tables
from bot.storage.chats import Chat
from tests.fakes.groups import OPERATOR, ROOM, GroupTalk, group_talking
from tests.fakes.nights import Board
from tests.harness import buttons, text

TEXT = "Away on Sunday, 8 to 9 UTC. Your Positions stay."


async def test_somebody_barred_is_told_once_and_then_hears_nothing() -> None:
    async with group_talking() as talk:
        await talk.say("/start", "eve")
        assert "Barred" in text(await talk.say("/ban telegram:eve", OPERATOR))
        told = await talk.say("/start", "eve")
        assert text(told).startswith("You are barred from this bot by its operator.")
        assert await talk.ask(talk.request(Said("/start"), "eve")) is None
        assert await talk.ask(talk.request(Pressed("1|||start"), "eve", ROOM)) is None
        slash = await talk.ask(talk.request(Called("start", {}), "eve", ROOM))
        assert slash is not None  # a slash command that nobody answers would look broken
        assert slash.private
        assert (await talk.say("/start", "ann")).answer.ok
        assert "were barred already" in text(await talk.say("/ban telegram:eve", OPERATOR))
        assert "let in again" in text(await talk.say("/unban telegram:eve", OPERATOR))
        assert (await talk.say("/start", "eve")).answer.template == "start"
        assert "were not barred" in text(await talk.say("/unban eve", OPERATOR))


async def test_a_bar_names_nobody_and_holds_after_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with group_talking(database) as talk:
        await talk.say("/ban 48151623", OPERATOR)
        async with talk.bot.store.unit() as unit:
            rows = await unit.fetch(select(tables.bans))
        assert len(rows) == 2
        assert "48151623" not in str([tuple(row) for row in rows])
    async with group_talking(database) as talk:
        assert (await talk.say("/start", "48151623")).answer.template == "barred"


async def test_only_operators_operate_and_none_bars_another() -> None:
    async with group_talking() as talk:
        for line in ("/ban ann", "/unban ann", "/announce hello", "/announcenow abc", "/operatorlog"):
            assert (await talk.say(line, "eve")).answer.data["what"] == "not-operator", line
        assert (await talk.say(f"/ban {OPERATOR}", OPERATOR)).answer.data["what"] == "operator"
        assert (await talk.say("/ban", OPERATOR)).answer.data["what"] == "who"
        assert (await talk.say("/start", "ann")).answer.template == "start"


async def wanting(talk: GroupTalk, *rooms: str) -> None:
    for each in rooms:
        await talk.say("/group announcements on", "boss", each)


async def announced(talk: GroupTalk) -> None:
    preview = await talk.say(f"/announce {TEXT}", OPERATOR)
    assert TEXT in text(preview)
    assert "on its way" in text(await talk.press("Send it", OPERATOR, preview))


async def test_an_announcement_goes_to_those_who_want_it_as_it_was_written() -> None:
    async with group_talking() as talk:
        await wanting(talk, "one", "two")
        await talk.say("/group cooldown 5m", "boss", "three")
        await talk.say("/group language es", "boss", "two")
        preview = await talk.say(f"/announce {TEXT}", OPERATOR)
        assert text(preview).startswith("This goes to 2 groups")
        assert talk.posted("one") == []
        await talk.press("Send it", OPERATOR, preview)
        await talk.press("Send it", OPERATOR, preview)  # once more is not twice
        await talk.made.posts.flush()
        await talk.made.posts.flush()
        assert [len(talk.posted(room)) for room in ("one", "two", "three")] == [1, 1, 0]
        assert TEXT in text(talk.posted("one")[0])
        assert talk.posted("two")[0].language == "es"
        log = text(await talk.say("/operatorlog", OPERATOR))
        assert "you · announcement to 2 groups" in log


async def test_at_most_one_a_day_and_none_to_nobody() -> None:
    async with group_talking() as talk:
        assert (await talk.say(f"/announce {TEXT}", OPERATOR)).answer.data["what"] == "nobody"
        assert (await talk.say("/announce", OPERATOR)).answer.data["what"] == "no-text"
        await wanting(talk, "one")
        first = await talk.say(f"/announce {TEXT}", OPERATOR)
        second = await talk.say("/announce Another", OPERATOR)
        await talk.press("Send it", OPERATOR, first)
        assert (await talk.press("Send it", OPERATOR, second)).answer.data["what"] == "today"
        assert (await talk.say("/announce Third", OPERATOR)).answer.data["what"] == "today"
        talk.later(hours=24)
        assert (await talk.say("/announce Third", OPERATOR)).answer.data["what"] == "preview"


async def test_quiet_hours_are_waited_for_and_a_change_of_mind_counts() -> None:
    async with group_talking() as talk:
        await wanting(talk, "one", "two")
        await talk.say("/group quiet 09:00-10:00", "boss", "one")  # it is 9:30
        await announced(talk)
        await talk.say("/group announcements off", "boss", "two")
        await talk.made.posts.flush()
        assert (talk.posted("one"), talk.posted("two")) == ([], [])
        talk.later(minutes=29)
        await talk.made.posts.flush()
        assert talk.posted("one") == []
        talk.later(minutes=2)
        await talk.made.posts.flush()
        assert len(talk.posted("one")) == 1


async def test_it_goes_to_the_topic_that_the_group_is_bound_to() -> None:
    async with group_talking(board=(board := _Threads(Platform.TELEGRAM))) as talk:
        talk.thread = "7"
        await talk.say("/group topic here", "boss", ROOM)
        await wanting(talk, ROOM)
        await announced(talk)
        await talk.made.posts.flush()
        assert board.threads == ["7"]


async def test_a_platform_that_is_busy_is_tried_again_and_a_lost_chat_is_not() -> None:
    async with group_talking() as talk:
        await wanting(talk, "one", "two")
        await announced(talk)
        talk.board.refusals += [RetryLater(20.0), Unreachable()]
        await talk.made.posts.flush()
        assert (talk.posted("one"), talk.posted("two")) == ([], [])
        talk.later(seconds=21)
        assert await talk.made.posts.flush() == 1
        assert len(talk.posted("one") + talk.posted("two")) == 1
        async with talk.bot.store.unit() as unit:
            kept = await chats.every(unit)
            assert sorted(GONE in each.body for each in kept) == [False, True]
            assert len(await talk.made.posts.audience(unit)) == 1


async def test_an_announcement_survives_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with group_talking(database) as talk:
        await wanting(talk, "one")
        await announced(talk)
    async with group_talking(database) as talk:
        talk.later(minutes=5)
        await talk.made.posts.flush()
        assert len(talk.posted("one")) == 1


async def test_only_the_named_groups_are_served_by_whatever_way() -> None:
    only = frozenset({"telegram:allowed"})
    async with group_talking(allowed=only) as talk:
        acts = (Said("/price btc"), Called("price", {"symbol": "btc"}), Pressed("1|||price btc"))
        for act in (*acts, Pressed("1|||night join abcdefghijkl"), Called("group", {})):
            shut = await talk.ask(talk.request(act, "boss", "other"))
            assert shut is not None
            assert (shut.answer.template, buttons(shut)) == ("not_here", ())
            open_ = await talk.ask(talk.request(act, "boss", "allowed"))
            assert open_ is not None
            assert open_.answer.template != "not_here"
        assert (await talk.say("/price btc", "boss")).answer.ok
        async with talk.bot.store.unit() as unit:
            for room in ("allowed", "other"):
                chats.save(unit, Chat(Platform.TELEGRAM, room, None, {"announcements": True}))
        async with talk.bot.store.unit() as unit:
            assert [each.chat for each in await talk.made.posts.audience(unit)] == ["allowed"]
            talk.made.posts.post(
                unit, Chat(Platform.TELEGRAM, "other", None), "empty", {}, "k", talk.bot.clock.now()
            )
        await talk.made.posts.flush()
        assert talk.posted("other") == []
        with pytest.raises(Unreachable):
            await talk.made.posting.post(talk.chat("other"), await talk.say("/price btc", "boss"))


async def test_posts_that_are_done_are_forgotten() -> None:
    async with group_talking() as talk:
        await wanting(talk, "one")
        await announced(talk)
        await talk.made.posts.flush()
        async with talk.bot.store.unit() as unit:
            chat_posts.purge(unit, talk.bot.clock.now() + timedelta(days=1))
        async with talk.bot.store.unit() as unit:
            assert await unit.fetch(select(tables.chat_posts)) == []


@dataclass
class _Threads(Board):
    """Notes the threads that are posted to."""

    threads: list[str | None] = field(default_factory=list)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        self.threads.append(chat.thread)
        return await super().post(chat, reply)
