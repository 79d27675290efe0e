"""No picture goes out without its text twin: every figure on it stands in its card, in every language."""

import json

import pytest

from bot.charts.spec import MarkKind, Mode, Theme
from bot.core.reply import Answer
from bot.core.request import Pressed
from tests.harness import Talk, button, buttons, talking, text
from tests.services.pictures.drawn import maker, spec_of, untold
from tests.services.school.asking import right

TRADES = (
    *("/open btc long 10x isolated 500", "!press Confirm"),
    *("/open eth short 20x cross 3000", "!press Confirm"),
)


async def held(talk: Talk) -> None:
    await talk.dialogue(*TRADES)
    for price in (50_400, 50_100, 49_700):
        talk.later(minutes=1)
        await talk.price("BTCUSDT", price)


CARDS = [
    "/compare btc",
    "/compare eth",
    "/compare btc short 25x 300usdt",
    "/whatif btc -12%",
    "/whatif eth +20% btc -3%",
    "/whatif eth=4000",
    "/whatif add 200 btc",
    "/portfolio",
]


@pytest.mark.parametrize("line", CARDS)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_figure_of_a_picture_is_in_its_card(line: str, language: str) -> None:
    async with talking() as talk:
        await held(talk)
        await talk.say(f"/settings language {language}")
        plain = await talk.say(line)
        assert plain.answer.files == ()
        shown = await talk.say(f"{line} picture=on")
        assert shown.answer.template == plain.answer.template
        assert untold(shown, language) == []


async def test_the_button_shows_the_same_card_with_its_picture_and_is_gone() -> None:
    async with talking() as talk:
        await held(talk)
        for line in CARDS:
            card = await talk.say(line)
            shown = await talk.press("Picture", on=card)
            assert shown.edit, "where a front can, the picture comes into the card"
            assert "Picture" not in buttons(shown)
            assert len(shown.answer.files) == 1
            assert text(card) in text(shown) or shown.answer.template == "whatif"


async def test_a_post_mortem_is_drawn_with_its_results() -> None:
    async with talking(wallet=2000) as talk:
        await talk.dialogue("/open btc long 20x isolated 500", "!press Confirm")
        talk.later(minutes=3)
        await talk.price("BTCUSDT", 49_000)
        talk.later(minutes=3)
        await talk.price("BTCUSDT", 46_000)
        card = await talk.say("/postmortem")
        shown = await talk.press("Picture", on=card)
        spec = spec_of(shown)
        assert untold(shown) == []
        assert [each.kind for each in spec.events] == [MarkKind.OPENED, MarkKind.LIQUIDATION]
        assert spec.alternatives[0].actual
        assert len(spec.bars) >= 2
        assert text(shown) == text(card)


async def test_a_debrief_comes_with_its_picture() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay 1", "!press Long AAA", "!press Confirm", "/replay step 7h")
        shown = await talk.say("/replay stop")
        spec = spec_of(shown)
        assert shown.answer.template == "debrief"
        assert untold(shown) == []
        assert len(spec.bars) == 7, "no candle of what the learner did not reach"
        assert [each.actual for each in spec.alternatives] == [True, False, False, False]


async def test_progress_is_drawn_once_there_is_any() -> None:
    async with talking() as talk:
        nothing = await talk.say("/progress picture=on")
        assert (nothing.answer.files, "Picture" in buttons(nothing)) == ((), False)
        await talk.say("/quiz")
        await talk.say(f"/answer {await right(talk)} sure")
        shown = await talk.say("/progress picture=on")
        assert untold(shown) == []
        assert len(spec_of(shown).skills) == len(shown.answer.data["rows"])


async def test_the_theme_is_the_persons_and_outlives_other_choices() -> None:
    async with talking() as talk:
        assert spec_of(await talk.say("/portfolio picture=on")).look.theme is Theme.LIGHT
        settings = await talk.say("/settings theme dark")
        assert (settings.answer.data["theme"], "Light pictures" in buttons(settings)) == ("dark", True)
        await talk.dialogue("/quiet 23:00-07:00", "/alerts margin silent")
        assert spec_of(await talk.say("/portfolio picture=on")).look.theme is Theme.DARK
        assert spec_of(await talk.say("/portfolio picture=on", "bob")).look.theme is Theme.LIGHT
        assert (await talk.say("/quiet")).answer.data["quiet"] == ["23:00", "07:00"]


async def test_an_answer_kept_and_read_again_makes_the_same_picture() -> None:
    async with talking() as talk:
        await held(talk)
        shown = await talk.say("/compare btc picture=on")
        kept = json.dumps(shown.answer.to_json())
        again = Answer.from_json(json.loads(kept))
        assert maker().spec(again.files[0], "es", "Europe/Madrid") == spec_of(shown, "es", "Europe/Madrid")
        assert len(json.dumps(again.files)) < 8_000


async def test_a_press_that_comes_twice_has_one_picture_each_time() -> None:
    async with talking() as talk:
        await held(talk)
        card = await talk.say("/compare btc")
        press = talk.request(Pressed(button(card, "Picture").payload), update="the-same")
        first, second = await talk.ask(press), await talk.ask(press)
        assert first is not None
        assert second is not None
        assert spec_of(first) == spec_of(second)


async def test_the_modes_of_a_picture_are_those_of_the_card() -> None:
    async with talking() as talk:
        await held(talk)
        shown = await talk.say("/compare btc picture=on")
        spec = spec_of(shown)
        card = {each["mode"]: each["liquidation"] for each in shown.answer.to_json()["data"]["modes"]}
        drawn = {each.mode: each.liquidation for each in spec.curves}
        assert drawn[Mode.ISOLATED] == float(card["isolated"])
        assert drawn[Mode.CROSS] == (None if card["cross"] is None else float(card["cross"]))
