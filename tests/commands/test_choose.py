"""Cross or isolated? The interview by buttons, and the answer from the learner's own account."""

from datetime import timedelta
from decimal import Decimal
from math import exp
from random import Random

import pytest

from bot.content.skills import Skill
from bot.core.identity import Platform
from bot.core.reply import Reply
from bot.services.school.mastery import Beliefs, SkillBelief, to_keep
from bot.storage import beliefs, candles
from engine.candles import MinuteCandle
from engine.position import MarginMode, Side
from engine.resimulation import Candle
from tests.harness import Talk, button, buttons, facts, talking, text

ALL = "/choose new swing rarely open wild"
BTC = ("/open btc long 10x isolated 500", "!press Confirm")
ETH = ("/open eth long 20x isolated 300", "!press Confirm")


def asked(reply: Reply) -> tuple[str, int, int]:
    data = reply.answer.data
    assert reply.answer.template == "choose_question"
    return data["question"], data["number"], data["total"]


async def test_an_interview_in_one_message() -> None:
    async with talking() as talk:
        assert asked(await talk.say("/choose")) == ("experience", 1, 5)
        assert "Back" not in buttons(talk.shown())
        for label, name in (
            ("New to it", "style"),
            ("Some days", "watch"),
            ("Once a day or less", "night"),
            ("They stay open", "market"),
        ):
            reply = await talk.press(label)
            assert asked(reply)[0] == name
            assert reply.edit, "it goes on in the same message"
            assert {"Back", "Skip"} <= set(buttons(reply))
        reply = await talk.press("Wild")
        assert reply.edit
        assert text(reply).splitlines()[1] == "Clearly leaning to isolated: 12 to 0."
        assert "No position is open, so there is nothing to simulate" in text(reply)


async def test_back_asks_again_and_keeps_the_rest() -> None:
    async with talking() as talk:
        await talk.dialogue("/choose", "!press I know it well", "!press Skip", "!press Nearly all the time")
        assert asked(await talk.press("Back")) == ("watch", 3, 5)
        assert asked(await talk.press("Back")) == ("style", 2, 5)
        assert asked(await talk.press("Back")) == ("experience", 1, 5)
        await talk.dialogue("!press New to it", "!press Within a day", "!press Skip", "!press Skip")
        reply = await talk.press("Calm")
        codes = {each["code"] for group in reply.answer.data["reasons"].values() for each in group}
        assert codes == {"size-small", "new", "day", "calm"}
        assert "2 questions skipped and not counted." in text(reply)
        assert asked(await talk.press("Back")) == ("market", 5, 5)


async def test_all_skipped_leaves_what_the_account_tells() -> None:
    async with talking() as talk:
        reply = await talk.dialogue("/choose", *["!press Skip"] * 5)
        codes = [each["code"] for group in reply.answer.data["reasons"].values() for each in group]
        assert codes == ["size-small"]
        assert "5 questions skipped" in text(reply)
        assert asked(await talk.press("Ask me again")) == ("experience", 1, 5)


async def test_an_old_button_still_works() -> None:
    async with talking() as talk:
        first = await talk.say("/choose")
        await talk.dialogue("!press Skip", "!press Skip")
        assert asked(await talk.press("New to it", on=first)) == ("style", 2, 5)


async def test_answers_may_be_typed_at_once() -> None:
    async with talking() as talk:
        assert asked(await talk.say("/choose rarely beginner")) == ("style", 2, 5)
        reply = await talk.call("choose", {"experience": "pro", "style": "day", "watch": "always"})
        assert asked(reply) == ("night", 4, 5)
        assert not (await talk.say("/choose perhaps")).answer.ok
        assert not (await talk.say("/choose hold day")).answer.ok
        assert asked(await talk.say("/choose skip=zzz")) == ("experience", 1, 5)


async def test_experience_is_told_by_closed_trades() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        for number in range(10):
            assert asked(await talk.say("/choose"))[0] == "experience", number
            await talk.dialogue("/open btc long 2x isolated 300", "/close btc")
        assert asked(await talk.say("/choose")) == ("style", 1, 4)
        reply = await talk.say("/choose day always closed calm")
        assert "You have practised (closed trades here: 10, skills mastered: 0)" in text(reply)


async def test_experience_is_told_by_mastered_skills() -> None:
    async with talking() as talk:
        await talk.say("/start")
        now, empty = talk.bot.clock.now(), Beliefs({}, {})
        person = (await talk.main()).person_id
        for count, question in ((3, "experience"), (4, "style")):
            known = {skill: SkillBelief(0.99, 9, now) for skill in list(Skill)[:count]}
            async with talk.bot.store.unit() as unit:
                for each in to_keep(person, empty, Beliefs(known, {}), now):
                    beliefs.put(unit, each)
            assert asked(await talk.say("/choose"))[0] == question


async def remember(talk: Talk, hours: int, daily: float, correlation: float) -> None:
    """Keep the minutes of so many hours of two walks."""
    rng, places, now = Random(5), [0.0, 0.0], talk.bot.clock.now().replace(second=0, microsecond=0)
    sigma, kept = daily / 1440**0.5, []
    for number in range(hours * 60):
        common, own = rng.gauss(0, sigma), rng.gauss(0, sigma)
        places[0] += common
        places[1] += correlation * common + (1 - correlation**2) ** 0.5 * own
        minute = now - timedelta(minutes=hours * 60 - number)
        for symbol, start, place in (("BTCUSDT", 50_000, places[0]), ("ETHUSDT", 2_500, places[1])):
            price = Decimal(f"{start * exp(place):.2f}")
            flat = Candle(price, price, price, price)
            kept.append(MinuteCandle(symbol, minute, flat, flat))
    async with talk.bot.store.unit() as unit:
        candles.put(unit, "main", kept)


