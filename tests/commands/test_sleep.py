"""Before bed: what the answer says, and where its buttons lead."""

from datetime import timedelta
from decimal import Decimal
from math import exp, sqrt
from random import Random

import pytest

from bot.storage import candles
from engine.candles import MinuteCandle
from engine.resimulation import Candle
from tests.harness import Talk, buttons, facts, talking, text

SMALL = ("/open btc long 10x isolated 500", "!press Confirm")
NARROW = ("/open btc long 50x isolated 500", "!press Confirm")


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("/sleep", 480),
        ("/sleep 8h", 480),
        ("/sleep 8", 480),
        ("/sleep 30m", 30),
        ("/sleep 90min", 90),
        ("/sleep 1h30m", 90),
        ("/sleep 1d", 1440),
        ("/sleep 1d12h", 2160),
        ("/sleep 7d", 10_080),
    ],
)
async def test_how_long(line: str, minutes: int) -> None:
    async with talking() as talk:
        await talk.dialogue(*SMALL)
        data = (await talk.say(line)).answer.data
        assert (data["what"], data["minutes"]) == ("night", minutes)


@pytest.mark.parametrize(
    "line", ["/sleep 9m", "/sleep 8d", "/sleep 0", "/sleep 99999m", "/sleep 999999999999"]
)
async def test_too_short_or_too_long(line: str) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert text(reply) == "From 10 minutes to 7 days, such as 8h, 30m or 1d."
        assert not reply.answer.ok


@pytest.mark.parametrize("line", ["/sleep h", "/sleep tonight", "/sleep 8x", "/sleep -5h"])
async def test_what_is_no_time(line: str) -> None:
    async with talking() as talk:
        assert not (await talk.say(line)).answer.ok


async def test_without_a_position_one_sleeps_well() -> None:
    async with talking() as talk:
        assert "Sleep well." in text(await talk.say("/sleep"))
        await talk.dialogue("/limit btc long @40000 500", "!press Confirm")
        assert "1 open order may be filled" in text(await talk.say("/sleep"))


async def test_a_calm_night() -> None:
    async with talking() as talk:
        await talk.dialogue(*SMALL)
        reply = await talk.say("/sleep")
        assert "the chance of a liquidation is below 1 %" in text(reply)
        assert facts(reply)["Chance of liquidation"] == "under 0.01 %"
        assert buttons(reply) == ("1 day", "7 days")
        assert "Too few prices are kept" in text(reply)


async def test_what_would_help_leads_to_previews() -> None:
    async with talking() as talk:
        await talk.dialogue(*NARROW, "/settings confirm off")
        reply = await talk.say("/sleep")
        stop, add = buttons(reply)[1], buttons(reply)[0]
        assert add.startswith("BTC: add ")
        assert stop.startswith("BTC: stop at ")
        held = await talk.account()
        await talk.press(stop, on=reply)
        assert talk.shown().answer.template == "preview_ending"
        await talk.press(add, on=reply)
        assert talk.shown().answer.template == "preview_margin"
        assert await talk.account() == held, "a suggestion is never carried out at once"
        await talk.press("Confirm")
        after = await talk.say("/sleep")
        assert after.answer.data["safe"]
        assert "below 1 %" in text(after)


async def test_a_stop_that_comes_first_is_taken_into_account() -> None:
    async with talking() as talk:
        await talk.dialogue(*NARROW, "/sl btc 49600", "!press Confirm")
        reply = await talk.say("/sleep")
        assert "Your stop at 49,600.00 comes first: it is reached with" in facts(reply)
        assert reply.answer.data["remedies"] == []
        assert reply.answer.data["safe"]


async def test_cross_is_seen_as_a_whole_and_made_safe_by_closing_a_part() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 20x cross =80000", "!press Confirm")
        await talk.dialogue("/open eth long 20x cross =80000", "!press Confirm")
        reply = await talk.say("/sleep 1d")
        shown = facts(reply)
        together = Decimal(reply.answer.data["cross"])
        assert "Cross account, all prices moving together" in shown
        assert all(together > Decimal(each["chance"]) for each in reply.answer.data["nights"])
        label = next(each for each in buttons(reply) if "close" in each)
        await talk.press(label)
        assert talk.shown().answer.template == "preview_close"
        await talk.press("Confirm")
        assert (await talk.say("/sleep 1d")).answer.data["safe"]


async def remember(talk: Talk, hours: int, daily: float) -> None:
    """Keep the minutes of so many hours of a walk of BTC."""
    rng, place, now = Random(5), 0.0, talk.bot.clock.now().replace(second=0, microsecond=0)
    kept = []
    for number in range(hours * 60):
        place += rng.gauss(0, daily / sqrt(1440))
        price = Decimal(f"{50_000 * exp(place):.2f}")
        flat = Candle(price, price, price, price)
        kept.append(MinuteCandle("BTCUSDT", now - timedelta(minutes=hours * 60 - number), flat, flat))
    async with talk.bot.store.unit() as unit:
        candles.put(unit, "main", kept)


async def test_the_swings_are_measured_where_prices_are_kept() -> None:
    async with talking() as talk:
        await talk.dialogue(*SMALL)
        await remember(talk, 24, 0.10)
        wild = await talk.say("/sleep 1d")
        assert "Measured on the prices of the last 24 hours." in text(wild)
        swing = Decimal(wild.answer.data["nights"][0]["swing"])
        assert Decimal("0.085") < swing < Decimal("0.115")
        assert Decimal(wild.answer.data["worst"]) > Decimal("0.2")
        assert "Measured" not in text(await talk.say("/sleep 1d", "eve"))


async def test_both_legs_of_a_symbol_are_told_apart() -> None:
    async with talking() as talk:
        await talk.dialogue("/hedge on", "/open btc long 50x isolated 500", "!press Confirm")
        await talk.dialogue("/open btc short 50x isolated 500", "!press Confirm")
        reply = await talk.say("/sleep")
        assert len(reply.answer.data["nights"]) == 2
        lines = [each.line for row in reply.answer.buttons for each in row]
        assert any(each.endswith("btc long") for each in lines)
        assert any(each.endswith("btc short") for each in lines)
        first = reply.answer.buttons[0][0]
        await talk.send(first.payload)
        assert talk.shown().answer.template == "preview_margin"
