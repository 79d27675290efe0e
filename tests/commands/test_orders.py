"""Orders that wait, stops on an order, hedge mode and tags, with worked figures.

BTC 50,000 and ETH 2,500 stand still; taker fee 0.05 %, maker 0.02 %; wallet 10,000 unless said otherwise.
"""

from decimal import Decimal

import pytest

from bot.core.binder import Bound
from bot.services.sizes import Margin
from engine.position import MarginMode, PositionMode, Side
from engine.resting import OrderType, TimeInForce, Watched
from tests.fakes.spoken import bind
from tests.harness import Talk, buttons, facts, quotes, talking, text

LONG = ("/open btc long 10x isolated =5000", "!press Confirm")  # 0.1 BTC at 50,000


async def orders(talk: Talk) -> list[tuple[int, OrderType, Side]]:
    return [(each.number, each.kind, each.direction) for each in (await talk.account()).orders.values()]


def told(talk: Talk) -> list[str]:
    return [text(reply) for _, reply in talk.postbox.delivered]


def test_the_words_of_a_limit_order_in_any_order() -> None:
    values = {
        "symbol": "BTCUSDT",
        "side": Side.LONG,
        "price": Decimal(49_000),
        "size": Margin(Decimal(500)),
        "leverage": 5,
        "mode": MarginMode.ISOLATED,
        "force": TimeInForce.POST_ONLY,
    }
    for line in (
        "limit btc long @49000 500 5x isolated post",
        "limit 500 post 5x long isolated price=49000 btc",
        "limit btc long price 49000 500 5x isolated post-only",
    ):
        binding = bind(line)
        assert isinstance(binding, Bound), line
        assert binding.values == values


async def test_a_limit_order_reserves_margin_rests_and_fills_as_maker() -> None:
    async with talking() as talk:
        preview = await talk.say("/limit btc long @49000 500 5x isolated")
        # 500·5/49,000 cut to 0.051; 0.051·49,000/5 reserved; 0.02 % of 2,499
        assert facts(preview)["Margin reserved while it rests"] == "499.80 USDT"
        assert facts(preview)["Fee when it fills"] == "0.4998 USDT"
        assert facts(preview)["Available afterwards"] == "9,500.20 USDT"
        assert buttons(preview) == ("Confirm", "Cancel", "Why this much margin?", "Why this available?")
        done = await talk.press("Confirm")
        assert "Order #1 waits – limit order: buy 0.051 BTC at 49,000.00." in text(done)
        assert facts(await talk.say("/orders"))["Margin reserved for them"] == "499.80 USDT"
        assert (await talk.press("Why this available?")).answer.template == "why"
        await talk.price("btc", 49_000)
        assert "Filled: 0.051 BTC bought at 49,000.00." in told(talk)[0]
        state = await talk.account()
        assert state.wallet == Decimal("10000") - Decimal("0.4998")
        assert state.orders == {}


async def test_a_limit_order_that_crosses_fills_at_once() -> None:
    async with talking() as talk:
        preview = await talk.say("/limit btc long @50100 =5010")
        assert "The price is there already, so it fills at once:" in text(preview)
        done = await talk.press("Confirm")
        assert "Opened long 0.1 BTC at 50,000.00" in text(done)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/limit btc long @55000 500", "price-band"),
        ("/limit btc long @49000.05 500", "price-tick"),
        ("/limit btc long @50100 =5010 post", "would-take"),
        ("/limit btc long @49000 =4900 fok", "not-filled"),
        ("/limit btc long @49000 1x =20000", "insufficient-margin"),
        ("/limit btc long @49000 1usdt", "below-minimum"),
        ("/stop btc short @51000 500", "would-trigger"),
        ("/sl btc 47000", None),
        ("/cancelorder 7", "unknown-order"),
        ("/open btc long 1% sl=51000", "would-trigger"),
        ("/hedge off", "position-mode-unchanged"),
    ],
)
async def test_orders_that_are_refused(line: str, code: str | None) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert not reply.answer.ok
        assert reply.answer.data.get("code") == code
        assert "The paper exchange refuses that" not in text(reply)
        assert (await talk.account()).version == 1


async def test_an_order_whose_stop_is_refused_does_not_trade() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say("/open btc long 7x 1% sl=51000")
        assert reply.answer.data["code"] == "would-trigger"
        assert (await talk.account()).version == 1


async def test_a_stop_order_opens_once_its_price_is_reached() -> None:
    async with talking() as talk:
        preview = await talk.say("/stop btc long @51000 =5100 5x")
        assert facts(preview)["Margin reserved while it rests"] == "0.00 USDT"
        await talk.press("Confirm")
        await talk.price("btc", 50_900)
        assert told(talk) == []
        await talk.price("btc", 51_200)
        assert "Filled: 0.1 BTC bought at 51,200.00." in told(talk)[0]
        assert (await talk.account()).positions["BTCUSDT", Side.LONG].quantity == Decimal("0.1")