async def test_the_market_is_measured_and_not_asked_where_prices_are_kept() -> None:
    async with talking() as talk:
        await talk.dialogue(*BTC, *ETH)
        await remember(talk, 30, 0.08, 0.9)
        assert asked(await talk.say("/choose")) == ("experience", 1, 4)
        reply = await talk.say("/choose new swing rarely open")
        wild = next(each for each in reply.answer.data["reasons"]["isolated_for"] if each["code"] == "wild")
        assert Decimal("0.07") < Decimal(wild["swing"]) < Decimal("0.09")
        assert "ETH swung ± " in text(reply)
        assert "usual is ± 3.1" in text(reply)
        together = reply.answer.data["together"]
        assert together["measured"]
        assert 28 <= together["hours"] <= 30
        link = together["links"][0]
        assert Decimal(link["low"]) < Decimal("0.9") < Decimal(link["high"])
        assert f"Measured on {together['hours']} hourly returns" in text(reply)
        assert "count as about 1." in text(reply)
        assert "(2)" in next(line for line in text(reply).splitlines() if "independent bets: they" in line)


async def test_what_somebody_says_of_the_market_goes_before_what_is_measured() -> None:
    async with talking() as talk:
        await remember(talk, 24, 0.08, 0.9)
        assert "BTC swung" in text(await talk.say("/choose new swing rarely open"))
        assert "You call the market calm" in text(await talk.say("/choose new swing rarely open calm"))


async def test_too_little_is_kept_to_measure_a_correlation() -> None:
    async with talking() as talk:
        await talk.dialogue(*BTC, *ETH)
        await remember(talk, 10, 0.08, 0.9)
        reply = await talk.say("/choose new swing rarely open")
        assert "Not measured: 9 hourly returns" in text(reply) or "Not measured: 10 hourly" in text(reply)
        assert "(1)" in next(line for line in text(reply).splitlines() if "independent bets: they" in line)
        assert "Correlation BTC – ETH" in facts(reply)


async def test_both_modes_of_the_own_positions() -> None:
    async with talking() as talk:
        await talk.dialogue(*BTC)
        held = await talk.account()
        reply = await talk.say(ALL)
        isolated = held.positions["BTCUSDT", Side.LONG].isolated_wallet
        assert isolated is not None
        card = await talk.say("/positions")
        price = card.answer.data["positions"][0]["liquidation"]
        row = reply.answer.data["both"]["rows"][0]
        assert row["isolated"]["liquidation"] == price
        modes = reply.answer.data["both"]["modes"]
        for each in modes.values():
            assert Decimal(each["at_stake"]) + Decimal(each["kept"]) == Decimal(reply.answer.data["equity"])
        assert Decimal(modes["isolated"]["at_stake"]) == pytest.approx(isolated)
        assert facts(reply)["Most that can be lost"].startswith("49")
        assert "1 position has no stop" in text(reply)


async def test_the_same_answer_whichever_mode_the_position_is_in() -> None:
    seen = []
    for mode in MarginMode:
        async with talking() as talk:
            await talk.dialogue(f"/open btc long 10x {mode} =8000", "!press Confirm")
            data = (await talk.say(ALL)).answer.data
            seen.append((data["both"]["rows"], data["both"]["modes"], data["reasons"], data["turns"]))
    assert seen[0] == seen[1]


async def test_a_hedge_leans_to_cross() -> None:
    async with talking(wallet=30_000) as talk:
        await talk.dialogue("/open btc long 5x cross =20000", "!press Confirm")
        await talk.dialogue("/open eth short 5x cross =15000", "!press Confirm")
        reply = await talk.say("/choose pro day always closed calm")
        assert text(reply).splitlines()[1].startswith("Clearly leaning to cross: ")
        assert "in cross the winning side pays for the losing one" in text(reply)
        assert "Long and short cancel" in text(reply)


async def test_both_legs_of_one_symbol() -> None:
    async with talking() as talk:
        await talk.dialogue("/hedge on", *BTC, "/open btc short 10x isolated 500", "!press Confirm")
        reply = await talk.say("/choose pro day always stops calm")
        assert {"BTC long: liquidation price", "BTC short: liquidation price"} <= set(facts(reply))
        assert reply.answer.data["together"]["links"] == []
        assert reply.answer.data["together"]["hedge"]


async def test_it_never_offers_an_order_and_changes_nothing() -> None:
    async with talking() as talk:
        await talk.dialogue(*BTC, *ETH)
        held, events = await talk.account(), await talk.events()
        before = len(talk.replies)
        await talk.say(ALL)
        await talk.dialogue("/choose", *["!press Skip"] * 5)
        for reply in talk.replies[before:]:
            for row in reply.answer.buttons:
                assert {each.line.split()[0] for each in row} <= {"choose", "compare"}
        assert (await talk.account(), await talk.events()) == (held, events)


async def test_in_a_group_it_answers_privately() -> None:
    async with talking() as talk:
        await talk.say("/start")
        reply = await talk.say("/choose", room="club")
        assert reply.private
        assert not reply.edit


async def test_a_stranger_cannot_answer_for_somebody() -> None:
    async with talking() as talk:
        await talk.say("/start", "eve")
        reply = await talk.say("/choose")
        assert (await talk.send(button(reply, "New to it").payload, "eve")).answer.template == "not_yours"


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.DISCORD])
async def test_the_longest_answers_fit_on_every_button(platform: Platform) -> None:
    async with talking() as talk:
        reply = await talk.say("/choose pro swing always closed", platform=platform)
        assert asked(reply) == ("market", 5, 5)
        reply = await talk.send(button(reply, "Calm").payload, platform=platform)
        assert reply.answer.template == "choose"
