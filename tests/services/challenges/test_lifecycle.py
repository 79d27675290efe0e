"""Challenges from their start to their end: what is traded, what ends, who is told, and what survives a sudden stop."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.core.sender import RetryLater, Unreachable
from bot.services.challenges.ending import Endings
from bot.services.challenges.rules import commitment, tape_hash
from bot.services.challenges.score import UNRANKED
from bot.services.challenges.stage import rules_of
from bot.storage import accounts, challenges, journal
from engine.events import FundingPaid, LiquidationStarted
from tests.fakes.contests import LIVE, OWN, ROOM, TOGETHER, ContestTalk, contesting
from tests.fakes.nights import Board
from tests.harness import START, text

LONG = "/open {coin} long {leverage}x isolated {size}usdt"


async def begun(talk: ContestTalk, line: str, *others: str) -> None:
    """A challenge of ann's with others in it, past its lobby; nobody is shown previews."""
    await talk.say(line, "ann", ROOM)
    await talk.say("/settings confirm off", "ann")
    for each in others:
        await talk.say("/join", each, ROOM)
        await talk.say("/settings confirm off", each)
    await talk.settle(minutes=0 if line == OWN else 5)


async def opened(talk: ContestTalk, who: str, leverage: int = 10, size: int = 500) -> None:
    """A long of somebody's in the first coin of the tape."""
    line = LONG.format(coin=await talk.coin(), leverage=leverage, size=size)
    assert (await talk.say(line, who)).answer.template == "traded"


async def kinds(talk: ContestTalk, who: str) -> list[type]:
    account = await talk.contest_account(who)
    async with talk.bot.store.unit() as unit:
        found = await journal.entries(unit, account.id, limit=10_000)
    return [type(each.event) for each in reversed(found)]


async def result_of(talk: ContestTalk, who: str) -> dict[str, Any]:
    """What somebody was told at the end, once."""
    told = [
        reply.answer.data
        for to, reply in talk.postbox.delivered
        if to.user == who and reply.answer.template == "challenge_result"
    ]
    assert len(told) == 1
    return dict(told[0])


# The start


async def test_everybody_starts_with_the_same_and_trades_from_the_start_on() -> None:
    async with contesting() as talk:
        await talk.say(TOGETHER, "ann", ROOM)
        await talk.say("/join", "bob", ROOM)
        early = await talk.say(LONG.format(coin=await talk.coin(), leverage=5, size=500), "bob")
        assert early.answer.data["code"] == "not-begun"
        await talk.settle(minutes=5)
        await talk.say("/settings confirm off", "bob")
        await opened(talk, "bob")
        assert {each.state.wallet for each in [await talk.contest_account("ann")]} == {Decimal(10_000)}
        assert (await talk.account("bob", talk.board.platform)).positions == {}, "the main account is another"


async def test_rules_and_tape_are_fixed_by_a_salted_hash_that_does_not_give_the_tape_away() -> None:
    async with contesting() as talk:
        await talk.say(TOGETHER, "ann", ROOM)
        await talk.settle()
        body = (await talk.challenge()).body
        rules = rules_of(await talk.challenge())
        assert body["commitment"] == commitment(rules, body["salt"])
        assert rules.tape == "mar-2020"
        shown = str(talk.card().answer.to_json()) + text(talk.card())
        for secret in (rules.tape, body["salt"], tape_hash(rules.tape)):
            assert secret not in shown
        assert commitment(rules, "0" * 64) != body["commitment"]


async def test_a_challenge_that_everybody_left_is_called_off_at_its_start() -> None:
    async with contesting() as talk:
        await talk.say(LIVE, "ann", ROOM)
        await talk.say("/leave", "ann", ROOM)
        await talk.settle(minutes=5)
        assert (await talk.challenge()).ended_at is not None
        assert "called off" in text(talk.card())


async def test_two_who_begin_one_at_once_begin_one() -> None:
    async with contesting() as talk:
        await talk.say("/start", "ann")
        await talk.say("/start", "bob")
        replies = await asyncio.gather(talk.say(LIVE, "ann", ROOM), talk.say(OWN, "bob", ROOM))
        assert sorted(each.answer.ok for each in replies) == [False, True]
        assert len(await talk.members()) == 1


