"""`/costs`: the parts of a result add up to the change of equity, to the last digit."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.harness import buttons, facts, talking, text


def amounts(data: dict[str, str]) -> tuple[Decimal, Decimal]:
    """The sum of the parts, and the change of equity."""
    parts = ("fees", "funding", "liquidations", "edge")
    return sum((Decimal(data[each]) for each in parts), Decimal(0)), Decimal(data["change"])


async def test_nobody_who_never_traded_paid_anything() -> None:
    async with talking() as talk:
        assert "Nothing was traded in this account yet" in text(await talk.say("/costs"))


async def test_a_trade_that_was_closed_and_one_that_is_open() -> None:
    async with talking(wallet=10_000) as talk:
        await talk.say("/settings confirm off")
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!price btc 51000", "/close btc 50%")
        reply = await talk.say("/costs")
        shown = facts(reply)
        # 0.1 · 50,000 · 0.05 % and 0.05 · 51,000 · 0.05 %
        assert shown["Trading fees"] == "−3.775 USDT"
        assert shown["Edge: what prices gave"] == "+100.00 USDT"
        assert shown["= Change of your equity"] == "+96.225 USDT"
        assert (
            "Edge is +50.00 USDT from what you closed yourself and +50.00 USDT from what is still open."
            in text(reply)
        )
        assert "Fees took the most." in text(reply)
        assert buttons(reply) == ("Lesson on fees", "History")
        assert "Fees" in text(await talk.press("Lesson on fees"))


async def test_a_liquidation_is_no_edge() -> None:
    async with talking(wallet=10_000) as talk:
        await talk.say("/settings confirm off")
        await talk.dialogue("/open btc long 20x isolated 500usdt", "!price btc 47000")
        reply = await talk.say("/costs")
        shown = facts(reply)
        assert shown["Liquidations"] == "−495.00 USDT"
        assert shown["Edge: what prices gave"] == "0.00 USDT"
        assert "1 position was liquidated" in text(reply)
        assert "Lesson on liquidation" in buttons(reply)


@pytest.mark.parametrize("seed", range(4))
async def test_the_parts_add_up_to_the_last_digit(seed: int) -> None:
    rng = random.Random(seed)
    async with talking(wallet=20_000, spread=Decimal("3.7"), slippage=Decimal("2.3")) as talk:
        await talk.say("/settings confirm off")
        prices = {"btc": Decimal(50_000), "eth": Decimal(2_500)}
        for _ in range(25):
            coin = rng.choice(("btc", "eth"))
            match rng.randrange(6):
                case 0 | 1:
                    mode, side = rng.choice(("isolated", "cross")), rng.choice(("long", "short"))
                    await talk.say(
                        f"/open {coin} {side} {rng.randint(2, 30)}x {mode} {rng.randint(50, 900)}.37usdt"
                    )
                case 2:
                    await talk.say(f"/close {coin} {rng.choice((31, 50, 100))}%")
                case 3:
                    await talk.bot.control.clock(timedelta(hours=rng.randint(1, 20)))
                case _:
                    prices[coin] *= Decimal(rng.randint(955, 1045)) / 1000
                    await talk.price(coin, f"{prices[coin]:.2f}")
        data = (await talk.say("/costs")).answer.data
        assert data["trades"]
        parts, change = amounts(dict(data))
        assert parts == change
        portfolio = (await talk.say("/portfolio")).answer.data
        assert change == Decimal(portfolio["equity"]) - 20_000
