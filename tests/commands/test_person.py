"""The learner's own matters: welcome, settings, reset, cancel and help."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.content.catalogue import load_languages
from bot.core.identity import Platform
from tests.fakes.spoken import registry
from tests.harness import buttons, facts, talking, text

LANGUAGES = tuple(load_languages())


async def test_the_welcome_says_what_this_is() -> None:
    async with talking() as talk:
        reply = await talk.say("/start")
        said = text(reply)
        for each in ("paper money", "10,000.00 paper USDT", "No advice", "Not affiliated with any exchange"):
            assert each in said
        assert len(buttons(reply)) == 3
        for label in buttons(reply):
            assert (await talk.press(label, on=reply)).answer.ok


async def test_who_comes_back_is_greeted_by_the_wallet() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/start", "/open btc long 10x isolated 500", "!press Confirm")
        reply = await talk.say("/start")
        assert "Welcome back" in text(reply)
        assert "997.50 USDT" in text(reply)


async def test_a_new_person_and_the_account_come_together() -> None:
    async with talking(wallet=1234) as talk:
        assert not await talk.known("ana")
        await talk.say("/price", "ana")
        account = await talk.account("ana")
        assert (account.wallet, account.version) == (Decimal(1234), 1)


@pytest.mark.parametrize(
    "line", ["/opne btc", "/open btc long 0x", "/open doge long", "/close", "/zzz", "/positions x", ""]
)
async def test_a_new_person_stays_known_whatever_was_said(line: str) -> None:
    async with talking() as talk:
        await talk.say(line, "ana")
        assert (await talk.account("ana")).version == 1
        assert (await talk.say("/portfolio", "ana")).answer.data["wallet"] == 10_000


async def test_first_words_said_at_once_make_one_person(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk, talking(database=database) as other:
        replies = await asyncio.gather(*(each.say("/portfolio", "ana") for each in (talk, other) * 4))
        assert {each.answer.template for each in replies} == {"portfolio"}
        assert (await talk.account("ana")).version == 1
        assert (await talk.main("ana")).id == (await other.main("ana")).id


async def test_the_same_name_on_two_platforms_is_two_people() -> None:
    async with talking() as talk:
        await talk.say("/start")
        await talk.say("/open btc long 5x 500usdt", platform=Platform.TELEGRAM)
        await talk.press("Confirm", platform=Platform.TELEGRAM)
        assert (await talk.account()).version == 1
        assert (await talk.account(platform=Platform.TELEGRAM)).version > 1


SETTINGS = [
    ("/settings confirm off", "confirm", False),
    ("/settings off", "confirm", False),
    ("/settings 3%", "size", Decimal("0.03")),
    ("/settings size 3", "size", Decimal("0.03")),
    ("/settings 0.5%", "size", Decimal("0.005")),
    ("/settings Europe/Madrid", "zone", "Europe/Madrid"),
    ("/settings madrid", "zone", "Europe/Madrid"),
    ("/settings zone=UTC", "zone", "UTC"),
]


@pytest.mark.parametrize(("line", "name", "value"), SETTINGS)
async def test_every_setting_is_kept(line: str, name: str, value: object) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert reply.answer.data["changed"] == [name]
        assert (await talk.say("/settings")).answer.data[name] == value


async def test_several_settings_at_once() -> None:
    async with talking() as talk:
        reply = await talk.say("/settings utc 5% off")
        assert set(reply.answer.data["changed"]) == {"zone", "size", "confirm"}


async def test_settings_by_button() -> None:
    async with talking() as talk:
        await talk.say("/settings")
        assert (await talk.press("Previews off")).answer.data["confirm"] is False
        assert (await talk.press("Previews on")).answer.data["confirm"] is True
        assert "How many percent" in text(await talk.press("Default size…"))
        assert (await talk.say("4%")).answer.data["size"] == Decimal("0.04")
        assert "Which time zone?" in text(await talk.press("Time zone…"))
        assert (await talk.say("tokyo")).answer.data["zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    "line", ["/settings 0%", "/settings 101%", "/settings -3%", "/defaultsize 0", "/settings size 0"]
)
async def test_sizes_that_cannot_be_meant(line: str) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert reply.answer.template == "bad_word"
        assert (await talk.say("/settings")).answer.data["size"] == Decimal("0.02")


async def test_settings_that_mean_nothing() -> None:
    async with talking() as talk:
        for line in (
            "/settings klingon",
            "/settings confirm maybe",
            "/settings mars/phobos",
            "/zone nowhere",
        ):
            assert not (await talk.say(line)).answer.ok, line


@pytest.mark.skipif("es" not in LANGUAGES, reason="there is no Spanish catalogue")
async def test_a_language_is_chosen_or_comes_from_the_platform() -> None:
    async with talking(language="es-419") as talk:
        assert (await talk.say("/start")).language == "es"
        assert "Vista previa" in text(await talk.say("/settings")) or "Idioma" in text(talk.shown())
        reply = await talk.say("/settings english")
        assert reply.language == "en", "answered in the new language at once"
        assert (await talk.say("/start")).language == "en"
        assert (await talk.press("Español", on=await talk.say("/settings"))).language == "es"


async def test_a_language_nobody_speaks_is_answered_in_the_default_one() -> None:
    async with talking(language="tlh") as talk:
        assert (await talk.say("/start")).language == "en"


async def test_a_reset_starts_again_once_confirmed() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm", "!price btc 51000")
        old = await talk.main()
        ask = await talk.say("/reset")
        assert "1,097.50 USDT" in text(ask)
        assert (await talk.main()).id == old.id
        done = await talk.press("Confirm")
        assert "1,000.00 paper USDT" in text(done)
        new = await talk.main()
        assert new.id != old.id
        assert (new.state.wallet, new.state.positions) == (Decimal(1000), {})
        assert (await talk.press("Confirm", on=ask)).blocks == done.blocks, "one account, not two"
        assert (await talk.main()).id == new.id


async def test_a_reset_can_be_cancelled_and_expires() -> None:
    async with talking() as talk:
        await talk.say("/start")
        old = (await talk.main()).id
        await talk.dialogue("/reset", "!press Cancel")
        ask = await talk.say("/reset")
        talk.later(seconds=61)
        renewed = await talk.press("Confirm", on=ask)
        assert (renewed.answer.template, renewed.answer.data["reason"]) == ("reset", "expired")
        assert (await talk.main()).id == old
        await talk.press("Confirm")
        assert (await talk.main()).id != old


async def test_a_position_put_aside_is_not_liquidated_any_more() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(
            "/open btc long 10x isolated 500",
            "!press Confirm",
            "/reset",
            "!press Confirm",
            "!price btc 30000",
        )
        assert talk.postbox.delivered == []


async def test_cancel_forgets_the_question() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc", "/cancel")
        assert (await talk.say("long")).answer.template == "unknown_command"
        assert (await talk.say("/cancel")).answer.template == "cancelled", "also with nothing to forget"


async def test_help_lists_every_command() -> None:
    async with talking() as talk:
        said = text(await talk.say("/help"))
        for each in registry():
            assert (f"/{each.name} " in said) is each.listed, each.name


@pytest.mark.parametrize("name", [each.name for each in registry() if each.listed])
async def test_help_on_one_command(name: str) -> None:
    command = next(each for each in registry() if each.name == name)
    async with talking() as talk:
        reply = await talk.say(f"/help {name}")
        for line in (f"/help {name}", f"/help /{name}", f"/help {name.upper()}"):
            assert (await talk.say(line)).blocks == reply.blocks
            assert text(reply).startswith(f"/{name}\n")
        for each in command.params:
            assert (each.name in facts(reply)) is not each.hidden
        for line in command.examples:
            assert f"/{line}" in buttons(reply)


async def test_an_example_leads_to_a_preview_even_with_previews_off() -> None:
    async with talking() as talk:
        await talk.dialogue("/settings confirm off", "/help open")
        assert (await talk.press("/open btc long 5x isolated")).answer.template == "preview_open"
        assert (await talk.account()).version == 1


async def test_help_on_an_alias_and_on_what_is_unknown() -> None:
    async with talking() as talk:
        assert text(await talk.say("/help balance")).startswith("/portfolio")
        assert buttons(await talk.say("/help opne")) == ("/help open",)
        assert text(await talk.press("/help open")).startswith("/open")
        assert (await talk.say("/help zzzzzz")).answer.template == "unknown_command"
        assert (await talk.say("/help confirm")).answer.template == "unknown_command", "not for people"


async def test_what_is_no_command_is_answered_kindly() -> None:
    async with talking() as talk:
        for line in ("hello", "/", "", "   ", "?", "/zzzzz"):
            reply = await talk.say(line)
            assert reply.answer.template == "unknown_command", line
            assert "/help" in text(reply)


async def test_a_command_needs_no_slash() -> None:
    async with talking() as talk:
        assert (await talk.say("positions")).answer.template == "positions"
        assert (await talk.say("OPEN BTC LONG")).answer.template == "preview_open"