# What may be traded


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/open btc long 6x 100usdt", "leverage"),
        ("/open eth long 5x 100usdt", "coin"),
        ("/leverage btc 6x", "leverage"),
        ("/limit eth long @2000 100usdt", "coin"),
    ],
)
async def test_cap_and_coins_hold_for_orders_settings_and_previews(line: str, code: str) -> None:
    async with contesting() as talk:
        await begun(talk, "/challenge create live 1h 5x btc entry=5m")
        for confirm in ("off", "on"):
            await talk.say(f"/settings confirm {confirm}", "ann")
            reply = await talk.say(line, "ann")
            if reply.answer.template == "symbol_settings":
                continue
            assert (reply.answer.template, reply.answer.data["code"]) == ("challenge_limit", code)
        assert (await talk.contest_account("ann")).state.version == 1


async def test_a_coin_that_may_not_be_opened_may_be_closed_and_the_rest_goes_on() -> None:
    async with contesting() as talk:
        await begun(talk, "/challenge create live 1h 5x btc entry=5m")
        assert (await talk.say("/open btc long 5x 100usdt", "ann")).answer.template == "traded"
        assert (await talk.say("/close btc", "ann")).answer.template == "traded"


async def test_nothing_is_traded_after_the_end() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        talk.later(hours=1)
        reply = await talk.say("/open btc long 5x 100usdt", "ann")
        assert reply.answer.data["code"] == "over"


async def test_a_preview_of_before_the_end_is_not_carried_out_after_it() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        await talk.say("/settings confirm on", "ann")
        await talk.settle(minutes=59, seconds=50)
        preview = await talk.say("/open btc long 5x 100usdt", "ann")
        talk.later(seconds=20)
        assert (await talk.press("Confirm", "ann", preview)).answer.data["code"] == "over"


async def test_what_a_member_is_told_meanwhile_says_which_account_it_is_about() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        await talk.say("/open btc long 20x isolated 500usdt", "ann")
        for price in (47_740, 40_000):
            await talk.price("btc", price)
        told = {reply.answer.template: reply.answer.banner for _, reply in talk.postbox.delivered}
        assert {"margin_warning", "liquidated"} <= told.keys()
        assert told["margin_warning"]["kind"] == told["liquidated"]["kind"] == "challenge"


# A tape together


async def test_all_are_taken_through_every_step_of_the_same_tape() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER, "bob", "cat")
        for who, leverage in (("ann", 20), ("bob", 20), ("cat", 3)):
            await opened(talk, who, leverage)
        await talk.settle(hours=2)
        assert await kinds(talk, "ann") == await kinds(talk, "bob")
        assert LiquidationStarted in await kinds(talk, "ann")
        assert FundingPaid in await kinds(talk, "cat")
        equal = {who: (await talk.member(who)).score for who in ("ann", "bob")}
        assert equal["ann"] == equal["bob"] < (await talk.member("cat")).score
        assert (await result_of(talk, "ann"))["rank"] == (await result_of(talk, "bob"))["rank"] == 2
        assert (await result_of(talk, "cat"))["rank"] == 1


async def test_a_life_is_the_same_in_one_leap_and_in_many_looks() -> None:
    lives = []
    for leaps in ([120], [1] * 120):
        async with contesting() as talk:
            await begun(talk, TOGETHER)
            await opened(talk, "ann", 20)
            for minutes in leaps:
                await talk.settle(minutes=minutes)
            account = await talk.contest_account("ann")
            lives.append((account.state, (await talk.member("ann")).score))
    assert lives[0] == lives[1]


