"""Price alerts, what one is told, and quiet hours, as dialogues."""

from decimal import Decimal

import pytest

from bot.services.price_alerts import MOST
from tests.harness import Talk, buttons, facts, quotes, talking, text


async def listed(talk: Talk, who: str = "me") -> list[str]:
    """The alerts as the list shows them, without their distances."""
    shown = text(await talk.say("/alert list", who))
    return [
        line.removeprefix("- ").partition(" · ")[0] for line in shown.splitlines() if line.startswith("- ")
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/alert btc < 49000", "BTC falls to 49,000.00"),
        ("/alert btc <49000", "BTC falls to 49,000.00"),
        ("/alert 49000 btc", "BTC falls to 49,000.00"),
        ("/alert btc below 49000", "BTC falls to 49,000.00"),
        ("/alert btc under @49000", "BTC falls to 49,000.00"),
        ("/alert btc 51000", "BTC rises to 51,000.00"),
        ("/alert btc > 51000.5", "BTC rises to 51,000.50"),
        ("/alert above btc 51000", "BTC rises to 51,000.00"),
        ("/alert eth >= 2600", "ETH rises to 2,600.00"),
    ],
)
async def test_an_alert_in_many_words(line: str, told: str) -> None:
    async with talking() as talk:
        assert (await talk.say(line)).answer.data["what"] == "set"
        assert await listed(talk) == [told]


async def test_a_price_already_met_is_refused_with_the_reason() -> None:
    async with talking() as talk:
        reply = await talk.say("/alert btc < 60000")
        assert text(reply) == (
            "BTC stands below 60,000.00 already: its mark price is 50,000.00. No alert was set."
        )
        assert not reply.answer.ok
        await talk.press("When it rises to 60000")
        assert await listed(talk) == ["BTC rises to 60,000.00"]
        assert "above 40,000.00 already" in text(await talk.say("/alert btc above 40000"))
        same = await talk.say("/alert btc 50000")
        assert "met already" in text(same)
        assert buttons(same) == ()


async def test_a_coin_alone_is_asked_for_its_price_and_the_next_words_are_the_answer() -> None:
    async with talking() as talk:
        reply = await talk.say("/alert btc")
        assert "mark price is 50,000.00 now" in text(reply)
        assert buttons(reply) == (
            "When it falls to 47500",
            "When it falls to 49000",
            "When it rises to 51000",
            "When it rises to 52500",
        )
        await talk.say("48500")
        assert await listed(talk) == ["BTC falls to 48,500.00"]
        reply = await talk.say("/alert eth above")
        assert buttons(reply) == ("When it rises to 2550", "When it rises to 2625")
        await talk.press("When it rises to 2625")
        assert (await listed(talk))[1] == "ETH rises to 2,625.00"


async def test_alerts_are_dropped_by_button_and_by_number_and_set_again() -> None:
    async with talking() as talk:
        await talk.dialogue("/alert btc 49000", "/alert btc 51000", "/alert eth 2000")
        await talk.say("/alert list")
        await talk.press("Drop 2")
        assert "Dropped: BTC rises to 51,000.00." in text(talk.shown())
        assert await listed(talk) == ["BTC falls to 49,000.00", "ETH falls to 2,000.00"]
        await talk.say("/alert drop 2")
        await talk.press("Set it again")
        assert await listed(talk) == ["BTC falls to 49,000.00", "ETH falls to 2,000.00"]
        assert "no such alert" in text(await talk.say("/alert drop 9"))
        assert "Your price alerts" in text(await talk.say("/alert drop"))
        await talk.say("/alert btc 48000")
        await talk.press("Drop it")
        assert len(await listed(talk)) == 2


async def test_the_same_alert_twice_is_one_and_nobody_has_more_than_twenty() -> None:
    async with talking() as talk:
        await talk.dialogue("/alert btc 49000", "/alert btc 49000")
        assert "already" in text(talk.shown())
        for number in range(1, MOST):
            await talk.say(f"/alert btc {49_000 - number}")
        assert len(await listed(talk)) == MOST
        reply = await talk.say("/alert btc 40000")
        assert "You have 20 alerts" in text(reply)
        assert not reply.answer.ok
        assert (await talk.say("/alert btc 40000", "eve")).answer.data["what"] == "set"


async def test_alerts_are_everybodys_own() -> None:
    async with talking() as talk:
        await talk.say("/alert btc 49000", "ana")
        await talk.say("/alert btc 48000", "eve")
        listed_by_ana = await talk.say("/alert list", "ana")
        stolen = listed_by_ana.answer.buttons[0][0].line
        assert "no such alert" in text(await talk.say(f"/{stolen}", "eve"))
        assert await listed(talk, "ana") == ["BTC falls to 49,000.00"]


