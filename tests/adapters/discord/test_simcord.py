"""A few conversations before another judge: a simulated Discord by another hand, in process, under the real library."""

from typing import Any

import pytest

from bot.adapters.discord.client import FrontClient
from bot.telemetry import Telemetry
from tests.fakes.discord_run import DiscordBot
from tests.fakes.small_bot import small_router
from tests.fakes.turns import MemoryTurns

pytest.importorskip("simcord")


@pytest.fixture
def turns() -> MemoryTurns:
    return MemoryTurns()


@pytest.fixture
def small(bot: DiscordBot) -> DiscordBot:
    bot.gate.set()
    return bot


def client_of(bot: DiscordBot, turns: MemoryTurns) -> FrontClient:
    return FrontClient(small_router(bot, turns), Telemetry())


@pytest.fixture
def simcord_bot(small: DiscordBot, turns: MemoryTurns) -> FrontClient:
    """What the judge's own fixture, `simcord_env`, logs in."""
    return client_of(small, turns)


@pytest.fixture
def env(simcord_env: Any) -> Any:
    return simcord_env


@pytest.fixture
def channel(env: Any) -> Any:
    return env.create_guild().create_text_channel("paper-trading")


@pytest.fixture
def somebody(env: Any, channel: Any) -> Any:
    return env.guild.add_member(env.create_user("dana"))


def described(message: Any) -> str:
    return "\n".join(f"{each.title}\n{each.description}" for each in message.embeds)


async def test_slash_press_and_edit(env: Any, channel: Any, somebody: Any) -> None:
    result = await somebody.slash(channel, "start")
    assert described(result.response).startswith("Hello")
    await somebody.click(result.response.message, label="Count together")
    assert "**count**: 1" in described(channel.last_message)


async def test_a_private_answer_is_ephemeral_and_a_stranger_gets_one(
    env: Any, channel: Any, somebody: Any
) -> None:
    assert (await somebody.slash(channel, "secret")).ephemeral
    card = await somebody.slash(channel, "start")
    eve = env.guild.add_member(env.create_user("eve"))
    refused = await eve.click(card.response.message, label="My secret")
    assert refused.ephemeral
    assert "belongs to somebody else" in described(refused.response)


async def test_a_form_is_shown_and_its_answer_taken(
    env: Any, channel: Any, somebody: Any, small: DiscordBot
) -> None:
    shown = await somebody.slash(channel, "open", symbol="btc")
    assert shown.modal["title"] == "Open a position"
    result = await somebody.submit_modal(shown, {"side": ["long"]})
    assert small.ran == ["open long BTCUSDT"]
    assert "BTCUSDT" in described(result.response)


async def test_contracts_are_suggested(env: Any, channel: Any, somebody: Any) -> None:
    found = await somebody.autocomplete(channel, "choose", "symbol", "b")
    assert [each["value"] for each in found] == ["btc"]


async def test_a_button_works_after_a_restart(
    env: Any, channel: Any, somebody: Any, turns: MemoryTurns
) -> None:
    card = await somebody.slash(channel, "start")
    await env.restart_bot(client_of(DiscordBot(), turns))
    await somebody.click(card.response.message, label="Count together")
    assert "**count**: 1" in described(channel.last_message)


async def test_a_picture_comes_changes_and_goes(env: Any, channel: Any, somebody: Any) -> None:
    card = await somebody.slash(channel, "picture")
    message = card.response.message
    assert [each.filename for each in message.attachments] == ["grey.png"]
    await somebody.click(message, label="Next")
    assert "**number**: 2" in described(channel.last_message)
    assert len(channel.last_message.attachments) == 1
    await somebody.click(channel.last_message, label="Text")
    assert channel.last_message.attachments == []