async def test_a_triggered_order_without_margin_expires_and_says_why() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/stop btc long @51000 =5100 10x", "!press Confirm", *LONG, "!price btc 51000")
        assert "It was triggered and expired: not enough margin was available." in told(talk)[0]
        assert await orders(talk) == []


async def test_a_stop_loss_closes_the_position_and_takes_the_target_along() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        preview = await talk.say("/sl 47000")
        # 0.1·(47,000 − 50,000) − 0.1·47,000·0.0005
        assert facts(preview)["Result there, after the closing fee"] == "−302.35 USDT"
        await talk.press("Confirm")
        await talk.dialogue("/tp btc 55000", "!press Confirm")
        assert await orders(talk) == [
            (1, OrderType.STOP_MARKET, Side.SHORT),
            (2, OrderType.TAKE_PROFIT_MARKET, Side.SHORT),
        ]
        await talk.price("btc", 46_900)
        notice = told(talk)[0]
        # 0.1·(46,900 − 50,000) − 2.345
        assert "The stop was hit: 0.1 BTC closed at 46,900.00." in notice
        assert "Result −312.34 USDT after a fee of 2.34." in notice
        assert "It was cancelled, as its position is closed." in notice
        assert (await talk.account()).orders == {}


async def test_a_stop_beyond_the_liquidation_price_is_warned_of() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        assert any("liquidated before" in each for each in quotes(await talk.say("/sl btc 45000")))
        assert quotes(await talk.say("/sl btc 46000")) == []


async def test_a_trailing_stop_follows_and_a_preview_stays_valid_meanwhile() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG, "/trail btc 2%", "!press Confirm")
        preview = await talk.say("/tp btc 60000")
        await talk.price("btc", 50_200)  # the stop follows: an entry in the journal, but no change to confirm
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"
        await talk.price("btc", 52_000)
        # 52,000·0.98
        assert "(now at 50,960.00)" in text(await talk.say("/orders"))
        await talk.price("btc", 50_900)
        assert "0.1 BTC closed at 50,900.00" in told(talk)[0]


async def test_a_liquidation_cancels_orders_and_tells_so() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG, "/limit btc long @42000 =4200", "!press Confirm", "!price btc 45000")
        first, second = told(talk)
        assert "Liquidated" in first
        assert "It was cancelled by the liquidation." in second


async def test_orders_are_cancelled_by_number_contract_or_all() -> None:
    async with talking() as talk:
        for line in (
            "/limit btc long @49000 =4900",
            "/limit eth long @2400 =2400",
            "/limit btc long @48000 =4800",
        ):
            await talk.dialogue(line, "!press Confirm")
        preview = await talk.say("/cancelorder 2")
        # 1 ETH at 2,400, 3x
        assert "800.00 USDT of reserved margin become free." in text(preview)
        await talk.press("Confirm")
        assert [number for number, *_ in await orders(talk)] == [1, 3]
        await talk.dialogue("/cancelorder btc", "!press Confirm")
        assert await orders(talk) == []
        assert "no open order" in text(await talk.say("/cancelorder all"))
        assert (await talk.say("/cancelorder")).answer.template == "orders"


async def test_stops_given_with_an_order_are_placed_with_it() -> None:
    async with talking() as talk:
        preview = await talk.say("/open btc long 4x isolated =10000 sl=49000 tp=55000")
        # 0.2·(49,000 − 50,000) − 0.2·49,000·0.0005 − 0.2·50,000·0.0005
        assert facts(preview)["At the stop of 49,000.00, all fees paid"] == "−209.90 USDT (2.09 % of equity)"
        # 0.2·5,000 − 5.5 − 5
        assert (
            facts(preview)["At the target of 55,000.00, all fees paid"] == "+989.50 USDT (9.89 % of equity)"
        )
        assert preview.answer.data["warnings"] == [], (
            "2.09 % at the stop, though 25 % of equity is its margin"
        )
        done = await talk.press("Confirm")
        assert "Order #1 waits – stop-loss: close BTC once the mark price reaches 49,000.00." in text(done)
        assert await orders(talk) == [
            (1, OrderType.STOP_MARKET, Side.SHORT),
            (2, OrderType.TAKE_PROFIT_MARKET, Side.SHORT),
        ]
        added = await talk.say("/open btc long 1%")
        assert "no-stop" not in [each["code"] for each in added.answer.data["warnings"]]
        await talk.check_books()


async def test_an_order_with_a_far_stop_risks_its_whole_margin() -> None:
    async with talking() as talk:
        preview = await talk.say("/open btc long 10x isolated =5000 sl=44000")
        assert [each["code"] for each in preview.answer.data["warnings"]] == ["leverage", "risk", "late-stop"]


