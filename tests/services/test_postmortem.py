"""Post-mortems in the bot, with its database: soon, once, along the prices that are kept, and out of the way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import select

from bot.core.identity import new_id
from bot.market import FixedFeed, ReplayFeed, load_tape
from bot.services.examiner import Examiner
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.past_prices import KeptPrices, TapePrices
from bot.services.postmortem import MOST_WAITING, PostMortems
from bot.services.postmortem_buttons import buttons_of
from bot.services.tapes import Shelf
from bot.storage import accounts, candles, journal, replays, tables
from bot.storage.accounts import REPLAY, Account
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.events import Event
from engine.exchange import decide
from engine.intents import Deposit, Intent, Open, Settle
from engine.margin import account_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.resimulation import Candle
from tests.harness import Talk, talking
from tests.services.lives import BTC, CONTRACTS, MINUTE, PATH, D, fall


def at(talk: Talk, price: int) -> MarketSnapshot:
    """The market with another price of BTC, which nobody has met yet."""
    feed = talk.bot.feed
    assert isinstance(feed, FixedFeed)
    return feed.set_price(BTC, D(price))


async def liquidated(talk: Talk, who: str = "me") -> int:
    """Has somebody's long liquidated five minutes after it was opened; the `seq` at which that began.

    Nothing is examined yet: the process might as well have died now.
    """
    at(talk, 50_000)
    await talk.dialogue("/open btc long 10x isolated 500usdt", "!press Confirm", who=who)
    talk.later(minutes=5)
    await talk.bot.settlement.tick(at(talk, 45_000))
    return await begun(talk, who)


async def begun(talk: Talk, who: str = "me") -> int:
    account = await talk.main(who)
    async with talk.bot.store.unit() as unit:
        (entry,) = await journal.entries(unit, account.id, limit=1, kinds=("liquidation-started",))
    return entry.seq


def desk(talk: Talk, posted: Callable[[], None] | None = None) -> PostMortems:
    bot = talk.bot
    markets = Markets(bot.feed.snapshot, dict)
    examiner = Examiner(KeptPrices())
    return PostMortems(bot.store, examiner, markets, bot.clock, bot.telemetry, posted or bot.notifier.wake)


async def notices(talk: Talk) -> list[Any]:
    async with talk.bot.store.unit() as unit:
        rows = await unit.fetch(select(tables.notices).where(tables.notices.c.template == "postmortem"))
    return list(rows)


async def test_it_comes_within_seconds_and_once() -> None:
    async with talking(wallet=1000) as talk:
        bot, postbox = talk.bot, talk.postbox
        began = perf_counter()
        running = [asyncio.create_task(bot.postmortems.run()), asyncio.create_task(bot.notifier.run())]
        await liquidated(talk)
        async with asyncio.timeout(5):
            while not postbox.examined:
                postbox.arrived.clear()
                await postbox.arrived.wait()
        print(f"\nposted and delivered {perf_counter() - began:.2f} s after the liquidation")
        assert [reply.answer.template for _, reply in postbox.delivered] == ["liquidated"]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        account = await talk.main()
        bot.postmortems.after(account.id, account.state.version)
        await bot.postmortems.drain()
        (kept,) = await notices(talk)
        assert kept.key == f"postmortem:{account.id}:{await begun(talk)}"
        assert kept.silent, "the liquidation itself made a sound already"


async def test_what_a_dead_process_left_undone_is_done_at_the_start_for_an_hour() -> None:
    async with talking(wallet=1000) as talk:
        await liquidated(talk, "ana")
        talk.later(minutes=56)
        await liquidated(talk, "bob")  # 61 minutes after ana's
        posted = asyncio.Event()
        running = asyncio.create_task(desk(talk, posted=posted.set).run())
        async with asyncio.timeout(5):
            await posted.wait()
        await asyncio.sleep(0.1)  # for what should not come
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert [each.person_id for each in await notices(talk)] == [(await talk.main("bob")).person_id]


async def test_of_too_many_the_last_are_left_to_be_asked_for() -> None:
    async with talking() as talk:
        works = desk(talk)
        assert all(works.after(f"a{number}", 1) for number in range(MOST_WAITING))
        assert not works.after("one more", 1)


async def test_one_that_fails_does_not_keep_the_others() -> None:
    async with talking(wallet=1000) as talk:
        await liquidated(talk)
        account, works = await talk.main(), desk(talk)
        works.after("nobody", 1)
        works.after(account.id, account.state.version)
        await works.drain()
        assert len(await notices(talk)) == 1
        assert b'kind="NotFound"' in talk.bot.telemetry.exposition()


async def test_the_sum_is_that_of_the_stored_ledger() -> None:
    async with talking(wallet=5000) as talk:
        await talk.dialogue(
            *(
                "/open btc long 10x isolated 500usdt",
                "!press Confirm",
                "/open btc long 100usdt",
                "!press Confirm",
            ),
            *("/margin add 33.33 btc", "!press Confirm"),
        )
        await talk.bot.control.clock(timedelta(hours=17))
        await talk.dialogue("/close btc 30%", "!press Confirm", "!price btc 44444")
        account, seq = await talk.main(), await begun(talk)
        async with talk.bot.store.unit() as unit:
            data = await Examiner(KeptPrices()).postmortem(unit, account, seq, talk.bot.feed.snapshot())
            rows = await unit.fetch(select(tables.postings).where(tables.postings.c.account_id == account.id))
        names = [each["name"] for each in data["sum"]["given"]]
        assert names == ["margin", "fees", "moved", "funding", "parts"]
        own = sum(row.amount for row in rows if row.ledger == "isolated:BTCUSDT:long" and row.seq < seq)
        assert data["sum"]["behind"] == own == sum(each["amount"] for each in data["sum"]["given"])
        back = sum(row.amount for row in rows if row.ledger == "wallet" and row.seq >= seq)
        assert data["sum"]["left"] == back
        parts = data["sum"]
        assert parts["behind"] + parts["realised"] - parts["fee"] + parts["fund"] == parts["left"]
        assert data["sum"]["result"] == account.state.wallet - 5000


async def test_the_kept_minutes_are_the_path_and_tell_mark_from_last() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500usdt", "!press Confirm")
        start = talk.bot.clock.now().replace(second=0, microsecond=0)
        talk.later(minutes=5)
        end = talk.bot.clock.now().replace(second=0, microsecond=0)
        minutes = [replace(each, minute=start + number * MINUTE) for number, each in enumerate(PATH)]
        marks, lasts = (
            Candle(D(45_500), D(45_500), D(44_900), D(45_100)),
            Candle(D(45_400), D(45_400), D(43_210), D(45_000)),
        )
        async with talk.bot.store.unit() as unit:
            candles.put(unit, MAIN_MARKET, [*minutes, MinuteCandle(BTC, end, marks, lasts)])
        await talk.bot.settlement.tick(at(talk, 45_000))
        async with talk.bot.store.unit() as unit:
            data = await Examiner(KeptPrices()).postmortem(
                unit, await talk.main(), await begun(talk), talk.bot.feed.snapshot()
            )
        assert data["path"] == "whole"
        assert data["positions"][0]["minute"] == {"mark": 44_900, "last": 43_210}
        stop = data["alternatives"][0]
        assert stop["closed"], "the path in between is known, so nothing jumped"


async def test_a_path_that_is_kept_only_in_part_says_so() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500usdt", "!press Confirm")
        talk.later(minutes=5)
        late = talk.bot.clock.now().replace(second=0, microsecond=0) - 2 * MINUTE
        async with talk.bot.store.unit() as unit:
            candles.put(unit, MAIN_MARKET, [replace(PATH[-1], minute=late)])
        await talk.bot.settlement.tick(at(talk, 45_000))
        async with talk.bot.store.unit() as unit:
            data = await Examiner(KeptPrices()).postmortem(
                unit, await talk.main(), await begun(talk), talk.bot.feed.snapshot()
            )
        assert (data["path"], data["known_from"]) == ("part", late.isoformat())


async def test_a_replay_is_examined_along_its_tape() -> None:
    """The alternative in the other mode against a life led step by step along the tape itself."""
    tape = load_tape("oct-2025")
    feed = ReplayFeed(tape, CONTRACTS)
    first = next(iter(feed.advance(timedelta(hours=6))))
    async with talking() as talk:
        await talk.say("/start")
        account = Account(
            new_id(), (await talk.main()).person_id, REPLAY, "replay:it", MarginAccount.empty(), first.time
        )
        state = account.state
        asked: tuple[Intent, ...] = (
            Deposit(D(10_000)),
            Open(BTC, Side.LONG, D("0.2"), 10, MarginMode.ISOLATED),
        )
        async with talk.bot.store.unit() as unit:
            accounts.create(unit, account)
            body = {"tape": tape.id, "hidden": False, "place": 0}
            replays.start(unit, replays.Replay(account.id, account.person_id, body, talk.bot.clock.now()))
            events: list[Event] = []
            for intent in asked:
                more = decide(intent, state, first)
                events += more
                for event in more:
                    state = state.apply(event)
            account = accounts.record(unit, account, events, talk.bot.clock.now(), first.time)
        other = MarginAccount.empty()
        for intent in (asked[0], Open(BTC, Side.LONG, D("0.2"), 10, MarginMode.CROSS)):
            for event in decide(intent, other, first):
                other = other.apply(event)
        settled = first
        for settled in feed.finish():
            for event in decide(Settle(), other, settled):
                other = other.apply(event)
            if decide(Settle(), state, settled):
                await talk.bot.settlement.settle_account(account.id, settled)
                async with talk.bot.store.unit() as unit:
                    state = (await accounts.load(unit, account.id)).state
            if not state.positions:
                break
        async with talk.bot.store.unit() as unit:
            (entry,) = await journal.entries(unit, account.id, limit=1, kinds=("liquidation-started",))
            examiner = Examiner(TapePrices(Shelf(CONTRACTS), KeptPrices()))
            data = await examiner.postmortem(unit, account, entry.seq, settled)
            assert (await examiner.market(unit, account)).contracts == CONTRACTS
        assert [each.line for row in buttons_of(data) for each in row][-1] == "replay again"
        assert data["path"] == "whole"
        (cross,) = (each for each in data["alternatives"] if each["name"] == "mode")
        lived = account_figures(other, settled).equity - 10_000
        assert cross["open"] == ["BTC"]
        assert abs(cross["result"] - lived) < D("0.01") * abs(lived), (
            "funding falls on other marks of the same minute"
        )


async def test_nobody_waits_while_a_long_life_is_examined() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue("/open btc long 10x isolated 500usdt", "!press Confirm")
        start = talk.bot.clock.now().replace(second=0, microsecond=0)
        length = 3 * 24 * 60
        async with talk.bot.store.unit() as unit:
            wave = fall(50_000, *(50_000 - (each % 60) * 50 for each in range(length)))
            candles.put(
                unit,
                MAIN_MARKET,
                [replace(each, minute=start + number * MINUTE) for number, each in enumerate(wave)],
            )
        await talk.bot.control.clock(timedelta(minutes=length))
        await talk.bot.settlement.tick(at(talk, 45_000))
        account, works, longest = await talk.main(), desk(talk), 0.0

        async def beat() -> None:
            nonlocal longest
            while True:
                before = perf_counter()
                await asyncio.sleep(0.001)
                longest = max(longest, perf_counter() - before)

        heart = asyncio.create_task(beat())
        began = perf_counter()
        works.after(account.id, account.state.version)
        await works.drain()
        took = perf_counter() - began
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        print(f"\nexamined in {took:.2f} s, longest wait {longest * 1000:.1f} ms")
        assert took < 20
        assert longest < took / 4
        (kept,) = await notices(talk)
        assert any(isinstance(each, dict) and each["better"] for each in kept.data["alternatives"])
