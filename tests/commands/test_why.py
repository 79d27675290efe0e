"""Why: the derivation of every figure, with the learner's own numbers."""

from decimal import Decimal

import pytest

from engine.explain import FIGURES, MORE_FIGURES
from tests.harness import Talk, button, buttons, talking, text

OF_ACCOUNT = ("available", "equity")
OF_POSITION = tuple(each for each in FIGURES if each not in {*OF_ACCOUNT, "order-cost"})
# Long 0.1 BTC at 50,000, 10x isolated, fee 2.5, mark 49,000.
WORKED = {
    "liquidation": "45,205.82 USDT",  # (5,000 − 497.5) / 0.0996
    "bankruptcy": "45,025.00 USDT",  # 50,000 − 497.5 / 0.1
    "break-even": "50,025.00 USDT",  # 50,000·1.0005
    "margin-ratio": "4.93 %",  # 19.6 / 397.5
    "maintenance": "19.60 USDT",  # 4,900·0.004
    "initial": "490.00 USDT",  # 4,900 / 10
    "pnl": "−100.00 USDT",
    "roe": "−20.4 %",  # −100 / 490, cut
    "available": "500.00 USDT",
    "equity": "897.50 USDT",  # 997.5 − 100
}


async def hold(talk: Talk) -> None:
    await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm", "!price btc 49000")


def last_bold(talk: Talk) -> str:
    return next(
        line for line in reversed(text(talk.shown()).splitlines()) if ": " in line and "The rule" not in line
    )


async def test_every_figure_of_a_position() -> None:
    async with talking(wallet=1000) as talk:
        await hold(talk)
        for figure, worked in WORKED.items():
            reply = await talk.say(f"/why {figure} btc")
            assert reply.answer.template == "why"
            assert reply.answer.ok
            assert last_bold(talk).split(": ")[1].startswith(worked.split()[0]), figure
            assert "docs/margin.md §" in text(reply)
            assert Decimal(reply.answer.data["steps"][-1]["value"]) == Decimal(reply.answer.data["result"])


async def test_without_a_position_it_says_so() -> None:
    async with talking() as talk:
        for figure in OF_POSITION:
            assert (await talk.say(f"/why {figure} btc")).answer.template == "why_needs_position"
            reply = await talk.say(f"/why {figure}")
            if figure == "margin-ratio":
                assert Decimal(reply.answer.data["result"]) == 0, "no cross position: 0 %"
            else:
                assert reply.answer.template == "why_needs_position"


@pytest.mark.parametrize("figure", OF_ACCOUNT)
async def test_figures_of_an_account_need_no_position(figure: str) -> None:
    async with talking() as talk:
        assert Decimal((await talk.say(f"/why {figure}")).answer.data["result"]) == 10_000


async def test_of_several_positions_it_asks_which() -> None:
    async with talking() as talk:
        await hold(talk)
        assert (await talk.say("/why roe")).answer.data["base"] == "BTC"
        await talk.dialogue("/open eth short 5x isolated 2%", "!press Confirm")
        ask = await talk.say("/why roe")
        assert buttons(ask) == ("BTC", "ETH")
        assert (await talk.press("ETH")).answer.data["base"] == "ETH"


async def test_every_figure_of_a_preview() -> None:
    async with talking(wallet=1000) as talk:
        preview = await talk.say("/open btc long 10x isolated 0.1btc")
        first = await talk.press("Why this price?", on=preview)
        for figure in (each for each in FIGURES if each not in {*OF_ACCOUNT, "liquidation"}):
            (wanted,) = [each for each in first.all_buttons() if f"why {figure} " in each.payload]
            why = await talk.send(wanted.payload)
            assert (why.answer.data["figure"], why.answer.data["previewed"]) == (figure, True)
        assert (await talk.account()).version == 1
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"


async def test_the_cost_of_an_order() -> None:
    # docs/margin.md §Orders and fills: assumed price 50,025; 0.1·50,025/10 + 0.1·25
    async with talking(wallet=1000) as talk:
        preview = await talk.say("/open btc long 10x isolated 0.1btc")
        assert (await talk.say("/why order-cost")).answer.template == "why_needs_order"
        await talk.press("Why this price?", on=preview)
        cost = await talk.press("Order cost")
        assert cost.answer.data["result"] == "502.75"


async def test_a_previewed_liquidation_price_is_the_one_shown() -> None:
    async with talking(wallet=1000) as talk:
        preview = await talk.say("/open btc short 20x cross 0.05btc")
        why = await talk.send(button(preview, "Why this price?").payload)
        shown = preview.answer.data["cross"]["liquidation"]
        assert abs(Decimal(why.answer.data["result"]) - shown) < Decimal("0.000001")


async def test_cross_names_what_the_others_bind() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(
            "/open btc long 10x cross 0.1btc",
            "!press Confirm",
            "/open eth long 10x cross 1eth",
            "!press Confirm",
        )
        said = text(await talk.say("/why liquidation btc"))
        assert "ETH" in said
        assert "40,298.69" in said


async def test_without_a_figure_it_offers_all() -> None:
    async with talking() as talk:
        assert len(buttons(await talk.say("/why"))) == len(FIGURES) + len(MORE_FIGURES)


async def test_a_price_that_does_not_exist() -> None:
    async with talking() as talk:
        await talk.dialogue("/open btc long 1x cross 100usdt", "!press Confirm")
        reply = await talk.say("/why liquidation")
        assert reply.answer.data["result"] is None
        assert "no such price above zero" in text(reply)


async def test_figures_that_no_card_has_room_for_can_be_typed() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 0.1btc", "!press Confirm")
        # −0.1·50,000·0.01 %; min(1.25 % of 4,520.58, what is left of the margin there: 0.4 % of it)
        assert (await talk.say("/why funding btc")).answer.data["result"] == "-0.5"
        fee = Decimal((await talk.say("/why clearance-fee btc")).answer.data["result"])
        assert fee.quantize(Decimal("0.01")) == Decimal("18.08")
        # 0.1989… of the 1,000 at 50,025/10 + 25 a coin; here 500 are available: 500/5,027.5
        most = await talk.say("/why max-open btc 10x")
        assert Decimal(most.answer.data["result"]) == Decimal("0.099")
        assert "Long BTC isolated" in text(most)
        short = await talk.press("Short instead")
        assert "Short BTC" in text(short)
        assert Decimal(short.answer.data["result"]) > Decimal("0.1"), "the long is closed first"


async def test_the_most_needs_a_contract_and_other_figures_no_leverage() -> None:
    async with talking() as talk:
        assert (await talk.say("/why max-open")).answer.template == "why_needs_contract"
        assert (await talk.say("/why roe btc 5x")).answer.data["code"] == "only-max-open"
        assert (await talk.say("/why roe btc cross")).answer.data["code"] == "only-max-open"


async def test_the_most_beyond_a_preview() -> None:
    async with talking(wallet=1000) as talk:
        await talk.say("/open btc short 10x isolated 0.1btc")
        await talk.press("Why this price?")
        most = await talk.press("The most you can open")
        assert Decimal(most.answer.data["result"]) == Decimal("0.2")
