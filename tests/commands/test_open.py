"""Opening, adding, reducing and flipping, with worked figures.

BTC 50,000 and ETH 2,500 stand still; taker fee 0.05 %; both in their first bracket, 0.4 % and no amount.
Golden case of docs/margin.md: wallet 1,000, long 0.1 BTC at 10x, opening fee 2.5 → isolated 45,205.82, cross 40,185.74.
"""

from decimal import Decimal

import pytest

from engine.position import MarginMode, Side
from tests.harness import PRICES, Talk, buttons, facts, quotes, talking, text


async def held(talk: Talk, symbol: str = "BTCUSDT") -> tuple[object, ...]:
    position = (await talk.account()).position(symbol)
    assert position is not None
    return position.side, position.quantity, position.entry_price, position.isolated_wallet


async def test_the_golden_case_side_by_side() -> None:
    async with talking(wallet=1000) as talk:
        preview = await talk.say("/open btc long 10x isolated 500")
        shown = facts(preview)
        assert text(preview).startswith("PAPER · Long BTC 10× isolated\n0.1 BTC, worth 5,000.00 USDT")
        assert shown["Liquidation"] == "45,205.82 | 40,185.74"
        # (50,000 − 45,205.82) / 50,000 and (50,000 − 40,185.74) / 50,000
        assert shown["Distance"] == "9.58 % | 19.62 %"
        assert "500.00 | 1,000.00" in shown.values(), "the most that can be lost"
        assert shown["Margin"] == "497.50 | 500.00"
        assert shown["Fee now"] == "2.50 | 2.50"
        assert buttons(preview) == (
            *("Confirm", "Cross instead", "1%", "2%", "5%", "Other size…", "Why this price?"),
            *("Picture", "?", "Cancel"),
        )
        done = await talk.press("Confirm")
        assert facts(done)["Liquidation price"] == "45,205.82"
        assert facts(done)["Wallet"] == "997.50 USDT"
        assert facts(done)["Available"] == "500.00 USDT"
        assert await held(talk) == (Side.LONG, Decimal("0.1"), 50_000, Decimal("497.5"))


# (q·EP − WB) / (q·(1 − mmr)) for a long, (q·EP + WB) / (q·(1 + mmr)) for a short, WB after the fee of 2.5.
GOLDEN = [
    ("long 10x isolated 500usdt", "45,205.82 | 40,185.74"),
    ("long 20x isolated 250usdt", "47,715.86 | 40,185.74"),  # (5,000 − 247.5) / 0.0996; cross at any leverage
    ("long 5x cross 1000usdt", None),  # costs more than there is
    ("short 10x isolated 500usdt", "54,755.97 | 59,736.05"),  # 5,497.5 / 0.1004; 5,997.5 / 0.1004
    ("short 20x cross =5000", "52,265.93 | 59,736.05"),  # 5,247.5 / 0.1004
    ("short 10x cross 0.1btc", "54,755.97 | 59,736.05"),
]


@pytest.mark.parametrize(("words", "liquidation"), GOLDEN)
async def test_liquidation_prices_of_other_leverages_and_sides(words: str, liquidation: str | None) -> None:
    async with talking(wallet=1000) as talk:
        reply = await talk.say(f"/open btc {words}")
        if liquidation is None:
            assert reply.answer.data["code"] == "insufficient-margin"
        else:
            assert facts(reply)["Liquidation"] == liquidation
        confirmed = await talk.press("Confirm") if liquidation else None
        if confirmed is not None and liquidation is not None:
            mode = (await talk.account()).settings_of("BTCUSDT").mode
            assert facts(confirmed)["Liquidation price"] == liquidation.split(" | ")[mode is MarginMode.CROSS]


async def test_a_second_cross_position_moves_the_first_ones_price() -> None:
    # Golden case of docs/margin.md with fees: 996.25 in the wallet after 2.5 and 1.25.
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x cross 500", "!press Confirm", "/open eth long 10x cross 1eth")
        assert any("BTC" in line and "same money" in line for line in text(talk.shown()).splitlines())
        await talk.press("Confirm")
        # (5,000 − (996.25 − 10)) / 0.0996
        assert "40,298.69 (19.4" in text(await talk.say("/positions"))
        await talk.price("eth", 2_000)
        # (5,000 − (996.25 − 500 − 8)) / 0.0996: worse than isolated.
        assert "45,298.69 (9.4" in text(await talk.say("/positions"))
        assert facts(talk.shown())["Cross margin ratio (100 % is liquidation)"] == "5.64 %"


async def test_without_a_size_it_is_two_percent_of_equity() -> None:
    async with talking() as talk:
        await talk.say("/open btc long")
        # 200 of margin at 3x: 600 / 50,000
        assert talk.shown().answer.data["quantity"] == Decimal("0.012")
        assert (talk.shown().answer.data["leverage"], talk.shown().answer.data["mode"]) == (3, "isolated")
        await talk.say("/settings size 10%")
        await talk.say("/open btc long")
        assert talk.shown().answer.data["quantity"] == Decimal("0.06")