async def test_other_sizes_keep_stops_and_tag() -> None:
    async with talking() as talk:
        await talk.say("/open btc long 4x sl=49000 tp=55000 #brk")
        preview = await talk.press("1%")
        assert preview.answer.data["sl"]["price"] == 49_000
        assert preview.answer.data["tag"] == "brk"
        talk.later(seconds=61)
        again = await talk.press("Confirm")
        assert again.answer.data["reason"] == "expired"
        assert again.answer.data["tp"]["price"] == 55_000


async def test_hedge_mode_holds_both_legs_and_asks_for_one() -> None:
    async with talking() as talk:
        await talk.say("/hedge on")
        assert (await talk.account()).position_mode is PositionMode.HEDGE
        await talk.dialogue(*LONG, "/open btc short 10x =2500")
        assert talk.shown().answer.data["closes"] == 0
        await talk.press("Confirm")
        assert set((await talk.account()).positions) == {("BTCUSDT", Side.LONG), ("BTCUSDT", Side.SHORT)}
        assert "Close BTC short" in buttons(await talk.say("/positions"))
        why = await talk.press("BTC short: why this price?")
        assert why.answer.data["side"] == Side.SHORT
        assert buttons(await talk.say("/margin add 5")) == ("BTC long", "BTC short")
        preview = await talk.press("BTC short")
        # 247.5 of margin less the fee of 1.25, and 5 more
        assert preview.answer.data["margin"] - preview.answer.data["margin_before"] == 5
        await talk.dialogue("/sl 47000", "!press BTC long", "!press Confirm")
        assert (await talk.account()).orders[1].leg is Side.LONG
        assert (await talk.say("/hedge off")).answer.data["code"] == "position-mode-locked-by-orders"
        assert buttons(await talk.say("/close btc")) == ("BTC long", "BTC short")
        await talk.dialogue("!press BTC long", "!press Confirm")
        assert set((await talk.account()).positions) == {("BTCUSDT", Side.SHORT)}
        assert (await talk.say("/hedge off")).answer.data["code"] == "position-mode-locked"
        await talk.dialogue("/close all", "!press Confirm", "/hedge off")
        assert (await talk.account()).position_mode is PositionMode.ONE_WAY


async def test_the_results_of_a_strategy() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 10x =5000 #brk", "!press Confirm", "!price btc 51000")
        await talk.dialogue("/close btc", "!press Confirm", "/open eth long =2500 #brk", "!press Confirm")
        await talk.dialogue("/open btc short =5100", "!press Confirm")
        shown = facts(await talk.say("/history #brk"))
        assert (shown["Trades closed"], shown["Still open"], shown["Trades that gained"]) == (
            "1",
            "1",
            "1 / 1",
        )
        assert shown["Realised PnL"] == "+100.00 USDT"
        # 2.5 + 2.55 + 1.25; on average the closed one alone: 100 − 5.05
        assert shown["Fees"] == "6.30 USDT"
        assert shown["Result"] == "+93.70 USDT"
        assert shown["Result of a trade on average"] == "+94.95 USDT"
        assert "Nothing is kept under #other." in text(await talk.say("/history #other"))
        assert "#brk" in buttons(talk.shown())


@pytest.mark.parametrize("tag", ["#", "#ñ", "#" + "a" * 25, "#a.b"])
async def test_tags_that_cannot_be_meant(tag: str) -> None:
    async with talking() as talk:
        assert (await talk.say(f"/open btc long {tag}")).answer.data["code"] == "tag"


async def test_history_tells_of_orders() -> None:
    async with talking() as talk:
        await talk.dialogue(
            "/limit btc long @49000 =4900", "!press Confirm", "/cancelorder 1", "!press Confirm"
        )
        await talk.dialogue("/hedge on")
        said = text(await talk.say("/history"))
        assert "order #1 placed – limit order: buy 0.1 BTC at 49,000.00" in said
        assert "order #1 in BTC cancelled" in said
        assert "hedge mode turned on" in said


async def test_a_stop_by_the_last_price() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG, "/sl btc 47000 last", "!press Confirm")
        assert (await talk.account()).orders[1].watched is Watched.LAST


@pytest.mark.parametrize(
    ("words", "quantity"), [("50%", "0.05"), ("half", "0.05"), ("0.02btc", "0.02"), ("1%", "0.001")]
)
async def test_a_stop_on_a_part_closes_that_part_alone(words: str, quantity: str) -> None:
    async with talking() as talk:
        preview = await talk.dialogue(*LONG, f"/sl 47000 {words}")
        # q·(47,000 − 50,000) − q·47,000·0.0005
        net = Decimal(quantity) * (-3000 - Decimal("23.5"))
        assert preview.answer.data["net"] == net
        assert f"Closes {quantity} BTC of your 0.1" in text(preview)
        await talk.press("Confirm")
        await talk.price("btc", 47_000)
        assert f"{quantity} BTC closed at 47,000.00" in told(talk)[0]
        state = await talk.account()
        assert state.positions["BTCUSDT", Side.LONG].quantity == Decimal("0.1") - Decimal(quantity)
        assert state.orders == {}


