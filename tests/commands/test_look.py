"""Looking: prices, positions, portfolio and history."""

from tests.harness import buttons, facts, talking, text

LONG = ("/open btc long 10x isolated 0.1btc", "!press Confirm")


async def test_prices() -> None:
    async with talking() as talk:
        assert facts(await talk.say("/price")) == {"BTC": "50,000.00", "ETH": "2,500.00"}
        one = await talk.say("/price btcusdt")
        assert text(one).startswith("BTC 50,000.00")
        assert facts(one)["Highest leverage"] == "150×"
        assert facts(one)["Maintenance rate, first bracket"] == "0.4 %"
        assert buttons(one) == ("Long", "Short")
        assert (await talk.press("Short")).answer.data["side"] == "short"


async def test_positions_at_the_mark() -> None:
    async with talking(wallet=1000) as talk:
        empty = await talk.say("/positions")
        assert buttons(empty) == ("Open a first position",)
        await talk.dialogue(*LONG, "!price btc 49000")
        shown = facts(await talk.say("/pos"))
        assert shown["Unrealised PnL"] == "−100.00 USDT"
        # −100 / (4,900 / 10)
        assert shown["ROE (on margin at mark)"].startswith("−20.4")
        assert shown["Liquidation price"] == "45,205.82 (7.74 % away)"
        # 4,900·0.004 / (497.5 − 100)
        assert shown["Margin ratio (100 % is liquidation)"] == "4.93 %"
        assert (await talk.press("BTC: why this price?")).answer.data["figure"] == "liquidation"


async def test_portfolio() -> None:
    async with talking(wallet=1000) as talk:
        assert "No open positions." in text(await talk.say("/portfolio"))
        await talk.dialogue(*LONG, "!price btc 51000")
        shown = facts(await talk.say("/balance"))
        assert shown["Equity (wallet + unrealised PnL)"] == "1,097.50 USDT"
        assert shown["Wallet"] == "997.50 USDT"
        assert shown["… of it in isolated positions"] == "497.50 USDT"
        assert shown["Available for new orders"] == "500.00 USDT", (
            "profit of isolated positions does not count"
        )
        assert "Why this ratio?" not in buttons(talk.shown())


async def test_portfolio_in_cross() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x cross 0.1btc", "!press Confirm", "!price btc 51000")
        shown = facts(await talk.say("/account"))
        # 997.5 + 100 − 5,100/10
        assert shown["Available for new orders"] == "587.50 USDT"
        assert (await talk.press("Why this ratio?")).answer.data["figure"] == "margin-ratio"


async def test_history_turns_its_pages() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        for number in range(9):
            await talk.dialogue(f"/open btc long 2x 10{number}usdt", "/close btc")
        seen: list[str] = []
        reply = await talk.say("/history")
        while True:
            seen += text(reply).splitlines()[1:]
            if "Older" not in buttons(reply):
                break
            reply = await talk.press("Older", on=reply)
            assert reply.edit
        assert len(seen) == 19
        assert len(set(seen)) <= 19
        assert "closed" in seen[0]
        assert seen[-1].endswith("10,000.00 paper USDT given")


async def test_a_page_of_history_that_is_not_there() -> None:
    async with talking() as talk:
        for before in ("0", "-1", "x", "1e9", "99999999999999999999", "٣", "1.5"):
            reply = await talk.say(f"/history before={before}")
            assert reply.answer.template == "history", before


async def test_times_are_shown_in_the_readers_zone_beside_utc() -> None:
    async with talking() as talk:
        await talk.say("/settings Asia/Tokyo")
        assert " UTC)" in text(await talk.say("/history"))
        await talk.say("/settings utc")
        assert " UTC)" not in text(await talk.say("/history"))
