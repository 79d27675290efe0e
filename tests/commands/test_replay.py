"""`/replay` as people use it: choosing a tape, living on it, ending it, and everything that cannot be done."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap import Plan
from bot.core.reply import Reply
from bot.services.tapes import Shelf
from bot.storage import accounts
from engine.contracts import load_contracts
from tests.harness import Talk, buttons, facts, talking, text
from tests.services.playing import QUICK, playing, replay_accounts, runs, until_over

SHELF = Shelf(load_contracts())


async def card(talk: Talk, line: str, who: str = "me") -> dict[str, object]:
    """The data of the reply to a line."""
    return dict((await talk.say(line, who)).answer.data)


async def code(talk: Talk, line: str, who: str = "me") -> str:
    """Why a line is refused; nothing was done then."""
    before = [each.state for each in await replay_accounts(talk)]
    reply = await talk.say(line, who)
    assert not reply.answer.ok, text(reply)
    assert [each.state for each in await replay_accounts(talk)] == before
    return str(reply.answer.data.get("code", reply.answer.template))


async def test_the_list_tells_length_and_coins_and_no_more() -> None:
    async with talking() as talk:
        reply = await talk.say("/replay")
        assert facts(reply) == {"1": "72 | 3", "2": "60 | 2", "3": "72 | 3", "4": "60 | 3", "5": "60 | 9"}
        numbered = tuple(f"Tape {number}" for number in range(1, 6))
        days = ("10 October 2025", "5 August 2024", "8 November 2022", "19 May 2021", "12 March 2020")
        assert buttons(reply) == (*numbered, *days)
        assert SHELF.ids != tuple(sorted(SHELF.ids)), "the numbers follow neither names nor dates"


def told(reply: Reply) -> str:
    """Everything that leaves with a reply: text, buttons and data."""
    return f"{text(reply)} {buttons(reply)} {reply.answer.to_json()}".casefold()


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_hidden_tape_gives_nothing_away_before_its_end(number: int) -> None:
    reel = SHELF.take(SHELF.ids[number - 1], hidden=True)
    real = [reel.real.id, str(reel.real.start.year), "binance"]
    real += [f'"{reel.symbol_of(each)}"' for each in reel.tape.series]
    real += [f" {reel.symbol_of(each).removesuffix('USDT')} " for each in reel.tape.series]
    coin = next(iter(reel.tape.series)).removesuffix("USDT").lower()
    async with talking(prices={"BTCUSDT": Decimal(50_000)}) as talk:
        for line in (
            f"/replay {number}",
            "/settings confirm off",
            "/price",
            f"/price {coin}",
            f"/open {coin} short 5x isolated 500usdt",
            "/positions",
            f"/why liquidation {coin}",
            "/replay step 5h",
            "/replay finish",
            "/portfolio",
        ):
            reply = await talk.say(line)
            assert reply.answer.ok, told(reply)
            assert [each for each in real if each.casefold() in told(reply)] == [], line
        reply = await talk.say("/replay stop")
        assert reply.answer.template == "debrief"
        assert reel.real.id in told(reply)


async def test_a_named_tape_has_its_own_coins_prices_and_dates() -> None:
    async with talking() as talk:
        await talk.say("/replay")
        reply = await talk.press("10 October 2025")
        assert "10 October 2025: tariff shock and auto-deleveraging" in text(reply)
        assert facts(reply)["BTC"] == "122,673.00 | 0 %"
        assert text(await talk.say("/replay status")).splitlines()[1].startswith("9 Oct 12:00 UTC")


async def test_trading_in_the_private_chat_acts_on_the_replay_and_in_groups_on_the_main_account() -> None:
    async with talking() as talk:
        await talk.dialogue("/settings confirm off", "/open btc long 5x isolated 500usdt")
        await talk.say("/replay mar-2020 named")
        reply = await talk.say("/positions")
        assert reply.answer.banner["kind"] == "replay"
        assert "None. Open one to see it here." in text(reply)
        await talk.say("/open eth short 5x isolated 500usdt")
        (account,) = await replay_accounts(talk)
        assert [key[0] for key in account.state.positions] == ["ETHUSDT"]
        assert [key[0] for key in (await talk.account()).positions] == ["BTCUSDT"]
        assert (await talk.say("/price btc")).answer.data["mark"] == Decimal("7821.86")
        group = await talk.say("/price btc", room="square")
        assert group.answer.data["mark"] == 50_000
        assert group.answer.banner == {}
        assert "BTC" in text(await talk.say("/positions", room="square", whispers=True))


async def test_it_begins_held_unless_a_speed_is_named() -> None:
    async with talking() as talk, playing(talk):
        assert (await card(talk, "/replay 2"))["paused"] is True
        await talk.say("/replay drop")
        assert (await card(talk, "/replay 60x 2"))["paused"] is False
        status = await talk.say("/replay")
        assert "playing at 60×" in text(status)
        assert buttons(status)[:3] == ("Pause", "Refresh", "End it")


async def test_the_card_is_one_message_that_presses_change() -> None:
    async with talking() as talk, playing(talk):
        await talk.say("/replay 2")
        for label, share in (("Step 1 h", 60), ("Step 5 min", 65)):
            reply = await talk.press(label)
            assert reply.edit
            assert runs(talk)[0].feed.position.total_seconds() == share * 60
        reply = await talk.press("600×")
        assert reply.answer.data["speed"] == "600"
        reply = await talk.press("Play")
        assert (reply.edit, reply.answer.data["paused"]) == (True, False)
        assert (await talk.press("Pause")).answer.data["paused"] is True
        assert (await talk.press("End it")).answer.template == "replay_ending"
        assert (await talk.press("Go on")).answer.template == "replay_status"


async def test_words_in_every_order_and_both_ways_of_a_number() -> None:
    async with talking() as talk:
        for line, tape, speed in (
            ("/replay #3 10x", 3, "10"),
            ("/replay 10x 3", 3, "10"),
            ("/replay speed=600 hidden oct-2025", 5, "600"),
            ("/tape named x300 1", 1, "300"),
        ):
            data = await card(talk, line)
            assert (data["number"], data["speed"]) == (tape, speed), line
            await talk.say("/replay drop")
        await talk.say("/replay 1")
        assert (await card(talk, "/replay step"))["moved"] == 60
        assert (await card(talk, "/replay 90m"))["moved"] == 90
        assert (await card(talk, "/replay speed 30"))["speed"] == "30"


async def test_what_cannot_be_done_is_refused_with_its_reason() -> None:
    async with talking() as talk:
        for act in ("resume", "pause", "step 1h", "finish", "playout", "stop", "drop", "again", "speed 10x"):
            assert await code(talk, f"/replay {act}") == "none", act
        for tape in ("0", "6", "999999999", "#17"):
            assert await code(talk, f"/replay {tape}") == "unknown-tape", tape
        assert await code(talk, "/replay 1.5") == "tape"
        assert await code(talk, "/replay moon") == "unclear"
        for speed in ("0x", "601x", "0.5x", "x0", "999999999x"):
            assert await code(talk, f"/replay 3 {speed}") == "speed", speed
        await talk.say("/replay 3")
        assert await code(talk, "/replay 4") == "replay_one_runs"
        assert await code(talk, "/replay again") == "replay_one_runs"
        for speed in ("0x", "601x", "speed 601"):
            assert await code(talk, f"/replay {speed}") == "speed", speed
        for step in ("0m", "0h", "25h", "2d", "999999h"):
            assert await code(talk, f"/replay step {step}") == "step", step
        assert await code(talk, "/replay resume") == "no-player"
        assert runs(talk)[0].feed.position.total_seconds() == 0
        async with playing(talk):
            await talk.say("/replay resume")
            assert await code(talk, "/replay step 1h") == "playing"
            await talk.say("/replay pause")
            assert (await card(talk, "/replay step 1h"))["moved"] == 60
        await talk.say("/replay stop")
        assert await code(talk, "/replay stop") == "none"


async def test_another_tape_is_offered_only_when_the_first_is_ended_or_dropped() -> None:
    async with talking() as talk:
        await talk.say("/replay 3")
        reply = await talk.say("/replay 4")
        assert buttons(reply) == ("Go on with it", "End it with the debrief", "Drop it")
        reply = await talk.press("Drop it")
        assert reply.answer.template == "replay_dropped"
        assert [each.archived_at is not None for each in await replay_accounts(talk)] == [True]
        assert (await card(talk, "/replay 4"))["number"] == 4
        await talk.say("/replay stop")
        again = await talk.press("Same tape again")
        assert (again.answer.data["number"], again.answer.data["hidden"]) == (4, True)


async def test_a_press_twice_starts_one_replay_and_an_update_twice_moves_one_step() -> None:
    async with talking() as talk:
        listed = await talk.say("/replay")
        first = await talk.press("Tape 2", on=listed)
        second = await talk.press("Tape 2", on=listed)
        assert first.answer.to_json() == second.answer.to_json()
        for _ in range(2):
            reply = await talk.say("/replay step 1h", update="the same")
            assert reply.answer.data["gone"] == 1
        assert runs(talk)[0].feed.position.total_seconds() == 3600


async def test_two_starts_at_once_start_one() -> None:
    async with talking() as talk:
        await talk.say("/start")
        replies = await asyncio.gather(*(talk.say(f"/replay {number}") for number in (1, 2, 3)))
        templates = sorted(each.answer.template for each in replies)
        assert templates == ["replay_one_runs", "replay_one_runs", "replay_started"]
        assert len(runs(talk)) == len(await replay_accounts(talk)) == 1


async def test_commands_after_the_end_act_on_the_main_account_again() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay mar-2020 named", "/open btc long 5x isolated 500usdt")
        preview = talk.shown()
        await talk.say("/replay stop")
        reply = await talk.press("Confirm", on=preview)
        assert reply.answer.template == "preview_gone"
        assert (await talk.account()).positions == {}
        for account in await replay_accounts(talk):
            assert account.kind == accounts.REPLAY
            assert account.state.positions == {}


async def test_a_step_over_the_end_of_the_tape_is_its_debrief() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay mar-2020 named", "/replay step 1d", "/replay step 1d")
        assert (await card(talk, "/replay step 11h"))["gone"] == 59
        reply = await talk.say("/replay step 1d")
        assert reply.answer.template == "debrief"
        assert reply.answer.data["whole"] is True
        assert runs(talk) == []


async def test_who_opens_nothing_is_told_so_kindly() -> None:
    async with talking() as talk:
        await talk.say("/replay 2")
        reply = await talk.say("/replay playout")
        assert "You opened nothing." in text(reply)
        assert reply.answer.data["result"] == 0
        plans = {row: value for row, value in facts(reply).items() if "×" in row}
        assert plans["10× cross"].startswith("0.00 | 100 %")
        assert plans["hold, 1×"].endswith("no")


async def test_the_balance_of_a_replay_is_the_plan_s_and_a_huge_one_is_no_fault() -> None:
    assert Plan("x").balance == 10_000
    async with talking(wallet=10_000_000_000) as talk:
        await talk.say("/replay 2")
        reply = await talk.say("/replay playout")
        assert "refused" in text(reply)


async def test_a_replay_s_account_is_not_reset() -> None:
    async with talking() as talk:
        await talk.say("/replay 1")
        reply = await talk.say("/reset")
        assert reply.answer.data["code"] == "reset"
        assert "/replay stop, then /replay again" in text(reply)


async def test_another_process_opens_the_market_of_a_replay_that_it_is_asked_about(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as first, talking(database=database) as second:
        await second.say("/replay 1")
        assert (await first.say("/price")).answer.banner["kind"] == "replay"
        await second.say("/replay stop")
        assert (await first.say("/price")).answer.banner == {}


async def test_notices_name_the_replay_and_offer_what_comes_next() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay mar-2020 named", "/settings confirm off")
        await talk.dialogue("/open btc long 20x isolated 500usdt", "/replay step 1d", "/replay step 1d")
        await talk.bot.control.flush()
        assert text(talk.postbox.delivered[0][1]).startswith("REPLAY · mar-2020 · ")
        async with playing(talk):
            await talk.dialogue("/replay step 11h", "/replay resume")
            runs(talk)[0].feed.speed = QUICK
            await until_over(talk)
        await talk.bot.control.flush()
        (debrief,) = [each for _, each in talk.postbox.delivered if each.answer.template == "debrief"]
        assert buttons(debrief) == ("Same tape again", "Another tape")
        assert (await talk.press("Same tape again", on=debrief)).answer.template == "replay_started"
