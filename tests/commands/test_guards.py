"""Words that could mean two things, and links that somebody else may have made: nothing happens before a question."""

import pytest

from bot.core.action import link_payload
from tests.harness import talking


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/open eth long 500 eth", "number-and-coin"),
        ("/open btc long 5x 1,000", "comma"),
        ("/open btc long 5x 0,5btc", "comma"),
        ("/open btc long 5x 1.000", "grouped"),
        ("/open btc long 5x $10.000", "grouped"),
        ("/margin add 1.500", "grouped"),
        ("/limit btc long 49000 100", "price-unmarked"),
        ("/stop btc long 51000 100usdt", "price-unmarked"),
    ],
)
async def test_a_number_that_half_the_world_reads_otherwise_is_not_taken(line: str, code: str) -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say(line)
        assert (reply.answer.template, reply.answer.data["code"]) == ("bad_word", code)
        assert (await talk.account()).version == 1


async def test_coins_may_have_three_decimals() -> None:
    async with talking() as talk:
        reply = await talk.say("/open btc long 10x 0.001btc")
        assert str(reply.answer.data["quantity"]) == "0.001"
        reply = await talk.say("/open btc long 100x 1.001btc")
        assert reply.answer.data.get("code") != "grouped"


async def test_the_answer_to_an_ambiguous_number_can_be_typed() -> None:
    async with talking() as talk:
        assert (await talk.say("/open btc long 5")).answer.template == "ambiguous"
        reply = await talk.say("5x")
        assert (reply.answer.template, reply.answer.data["leverage"]) == ("preview_open", 5)


@pytest.mark.parametrize("line", ["settings confirm off", "leverage btc 20x", "mode btc cross"])
async def test_a_link_to_what_acts_at_once_asks_first(line: str) -> None:
    async with talking() as talk:
        before = await talk.say("/settings")
        reply = await talk.say(f"/start {link_payload(line)}")
        assert reply.answer.template == "from_link"
        assert (await talk.account()).version == 1
        after = await talk.say("/settings")
        assert after.answer.data["confirm"] == before.answer.data["confirm"]


async def test_a_link_to_an_order_shows_a_preview_even_with_previews_off() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say(f"/start {link_payload('open btc long 5x')}")
        assert reply.answer.template == "preview_open"
        assert (await talk.account()).version == 1


@pytest.mark.parametrize("text", ["hello there", "thanks", "close one!"])
async def test_small_talk_is_no_command(text: str) -> None:
    async with talking() as talk:
        reply = await talk.say(text)
        assert not reply.answer.ok
        assert (await talk.account()).version == 1
