"""Charts: candles with what matters to a position, equity over time, contagion; and the picture that a front gets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from bot.charts.spec import LevelKind
from bot.core.reply import PNG
from bot.core.request import Said
from tests.harness import Talk, buttons, facts, talking, text
from tests.services.pictures.drawn import spec_of, untold

PRICES = {"BTCUSDT": Decimal(50_000), "ETHUSDT": Decimal(2_500), "SOLUSDT": Decimal(150)}


@asynccontextmanager
async def charted() -> AsyncIterator[Talk]:
    """A talk on a market whose prices of ten minutes are kept."""
    async with talking(prices=PRICES) as talk:
        await talk.say("/start")
        for number in range(10):
            await talk.price("BTCUSDT", 50_000 + 20 * number)
            talk.later(minutes=1)
        await talk.price("BTCUSDT", 50_000)
        yield talk


async def test_a_chart_has_the_levels_of_the_position_and_says_them() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 10x isolated 500 sl=47000 tp=56000", "!press Confirm")
        card = await talk.say("/chart btc 1h")
        spec = spec_of(card)
        assert {each.kind: round(each.price, 6) for each in spec.levels} == {
            LevelKind.ENTRY: 50_000,
            LevelKind.MARK: 50_000,
            LevelKind.LIQUIDATION_ISOLATED: 45_205.823293,
            LevelKind.STOP: 47_000,
            LevelKind.TAKE_PROFIT: 56_000,
        }
        assert untold(card) == []
        assert facts(card)["Liquidation, isolated"] == "45,205.82"
        assert "9.58 % from the mark to the liquidation price in isolated mode." in text(card)
        assert spec.shaded.label == "9.58\N{NARROW NO-BREAK SPACE}% to liquidation"
        assert len(spec.bars) == 11
        assert "Prices are kept only since " in text(card)


async def test_without_a_position_the_chart_is_of_the_price() -> None:
    async with charted() as talk:
        card = await talk.say("/chart btc")
        assert [each.kind for each in spec_of(card).levels] == [LevelKind.MARK]
        assert facts(card)["Highest and lowest mark"] == "50,180.00 · 50,000.00"
        assert card.answer.files[0]["span"] == "4h"


async def test_without_kept_prices_there_is_nothing_to_draw_but_the_levels() -> None:
    async with talking(prices=PRICES) as talk:
        nothing = await talk.say("/chart eth")
        assert nothing.answer.files == ()
        assert "No prices of this time are kept yet." in text(nothing)
        await talk.dialogue("/open eth long 5x isolated 200", "!press Confirm")
        card = await talk.say("/chart")
        assert len(spec_of(card).bars) == 1
        assert untold(card) == []


async def test_another_span_takes_the_place_of_the_chart() -> None:
    async with charted() as talk:
        card = await talk.say("/chart btc 4h")
        assert buttons(card) == ("1h", "1d", "7d", "30d")
        shown = await talk.press("1d")
        assert (shown.edit, shown.answer.data["span"]) == (True, "1d")
        assert buttons(shown) == ("1h", "4h", "7d", "30d")


async def test_a_preview_stays_beside_its_picture_and_can_still_be_confirmed() -> None:
    async with charted() as talk:
        preview = await talk.say("/open btc long 10x isolated 500 sl=48000")
        card = await talk.press("Picture", on=preview)
        assert not card.edit
        spec = spec_of(card)
        kinds = {each.kind: each.figure for each in spec.levels}
        assert kinds[LevelKind.LIQUIDATION_ISOLATED] == "45,205.82", "as the preview says"
        assert kinds[LevelKind.STOP] == "48,000.00"
        assert untold(card) == []
        assert "As it would be, once the preview is confirmed." in text(card)
        other = await talk.press("1d", on=card)
        assert "As it would be" in text(other)
        done = await talk.press("Confirm", on=preview)
        assert done.answer.template == "traded"


async def test_a_stop_is_shown_before_it_is_placed() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm", "/sl btc 47500")
        card = await talk.press("Picture")
        assert {each.kind: each.price for each in spec_of(card).levels}[LevelKind.STOP] == 47_500
        assert not (await talk.account()).orders


async def test_a_guess_is_not_spoilt() -> None:
    async with charted() as talk:
        await talk.say("/predict on")
        preview = await talk.say("/open btc long 10x isolated 500")
        if preview.answer.data["hidden"]:
            assert "Picture" not in buttons(preview)


async def test_a_strangers_preview_is_not_shown() -> None:
    async with charted() as talk:
        preview = await talk.say("/open btc long 10x isolated 500")
        (line,) = [b.line for row in preview.answer.buttons for b in row if b.line.startswith("chart ")]
        assert (await talk.say(f"/{line}", "eve")).answer.template == "preview_gone"


async def test_each_position_leads_to_its_chart() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        await talk.dialogue("/open eth long 5x isolated 200", "!press Confirm", "/positions")
        assert [each for each in buttons(talk.shown()) if "chart" in each] == ["BTC: chart", "ETH: chart"]
        assert spec_of(await talk.press("ETH: chart")).caption.title == "ETH, the last 4 hours"


async def test_both_legs_have_a_chart_of_their_own() -> None:
    async with charted() as talk:
        await talk.dialogue("/hedge on", "/open btc long 10x isolated 500", "!press Confirm")
        await talk.dialogue("/open btc short 10x isolated 300", "!press Confirm", "/positions")
        card = await talk.press("BTC short: chart")
        assert card.answer.data["position"]["side"] == "short"
        assert spec_of(await talk.press("1h")).levels == spec_of(card).levels


async def test_contagion_is_told_and_drawn() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 20x cross 2500usdt", "!press Confirm")
        await talk.dialogue("/open eth long 20x cross 2500usdt", "!press Confirm", "/chart btc")
        card = await talk.press("If ETH moves")
        assert untold(card) == []
        assert text(card).startswith("PAPER · BTC in cross, if ETH moves")
        assert card.answer.data["meets"] is not None
        assert spec_of(card).meets is not None
        same = await talk.say("/chart contagion btc by eth")
        assert same.answer.data == card.answer.data
        other = await talk.press("ETH: chart")
        assert other.answer.data["symbol"] == "ETHUSDT"


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ((), "There is no such position."),
        (("/open btc long 10x isolated 500",), "BTC is isolated"),
        (("/open btc long 10x cross 500",), "No other position in cross stands beside BTC"),
    ],
)
async def test_where_there_is_no_contagion_it_is_said(orders: tuple[str, ...], said: str) -> None:
    async with charted() as talk:
        for each in orders:
            await talk.dialogue(each, "!press Confirm")
        card = await talk.say("/chart contagion btc by eth")
        assert (card.answer.ok, card.answer.files) == (False, ())
        assert said in text(card)


async def test_equity_is_drawn_from_the_first_deposit_on() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm")
        await talk.price("BTCUSDT", 44_000)
        card = await talk.say("/chart equity")
        spec = spec_of(card)
        assert spec.points[0].value == 10_000
        assert spec.points[-1].value == float(card.answer.data["equity"])
        assert facts(card)["Liquidations"] == "1"
        assert {each.kind for each in spec.marks} == {"deposit", "liquidation"}


async def test_a_tape_is_drawn_no_further_than_it_was_played() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay 1", "!press Long AAA", "!press Confirm", "/replay step 3h")
        card = await talk.say("/chart 30d")
        spec = spec_of(card)
        assert (spec.bars[-1].at - spec.bars[0].at).total_seconds() <= 3 * 3600
        assert untold(card) == []


async def test_the_front_gets_a_picture_with_its_lines() -> None:
    async with charted() as talk:
        reply = await talk.bot.router.handle(talk.request(Said("/chart btc 1h")))
        assert reply is not None
        (file,) = reply.files
        assert (file.name, file.media, file.content[:4]) == ("candles.png", PNG, b"\x89PNG")
        assert file.lines[0] == "BTC, the last hour [PAPER]"
        assert talk.bot.charts.worker_id is not None
    assert talk.bot.charts.worker_id is None, "no process outlives the bot"


async def test_a_bot_that_draws_nothing_starts_no_process() -> None:
    async with charted() as talk:
        await talk.dialogue("/open btc long 10x isolated 500", "!press Confirm", "/positions")
        assert talk.bot.charts.worker_id is None


async def test_where_the_picture_fails_the_text_goes_alone() -> None:
    async with charted() as talk:
        await talk.bot.charts.close()
        reply = await talk.bot.router.handle(talk.request(Said("/chart btc 1h")))
        assert reply is not None
        assert reply.files == ()
        assert "Mark" in facts(reply)
        assert b'marginalia_incidents_total{kind="ChartFailed"} 1.0' in talk.bot.telemetry.exposition()
