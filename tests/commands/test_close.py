"""Closing: one position, a share, several, all."""

from decimal import Decimal

import pytest

from tests.harness import Talk, buttons, facts, talking, text


async def two_positions(talk: Talk) -> None:
    await talk.dialogue(
        *(
            "/open btc long 10x isolated 0.1btc",
            "!press Confirm",
            "/open eth short 5x cross 1eth",
            "!press Confirm",
        )
    )


async def test_closing_the_only_position() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm", "!price btc 51000")
        preview = await talk.say("/close")
        assert facts(preview)["Realised PnL"] == "+100.00 USDT"
        assert facts(preview)["Fee"] == "2.55 USDT"
        assert "Result after fees: +97.45 USDT." in text(preview)
        done = await talk.press("Confirm")
        assert "Closed all 0.1 BTC at 51,000.00: result +97.45 USDT after the fee" in text(done)
        assert facts(done)["Wallet"] == "10,094.95 USDT"  # 10,000 − 2.5 + 97.45
        assert (await talk.account()).positions == {}


@pytest.mark.parametrize(
    ("share", "left"),
    [
        ("half", "0.05"),
        ("50%", "0.05"),
        ("50", "0.05"),
        ("quarter", "0.075"),
        ("1%", "0.099"),
        ("0.1%", "0.099"),
        ("33%", "0.067"),
    ],
)
async def test_closing_a_share(share: str, left: str) -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm")
        await talk.dialogue(f"/close {share} btc", "!press Confirm")
        held = (await talk.account()).position("BTCUSDT")
        assert held is not None
        assert held.quantity == Decimal(left)


async def test_with_several_positions_it_asks_which() -> None:
    async with talking() as talk:
        await two_positions(talk)
        ask = await talk.say("/close half")
        assert "Which one shall be closed?" in text(ask)
        assert buttons(ask) == ("BTC", "ETH", "All")
        preview = await talk.press("ETH")
        assert "Short ETH: close 0.5 ETH near 2,500.00" in text(preview)
        assert (await talk.press("All", on=ask)).answer.template == "preview_close"


async def test_closing_all_of_them() -> None:
    async with talking() as talk:
        await two_positions(talk)
        preview = await talk.say("/close all")
        assert text(preview).count("close ") == 2
        done = await talk.press("Confirm")
        assert text(done).count("Closed all") == 2
        assert (await talk.account()).positions == {}


async def test_closing_the_whole_of_one_of_several() -> None:
    async with talking() as talk:
        await two_positions(talk)
        await talk.dialogue("/close eth all", "!press Confirm")
        assert [each.symbol for each in (await talk.account()).in_order()] == ["BTCUSDT"]


@pytest.mark.parametrize("line", ["/close", "/close all", "/close btc", "/close eth half"])
async def test_nothing_to_close(line: str) -> None:
    async with talking() as talk:
        assert (await talk.say(line)).answer.template == "nothing_open"
        await talk.dialogue("/open sol long")
        assert (await talk.account()).version == 1


async def test_without_previews_a_close_trades_at_once() -> None:
    async with talking() as talk:
        await two_positions(talk)
        await talk.say("/settings confirm off")
        assert "Closed a part, 0.05 BTC" in text(await talk.say("/close btc half"))
        assert (await talk.say("/close")).answer.template == "ask_position", "which of two is still asked"
        assert "Closed all 0.05 BTC" in text(await talk.press("BTC"))


@pytest.mark.parametrize("line", ["/close btc half", "/close 33.333333333333%", "/close all", "/close btc"])
async def test_an_expired_close_is_previewed_anew(line: str) -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm")
        first = await talk.say(line)
        talk.later(seconds=61)
        renewed = await talk.press("Confirm", on=first)
        assert (renewed.answer.template, renewed.answer.data["reason"]) == ("preview_close", "expired")
        assert renewed.answer.data["fills"] == first.answer.data["fills"]
        assert (await talk.press("Confirm")).answer.template == "traded"


async def test_a_close_confirmed_at_a_price_that_moved_is_previewed_anew() -> None:
    async with talking() as talk:
        await two_positions(talk)
        preview = await talk.say("/close all")
        await talk.price("eth", 2_520)
        assert (await talk.press("Confirm", on=preview)).answer.data["reason"] == "price"
        assert len((await talk.account()).positions) == 2


@pytest.mark.parametrize(
    ("share", "code"),
    [("0%", "not-positive"), ("-5%", "not-positive"), ("101%", "over-whole"), ("0", "not-positive")],
)
async def test_shares_that_cannot_be_meant(share: str, code: str) -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm")
        assert (await talk.say(f"/close btc {share}")).answer.data["code"] == code