async def test_a_size_in_percent_counts_unrealised_profit() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x 1000usdt", "!press Confirm", "!price btc 60000")
        # Equity 10,000 − 5 + 0.2·10,000 = 11,995; 10 % at 5x of 2,500
        reply = await talk.say("/open eth long 5x 10%")
        assert reply.answer.data["equity"] == 11_995
        assert reply.answer.data["quantity"] == Decimal("2.399")


async def test_adding_averages_the_entry_price() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x 500usdt", "!press Confirm", "!price btc 52000")
        preview = await talk.say("/open btc long 0.1btc")
        assert "adds to your open position" in text(preview)
        done = await talk.press("Confirm")
        assert "Added 0.1 BTC long at 52,000.00" in text(done)
        # 497.5 + 5,200/10 − 2.6
        assert await held(talk) == (Side.LONG, Decimal("0.2"), 51_000, Decimal("1014.9"))
        assert facts(done)["Entry price"] == "51,000.00"


async def test_an_opposite_order_only_reduces() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x 500usdt", "!press Confirm", "!price btc 51000")
        preview = await talk.say("/open btc short 0.04btc")
        assert quotes(preview)[0] == "You hold the opposite side: this order only reduces it by 0.04 BTC."
        assert preview.answer.data["warnings"] == []
        done = await talk.press("Confirm")
        # 0.04·1,000 − 0.04·51,000·0.0005
        assert "Closed a part, 0.04 BTC at 51,000.00: result +38.98 USDT after the fee" in text(done)
        assert await held(talk) == (Side.LONG, Decimal("0.06"), 50_000, Decimal("298.5"))


async def test_a_larger_opposite_order_turns_the_position_round() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x 500usdt", "!press Confirm", "!price btc 51000")
        preview = await talk.say("/open btc short 0.15btc")
        assert "turns your position round: it closes 0.1 BTC first" in quotes(preview)[0]
        done = await talk.press("Confirm")
        # 0.1·1,000 − 2.55; then short 0.05 at 51,000: 255 − 1.275
        assert "Closed all 0.1 BTC at 51,000.00: result +97.45 USDT" in text(done)
        assert "Opened short 0.05 BTC at 51,000.00" in text(done)
        assert await held(talk) == (Side.SHORT, Decimal("0.05"), 51_000, Decimal("253.725"))
        assert (await talk.account()).wallet == Decimal("10000") - Decimal("2.5") + Decimal(
            "97.45"
        ) - Decimal("1.275")


async def test_a_flip_whose_rest_does_not_fit_only_closes() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x 0.1btc", "!press Confirm")
        preview = await talk.say("/open btc short 10x 0.5btc")
        cancelled = [row for row in preview.answer.data["fills"] if row["what"] == "cancelled"]
        assert [row["quantity"] for row in cancelled] == [Decimal("0.4")]
        assert "0.4 BTC" in text(preview)
        done = await talk.press("Confirm")
        assert "The other 0.4 BTC were refused" in text(done)
        assert (await talk.account()).position("BTCUSDT") is None


async def test_the_other_mode_is_absent_where_it_cannot_change() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        preview = await talk.say("/open btc long 100usdt")
        assert "Cross instead" not in buttons(preview)
        assert "The margin mode of BTC cannot change while a position in it is open." in text(preview)
        assert preview.answer.data["cross"]["refusal"]["code"] == "mode-locked"
        refused = await talk.say("/open btc long cross 100usdt")
        assert refused.answer.data["code"] == "mode-locked"


WARNINGS = [
    ("btc long 6x isolated 1%", ["leverage", "no-stop"]),
    ("btc long 5x isolated 1%", ["leverage-limit", "no-stop"]),
    ("btc long 4x isolated 1%", ["no-stop"]),
    ("btc long 4x isolated 3%", ["no-stop"]),
    ("btc long 4x isolated 4%", ["risk", "no-stop"]),
    ("btc long 4x cross 1%", ["risk", "cross-beginner", "cross-small", "no-stop"]),
    ("btc long 20x isolated 5%", ["leverage", "risk", "no-stop"]),
]


@pytest.mark.parametrize(("words", "codes"), WARNINGS)
async def test_warnings_of_the_rules_of_thumb(words: str, codes: list[str]) -> None:
    async with talking() as talk:
        preview = await talk.say(f"/open {words}")
        assert [each["code"] for each in preview.answer.data["warnings"]] == codes
        assert len([each for each in quotes(preview) if each.startswith("⚠")]) == len(codes)


