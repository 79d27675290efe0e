"""Leverage opens step by step, for who wants it so; and the liquidation price is guessed before it is shown."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.content.skills import Skill
from bot.core.identity import Platform
from bot.core.request import Said
from bot.services.school.gate import limit_of
from tests.harness import Talk, buttons, facts, talking, text
from tests.services.school.asking import passed, rows

PHONE: dict[str, Any] = {"platform": Platform.TELEGRAM}


@pytest.mark.parametrize(
    ("mastered", "most", "missing"),
    [
        ([], 5, [Skill.LIQUIDATION, Skill.CROSS]),
        ([Skill.BRACKETS, Skill.CROSS], 5, [Skill.LIQUIDATION]),
        ([Skill.LIQUIDATION, Skill.CROSS], 20, [Skill.BRACKETS]),
        ([Skill.LIQUIDATION, Skill.CROSS, Skill.BRACKETS], None, []),
    ],
)
def test_the_steps(mastered: list[Skill], most: int | None, missing: list[Skill]) -> None:
    limit = limit_of(frozenset(mastered))
    assert (limit.most, list(limit.missing)) == (most, missing)


async def test_five_times_at_once_and_no_more() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off", **PHONE)
        for line in ("/open btc long 6x", "/leverage btc 10x", "/limit btc long @40000 20x 100usdt"):
            refused = await talk.say(line, **PHONE)
            assert refused.answer.template == "gate_closed", line
            assert not refused.answer.ok
            assert "up to 5× for now" in text(refused)
        lines = [each.line for row in talk.shown().answer.buttons for each in row]
        assert lines == ["lesson liquidation-price", "lesson cross-piggy-bank", "testout liquidation"]
        assert not (await talk.account(platform=Platform.TELEGRAM)).positions
        assert (await talk.say("/open btc long 5x", **PHONE)).answer.template == "traded"


async def test_a_preview_is_refused_too() -> None:
    async with talking() as talk:
        assert (await talk.say("/open btc long 10x", **PHONE)).answer.template == "gate_closed"


async def test_tests_open_twenty_times_and_then_all() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off", **PHONE)
        await passed(talk, "liquidation", **PHONE)
        assert (await talk.say("/open btc long 20x", **PHONE)).answer.template == "gate_closed"
        await passed(talk, "cross", **PHONE)
        assert (await talk.say("/open btc long 20x", **PHONE)).answer.template == "traded"
        refused = await talk.say("/open eth long 21x", **PHONE)
        assert "up to 20× for now" in text(refused)
        await passed(talk, "brackets", **PHONE)
        assert (await talk.say("/open eth long 50x", **PHONE)).answer.template == "traded"


async def test_a_position_from_before_can_be_closed_and_reduced() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off", **PHONE)
        await talk.say("/gate off sure=sure", **PHONE)
        await talk.say("/open btc long 20x isolated 500", **PHONE)
        await talk.say("/gate on", **PHONE)
        assert (await talk.say("/open btc long 20x 100", **PHONE)).answer.template == "gate_closed"
        for line in (
            "/open btc short 0.05btc",
            "/sl btc 49000",
            "/leverage btc 20x",
            "/close btc half",
            "/close btc",
        ):
            assert (await talk.say(line, **PHONE)).answer.template != "gate_closed", line


async def test_the_console_has_no_gate_unless_asked_for() -> None:
    async with talking() as talk:
        assert (await talk.say("/open btc long 50x")).answer.template == "preview_open"
    async with talking(gate=True) as talk:
        assert (await talk.say("/open btc long 50x")).answer.template == "gate_closed"


async def test_a_replay_has_no_gate() -> None:
    async with talking(gate=True) as talk:
        await talk.say("/replay oct-2025 named")
        assert (await talk.say("/open btc long 50x")).answer.template != "gate_closed"


async def test_it_is_switched_off_knowingly() -> None:
    async with talking(gate=True) as talk:
        asked = await talk.say("/gate off")
        assert buttons(asked) == ("Yes, I know what it means",)
        assert (await talk.say("/open btc long 50x")).answer.template == "gate_closed"
        await talk.press("Yes, I know what it means", on=asked)
        assert (await talk.say("/open btc long 50x")).answer.template == "preview_open"
        await talk.say("/settings gate on")
        assert (await talk.say("/open btc long 50x")).answer.template == "gate_closed"


async def test_only_an_admin_switches_it_for_a_group() -> None:
    async with talking(gate=True) as talk:
        refused = await talk.say("/gate off sure=sure", room="room")
        assert refused.answer.data["what"] == "admins"
        assert refused.private
        assert await rows(talk, "chats") == []


async def test_a_group_without_the_gate() -> None:
    async with talking(gate=True) as talk:
        request = talk.request(Said("/gate off sure=sure"), room="room")
        saved = await talk.ask(replace(request, admin=True))
        assert saved is not None
        assert saved.answer.data["what"] == "saved"
        assert (await talk.say("/open btc long 50x", "bob", room="room")).answer.template == "preview_open"
        assert (await talk.say("/open btc long 50x", "bob")).answer.template == "gate_closed"
        assert (await talk.say("/open btc long 50x", "bob", room="other")).answer.template == "gate_closed"
        await talk.say("/gate on", "eve")
        assert (await talk.say("/open btc long 50x", "eve", room="room")).answer.template == "gate_closed"


async def guessing(talk: Talk) -> None:
    await talk.say("/settings predict on")
    await talk.say("/open btc long 10x isolated 500")


async def test_a_guess_comes_before_the_price() -> None:
    async with talking() as talk:
        await guessing(talk)
        preview = talk.shown()
        assert "45,205" not in text(preview)
        assert preview.answer.data["isolated"]["liquidation"] is None
        assert "Why this price?" not in buttons(preview)
        guessed = await talk.say("45000")
        assert facts(guessed)["Liquidation price"] == "45,205.82"
        assert facts(guessed)["Your guess"] == "45,000.00"
        assert "well judged" in text(guessed)
        kept = (await rows(talk, "predictions"))[0]
        assert (kept.guess, kept.symbol) == (Decimal(45_000), "BTCUSDT")
        assert abs(kept.truth - Decimal("45205.82")) < Decimal("0.01")
        await talk.press("Confirm")
        assert len((await talk.account()).positions) == 1
        assert "Liquidation price guessed 1 time" in text(await talk.say("/progress"))


async def test_only_the_first_guess_on_a_preview_counts_and_none_is_needed() -> None:
    async with talking() as talk:
        await guessing(talk)
        preview = talk.shown()
        await talk.say("30000")
        await talk.press("Show it", on=preview)
        assert "Your guess" not in facts(talk.shown())
        await talk.say("/guessprice 45205 preview=nonsense")
        assert talk.shown().answer.template == "preview_gone"
        assert [each.guess for each in await rows(talk, "predictions")] == [Decimal(30_000)]


async def test_a_guess_that_trusts_too_much_is_told_so() -> None:
    async with talking() as talk:
        await guessing(talk)
        assert "It comes earlier than you thought" in text(await talk.say("44000"))


async def test_without_the_wish_a_preview_shows_everything() -> None:
    async with talking() as talk:
        await talk.say("/open btc long 10x isolated 500")
        assert "Why this price?" in buttons(talk.shown())
        assert talk.shown().answer.data["isolated"]["liquidation"] is not None
