"""Slash commands as they are declared, translated, limited and told to Discord."""

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from discord import app_commands

from bot.adapters.discord import BadCommands
from bot.adapters.discord.client import FrontClient
from bot.adapters.discord.commands import signature_of
from bot.adapters.discord.suggestions import suggestions
from bot.adapters.discord.sync import essence, faults_of
from bot.core.command import Command
from bot.core.params import SymbolKind
from bot.core.words import Lexicon
from bot.telemetry import Telemetry
from tests.fakes.discord_rules import commands_faults
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer
from tests.fakes.small_bot import small_router


def client_of(bot: DiscordBot) -> FrontClient:
    return FrontClient(small_router(bot), Telemetry())


def test_every_listed_command_becomes_one_with_its_parameters(bot: DiscordBot) -> None:
    client = client_of(bot)
    declared = {each.name: [p.name for p in each.params if not p.hidden] for each in bot.commands()}
    offered = {
        each.name: [p.display_name for p in each.parameters]
        for each in client.tree.get_commands()
        if isinstance(each, app_commands.Command)
    }
    assert offered == declared


def test_the_signature_is_generated_from_the_parameters(bot: DiscordBot) -> None:
    for declared in bot.commands():
        params = tuple(each for each in declared.params if not each.hidden)
        names = list(signature_of(params).parameters)
        assert names == ["interaction", *(each.name for each in params)]
        found = client_of(bot).tree.get_command(declared.name)
        assert isinstance(found, app_commands.Command)
        assert list(inspect.signature(found.callback).parameters) == names


async def payload(server: DiscordServer, bot: DiscordBot) -> Mapping[str, Any]:
    async with serving(server, bot):
        return {each["name"]: each for each in server.commands}


async def test_options_are_strings_that_may_be_left_out(server: DiscordServer, bot: DiscordBot) -> None:
    options = [option for each in (await payload(server, bot)).values() for option in each["options"]]
    assert {each["type"] for each in options} == {3}
    assert not any(each["required"] for each in options)
    assert "plan" not in {each["name"] for each in options}


async def test_closed_kinds_become_choices_and_others_suggest(server: DiscordServer, bot: DiscordBot) -> None:
    options = {each["name"]: each for each in (await payload(server, bot))["choose"]["options"]}
    assert [each["value"] for each in options["side"]["choices"]] == ["long", "short"]
    for name in ("symbol", "times", "many"):
        assert options[name]["autocomplete"] is True
        assert "choices" not in options[name]


async def test_descriptions_come_in_the_languages_that_discord_has(
    server: DiscordServer, bot: DiscordBot
) -> None:
    sent = await payload(server, bot)
    start = sent["start"]
    assert start["description"] == "Say hello"
    assert start["description_localizations"] == {
        "en-US": "Say hello",
        "en-GB": "Say hello",
        "es-ES": "Saludar",
        "es-419": "Saludar",
    }
    assert sent["count"]["name_localizations"] == {"es-ES": "contar", "es-419": "contar"}
    assert not start.get("name_localizations")
    assert start["contexts"] == [0, 1]


async def test_commands_are_sent_once_and_only_when_they_changed(
    server: DiscordServer, bot: DiscordBot
) -> None:
    async with serving(server, bot):
        assert server.syncs == 1
    for _ in range(2):
        async with serving(server, bot):
            assert server.syncs == 1
    server.commands[0]["description_localizations"]["es-ES"] = "Otra cosa"
    async with serving(server, bot):
        assert server.syncs == 2
    server.commands.reverse()
    async with serving(server, bot):
        assert server.syncs == 2
    server.commands.pop()
    async with serving(server, bot):
        assert server.syncs == 3


async def test_a_declaration_over_the_limits_stops_the_start_and_says_where(server: DiscordServer) -> None:
    class Wordy(DiscordBot):
        def commands(self) -> Any:
            yield Command(name="wordy", summary="w" * 101, handler=self._fresh)

    with pytest.raises(BadCommands) as bad:
        async with serving(server, Wordy()):
            pass
    assert bad.value.faults == ("wordy: a description without 1 to 100 characters",)
    assert server.syncs == 0


def command(**more: Any) -> dict[str, Any]:
    return {"name": "x", "description": "x", "type": 1, "options": [], **more}


def option(name: str = "x", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "x", "type": 3, **more}


def choice(name: str = "x", value: str = "x", **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, **more}


BIG = [option(f"o{n}", choices=[choice("n" * 90, f"v{m}") for m in range(25)]) for n in range(4)]


@pytest.mark.parametrize(
    ("commands", "fault"),
    [
        ([command(name=f"c{n}") for n in range(101)], "over 100 commands"),
        ([command(description="")], "description"),
        ([command(description_localizations={"es-ES": "d" * 101})], "description"),
        ([command(options=[option(f"o{n}") for n in range(26)])], "over 25 options"),
        ([command(options=[option(description="d" * 101)])], "x.x"),
        ([command(options=[option(choices=[choice(value=str(n)) for n in range(26)])])], "over 25 choices"),
        ([command(options=[option(choices=[choice("n" * 101)])])], "a choice"),
        ([command(options=[option(choices=[choice(name_localizations={"es-ES": "n" * 101})])])], "a choice"),
        ([command(options=BIG)], "over 8000 characters"),
    ],
)
def test_what_discord_would_refuse_is_found_before(commands: list[Any], fault: str) -> None:
    assert fault in " ".join(faults_of(commands))
    assert list(commands_faults(commands))


def test_what_is_within_the_limits_is_taken(bot: DiscordBot) -> None:
    fine = [command(options=[option(f"o{n}") for n in range(25)], description="d" * 100)]
    assert not [*faults_of(fine), *commands_faults(fine)]


def test_defaults_and_numbers_make_no_difference() -> None:
    sent = command(nsfw=False, description_localizations={}, options=[option(required=False)])
    kept = command(
        id="1", version="2", description_localizations=None, options=[option()], dm_permission=True
    )
    assert essence([sent]) == essence([kept])
    assert essence([sent]) != essence([command(options=[option(autocomplete=True)])])


def test_at_most_25_contracts_are_suggested_those_that_begin_so_first() -> None:
    bases = ["btc", "wbtc", *(f"b{n:02}" for n in range(40))]
    lexicon = Lexicon({alias: f"{base.upper()}USDT" for base in bases for alias in (base, f"{base}usdt")})
    assert [each.word for each in suggestions(SymbolKind(), lexicon, " BTC")] == ["btc", "wbtc"]
    everything = suggestions(SymbolKind(), lexicon, "")
    assert len(everything) == len({each.word for each in everything}) == 25