async def test_a_large_account_of_somebody_experienced_is_not_warned_of_cross() -> None:
    async with talking(wallet=1_000_000) as talk:
        assert [
            w["code"] for w in (await talk.say("/open btc long 2x cross 0.1%")).answer.data["warnings"]
        ] == ["cross-beginner", "no-stop"]
        for _ in range(10):
            await talk.dialogue(
                "/open btc long 2x isolated 0.1%", "!press Confirm", "/close btc", "!press Confirm"
            )
        last = await talk.say("/open btc long 2x cross 0.1%")
        assert [w["code"] for w in last.answer.data["warnings"]] == ["no-stop"]


async def test_words_of_an_order_change_the_setting_in_its_own_transaction() -> None:
    async with talking() as talk:
        await talk.say("/open btc long 7x cross 500usdt")
        assert (await talk.account()).settings_of("BTCUSDT").leverage == 3, "a preview changes nothing"
        await talk.press("Confirm")
        settings = (await talk.account()).settings_of("BTCUSDT")
        assert (settings.leverage, settings.mode) == (7, MarginMode.CROSS)


async def test_a_refused_order_changes_no_setting() -> None:
    async with talking(wallet=1000) as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say("/open btc long 7x cross 5000usdt")
        assert reply.answer.data["code"] == "insufficient-margin"
        settings = (await talk.account()).settings_of("BTCUSDT")
        assert (settings.leverage, settings.mode) == (3, MarginMode.ISOLATED)


async def test_without_previews_an_order_trades_at_once() -> None:
    async with talking(wallet=1000) as talk:
        assert "⚠" in text(await talk.say("/settings confirm off"))
        done = await talk.say("/open btc long 10x isolated 500")
        assert done.answer.template == "traded"
        assert facts(done)["Liquidation price"] == "45,205.82"


async def test_a_wizard_asks_for_what_is_missing() -> None:
    async with talking() as talk:
        ask = await talk.say("/open 5x")
        assert text(ask).startswith("Which contract?\nSo far: /open 5x")
        assert buttons(ask)[:2] == ("BTC", "ETH")
        side = await talk.press("BTC")
        assert buttons(side) == ("Long: it rises", "Short: it falls")
        preview = await talk.press("Short: it falls")
        assert text(preview).startswith("PAPER · Short BTC 5× isolated")


async def test_a_wizard_can_be_answered_in_words_and_left() -> None:
    async with talking() as talk:
        await talk.dialogue("/open", "eth")
        preview = await talk.say("short 4x 300 usdt")
        assert text(preview).startswith("PAPER · Short ETH 4× isolated")
        await talk.dialogue("/open", "eth", "/cancel")
        assert (await talk.say("short")).answer.template == "unknown_command"
        await talk.dialogue("/open", "eth", "/price")
        await talk.say("/positions")
        assert (await talk.say("short")).answer.template == "unknown_command", (
            "another command left the question"
        )


async def test_questions_are_kept_apart_by_chat_and_person() -> None:
    async with talking() as talk:
        await talk.say("/open btc", room="square")
        assert (await talk.say("long", room="square", who="eve")).answer.template == "unknown_command"
        assert (await talk.say("long")).answer.template == "unknown_command"
        assert (await talk.say("long", room="square")).answer.template == "preview_open"


@pytest.mark.parametrize("words", ["tp=", "sl=x"])
async def test_a_stop_that_is_no_price_is_asked_about(words: str) -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say(f"/open btc long 5x {words}")
        assert reply.answer.template == "unclear"
        assert not reply.answer.ok
        assert "Nothing was" in text(reply)
        assert (await talk.account()).version == 1


async def test_a_size_in_another_coin_is_refused() -> None:
    async with talking() as talk:
        reply = await talk.say("/open btc long 1eth")
        assert "The size is in ETH, but the order is in BTC." in text(reply)


async def test_a_number_that_may_be_either_is_asked_about() -> None:
    async with talking() as talk:
        ask = await talk.say("/open btc long 5")
        assert text(ask) == "Is 5 the leverage or the margin in USDT?"
        assert set(buttons(ask)) == {"5×", "5 USDT"}
        assert (await talk.press("5×")).answer.data["leverage"] == 5
        refused = await talk.press("5 USDT", on=ask)
        # 5 of margin at 3x is 15; the contract's minimum is 50, and its step 0.001 = 50 USDT: 16.67 are enough.
        assert refused.answer.data["code"] == "below-minimum"
        assert "16.67 USDT" in text(refused)
        assert (await talk.say("/open btc long 16.67usdt")).answer.template == "preview_open"


async def test_a_contract_without_a_price_is_refused() -> None:
    async with talking(prices={"BTCUSDT": PRICES["BTCUSDT"]}) as talk:
        assert (await talk.say("/open eth long")).answer.data["code"] == "unknown-symbol"
        assert (await talk.say("/price eth")).answer.data["code"] == "unknown-symbol"
