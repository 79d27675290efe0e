"""Looking ahead: worked figures of docs/margin.md, and that nothing is ever changed."""

from decimal import Decimal

import pytest

from bot.core.markup import Table
from tests.harness import Talk, buttons, facts, plainly, quotes, talking, text

LONG = ("/open btc long 10x isolated 0.1btc", "!press Confirm")
CROSS = (
    "/open btc long 10x cross 0.1btc",
    "!press Confirm",
    "/open eth long 10x cross 1eth",
    "!press Confirm",
)
PHONE = 34  # columns of fixed-width font that a phone shows


def widest(talk: Talk) -> int:
    """The columns that the widest table of the latest answer takes."""
    tables = [each for each in talk.shown().blocks if isinstance(each, Table)]
    rows = [[[len(plainly(cell)) for cell in row] for row in (each.header, *each.rows)] for each in tables]
    return max(
        (sum(max(column) for column in zip(*each, strict=True)) + 2 * (len(each[0]) - 1) for each in rows),
        default=0,
    )


def near(figure: Decimal, worked: Decimal) -> bool:
    """Whether a figure is the worked one, which has fewer digits."""
    return abs(figure - worked) < Decimal("1e-9")


async def test_the_golden_case() -> None:
    # docs/margin.md §Golden case: without fees 45,180.72 isolated and 40,160.64 cross, with the fee 45,205.82 and 40,185.74
    async with talking(wallet=77) as talk:
        one = await talk.say("/liq long btc 10x entry=50000 margin=500")
        assert facts(one)["Liquidation price"] == "45,205.82"
        assert facts(one)["Distance from the entry"] == "9.58 %"
        assert facts(one)["Bankruptcy price"] == "45,025.00"
        assert "without it: 45,180.72" in text(one)
        assert "4502.5 / 0.0996" in text(one)
        assert not one.private
        both = await talk.say("/liq 10x 500 wallet=1000 entry=50000 long btc cross")
        assert facts(both)["Liquidation"] == "45,205.82 | 40,185.74"
        assert facts(both)["Distance"] == "9.58 % | 19.62 %"
        assert "without it: 40,160.64" in text(both)
        assert widest(talk) <= PHONE
        assert (await talk.account()).wallet == 77


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("/liq btc long 20x =5000 entry=50000", "47,690.76"),  # 20x isolated, 0.1 BTC
        ("/liq short btc 10x 0.1btc entry=50000", "54,780.87"),  # 54,780.876…, cut
        ("/liq btc long 10x 500usdt", "45,180.72"),  # at the mark of 50,000
        ("/liq btc largo 10x 50% wallet=1000 entry=50000", "45,180.72"),  # half of that wallet as margin
    ],
)
async def test_sides_sizes_and_leverages(line: str, price: str) -> None:
    async with talking() as talk:
        assert f"without it: {price}" in text(await talk.say(line))


async def test_every_figure_of_the_calculator_and_back() -> None:
    async with talking() as talk:
        first = await talk.say("/liq long btc 10x entry=50000 margin=500 wallet=1000")
        await talk.price("btc", 51_000)
        why = await talk.press("Bankruptcy price", on=first)
        assert (why.answer.template, why.answer.data["result"]) == ("why", "45025")
        back = await talk.press("Back")
        assert back.answer.template == "liq"
        cross = await talk.press("Cross, step by step", on=first)
        assert Decimal(cross.answer.data["why"]["result"]).quantize(Decimal("0.01")) == Decimal("40185.74")
        assert buttons(cross)[-2:] == ("Isolated, step by step", "?")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/liq btc long 10x cross 500usdt", "wallet-needed"),
        ("/liq btc long 10x 2%", "wallet-needed"),
        ("/liq btc long 10x 500usdt entry=0", "not-positive"),
        ("/liq btc long 10x 500usdt entry=999999999999", "beyond"),
        ("/liq btc long 10x 1usdt", "below-minimum"),
        ("/liq btc long 151x 500usdt", "leverage-out-of-range"),
        ("/liq btc long 10x 500usdt wallet=400 cross", "insufficient-margin"),
        ("/liq btc long 10x 500usdt wallet=99999999999", "bad-amount"),
    ],
)
async def test_what_the_calculator_refuses(line: str, code: str) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert (reply.answer.ok, reply.answer.data["code"]) == (False, code)


