"""Margin, leverage and margin mode of positions and contracts."""

from decimal import Decimal

import pytest

from tests.harness import buttons, facts, talking, text

OPEN = ("/open btc short 20x isolated 100usdt", "!press Confirm")  # 0.04 BTC, fee 1, isolated wallet 99


async def test_adding_margin_moves_the_liquidation_away() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*OPEN)
        preview = await talk.say("/margin add 50 btc")
        shown = facts(preview)
        assert shown["Isolated wallet"] == "99.00 | 149.00"
        # From (2,000 + 99) / 0.04016 to (2,000 + 149) / 0.04016.
        assert shown["Liquidation"] == "52,265.93 | 53,510.95"
        assert shown["Distance"] == "4.53 % | 7.02 %"
        assert "50.00 USDT more can be lost" in text(preview)
        held = (await talk.account()).position("BTCUSDT")
        assert held is not None
        assert held.isolated_wallet == 99, "a preview moves nothing"
        done = await talk.press("Confirm")
        assert facts(done)["Isolated wallet"] == "149.00 USDT"
        assert facts(done)["Liquidation price"] == "53,510.95"
        assert facts(done)["Available"] == "850.00 USDT"


async def test_taking_margin_out_brings_it_nearer() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*OPEN, "/margin add 50", "!press Confirm")
        preview = await talk.say("/margin remove 40usdt btc")
        assert facts(preview)["Liquidation"] == "53,510.95 | 52,514.94"  # 2,109 / 0.04016
        await talk.press("Confirm")
        assert (await talk.account()).cross_wallet == 890


MOVES = [
    # The margin at mark must stay: 109 − 2,000/20 = 9 can be spared, and 890 are free.
    ("/margin remove 10 btc", "remove-margin-short", "at most 9.00"),
    ("/margin add 891 btc", "add-margin-short", "at most 890.00"),
    ("/margin add 5 eth", "margin-without-position", "no isolated position in ETH"),
]


@pytest.mark.parametrize(("line", "code", "said"), MOVES)
async def test_moves_that_are_refused(line: str, code: str, said: str) -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*OPEN, "/margin add 10", "!press Confirm")
        for previews in ("on", "off"):
            await talk.say(f"/settings confirm {previews}")
            reply = await talk.say(line)
            assert (reply.answer.data["code"], reply.answer.ok) == (code, False)
            assert said in text(reply)


async def test_a_move_that_is_no_longer_affordable_at_its_confirmation() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*OPEN)
        preview = await talk.say("/margin add 800")
        await talk.dialogue("/open eth long 3x 400usdt", "!press Confirm")
        assert (await talk.press("Confirm", on=preview)).answer.data["code"] == "add-margin-short"


async def test_margin_of_a_cross_position_is_refused() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 5x cross 500usdt", "!press Confirm")
        assert (await talk.say("/margin add 5 btc")).answer.data["code"] == "margin-on-cross"
        assert (await talk.say("/margin add 5")).answer.template == "nothing_open"


async def test_margin_with_several_isolated_positions_is_asked_about() -> None:
    async with talking() as talk:
        await talk.dialogue(*OPEN, "/open eth long 3x isolated 300usdt", "!press Confirm")
        ask = await talk.say("/margin add 20")
        assert buttons(ask) == ("BTC", "ETH")
        assert facts(await talk.press("ETH"))["Isolated wallet"].endswith("319.55")  # 300 − 0.45 + 20


async def test_margin_asks_for_what_is_missing() -> None:
    async with talking() as talk:
        await talk.dialogue(*OPEN)
        assert buttons(await talk.say("/margin")) == ("Add", "Take out")
        assert "How much, in USDT?" in text(await talk.press("Add"))
        assert (await talk.say("20")).answer.template == "preview_margin"


async def test_a_move_renewed_after_a_minute() -> None:
    async with talking() as talk:
        await talk.dialogue(*OPEN)
        preview = await talk.say("/margin add 50")
        talk.later(seconds=61)
        renewed = await talk.press("Confirm", on=preview)
        assert (renewed.answer.template, renewed.answer.data["reason"]) == ("preview_margin", "expired")
        assert (await talk.press("Confirm")).answer.template == "margin_moved"


async def test_leverage_of_a_contract() -> None:
    async with talking() as talk:
        reply = await talk.say("/leverage btc 5x")
        assert text(reply).splitlines()[:2] == [
            "PAPER · BTC 5× isolated",
            "Changed. Leverage sets how much margin a position locks; the profit or loss of the same position stays the same.",
        ]
        assert (await talk.account()).settings_of("BTCUSDT").leverage == 5
        again = await talk.say("/leverage btc 5")
        assert "It was so already." in text(again)
        assert (await talk.account()).version == 2


REFUSED = [
    ((), "/leverage btc 151x", "leverage-out-of-range", "1× to 150×, not 151×"),
    ((), "/mode btc isolated", "mode-unchanged", "isolated mode already"),
    (OPEN, "/leverage btc 10x", "leverage-lowered", "is at 20×"),
    (OPEN, "/mode btc cross", "mode-locked", "open position in isolated mode"),
    (
        # 9,000 of 10,000 as margin at 10x: 3x would lock 30,000.
        ("/open btc long 10x cross 9000usdt", "!press Confirm"),
        "/leverage btc 3x",
        "leverage-unaffordable",
        "At 3× the open BTC position would lock",
    ),
]


@pytest.mark.parametrize(("before", "line", "code", "said"), REFUSED)
async def test_settings_that_are_refused(before: tuple[str, ...], line: str, code: str, said: str) -> None:
    async with talking() as talk:
        await talk.dialogue("/start", *before)
        version = (await talk.account()).version
        reply = await talk.say(line)
        assert (reply.answer.template, reply.answer.data["code"]) == ("refused", code)
        assert said in text(reply)
        assert "The exchange calls this error -4" in text(reply) or "-2028" in text(reply)
        assert (await talk.account()).version == version


async def test_a_higher_leverage_releases_no_isolated_margin() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*OPEN)
        reply = await talk.say("/leverage btc 50x")
        assert "releases none by itself" in text(reply)
        assert facts(reply)["Liquidation price"] == "52,265.93"
        held = (await talk.account()).position("BTCUSDT")
        assert held is not None
        assert held.isolated_wallet == Decimal(99)


async def test_mode_of_a_contract() -> None:
    async with talking() as talk:
        assert "Cross: all cross positions share" in text(await talk.say("/mode btc cross"))
        assert "Isolated: each position has its own" in text(await talk.say("/mode btc iso"))


@pytest.mark.parametrize(
    ("line", "labels"),
    [("/mode btc", ("Isolated", "Cross")), ("/leverage btc", ("1×", "2×", "3×", "5×", "10×", "20×"))],
)
async def test_settings_ask_with_buttons(line: str, labels: tuple[str, ...]) -> None:
    async with talking() as talk:
        ask = await talk.say(line)
        assert buttons(ask) == labels
        assert (await talk.press(labels[1])).answer.template == "symbol_settings"