async def test_after_a_sudden_stop_a_tape_goes_on_where_it_stood(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with contesting(database) as talk:
        await begun(talk, TOGETHER, "bob")
        await opened(talk, "ann", 20)
        await talk.settle(minutes=10)
        stood = (await talk.say("/portfolio", "ann")).answer.banner
    later = START + timedelta(hours=9)
    async with contesting(database, start=later) as talk:
        assert (await talk.say("/portfolio", "ann")).answer.banner["time"] == stood["time"]
        assert talk.contests is not None
        await talk.contests.clock.step()
        await talk.contests.clock.step()
        assert (await talk.say("/portfolio", "ann")).answer.banner["time"] == stood["time"], (
            "nobody was there"
        )
        for _ in range(130):
            talk.later(seconds=60)
            for _ in range(3):
                talk.later(seconds=20)
                await talk.contests.clock.step()
        await talk.settle(hours=2)
        assert (await talk.challenge()).ended_at is not None
    async with contesting() as whole:
        await begun(whole, TOGETHER, "bob")
        await opened(whole, "ann", 20)
        await whole.settle(hours=2)
        there = [(await whole.contest_account("ann")).state.wallet, (await whole.member("ann")).score]
    async with contesting(database, start=later + timedelta(hours=9)) as talk:
        assert [(await talk.contest_account("ann")).state.wallet, (await talk.member("ann")).score] == there


async def test_an_account_meets_nothing_twice_where_the_stored_place_is_behind(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with contesting(database) as talk:
        await begun(talk, TOGETHER)
        await talk.settle(minutes=60)
        await opened(talk, "ann", 3)
        assert talk.markets is not None
        market = talk.markets.snapshot((await talk.contest_account("ann")).market)
        coin = await talk.coin()
        target = market.quote(f"{coin.upper()}USDT").mark * Decimal("1.1")  # the tape was there before
        assert (await talk.say(f"/tp {coin} @{target:.2f}", "ann")).answer.template == "traded"
        before = await kinds(talk, "ann")
        async with talk.bot.store.unit() as unit:  # as after a stop before the place was stored
            kept = await talk.challenge()
            challenges.save(unit, replace(kept, body={**kept.body, "place": 0}))
    async with contesting(database, start=START + timedelta(hours=1, minutes=5)) as talk:
        assert talk.contests is not None
        await talk.contests.clock.step()
        assert await kinds(talk, "ann") == before
        assert (await talk.say("/portfolio", "ann")).answer.banner["time"] != "00:00"


async def test_a_clock_that_leaps_moves_a_tape_by_half_a_minute_at_most_and_backwards_not_at_all() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER)
        assert talk.contests is not None
        talk.later(hours=1)
        await talk.contests.clock.step()
        place = (await talk.challenge()).body["place"]
        assert 0 < place <= 30 * 31 * 1_000_000, "60 h of tape in 2 h: 30×"
        clock: Any = talk.bot.clock
        clock._moment -= timedelta(hours=2)
        await talk.contests.clock.step()
        assert (await talk.challenge()).body["place"] == place


async def test_a_leap_over_the_start_is_made_up_for_by_hand() -> None:
    async with contesting() as talk:
        await talk.say(TOGETHER, "ann", ROOM)
        await talk.settle()
        await talk.settle(minutes=35)
        minutes = (await talk.challenge()).body["place"] // 60_000_000
        assert minutes == 30 * 30, "half an hour at 30×"


async def test_it_runs_by_itself() -> None:
    async with contesting() as talk:
        await talk.say(TOGETHER, "ann", ROOM)
        await talk.settle()
        assert talk.contests is not None
        running = asyncio.create_task(talk.contests.clock.run())
        talk.later(minutes=5)
        talk.contests.clock.wake()
        await talk.board.until(lambda: talk.card().answer.data["stage"] == "running")
        async with asyncio.timeout(10):
            while not (await talk.challenge()).body["place"]:  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


# At one's own pace


async def test_everybody_plays_the_whole_tape_whenever_they_came() -> None:
    async with contesting() as talk:
        await begun(talk, OWN)
        await opened(talk, "ann", 20)
        await talk.say("/finish sure=yes", "ann")
        await talk.settle(hours=11)
        await talk.say("/join", "bob", ROOM)
        await talk.say("/settings confirm off", "bob")
        await opened(talk, "bob", 20)
        await talk.settle(hours=13)
        assert (await talk.challenge()).ended_at is not None
        scores = {(await talk.member(who)).score for who in ("ann", "bob")}
        assert len(scores) == 1
        assert UNRANKED not in scores
        assert await kinds(talk, "ann") == await kinds(talk, "bob")


async def test_finishing_asks_first_and_plays_out_with_what_is_open() -> None:
    async with contesting() as talk:
        await begun(talk, OWN)
        await opened(talk, "ann", 20)
        asked = await talk.say("/finish", "ann")
        assert text(asked).startswith("Play your tape to its end now?")
        assert LiquidationStarted not in await kinds(talk, "ann")
        await talk.press("Play it to the end", "ann", asked)
        assert LiquidationStarted in await kinds(talk, "ann")
        assert (await talk.member("ann")).finished_at is not None
        assert text(await talk.say("/finish sure=yes", "ann")).startswith(
            ("You do not", "There is no", "You are")
        )


async def test_a_challenge_at_ones_own_pace_ends_once_all_are_through_and_nobody_can_join() -> None:
    async with contesting() as talk:
        await begun(talk, OWN)
        await talk.say("/finish sure=yes", "ann")
        await talk.settle(hours=1)
        assert (await talk.challenge()).ended_at is None
        await talk.settle(hours=12)
        assert (await talk.challenge()).ended_at is not None


async def test_the_tape_of_a_challenge_is_not_put_aside_and_ones_own_replay_is_another() -> None:
    async with contesting() as talk:
        await begun(talk, OWN)
        for line in ("/replay stop", "/replay drop", "/replay playout"):
            assert (await talk.say(line, "ann")).answer.data["code"] == "challenge"
        stepped = await talk.say("/replay step 1h", "ann")
        assert stepped.answer.banner["kind"] == "challenge"
        assert "Tape" not in text(stepped).split("\n")[1]
        assert (await talk.say("/replay 1", "ann")).answer.template == "replay_started"
        assert (await talk.say("/portfolio", "ann")).answer.banner["kind"] == "replay"
        assert (await talk.say("/replay stop", "ann")).answer.template == "debrief"
        assert (await talk.say("/portfolio", "ann")).answer.banner["kind"] == "challenge"


async def test_nobody_holds_a_tape_that_all_play_together() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER)
        for line in ("/replay pause", "/replay step 1h", "/replay 600x", "/replay playout"):
            assert (await talk.say(line, "ann")).answer.data["code"] == "shared"
        assert (await talk.say("/finish", "ann")).answer.data["said"] == "not-own-pace"


