"""Servers and channels that come and go, and names that would mention everybody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.adapters.discord import DiscordFront
from bot.core.chats import ChatEvent, ChatJoined, ChatLost
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Answer, Reply
from bot.telemetry import Telemetry
from tests.fakes.discord_payloads import Person, Place, snowflake
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer
from tests.fakes.plain_wording import PlainWording
from tests.fakes.small_bot import small_router

pytestmark = pytest.mark.timeout(20)
EVIL = ("@everyone", "@here", "<@&81384788765712384>", "<@80351110224678912>", "<#103735883630395392>")


@dataclass
class Heard:
    """Implements ChatEvents: keeps what happened."""

    events: list[ChatEvent] = field(default_factory=list)

    async def happened(self, event: ChatEvent) -> None:
        self.events.append(event)


async def until(holds: Callable[[], bool]) -> None:
    """Wait, some seconds at most, until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def hearing(server: DiscordServer, bot: DiscordBot) -> AsyncIterator[Heard]:
    heard, telemetry = Heard(), Telemetry()
    front = DiscordFront(
        server.token,
        small_router(bot, None, telemetry),
        telemetry,
        api_base=server.api_base,
        gateway_url=server.gateway_url,
        chats=heard,
    )
    task = asyncio.create_task(front.serve())
    try:
        await server.ready()
        await until(lambda: bool(telemetry.fronts.labels("discord")._value.get()))
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def guild_of(room: Place) -> dict[str, Any]:
    """A server with one channel, as the gateway tells of it."""
    everyone = {"id": str(room.guild), "name": "@everyone", "permissions": "0", "position": 0}
    role = everyone | {"color": 0, "colors": {"primary_color": 0}, "hoist": False, "managed": False}
    return {
        "id": str(room.guild),
        "name": "School",
        "owner_id": "1",
        "roles": [role | {"mentionable": False, "flags": 0}],
        "emojis": [],
        "features": [],
        "channels": [room.channel()],
        "threads": [],
        "members": [],
        "member_count": 3,
        "large": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "stickers": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def ref(room: Place) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(room.id), private=False)


async def test_it_hears_of_a_server_that_comes_and_goes(
    server: DiscordServer, bot: DiscordBot, room: Place
) -> None:
    async with hearing(server, bot) as heard:
        await server.gateway.dispatch("GUILD_CREATE", guild_of(room))
        await until(lambda: heard.events == [ChatJoined(ref(room))])
        await server.gateway.dispatch("GUILD_DELETE", {"id": str(room.guild)})
        await until(lambda: heard.events[1:] == [ChatLost(ref(room))])


async def test_an_outage_of_a_server_is_no_farewell(
    server: DiscordServer, bot: DiscordBot, room: Place
) -> None:
    async with hearing(server, bot) as heard:
        await server.gateway.dispatch("GUILD_CREATE", guild_of(room))
        await until(lambda: len(heard.events) == 1)
        await server.gateway.dispatch("GUILD_DELETE", {"id": str(room.guild), "unavailable": True})
        channel = Place(guild=room.guild, id=snowflake())
        await server.gateway.dispatch("CHANNEL_CREATE", channel.channel())
        await server.gateway.dispatch("CHANNEL_DELETE", channel.channel())
        await until(lambda: len(heard.events) == 2)
        assert heard.events[1] == ChatLost(ref(channel))


async def test_a_channel_that_is_deleted_is_lost(server: DiscordServer, bot: DiscordBot, room: Place) -> None:
    async with hearing(server, bot) as heard:
        await server.gateway.dispatch("GUILD_CREATE", guild_of(room))
        await server.gateway.dispatch("CHANNEL_DELETE", room.channel())
        await until(lambda: ChatLost(ref(room)) in heard.events)


def evil_reply() -> Reply:
    page = "<h1>" + " ".join(EVIL[:2]) + "</h1><p>" + " ".join(EVIL).replace("<", "&lt;") + "</p>"
    return PlainWording().word(Answer("night", {"html": page}), "en", "UTC")


async def test_no_message_of_any_kind_can_mention_anybody(
    server: DiscordServer, bot: DiscordBot, room: Place, dana: Person
) -> None:
    """Posts, edits, direct messages, answers, deferred answers, follow-ups: what they show is in embeds, and pings none."""
    bot.cards["evil"] = "<p>" + " ".join(EVIL).replace("<", "&lt;") + "</p>" + f"<p>{'word ' * 1500}</p>"
    async with serving(server, bot, patience=0.05) as front:
        posted = await front.post(ref(room), evil_reply())
        await front.edit(posted, evil_reply())
        await front.send(Identity(Platform.DISCORD, str(dana.id)), evil_reply())
        await server.answered(await server.slash(dana, "card", room, word="evil"), 2)
        card = (await server.slash(dana, "start", room)).shown[0]
        await server.press(dana, "Count together", card)
        act = await server.slash(dana, "slow", room, wait=False)
        await server.until(lambda: act.deferred)
        bot.gate.set()
        await server.answered(act)
    sent = [_message(each.body) for each in server.requests if each.method in {"POST", "PATCH"}]
    messages = [each for each in sent if each.get("embeds")]
    assert len(messages) >= 8
    assert {repr(each.get("content")) for each in messages} <= {"None", "''"}
    assert {repr(each.get("allowed_mentions")) for each in messages} == {repr({"parse": []})}


def _message(body: Any) -> dict[str, Any]:
    """The message in a request: an interaction's answer wraps it."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("data", body)
    return inner if isinstance(inner, dict) else {}