async def test_the_calculator_asks_for_what_is_missing() -> None:
    async with talking() as talk:
        await talk.dialogue("/liq btc", "!press Long: it rises", "!press 10×")
        assert facts(await talk.say("500"))["Liquidation price"] == "45,205.82"
        form = await talk.call(
            "liq", {"symbol": "btc", "side": "long", "leverage": "10", "size": "500", "entry": "50000"}
        )
        assert facts(form)["Liquidation price"] == "45,205.82"


async def test_the_most_that_can_be_opened() -> None:
    # docs/margin.md §Orders and fills: a long costs 50,025/10 + 25 a coin, so 1,000 buy 0.1989; a short 5,000, so 0.2
    async with talking(wallet=1000) as talk:
        reply = await talk.say("/max 10x btc")
        assert [each["quantity"] for each in reply.answer.data["rows"]] == [Decimal("0.198"), Decimal("0.2")]
        assert facts(reply)["Limited by"] == "what is available"
        why = await talk.press("Why this much long?")
        assert why.answer.data["result"] == "0.198"
        assert text(why).splitlines()[-2] == "The most you can open: 0.198 BTC"
        await talk.say("/open btc long 10x 0.198btc")
        assert talk.shown().answer.data["isolated"]["refusal"] is None
        await talk.say("/open btc long 10x 0.199btc")
        assert talk.shown().answer.data["code"] == "insufficient-margin"


async def test_the_brackets_can_be_the_limit() -> None:
    async with talking(wallet=1_000_000) as talk:
        reply = await talk.say("/max btc 150x long")
        assert reply.answer.data["rows"][0]["bound"] == "by-limit"
        assert "brackets" in facts(reply)["Limited by"]
        assert (await talk.say("/max btc 200x")).answer.data["code"] == "leverage-out-of-range"


async def test_the_most_beyond_an_opposite_position() -> None:
    async with talking(wallet=1000) as talk:
        reply = await talk.dialogue(*LONG, "/max btc short")
        assert "close your opposite position" in text(reply)
        assert (await talk.say("/max btc cross")).answer.data["code"] == "mode-locked"


async def test_what_if_prices_jump() -> None:
    # docs/margin.md §Golden case: cross with 1 ETH beside it: ETH −20 % lifts BTC's price by 498/0.0996 = 5,000 (less the maintenance set free)
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*CROSS)
        version = (await talk.account()).version
        reply = await talk.say("/whatif eth -20%")
        rows = {each["base"]: each for each in reply.answer.data["positions"]}
        assert facts(reply)["Equity"] == "996.25 | 496.25"
        before, then = (rows["BTC"][when]["liquidation"] for when in ("before", "after"))
        # (0.1·50,000 − (996.25 + PnL of ETH − 0.4 % of ETH)) / 0.0996
        assert near(before, (5000 - (Decimal("996.25") - 10)) / Decimal("0.0996"))
        assert near(then, (5000 - (Decimal("996.25") - 500 - 8)) / Decimal("0.0996"))
        assert "Nothing would be liquidated." in text(reply)
        assert "nothing was changed" in text(reply)
        assert widest(talk) <= PHONE
        why = await talk.press("BTC: why this price?")
        assert near(Decimal(why.answer.data["result"]), then)
        assert (await talk.press("Back")).answer.data["positions"] == reply.answer.data["positions"]
        both = await talk.say("/whatif btc-10%, eth -20 %")
        assert [each["base"] for each in both.answer.data["moves"]] == ["BTC", "ETH"]
        assert quotes(both)[0].startswith("⚠ Liquidated: ")
        assert (await talk.account()).version == version