# The end


async def test_at_the_end_nothing_is_sold_and_everybody_is_told_once() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE, "bob")
        await talk.say("/open btc long 5x 1000usdt", "bob")
        await talk.say("/limit btc long @40000 100usdt", "bob")
        await talk.settle(minutes=30)
        await talk.price("btc", 51_000)
        await talk.settle(minutes=30)
        account = await talk.contest_account("bob")
        assert account.archived_at is not None
        assert account.state.positions
        assert account.state.orders
        told = await result_of(talk, "bob")
        assert Decimal(told["equity"]) > 10_000
        assert (await result_of(talk, "ann"))["rank"] is None
        assert (await talk.say("/portfolio", "bob")).answer.banner == {}
        await talk.settle(hours=1)
        await result_of(talk, "bob")


async def test_old_prices_rank_nobody_and_end_nothing() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        await talk.say("/open btc long 5x 1000usdt", "ann")
        talk.stale[0] = True
        await talk.settle(minutes=2)
        seen = (await talk.member("ann")).seen_at
        await talk.settle(minutes=2)
        assert (await talk.member("ann")).seen_at == seen
        assert "The prices are old" in text(await talk.say("/challenge", "ann", ROOM))
        assert "The prices are old" in text(await talk.say("/portfolio", "ann"))
        await talk.settle(hours=2)
        assert (await talk.challenge()).ended_at is None
        talk.stale[0] = False
        await talk.settle(minutes=1)
        ended = await talk.challenge()
        assert ended.ended_at is not None
        assert ended.ends_at > START + timedelta(hours=2), "it ended when prices were there again"


