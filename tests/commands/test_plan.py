"""Plan cards: nothing is opened in a challenge without one, and the act stands beside it."""

from datetime import timedelta

import pytest

from tests.harness import Talk, buttons, talking, text


async def compete(talk: Talk, who: str = "me") -> None:
    """Somebody in a running challenge of the main market, whose account is that of their private chat."""
    await talk.say("/challenge create live 5000 20x all 1d", who, "room")
    await talk.bot.control.clock(timedelta(minutes=11))
    assert "CHALLENGE ACCOUNT" in text(await talk.say("/portfolio", who))


async def test_confirming_asks_for_the_plan_first_in_three_taps() -> None:
    async with talking() as talk:
        await compete(talk)
        preview = await talk.say("/open btc long 5x isolated 500usdt")
        assert preview.answer.template == "preview_open"
        first = await talk.press("Confirm")
        assert "First a plan for your BTC long" in text(first)
        assert buttons(first) == ("At a profit", "At my stop", "By hand, when I decide", "Hold to the end")
        assert "How much do you accept to lose at most?" in text(await talk.press("At my stop"))
        assert "Why do you open it?" in text(await talk.press("2 % of my equity"))
        made = await talk.press("It follows the trend")
        assert "at most 2 % of equity = 100.00 USDT" in text(made)
        done = await talk.press("Confirm")
        assert done.answer.template == "traded", text(done)
        assert "Still open" in text(await talk.say("/plans"))


async def test_what_was_planned_is_compared_at_the_close() -> None:
    async with talking() as talk:
        await compete(talk)
        await talk.say("/plan btc long target 2% trend")
        await talk.dialogue("/open btc long 5x isolated 500usdt", "!press Confirm", "!price btc 51000")
        await talk.dialogue("/close btc", "!press Confirm")
        closed = text(talk.shown())
        assert "Planned out at a profit, at most 2 % of equity, for the trend." in closed
        assert "Really closed by hand, result +47.47 USDT. Plan kept." in closed
        assert "1 of 1 closed positions went by their plan." in text(await talk.say("/plans"))


async def test_a_plan_is_for_one_position() -> None:
    async with talking() as talk:
        await compete(talk)
        await talk.say("/settings confirm off")
        await talk.say("/plan btc long hand 2% trend")
        await talk.dialogue("/open btc long 5x isolated 500usdt", "/open btc long 100usdt", "/close btc")
        again = await talk.say("/open btc long 5x 500usdt")
        assert again.answer.template == "plan_first"
        assert (await talk.say("/limit btc long @49000 500usdt")).answer.template == "plan_first"
        assert (await talk.say("/open eth short 500usdt")).answer.template == "plan_first"


@pytest.mark.parametrize(
    ("plan", "lines", "kept", "said"),
    [
        ("target 2% trend", ("!price btc 49000", "/close btc"), False, "closed by hand"),
        ("hand 5% feeling", ("!price btc 49000", "/close btc"), True, "closed by hand"),
        (
            "hand 1% feeling",
            ("!price btc 49000", "/close btc"),
            False,
            "You had accepted a loss of 50.00 USDT",
        ),
        ("stop 2% trend", ("/sl btc 49500", "!price btc 49400"), True, "closed by the stop"),
        ("target 1% turn", ("/tp btc 51000", "!price btc 51500"), True, "closed by the take-profit"),
        ("end 10% hedge", ("/close btc",), False, "closed by hand"),
        ("stop margin trying", ("!price btc 40000",), False, "liquidated"),
    ],
)
async def test_what_counts_as_kept(plan: str, lines: tuple[str, ...], kept: bool, said: str) -> None:
    async with talking() as talk:
        await compete(talk)
        await talk.say("/settings confirm off")
        await talk.say(f"/plan btc long {plan}")
        await talk.say("/open btc long 5x isolated 500usdt")
        await talk.dialogue(*lines)
        shown = text(await talk.say("/plans"))
        assert said in shown
        assert ("Plan kept." in shown) is kept
        assert text(await talk.say("/plans")) == shown


async def test_elsewhere_there_are_no_plans() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        assert (await talk.say("/open btc long 5x isolated 500usdt")).answer.template == "traded"
        assert (await talk.say("/plan btc long stop 2% trend")).answer.template == "plan_refused"
        assert (await talk.say("/plans")).answer.template == "plan_refused"


async def test_a_second_plan_takes_the_place_of_one_that_was_not_used() -> None:
    async with talking() as talk:
        await compete(talk)
        await talk.say("/settings confirm off")
        await talk.dialogue("/plan btc long target 1% turn", "/plan btc long hand 5% trend")
        await talk.dialogue("/open btc long 5x isolated 500usdt", "/close btc")
        shown = text(await talk.say("/plans"))
        assert "1 of 1 closed positions went by their plan." in shown
        assert "Planned out by hand" in shown


async def test_what_only_buttons_carry_is_not_shown() -> None:
    async with talking() as talk:
        await compete(talk)
        await talk.say("/open btc long 5x isolated 500usdt")
        await talk.press("Confirm")
        asked = text(await talk.press("At my stop"))
        assert "So far: /plan btc long stop ·" in asked
        assert "preview" not in asked