async def test_what_if_a_position_is_liquidated() -> None:
    async with talking(wallet=1000) as talk:
        reply = await talk.dialogue(*LONG, "/whatif btc=45000")
        assert quotes(reply) == ["⚠ Liquidated: BTC"]
        assert facts(reply)["Equity"] == "997.50 | 500.00"
        assert facts(reply)["Liquidation price"] == "45,205.82 → —"
        assert quotes(await talk.say("/whatif btc=45206")) == []
        assert quotes(await talk.say("/whatif all -9.6%")) == ["⚠ Liquidated: BTC"]


async def test_what_if_margin_is_added_or_a_position_closed() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*LONG)
        # (5,000 − 697.5) / 0.0996
        assert facts(await talk.say("/whatif add 200 btc"))["Liquidation price"] == "45,205.82 → 43,197.79"
        assert facts(await talk.say("/whatif add 200"))["Available"] == "500.00 | 300.00"
        moved = await talk.say("/whatif add 200 btc btc -12%")
        assert quotes(moved) == [], "44,000 lies above 43,197.79"
        closed = await talk.say("/whatif close btc")
        assert facts(closed)["Equity"] == "997.50 | 995.00"
        assert closed.answer.data["positions"][0]["fate"] == "closed"
        assert (await talk.say("/whatif add 999 btc")).answer.data["code"] == "add-margin-short"
        assert (await talk.say("/whatif close eth")).answer.data["code"] == "no-position"
        assert await talk.events() == ("Deposited", "LeverageChanged", "PositionOpened")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("btc", "no-move"),
        ("btc 45000", "no-move"),
        ("btc=x", "no-move"),
        ("zzz -10%", "unknown-symbol"),
        ("zzz", "unknown-symbol"),
        ("-10%", "no-coin"),
        ("close", "no-coin"),
        ("add", "no-amount"),
        ("add 0 btc", "not-positive"),
        ("add 200", "which-position"),
        ("btc=0", "not-positive"),
        ("btc -100%", "falls-too-far"),
        ("btc 99999%", "beyond"),
        ("btc=9999999999", "beyond"),
        ("btc -10% btc=45000", "said-twice"),
        ("btc -1,5%", "comma"),
    ],
)
async def test_scenarios_that_mean_nothing(words: str, code: str) -> None:
    async with talking() as talk:
        reply = await talk.say(f"/whatif {words}")
        assert (reply.answer.template, reply.answer.data["code"]) == ("bad_word", code)


async def test_a_scenario_is_asked_for_and_may_come_by_name() -> None:
    async with talking() as talk:
        assert (await talk.say("/whatif")).answer.data["kind"] == "words"
        assert (await talk.say("btc -10% eth 5%")).answer.template == "whatif"
        named = await talk.call("whatif", {"changes": "BTC -10%  ETH = 2000"})
        assert [each["fraction"] for each in named.answer.data["moves"]] == [Decimal("-0.1"), Decimal("-0.2")]


async def test_funding() -> None:
    # docs/margin.md §Funding: −s·q·MP·rate = −0.1·50,000·0.01 % = −0.5 every 8 hours
    async with talking(wallet=1000) as talk:
        empty = facts(await talk.say("/funding btc"))
        assert empty["Example: 1,000 USDT of notional"] == "0.10 USDT each time, 0.30 per day"
        assert empty["Funding rate"] == "0.01 % every 8 h"
        await talk.say("/settings Asia/Tokyo")
        reply = await talk.dialogue(*LONG, "/funding")
        shown = facts(reply)
        assert shown["Your long, 0.1 BTC"] == "pays 0.50 USDT"
        assert shown["… per day"] == "−1.50 USDT"
        assert shown["… of its isolated wallet"] == "0.1005 % (0.3015 % per day)"  # 0.5 / 497.5
        assert shown["Next time"].endswith("UTC)")
        assert (await talk.press("BTC: why this much?")).answer.data["result"] == "-0.5"
        assert (await talk.say("/funding eth why=on")).answer.data["code"] == "no-position"
        short = await talk.dialogue("/open eth short 5x isolated 1eth", "!press Confirm", "/funding eth")
        assert facts(short)["Your short, 1 ETH"] == "receives 0.25 USDT"