@pytest.mark.parametrize(
    ("line", "template", "code"),
    [
        ("/alert btc 0", "bad_word", "not-positive"),
        ("/alert btc 9999999999", "bad_word", "beyond"),
        ("/alert btc 0.000000001", "bad_word", "beyond"),
        ("/alert btc 49,000", "bad_word", "comma"),
        ("/alert zzz 49000", "unclear", None),
        ("/alert btc 49000 48000", "twice", None),
        ("/alert btc below >49000", "alert", None),
        ("/alert btc above below 49000", "twice", None),
    ],
)
async def test_what_cannot_be_meant_sets_nothing(line: str, template: str, code: str | None) -> None:
    async with talking() as talk:
        reply = await talk.say(line)
        assert (reply.answer.template, reply.answer.data.get("code")) == (template, code)
        assert not reply.answer.ok
        assert await listed(talk) == []


async def test_who_has_price_alerts_off_is_told_so_when_setting_one() -> None:
    async with talking() as talk:
        await talk.dialogue("/alerts price off", "/alert btc 49000")
        assert quotes(talk.shown()) == [
            "⚠ But price alerts are switched off: as long as they are, it is not told."
        ]
        await talk.press("Switch price alerts on")
        assert facts(await talk.say("/alerts"))["Price alerts"] == "with sound"


# What one is told


async def test_the_choices_and_their_defaults() -> None:
    async with talking() as talk:
        assert facts(await talk.say("/alerts")) == {
            "Margin warnings": "with sound",
            "Price alerts": "with sound",
            "Funding due": "silently",
            "Orders filled": "with sound",
            "Stops hit": "with sound",
            "Liquidations": "with sound",
            "Margin ratio to be warned at (100 % is liquidation)": "80 %",
            "Quiet hours": "none",
        }


async def test_choices_are_changed_in_words_and_by_buttons() -> None:
    async with talking() as talk:
        await talk.say("/alerts margin silent")
        await talk.press("Warn at 70 %")
        await talk.press("Funding due")
        assert buttons(talk.shown()) == ("With sound", "Silently", "Not at all", "All alerts")
        await talk.press("Not at all")
        shown = facts(await talk.say("/alerts 90"))
        assert shown["Margin warnings"] == "silently"
        assert shown["Funding due"] == "off"
        assert shown["Margin ratio to be warned at (100 % is liquidation)"] == "90 %"


async def test_a_liquidation_can_be_silent_but_not_off() -> None:
    async with talking() as talk:
        reply = await talk.say("/alerts liquidated off")
        assert not reply.answer.ok
        assert "always told" in quotes(reply)[0]
        assert buttons(await talk.say("/alerts liquidated")) == ("With sound", "Silently", "All alerts")
        await talk.press("Silently")
        assert facts(await talk.say("/alerts"))["Liquidations"] == "silently"


async def test_what_is_left_open_is_asked_and_what_there_is_not_is_refused() -> None:
    async with talking() as talk:
        await talk.say("/alerts off")
        assert "Which of them?" in quotes(talk.shown())[0]
        await talk.press("Funding due")
        assert facts(await talk.say("/alerts"))["Funding due"] == "off"
        reply = await talk.say("/alerts threshold 75")
        assert "60, 70, 80, 90" in quotes(reply)[0]
        assert facts(reply)["Margin ratio to be warned at (100 % is liquidation)"] == "80 %"


async def test_quiet_hours_are_set_shown_and_ended() -> None:
    async with talking() as talk:
        assert facts(await talk.say("/quiet"))["Quiet hours"] == "none"
        await talk.press("23:00–07:00")
        assert facts(talk.shown())["Quiet hours"] == "23:00–07:00"
        assert facts(await talk.say("/alerts"))["Quiet hours"].startswith("23:00–07:00 UTC")
        assert not (await talk.say("/quiet at night")).answer.ok
        assert facts(await talk.say("/quiet 22:30 - 6"))["Quiet hours"] == "22:30–06:00"
        await talk.press("No quiet hours")
        assert facts(talk.shown())["Quiet hours"] == "none"


async def test_a_slash_command_sets_an_alert_from_its_fields() -> None:
    async with talking() as talk:
        await talk.call("alert", {"symbol": "BTC", "direction": "below", "level": "49000"})
        assert await listed(talk) == ["BTC falls to 49,000.00"]
        await talk.call("alerts", {"subject": "stop", "manner": "off", "threshold": "60%"})
        assert facts(talk.shown())["Stops hit"] == "off"
        await talk.call("quiet", {"hours": "23:00-07:00"})
        assert facts(talk.shown())["Quiet hours"] == "23:00–07:00"


async def test_a_price_keeps_its_digits_until_it_is_listed() -> None:
    async with talking(prices={"DOGEUSDT": Decimal("0.25")}) as talk:
        await talk.say("/alert doge 0.24567")
        assert await listed(talk) == ["DOGE falls to 0.24567"]
