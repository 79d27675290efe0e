"""`/postmortem`: the dialogue of somebody who has just been liquidated."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.markup import Facts
from bot.core.reply import Answer
from bot.services.follow_ups import follow_ups
from tests.harness import Talk, buttons, facts, plainly, talking, text

LOST = ("/open btc long 10x isolated 500usdt", "!press Confirm")


async def lose(talk: Talk, price: int = 45_000) -> None:
    await talk.price("btc", 50_000)
    await talk.dialogue(*LOST)
    talk.later(minutes=5)
    await talk.price("btc", price)


async def test_the_latest_liquidation_is_told_with_its_sum() -> None:
    async with talking(wallet=1000) as talk:
        await lose(talk)
        reply = await talk.say("/postmortem")
        said = text(reply)
        assert "What happened to your BTC long" in said
        assert "The mark price came to 45,000.00; its liquidation price was 45,205.82." in said
        assert "beyond its liquidation price and cost 20.58 USDT more" in said
        assert "margin balance of −2.50 USDT no longer exceeded the maintenance margin of 18.00 USDT" in said
        sums = facts(reply)
        assert sums["Margin put in"] == "+500.00 USDT"
        assert sums["= Isolated wallet right before"] == "497.50 USDT"
        assert sums["Result of 0.1 BTC closed at 45,000.00"] == "−500.00 USDT"
        assert sums["= Left, back in your wallet"] == "0.00 USDT"
        assert "The same size at 3×: not possible: it needed 1,670.00 USDT, and 1,000.00 were free." in said
        assert "Half the size: BTC liquidated too" in said
        assert "Result −250.00 USDT, better by 250.00." in said
        assert "This is about stops" in said
        assert buttons(reply) == ("Why this price?", "Why this ratio?", "Picture", "The same order at 3×")


async def test_what_is_shown_adds_up_to_the_last_digit() -> None:
    async with talking(wallet=5000, spread=Decimal("0.0003"), slippage=Decimal("0.0002")) as talk:
        await talk.dialogue(
            *(
                "/open btc long 13x isolated 333.33usdt",
                "!press Confirm",
                "/open btc long 77.7usdt",
                "!press Confirm",
            ),
            *("/margin add 12.34 btc", "!press Confirm"),
        )
        await talk.bot.control.clock(timedelta(hours=9))
        await talk.dialogue("!price btc 49321.1", "/close btc 31%", "!press Confirm", "!price btc 45310.7")
        reply = await talk.say("/postmortem")
        rows = [row for each in reply.blocks if isinstance(each, Facts) for row in each.rows]
        running, totals = Decimal(0), 0
        for row in rows:
            label = plainly(row.label)
            amount = Decimal(re.sub(r"[^0-9.−]", "", plainly(row.value).split(" USDT")[0]).replace("−", "-"))
            if label.startswith("="):
                assert amount == running, label
                totals += 1
            else:
                running += amount
        assert totals == 2


async def test_its_buttons_explain_the_price_and_lead_back() -> None:
    async with talking(wallet=1000) as talk:
        await lose(talk)
        await talk.say("/postmortem")
        why = await talk.press("Why this price?")
        assert why.answer.template == "why"
        assert facts(why)["Isolated wallet WB"] == "497.5 USDT"
        assert "Liquidation price: 45,205.82 USDT" in text(why)
        assert "What happened" in text(await talk.press("Back to the post-mortem"))
        assert "Margin ratio: 100 %" in text(await talk.press("Why this ratio?"))


async def test_the_same_order_again_is_only_a_preview() -> None:
    async with talking(wallet=10_000) as talk:
        await lose(talk)
        await talk.say("/settings confirm off")
        await talk.say("/postmortem")
        preview = await talk.press("The same order at 3×")
        assert preview.answer.template == "preview_open"
        assert (preview.answer.data["leverage"], preview.answer.data["mode"]) == (3, "isolated")
        assert (await talk.account()).positions == {}


async def test_older_ones_by_number_and_by_button() -> None:
    async with talking(wallet=5000) as talk:
        await lose(talk)
        talk.later(minutes=5)
        await lose(talk, 44_000)
        latest = await talk.say("/postmortem")
        assert "45,000.00" not in facts(latest)
        assert "The one before" in buttons(latest)
        before = await talk.press("The one before")
        assert "The mark price came to 45,000.00" in text(before)
        assert "The one before" not in buttons(before)
        assert text(await talk.say("/postmortem 2")) == text(before)
        assert text(await talk.say("/postmortem #2")) == text(before)
        assert "has not been liquidated that often" in text(await talk.say("/postmortem 3"))
        assert (await talk.say("/postmortem 0")).answer.template == "unclear"


async def test_who_was_never_liquidated_is_told_so() -> None:
    async with talking() as talk:
        assert "Nothing in this account has been liquidated" in text(await talk.say("/postmortem"))
        await talk.say("/start")
        assert "Nothing in this account has been liquidated" in text(await talk.say("/postmortem"))
        for line in ("/postmortem at=1.aaaa", "/postmortem at=x", "/postmortem at=3 show=timeline"):
            assert "not among your accounts" in text(await talk.say(line))


async def test_nobody_sees_another_s() -> None:
    async with talking(wallet=1000) as talk:
        await lose(talk)
        place = (await talk.say("/postmortem")).answer.data["place"]
        assert "not among your accounts" in text(await talk.say(f"/postmortem at={place}", who="eve"))


async def test_a_button_still_works_after_a_reset() -> None:
    async with talking(wallet=1000) as talk:
        await lose(talk)
        told = await talk.say("/postmortem")
        await talk.dialogue("/reset", "!press Confirm")
        assert "Nothing in this account has been liquidated" in text(await talk.say("/postmortem"))
        assert "45,205.82" in text(await talk.press("Why this price?", on=told))
        assert (await talk.account()).wallet == 1000


async def test_a_long_timeline_is_shortened_and_paged() -> None:
    async with talking(wallet=5000) as talk:
        await talk.dialogue(*LOST)
        for number in range(14):
            await talk.dialogue(f"/margin add {number + 1} btc", "!press Confirm")
            talk.later(minutes=1)
        await talk.bot.control.clock(timedelta(hours=25))
        await talk.price("btc", 40_000)
        reply = await talk.say("/postmortem")
        assert "… 10 more, see Timeline" in text(reply)
        assert "funding, 3 times: 1.50 USDT paid in all" in text(reply)
        first = await talk.press("Timeline")
        assert "Page 1 of 2" in text(first)
        assert "opened long 0.1 BTC" in text(first)
        second = await talk.press("Later")
        assert "liquidated: the long" in text(second)
        assert buttons(second) == ("Earlier", "Back to the post-mortem")
        assert text(await talk.press("Earlier")) == text(first)
        place = reply.answer.data["place"]
        assert text(await talk.say(f"/postmortem at={place} show=timeline page=99")) == text(second)


async def test_cross_takes_all_and_says_so() -> None:
    async with talking(wallet=2000) as talk:
        await talk.dialogue(
            *(
                "/open btc long 10x cross 0.1btc",
                "!press Confirm",
                "/open eth long 5x cross 1eth",
                "!press Confirm",
            ),
            *("!price eth 2300", "!price btc 32000"),
        )
        reply = await talk.say("/postmortem")
        said = text(reply)
        assert "What happened to your cross positions" in said
        assert "with the other positions as they stood" in said
        assert "This is about cross margin with several positions" in said
        assert "Isolated instead of cross: BTC liquidated too" in said
        assert "ETH survived" in said
        assert facts(reply)["= Left in the cross wallet"] == "0.00 USDT"


async def test_a_warning_that_was_given_is_part_of_the_story() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*LOST)
        talk.later(minutes=5)
        await talk.price("btc", 45_230)
        assert [reply.answer.template for _, reply in talk.postbox.delivered] == ["margin_warning"]
        talk.later(minutes=5)
        await talk.price("btc", 45_000)
        told = [each for each in text(await talk.say("/postmortem")).splitlines() if each.startswith("-")]
        assert "opened" in told[0]
        assert told[1].endswith("warned: 80 % of the way to liquidation")
        assert "liquidated" in told[2]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_it_is_worded_in_every_language_and_under_its_notice(language: str) -> None:
    async with talking(wallet=1000) as talk:
        await lose(talk)
        reply = await talk.say("/postmortem")
        data = reply.answer.data
        notice = Answer("postmortem", data, follow_ups("postmortem", data))
        for answer in (
            reply.answer,
            notice,
            Answer("postmortem_timeline", {"rows": data["first"], "page": 1, "pages": 2}),
        ):
            worded = talk.bot.wording.word(answer, language, "Asia/Tokyo")
            assert worded.language == language
            assert "BTC" in text(worded)
            assert " UTC)" in text(worded)
