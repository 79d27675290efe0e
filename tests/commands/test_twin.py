"""The twin and the last 24 hours: both margin modes along the prices that were kept.

BTC 50,000, wallet 1,000: a long of 0.1 BTC at 10× is liquidated at 45,205.82 isolated and at 40,185.74 cross.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.markup import Table
from bot.storage import candles
from engine.candles import MinuteCandle
from engine.resimulation import Candle
from tests.harness import Talk, buttons, facts, plainly, quotes, talking, text

CROSS = ("/open btc long 10x cross 0.1btc", "!press Confirm")
ISOLATED = ("/open btc long 10x isolated 0.1btc", "!press Confirm")
PHONE = 34


def now(talk: Talk) -> datetime:
    return talk.bot.feed.snapshot().time


async def keep(talk: Talk, *minutes: tuple[int, ...]) -> None:
    """Keep candles of BTC, each (minutes ago, open, high, low, close)."""
    kept = []
    for ago, *prices in minutes:
        candle = Candle(*(Decimal(each) for each in prices))
        start = now(talk).replace(second=0, microsecond=0) - timedelta(minutes=ago)
        kept.append(MinuteCandle("BTCUSDT", start, candle, candle))
    async with talk.bot.store.unit() as unit:
        candles.put(unit, "main", kept)


async def test_without_a_trade_it_says_what_to_do() -> None:
    async with talking() as talk:
        reply = await talk.say("/twin")
        assert reply.answer.template == "twin_empty"
        assert buttons(reply) == ("Open a first position",)


async def test_the_twin_is_liquidated_between_two_trades() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*CROSS)
        talk.later(minutes=30)
        await keep(talk, (30, 50_000, 50_000, 50_000, 50_000), (20, 50_000, 50_000, 45_000, 50_500))
        await talk.price("btc", 51_000)
        reply = await talk.say("/twin")
        data = reply.answer.data
        assert data["parted"]["what"] == "lost"
        assert Decimal("45100") < data["parted"]["mark"] <= Decimal("45205.82")
        assert "your twin's long in BTC was liquidated, yours was not" in text(reply)
        # Isolated, the whole margin of 500 is gone; cross, 0.1·1,000 were gained.
        assert (data["own"]["equity"], data["other"]["equity"]) == (Decimal("1097.5"), Decimal("500"))
        assert "<b>597.50 USDT</b> less" not in text(reply)
        assert "597.50 USDT less equity" in text(reply)
        assert quotes(reply) == [], "the path is known from the first trade on"
        (table,) = [each for each in reply.blocks if isinstance(each, Table)]
        rows = [[len(plainly(cell)) for cell in row] for row in (table.header, *table.rows)]
        assert sum(map(max, zip(*rows, strict=True))) + 4 <= PHONE
        await talk.dialogue("/close btc", "!press Confirm")
        after = await talk.say("/twin")
        assert "1 of your closes found nothing left to close." in text(after)


async def test_the_twin_holds_out_where_isolated_was_liquidated() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*ISOLATED, "!price btc 45000", "!price btc 47000")
        reply = await talk.say("/twin")
        assert reply.answer.data["parted"]["what"] == "saved"
        assert reply.answer.data["parted"]["mark"] == 45_000
        # 1,000 − 2.5 − 300 against the 500 that isolated left
        assert reply.answer.data["difference"] == Decimal("197.5")
        assert [each["liquidation"] for each in reply.answer.data["other"]["positions"]]


async def test_what_the_twin_could_not_afford_is_listed() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*CROSS, "!price btc 60000", "/open btc long 0.15btc", "!press Confirm")
        reply = await talk.say("/twin")
        (refused,) = reply.answer.data["refused"]
        assert (refused["quantity"], refused["code"]) == (Decimal("0.15"), "insufficient-margin")
        assert "your twin could not afford to open long 0.15 BTC at 60,000.00" in text(reply)


async def test_without_a_difference_it_says_so() -> None:
    async with talking() as talk:
        assert "So far both went the same way." in text(await talk.dialogue(*ISOLATED, "/twin"))
        assert "Isolated (you)" in text(talk.shown())


async def test_a_path_that_is_no_longer_whole_says_from_when_it_is_known() -> None:
    async with talking() as talk:
        await talk.dialogue(*ISOLATED)
        talk.later(days=2)
        await keep(talk, (60, 50_000, 50_000, 50_000, 50_000))
        await talk.price("btc", 50_000)
        reply = await talk.say("/twin")
        assert "Path no longer kept before" in quotes(reply)[0]
        assert "candles of 2 minutes" in text(reply)


async def test_the_last_day_in_both_modes() -> None:
    async with talking(wallet=1000) as talk:
        assert (await talk.say("/compare btc long 10x 500usdt")).answer.data["day"] is None
        await keep(
            talk,
            (1200, 50_000, 50_100, 49_900, 50_000),
            (600, 50_000, 50_000, 44_000, 46_000),
            (5, 50_000, 50_000, 50_000, 50_000),
        )
        reply = await talk.say("/compare btc long 10x 500usdt")
        assert "1,000.00 USDT in the wallet" in text(reply)
        shown = facts(reply)
        assert shown["Isolated"].startswith("liquidated on ")
        assert shown["Isolated"].endswith("equity now 500.00 USDT")
        # 1,000 − 2.5, and 0.5 of funding at 50,000 for each of the timestamps within 20 hours
        assert reply.answer.data["day"]["modes"][1]["equity"] in {Decimal("996.5"), Decimal("996")}
        assert shown["Cross"].startswith("survived; equity now 996.")
        tight = await talk.say("/compare btc long 10x 980usdt")
        assert tight.answer.data["day"]["modes"][0]["code"] in {None, "insufficient-margin"}


@pytest.mark.parametrize("side", ["long", "short"])
async def test_in_hedge_mode_both_legs_are_reachable(side: str) -> None:
    async with talking() as talk:
        await talk.dialogue(
            "/hedge on",
            *ISOLATED,
            "/open btc short 10x isolated 0.06btc",
            "!press Confirm",
        )
        label = f"BTC {side}"
        for line in ("/compare", "/compare btc", "/why liquidation btc", "/why funding btc", "/close btc"):
            assert set(buttons(await talk.say(line))) >= {"BTC long", "BTC short"}, line
        await talk.say("/compare btc")
        assert (await talk.press(label)).answer.data["side"] == side
        assert (await talk.press("Why this price?")).answer.data["side"] == side
        await talk.say("/whatif btc -5%")
        assert (await talk.press(f"{label}: why this price?")).answer.data["side"] == side
        assert (await talk.press("Back")).answer.template == "whatif"
        await talk.say("/funding btc")
        assert (await talk.press(f"{label}: why this much?")).answer.data["side"] == side
        await talk.dialogue("/close btc half", f"!press {label}")
        assert (await talk.press("Why this result?")).answer.data["side"] == side
        await talk.dialogue("/sl 40000" if side == "long" else "/sl 60000", f"!press {label}")
        assert (await talk.press("Why this liquidation price?")).answer.data["side"] == side