class Cut(Exception):
    """The process is gone."""


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5, 6, 7, 8])
async def test_killed_at_any_step_of_the_end_it_ends_once(tmp_path: Path, after: int) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    board = Board()
    async with contesting(database, board) as talk:
        await begun(talk, LIVE, "bob", "cat")
        await talk.say("/open btc long 5x 1000usdt", "bob")
        await talk.settle(minutes=10)
        await talk.bot.recording.keep()
        talk.later(hours=1)
        with pytest.raises(Cut):
            await _cut_after(talk, after)
    async with contesting(database, board, start=START + timedelta(hours=3)) as talk:
        await talk.settle()
        await talk.settle()
        assert (await talk.challenge()).ended_at is not None
        for who in ("ann", "bob", "cat"):
            assert (await talk.contest_account(who)).archived_at is not None
            assert (await talk.member(who)).finished_at is not None
            await result_of(talk, who)
        assert (await result_of(talk, "bob"))["rank"] == 1


async def _cut_after(talk: ContestTalk, units: int) -> None:
    """End the challenge in a process that is gone after so many units of work."""
    assert talk.contests is not None
    assert talk.replays is not None
    left = [units]

    def unit() -> Any:
        if not left[0]:
            raise Cut
        left[0] -= 1
        return talk.bot.store.unit()

    def gone(fault: Exception) -> None:
        raise fault

    async def sealed(*_: Any) -> str:
        return "0" * 64

    endings = Endings(unit, talk.contests.reels, talk.replays, talk.bot.clock, sealed, gone)
    await endings.end(await talk.challenge())
    raise Cut


# The message


async def test_the_message_is_one_and_is_edited_and_the_debrief_is_one_of_its_own() -> None:
    async with contesting() as talk:
        await talk.say(LIVE, "ann", ROOM)
        await talk.settle()
        await talk.settle(minutes=5)
        await talk.settle(hours=1)
        assert [each.answer.template for each in talk.board.of()] == ["challenge", "challenge_debrief"]
        changes = [each.answer.data for _, each in talk.board.changes if each.answer.template == "challenge"]
        assert [each["stage"] for each in changes] == ["lobby", "running", "closing"]


async def test_a_message_that_was_deleted_is_posted_again() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        talk.board.messages.clear()
        await talk.say("/join", "bob", ROOM)
        await talk.settle(hours=1)
        assert [each.answer.template for each in talk.board.of()] == ["challenge", "challenge_debrief"]


async def test_a_bot_that_was_removed_goes_on_without_the_message_and_tells_the_members() -> None:
    async with contesting() as talk:
        await talk.say(LIVE, "ann", ROOM)
        await talk.settle()
        talk.board.refusals.append(Unreachable())
        await talk.settle(minutes=5)
        told = [reply.answer.template for _, reply in talk.postbox.delivered]
        assert told == ["challenge_unheard"]
        changes = len(talk.board.changes)
        await talk.settle(hours=1)
        assert len(talk.board.changes) == changes
        assert (await talk.challenge()).ended_at is not None
        await result_of(talk, "ann")


async def test_a_bot_that_comes_back_is_heard_again() -> None:
    async with contesting() as talk:
        await talk.say(LIVE, "ann", ROOM)
        await talk.settle()
        talk.board.refusals.append(Unreachable())
        await talk.settle(minutes=5)
        await talk.say("/challenge", "ann", ROOM)
        await talk.settle()
        assert talk.card().answer.data["stage"] == "running"


async def test_a_chat_that_cannot_be_told_for_a_day_does_not_hold_the_end() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE)
        talk.board.refusals += [RetryLater(0.0)] * 3
        await talk.settle(hours=1)
        assert (await talk.challenge()).ended_at is not None, "told as soon as the platform takes it"


async def test_who_has_left_is_told_nothing_and_has_no_place() -> None:
    async with contesting() as talk:
        await begun(talk, LIVE, "bob")
        await talk.say("/leave sure=yes", "bob", ROOM)
        await talk.settle(hours=1)
        told = {
            to.user for to, reply in talk.postbox.delivered if reply.answer.template == "challenge_result"
        }
        assert told == {"ann"}


async def test_what_is_open_in_a_market_of_old_is_not_kept() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER)
        await talk.settle(hours=2)
        account = await talk.contest_account("ann")
        assert talk.markets is not None
        assert talk.markets.banner(account.market) == {}
        async with talk.bot.store.unit() as unit:
            assert (await accounts.load(unit, account.id)).archived_at is not None