@pytest.mark.parametrize("mode", ["isolated", "cross"])
async def test_both_modes_along_the_same_prices(mode: str) -> None:
    async with talking(wallet=1000) as talk:
        line = f"/open btc long 10x {mode} 0.1btc"
        reply = await talk.dialogue(line, "!press Confirm", "/compare")
        shown = facts(reply)
        assert shown["Liquidated in isolated mode at"] == "45,205.82 (9.58 %)"
        assert shown["Liquidated in cross mode at"] == "40,185.74 (19.62 %)"
        assert shown["50,000.00 ●"] == "997 | 997"
        assert shown["46,000.00"] == "597 | 597"  # 997.5 − 400
        assert shown["45,205.80"] == "500 ✗ | 518"  # at the tick below the price
        assert shown["42,500.00"] == "500 ✗ | 247"
        assert shown["40,185.70"] == "500 ✗ | 0 ✗"
        assert shown["62,500.00"] == "2,247 | 2,247"
        assert widest(talk) <= PHONE
        assert (await talk.press("Why this price?")).answer.data["figure"] == "liquidation"


async def test_an_order_compared_before_it_is_given() -> None:
    async with talking(wallet=1000) as talk:
        reply = await talk.say("/compare btc short 10x 500usdt")
        isolated, cross = reply.answer.data["modes"]
        assert near(isolated["liquidation"], Decimal("5497.5") / Decimal("0.1004"))
        assert near(cross["liquidation"], Decimal("5997.5") / Decimal("0.1004"))
        marks = [each["mark"] for each in reply.answer.data["rungs"]]
        assert marks == sorted(marks, reverse=True)
        assert (await talk.press("Preview this order")).answer.data["side"] == "short"
        assert (await talk.say("/compare btc long 10x 5000usdt")).answer.data["code"] == "insufficient-margin"


async def test_comparing_asks_which_position() -> None:
    async with talking() as talk:
        assert (await talk.say("/compare")).answer.template == "nothing_open"
        assert (await talk.say("/compare eth")).answer.data["code"] == "no-position"
        ask = await talk.dialogue(*LONG, "/open eth short 5x isolated 2%", "!press Confirm", "/compare")
        assert buttons(ask) == ("BTC", "ETH")
        assert (await talk.press("ETH")).answer.data["base"] == "ETH"


async def test_a_position_that_the_wallet_could_not_hold_in_isolated() -> None:
    async with talking(wallet=1000) as talk:
        # The profit of the cross position opens another one, whose isolated wallet leaves too little for 950.
        await talk.dialogue("/open btc long 10x cross 0.19btc", "!press Confirm", "!price btc 60000")
        await talk.dialogue("/open eth long 5x isolated 500usdt", "!press Confirm")
        reply = await talk.say("/compare btc")
        assert [each["possible"] for each in reply.answer.data["modes"]] == [False, True]
        assert facts(reply)["Liquidated in isolated mode at"] == "not possible with this wallet"
        assert facts(reply)["60,000.00 ●"].startswith("— | ")


async def test_an_order_that_only_reduces_has_no_two_modes() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 5x isolated 500usdt", "!press Confirm")
        reply = await talk.say("/compare btc short 10x 100usdt")
        assert "would only reduce the BTC position that you hold" in text(reply)
        assert (await talk.press("Compare what you hold")).answer.template == "compare"
