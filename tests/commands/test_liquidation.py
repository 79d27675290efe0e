"""Liquidations: told to their owner, isolated keeps the rest, cross does not."""

from decimal import Decimal

from tests.harness import Talk, facts, talking, text


def notice(talk: Talk) -> str:
    (delivered,) = talk.postbox.delivered
    return text(delivered[1])


async def test_an_isolated_liquidation_keeps_the_other_half() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        await talk.price("btc", 45_206)
        (warned,) = talk.postbox.delivered
        assert warned[1].answer.template == "margin_warning", "just above 45,205.82"
        talk.postbox.delivered.clear()
        await talk.price("btc", 45_000)
        said = notice(talk)
        assert "PAPER · Liquidated" in said
        # 497.5 − 500 against 4,500·0.004; the fund pays what the isolated wallet lacks.
        assert "−2.50 USDT fell to its maintenance margin of 18.00 USDT" in said
        assert "Realised loss: −500.00 USDT" in said
        assert "Paid by the insurance fund: 2.50 USDT" in said
        assert "Your wallet now: 500.00 USDT" in said
        account = await talk.account()
        assert (account.wallet, account.positions) == (Decimal(500), {})
        assert facts(await talk.say("/portfolio"))["Available for new orders"] == "500.00 USDT"


async def test_the_condition_is_met_at_the_liquidation_price() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        await talk.price("btc", "45205.8")
        # 0.1·(45,205.8 − 50,000) + 497.5 = 18.08 ≤ 18.0823: what is left pays the fee of the liquidation.
        assert "Paid by the insurance fund" not in notice(talk)
        assert (await talk.account()).wallet == 500


async def test_a_cross_liquidation_takes_the_whole_wallet() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x cross 500", "!press Confirm")
        await talk.price("btc", 41_000)
        assert talk.postbox.delivered == []
        await talk.price("btc", 40_000)
        assert "Cross: the balance of −2.50 USDT" in notice(talk)
        assert (await talk.account()).wallet == 0
        assert (await talk.say("/open eth long")).answer.template == "refused"


async def test_in_cross_one_position_takes_the_other_with_it_but_not_an_isolated_one() -> None:
    async with talking(wallet=2000) as talk:
        await talk.dialogue(
            *(
                "/open btc long 10x cross 0.1btc",
                "!press Confirm",
                "/open eth long 5x isolated 1eth",
                "!press Confirm",
            ),
            "!price btc 34000",
        )
        assert [each.symbol for each in (await talk.account()).in_order()] == ["ETHUSDT"]
        assert len(talk.postbox.delivered) == 1
        assert (await talk.account()).cross_wallet == 0


async def test_each_owner_is_told_in_private() -> None:
    async with talking() as talk:
        for who in ("ana", "bob"):
            await talk.dialogue("/open btc long 20x isolated 5%", "!press Confirm", who=who)
        await talk.dialogue("/open btc short 2x isolated 5%", "!press Confirm", who="eve")
        await talk.price("btc", 47_000)
        assert sorted(to.user for to, _ in talk.postbox.delivered) == ["ana", "bob"]
        assert {reply.answer.template for _, reply in talk.postbox.delivered} == {"liquidated"}
        assert len((await talk.account("eve")).positions) == 1


async def test_an_order_in_between_finds_the_account_liquidated() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        preview = await talk.say("/close btc")
        await talk.price("btc", 45_000)
        assert not (await talk.press("Confirm", on=preview)).answer.ok
        assert (await talk.account()).wallet == 500


async def test_history_tells_of_it() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(
            "/open btc long 10x isolated 500", "!press Confirm", "!price btc 45000", "/history"
        )
        assert "liquidated" in text(talk.shown()).splitlines()[1]
        assert (await talk.events())[-2:] == ("LiquidationStarted", "PositionLiquidated")
