"""Buttons through the real bot: whose they are, how often they act, and when they lead to a preview."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.action import MAX_PAYLOAD, Action, link_payload
from bot.core.identity import Platform
from bot.core.reply import Reply
from bot.core.request import Pressed, Said
from tests.harness import Talk, button, buttons, quotes, talking, text

ORDER = "/open btc long 10x isolated 500"


async def traded(talk: Talk, who: str = "me") -> int:
    """How many fills somebody has."""
    return len([each for each in await talk.events(who) if each.startswith("Position")])


def same(first: Reply, second: Reply) -> bool:
    return first.blocks == second.blocks and first.buttons == second.buttons


async def test_a_confirmation_trades_once_and_the_second_press_gets_the_same_answer() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        first = await talk.press("Confirm", on=preview)
        assert first.answer.template == "traded"
        second = await talk.press("Confirm", on=preview)
        assert same(first, second)
        assert second.edit
        assert await traded(talk) == 1


async def test_two_presses_at_once_are_one_trade_and_one_answer() -> None:
    async with talking() as talk:
        payload = button(await talk.say(ORDER), "Confirm").payload
        replies = await asyncio.gather(*(talk.send(payload) for _ in range(8)))
        assert all(same(replies[0], each) for each in replies)
        assert await traded(talk) == 1


async def test_an_update_delivered_again_gets_the_stored_answer() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER, update="1")
        assert same(await talk.say(ORDER, update="1"), preview)
        payload = button(preview, "Confirm").payload
        done = await talk.send(payload, update="2")
        assert same(await talk.send(payload, update="2"), done)
        assert await traded(talk) == 1


async def test_an_update_delivered_again_in_direct_trading_is_one_trade() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        done = await talk.say(ORDER, update="7")
        assert done.answer.template == "traded"
        assert same(await talk.say(ORDER, update="7"), done)
        assert same(await talk.say(ORDER, update="7", who="me"), done)
        assert await traded(talk) == 1
        await talk.say(ORDER.replace("isolated 500", "isolated 300"), update="8")
        assert await traded(talk) == 2


async def test_with_previews_off_a_double_press_of_any_order_is_one_trade() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        question = await talk.say("/open btc")
        first = await talk.press("Long: it rises", on=question)
        assert first.answer.template == "traded"
        assert same(await talk.press("Long: it rises", on=question), first)
        long = button(await talk.say("/price eth"), "Long").payload
        replies = await asyncio.gather(*(talk.send(long) for _ in range(4)))
        assert all(same(each, replies[0]) for each in replies)
        assert await traded(talk) == 2
        close = await talk.say("/positions")
        done = await talk.press("Close ETH", on=close)
        assert same(await talk.press("Close ETH", on=close), done)
        assert await traded(talk) == 3


async def test_a_button_that_only_previews_can_be_pressed_again() -> None:
    async with talking() as talk:
        price = await talk.say("/price btc", room="square")
        first = await talk.press("Long", on=price, room="square")
        talk.later(seconds=61)
        again = await talk.press("Long", on=price, room="square")
        assert not same(first, again)
        assert (await talk.press("Confirm", on=again)).answer.template == "traded"


async def test_one_number_on_two_platforms_is_two_acts() -> None:
    async with talking() as talk:
        await talk.say("/open", update="7")
        other = await talk.say("/start", update="7", platform=Platform.TELEGRAM)
        assert other.answer.template == "start"


async def test_a_strangers_press_is_answered_privately_and_does_nothing() -> None:
    async with talking() as talk:
        await talk.say("/start", "eve")
        preview = await talk.say(ORDER, room="square")
        for each in preview.all_buttons():
            reply = await talk.send(each.payload, "eve", room="square")
            assert (reply.answer.template, reply.private, reply.edit) == ("not_yours", True, False)
        assert await traded(talk) == 0
        assert await traded(talk, "eve") == 0
        assert (await talk.send(button(preview, "Confirm").payload)).answer.template == "traded"


async def test_a_button_for_anyone_acts_for_who_presses() -> None:
    async with talking() as talk:
        price = await talk.say("/price btc", room="square")
        reply = await talk.press("Long", "eve", on=price, room="square")
        assert reply.answer.template == "preview_open"
        assert reply.private
        assert (await talk.send(button(reply, "Confirm").payload)).answer.template == "not_yours"
        await talk.send(button(reply, "Confirm").payload, "eve")
        assert await traded(talk, "eve") == 1


async def test_somebody_elses_preview_cannot_be_confirmed_by_its_number() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        line = Action.decode(button(preview, "Confirm").payload).line
        assert (await talk.say(f"/{line}", "eve")).answer.template == "preview_gone"
        assert (
            await talk.say(f"/{line.replace('confirm', 'drop')}", "eve")
        ).answer.template == "preview_gone"
        why = Action.decode(button(preview, "Why this price?").payload).line
        assert (await talk.say(f"/{why}", "eve")).answer.template == "why_needs_position"
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"


async def test_buttons_survive_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        preview = await talk.say(ORDER)
        question = await talk.say("/open eth")
    async with talking(database=database) as talk:
        done = await talk.press("Confirm", on=preview)
        assert done.answer.template == "traded"
        assert same(await talk.press("Confirm", on=preview), done)
        assert (await talk.press("Long: it rises", on=question)).answer.template == "preview_open"
    async with talking(database=database) as talk:
        assert same(await talk.press("Confirm", on=preview), done)
        assert await traded(talk) == 1


async def test_a_question_survives_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.say("/open eth 4x")
    async with talking(database=database) as talk:
        reply = await talk.say("short")
        assert (reply.answer.template, reply.answer.data["leverage"]) == ("preview_open", 4)


async def test_a_long_line_is_kept_under_a_token(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    line = "/opne btc long 5x isolated 123456789.123456usdt leverage=5 mode=isolated side=long"
    async with talking(database=database, wallet=1_000_000_000) as talk:
        reply = await talk.say(line)
        (yes,) = reply.all_buttons()
        action = Action.decode(yes.payload)
        assert action.stored_as is not None
        assert action.suggested
    async with talking(database=database) as talk:
        assert (await talk.send(yes.payload)).answer.template in {"preview_open", "refused"}
        assert (await talk.send(yes.payload, "eve")).answer.template == "not_yours"
        lost = Action("@" + "a" * 16, action.owner).encode()
        assert (await talk.send(lost)).answer.template == "button_expired"


@pytest.mark.parametrize("payload", ["", "x", "1|||", "2|||open btc long", "1|a|b", "\x00" * 40, "é" * 40])
async def test_a_payload_that_cannot_be_read_is_answered(payload: str) -> None:
    async with talking() as talk:
        await talk.say("/start")
        reply = await talk.send(payload)
        assert (reply.answer.template, reply.private) == ("button_unknown", True)


@pytest.mark.parametrize(
    "line", ["/opne btc long 5x", "/open btc lnog 5x", "open btc lonng 5x", "/oepn btc long 500usdt isolated"]
)
async def test_a_guess_leads_to_a_preview_even_with_previews_off(line: str) -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        guess = await talk.say(line)
        assert guess.answer.template == "did_you_mean"
        (label,) = buttons(guess)
        assert label.startswith("Yes: /open btc long")
        preview = await talk.press(label)
        assert preview.answer.template == "preview_open"
        assert await traded(talk) == 0
        await talk.press("Confirm")
        assert await traded(talk) == 1


async def test_a_link_leads_to_a_preview_even_with_previews_off() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        payload = link_payload("open btc long 5x 500usdt")
        reply = await talk.say(f"/start {payload}")
        assert reply.answer.template == "preview_open"
        assert await traded(talk) == 0


@pytest.mark.parametrize(
    "payload", ["hello", "x", "x1", "xaaaaaaaaaaaaa", "k", "kabcdefghijklmnop", "x" * 64, "ref_12"]
)
async def test_a_link_without_meaning_still_welcomes_or_says_that_it_is_old(payload: str) -> None:
    async with talking() as talk:
        reply = await talk.say(f"/start {payload}")
        assert reply.answer.template in {"start", "button_expired", "unclear", "unknown_command"}


async def test_a_front_without_whispers_sends_private_matters_to_the_private_chat() -> None:
    async with talking() as talk:
        await talk.say("/settings confirm off")
        reply = await talk.say(ORDER, room="square", whispers=False)
        assert reply.answer.template == "in_private"
        assert await traded(talk) == 0
        (link,) = reply.all_buttons()
        assert link.deep
        assert len(link.payload) <= MAX_PAYLOAD
        assert (await talk.say(f"/start {link.payload}")).answer.template == "preview_open"
        long = await talk.say(
            ORDER + " leverage=10 mode=isolated side=long symbol=btc", room="square", whispers=False
        )
        (link,) = long.all_buttons()
        assert (await talk.say(f"/start {link.payload}")).answer.template == "preview_open"
        assert await traded(talk) == 0


async def test_in_a_group_private_answers_are_private_and_public_ones_public() -> None:
    async with talking() as talk:
        for line, private in (
            ("/positions", True),
            ("/portfolio", True),
            (ORDER, True),
            ("/open", True),
            ("/settings", True),
            ("/history", True),
            ("/price btc", False),
            ("/help", False),
            ("/start", False),
            ("/privacy", False),
        ):
            assert (await talk.say(line, room="square")).private is private, line
            assert (await talk.say(line)).private is False, line


async def test_what_people_say_to_each_other_is_neither_answered_nor_kept() -> None:
    async with talking() as talk:
        for said in ("good morning", "open btc long", "", "yes"):
            request = talk.request(Said(said, addressed=False), "eve", room="square")
            assert await talk.ask(request) is None
        assert not await talk.known("eve")


async def test_a_press_edits_its_message_unless_the_answer_is_private_or_new() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        assert not preview.edit
        why = await talk.press("Why this price?", on=preview)
        assert not why.edit, "the preview stays, to be confirmed"
        assert (await talk.press("Confirm", on=preview)).edit


async def test_an_expired_preview_is_renewed_without_a_trade() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        talk.later(seconds=61)
        renewed = await talk.press("Confirm", on=preview)
        assert (renewed.answer.template, renewed.answer.data["reason"]) == ("preview_open", "expired")
        assert "older than 60 seconds" in quotes(renewed)[0]
        assert await traded(talk) == 0
        assert same(await talk.press("Confirm", on=preview), renewed)
        assert (await talk.press("Confirm", on=renewed)).answer.template == "traded"


async def test_a_preview_is_still_good_after_59_seconds() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        talk.later(seconds=59)
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"


@pytest.mark.parametrize(
    ("price", "moved"), [(50_251, True), (49_749, True), (50_249, False), (49_751, False)]
)
async def test_a_price_that_moved_by_over_half_a_percent_renews_the_preview(price: int, moved: bool) -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        await talk.price("btc", price)
        reply = await talk.press("Confirm", on=preview)
        assert reply.answer.data.get("reason") == ("price" if moved else None)
        assert await traded(talk) == (0 if moved else 1)
        if moved:
            assert "0.5" in quotes(reply)[0]
            assert f"{price:,}.00" in text(reply)
        else:
            held = (await talk.account()).position("BTCUSDT")
            assert held is not None
            assert held.entry_price == price
            assert held.quantity == Decimal("0.1"), "the previewed quantity, at the price of now"


async def test_a_preview_of_an_account_that_changed_is_renewed() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        await talk.say("/leverage eth 7x")
        renewed = await talk.press("Confirm", on=preview)
        assert renewed.answer.data["reason"] == "account"
        assert "your account changed" in quotes(renewed)[0]
        assert await traded(talk) == 0


async def test_a_renewed_preview_that_would_be_refused_says_why() -> None:
    async with talking(wallet=1000) as talk:
        first = await talk.say("/open btc long 10x isolated 600")
        await talk.dialogue("/open eth long 10x isolated 600", "!press Confirm")
        refused = await talk.press("Confirm", on=first)
        assert refused.answer.template == "refused"
        assert await traded(talk) == 1


async def test_a_cancelled_preview_is_gone() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        assert (await talk.press("Cancel", on=preview)).answer.template == "cancelled"
        assert (await talk.press("Confirm", on=preview)).answer.template == "preview_gone"
        assert (await talk.press("Cancel", on=preview)).answer.template == "preview_gone"
        assert await traded(talk) == 0


async def test_a_used_preview_cannot_be_cancelled() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        await talk.press("Confirm", on=preview)
        assert (await talk.press("Cancel", on=preview)).answer.template == "preview_gone"
        assert (await talk.account()).position("BTCUSDT") is not None


async def test_a_preview_of_an_account_put_aside_is_gone() -> None:
    async with talking() as talk:
        preview = await talk.say(ORDER)
        await talk.dialogue("/reset", "!press Confirm")
        assert (await talk.press("Confirm", on=preview)).answer.template == "preview_gone"
        assert await traded(talk) == 0


async def test_each_act_of_a_preview_is_a_press_of_its_own() -> None:
    async with talking() as talk:
        await talk.say(ORDER)
        cross = await talk.press("Cross instead")
        assert cross.answer.data["mode"] == "cross"
        two = await talk.press("2%")
        assert two.answer.data["mode"] == "cross"
        assert two.answer.data["isolated"]["most_lost"] == two.answer.data["equity"] / 50
        ask = await talk.press("Other size…")
        assert ask.answer.template == "ask"
        own = await talk.say("=1000")
        assert (own.answer.template, own.answer.data["mode"]) == ("preview_open", "cross")
        assert own.answer.data["quantity"] == Decimal("0.02")
        assert (await talk.ask(talk.request(Pressed(button(own, "Confirm").payload)))) is not None
        assert await traded(talk) == 1