@pytest.mark.parametrize("words", ["all", "100%", "0.1btc", "5btc"])
async def test_a_stop_on_the_whole_by_its_size(words: str) -> None:
    async with talking() as talk:
        preview = await talk.dialogue(*LONG, f"/tp 55000 {words}")
        assert preview.answer.data["quantity"] is None
        assert "Closes the whole position" in text(preview)


async def test_parts_that_cannot_be_meant() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        assert (await talk.say("/sl btc 47000 1eth")).answer.template == "other_coin"
        assert (await talk.say("/sl 47000 0.0001btc")).answer.data["code"] == "quantity-step"
        assert (await talk.say("/sl 47000 101%")).answer.data["code"] == "over-whole"


async def test_a_part_in_hedge_mode_names_its_leg() -> None:
    async with talking() as talk:
        await talk.dialogue("/hedge on", *LONG, "/open btc short 10x =5000", "!press Confirm")
        await talk.dialogue("/sl 53000 50%", "!press BTC short", "!press Confirm")
        await talk.price("btc", 53_000)
        state = await talk.account()
        assert state.positions["BTCUSDT", Side.SHORT].quantity == Decimal("0.05")
        assert state.positions["BTCUSDT", Side.LONG].quantity == Decimal("0.1")


@pytest.mark.parametrize(
    "line", ["/limit btc long @49000 500 sl=47000", "/stop btc long @51000 500 tp 60000"]
)
async def test_a_stop_cannot_wait_for_a_position_and_it_is_said_what_to_do(line: str) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert reply.answer.data["code"] == "ending-before-fill"
        assert ("/sl btc 47000" in text(reply)) or ("/tp btc 60000" in text(reply))
        assert (await talk.account()).version == 1


async def test_the_tag_of_an_order_that_waited_goes_to_what_it_opens() -> None:
    async with talking() as talk:
        preview = await talk.say("/limit btc long @49000 =4900 #dip")
        assert "Kept under #dip." in text(preview)
        await talk.press("Confirm")
        assert "Nothing is kept under #dip." in text(await talk.say("/history #dip"))
        talk.later(seconds=5)
        await talk.price("btc", 49_000)
        talk.later(seconds=5)
        await talk.dialogue("/open eth long =2500", "!press Confirm")
        shown = facts(await talk.say("/history #dip"))
        assert shown["Still open"] == "1", "the other trade is not kept under it"
        assert shown["Fees"] == "0.98 USDT"  # 4,900·0.02 %
        await talk.say("/stop btc short @45000 =4500 #brk")
        talk.later(seconds=61)
        again = await talk.press("Confirm")
        assert (again.answer.data["reason"], again.answer.data["tag"]) == ("expired", "brk")


async def test_stops_of_an_order_are_fields_of_a_form_too() -> None:
    async with talking() as talk:
        values = {"symbol": "btc", "side": "long", "size": "2%", "sl": "47000", "tp": "@55000"}
        preview = await talk.call("open", values)
        assert preview.answer.data["sl"]["price"] == 47_000
        assert preview.answer.data["tp"]["price"] == 55_000
        assert (await talk.say("/open btc long sl 47000 2%")).answer.data["sl"]["price"] == 47_000
        assert (await talk.say("/open btc long 2% sl=0")).answer.data["code"] == "not-positive"


async def test_cancelling_says_what_is_available_then_and_why_not_now() -> None:
    async with talking() as talk:
        await talk.dialogue("/limit btc long @49000 =4900 1x", "!press Confirm")
        preview = await talk.say("/cancelorder 1")
        assert "Then 10,000.00 USDT are available." in text(preview)
        why = await talk.press("Why what is available now?")
        assert why.answer.data["result"] == "5100"
        assert "Held by isolated orders" in text(why)


async def test_why_a_limit_order_costs_what_it_does() -> None:
    async with talking() as talk:
        preview = await talk.say("/limit btc long @49000 500 5x isolated")
        why = await talk.press("Why this much margin?")
        assert why.answer.data["result"] == "499.8"  # 0.051·49,000/5, and no loss below the mark
        assert "0.05 % above the ask" not in text(why)
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"
        await talk.say("/limit btc long @50100 =5010 post")
        await talk.say("/stop btc long @51000 =5100")
        assert "Why this much margin?" not in buttons(talk.shown())
