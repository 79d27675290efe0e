"""What is kept: told, and handed over in private."""

import json

import pytest

from bot.core.identity import Platform
from tests.harness import buttons, talking, text


async def test_privacy_says_what_is_kept_how_long_and_what_never() -> None:
    async with talking() as talk:
        reply = await talk.say("/privacy")
        said = text(reply)
        for each in (
            "Not kept: your name",
            "7 days",
            "30 days",
            "random account number",
            "/export",
            "/forget",
        ):
            assert each in said
        assert buttons(reply) == ("My data", "Forget me…")
        assert (await talk.press("My data", on=reply)).answer.template == "export"
        assert (await talk.press("Forget me…", on=reply)).answer.template == "forget"


async def test_in_a_group_its_buttons_lead_into_the_private_chat() -> None:
    async with talking() as talk:
        reply = await talk.say("/privacy", room="square")
        assert all(each.deep for each in reply.all_buttons())
        (export, forget) = reply.all_buttons()
        assert (await talk.say(f"/start {export.payload}")).answer.template == "export"
        assert (await talk.say(f"/start {forget.payload}")).answer.template == "forget"


async def test_the_export_comes_with_its_files_and_again_when_delivered_again() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 5x 500usdt", "!press Confirm")
        reply = await talk.say("/export", update="u-export")
        assert [each.name for each in reply.files] == ["marginalia-export.json", "marginalia-trades.csv"]
        assert len(json.loads(reply.files[0].content)["events"]) == 3
        again = await talk.say("/export", update="u-export")
        assert [each.name for each in again.files] == [each.name for each in reply.files]


async def test_each_gets_their_own() -> None:
    async with talking() as talk:
        for who in ("ann", "bob"):
            reply = await talk.say("/export", who)
            main = await talk.main(who)
            kept = json.loads(reply.files[0].content)
            assert [each["id"] for each in kept["accounts"]] == [main.id]


@pytest.mark.parametrize("whispers", [True, False])
async def test_in_a_group_no_file_is_made(whispers: bool) -> None:
    async with talking() as talk:
        reply = await talk.say("/export", room="square", whispers=whispers, platform=Platform.DISCORD)
        assert (reply.answer.template, reply.files, reply.answer.files) == ("in_private", (), ())


async def test_forget_says_what_goes_and_what_stays_and_does_nothing_yet() -> None:
    async with talking() as talk:
        await talk.say("/start")
        said = text(await talk.say("/forget"))
        for each in (
            "Deleted:",
            "Put aside:",
            "Stays, without you:",
            "Not in our hands:",
            "cannot be undone",
        ):
            assert each in said
        assert await talk.known("me")
        await talk.press("Cancel")
        assert await talk.known("me")
