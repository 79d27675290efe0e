"""Replays: the same life at any speed, through any interruption; liquidation, deleveraging and debrief on the way."""

import asyncio
import random
import signal
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from bot.core.identity import Identity, Platform
from bot.services.debrief import PLANS, STAKE, Curve, debriefed
from bot.services.deleveraging import fifth_of, lamps
from bot.services.replay_run import steps_of_path
from bot.services.tapes import Shelf
from bot.storage import VersionConflict, journal, people, replays
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.events import AdlStruck, FundingPaid, PositionLiquidated, PositionReduced
from engine.exchange import decide
from engine.intents import Deposit, Open, Settle
from engine.margin import account_figures
from engine.order_events import OrderTrailed
from engine.position import Side
from tests.harness import Talk, button, facts, talking, text
from tests.services.playing import (
    LIFE,
    QUICK,
    hash_of,
    playing,
    replay_accounts,
    runs,
    until_over,
)

SHELF = Shelf(load_contracts())
HOUR = timedelta(hours=1)


async def played_out(talk: Talk, who: str) -> str:
    """The hash of a life that is led to the end of the tape at once."""
    await talk.say("/replay playout", who)
    return str(talk.shown().answer.data["ledger"])


MEANWHILE = ("/replay mar-2020 named", "/replay step 2h", *LIFE)


async def test_the_same_life_has_the_same_ledger_at_any_speed_and_in_any_steps() -> None:
    async with talking() as talk:
        await talk.dialogue(*MEANWHILE, "/replay step 3h", "/close btc half", who="ana")
        hashes = {await played_out(talk, "ana")}
        steps = ("step 1m", "step 59m", "step 1h", "step 30m", "step 30m")
        await talk.dialogue(*MEANWHILE, *(f"/replay {each}" for each in steps), "/close btc half", who="bob")
        async with playing(talk):
            await talk.say("/replay resume", "bob")
            runs(talk)[0].feed.speed = Decimal(20_000)
            await asyncio.sleep(1)
            await talk.dialogue("/replay pause", "/replay step 7m", "/replay resume", who="bob")
            runs(talk)[0].feed.speed = QUICK
            await until_over(talk)
        lives = await replay_accounts(talk)
        assert {await hash_of(talk, each) for each in lives} == hashes
        kinds = {type(each) for each in await happened(talk)}
        assert {PositionReduced, PositionLiquidated, OrderTrailed, FundingPaid} <= kinds
        await talk.dialogue(*MEANWHILE, "/replay step 3h", who="eve")
        assert await played_out(talk, "eve") not in hashes, "a close left out is another life"


async def happened(talk: Talk) -> list[object]:
    account = (await replay_accounts(talk))[0]
    async with talk.bot.store.unit() as unit:
        return [each.event for each in await journal.entries(unit, account.id, limit=10_000)]


async def test_a_replay_plays_by_itself_and_tells_what_happens_at_once() -> None:
    async with talking() as talk, playing(talk):
        await talk.dialogue("/replay mar-2020 named", "/replay step 12h", "/settings confirm off")
        await talk.say("/open btc long 20x isolated 500usdt")
        await talk.say("/replay resume")
        runs(talk)[0].feed.speed = QUICK
        deliverer = asyncio.create_task(talk.bot.notifier.run())
        await asyncio.wait_for(talk.postbox.arrived.wait(), 20)
        deliverer.cancel()
        assert talk.postbox.delivered[0][1].answer.template == "liquidated"
        assert runs(talk), "told before the tape ends"


async def test_at_the_end_of_the_tape_the_debrief_comes_by_itself() -> None:
    async with talking() as talk, playing(talk):
        await talk.dialogue("/replay mar-2020 named", "/replay step 1d", "/replay step 1d", "/replay resume")
        runs(talk)[0].feed.speed = QUICK
        await until_over(talk)
        await talk.bot.control.flush()
        (_, told), *others = talk.postbox.delivered
        assert told.answer.template == "debrief"
        assert others == []
        assert (await talk.say("/replay status")).answer.template == "replays"
        assert (await talk.say("/portfolio")).answer.banner == {}
        (account,) = await replay_accounts(talk)
        assert account.archived_at is not None


async def test_it_holds_where_it_was_paused_and_goes_on_there_in_the_next_process(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue("/replay 4", "/replay step 90m", "/replay speed 300x")
        before = (await talk.say("/replay status")).answer.data
    async with talking(database=database) as talk, playing(talk):
        after = (await talk.say("/replay status")).answer.data
        assert {**before, "live": True} == after
        assert after["time"] == "13:30"
        await asyncio.sleep(0.2)
        assert runs(talk)[0].feed.position == timedelta(minutes=90)
        assert (await talk.say("/price")).answer.banner["kind"] == "replay"


async def test_what_was_done_after_the_place_was_stored_is_not_met_by_earlier_prices(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        async with playing(talk):
            await talk.dialogue("/settings confirm off", "/replay mar-2020 named", "/replay resume")
            runs(talk)[0].feed.speed = Decimal(15_000)
            await asyncio.sleep(0.5)
            await talk.say("/open btc long 5x isolated 500usdt")
        (account,) = await replay_accounts(talk)
        async with talk.bot.store.unit() as unit:
            (newest,) = await journal.entries(unit, account.id, limit=1)
            (stored,) = await replays.running(unit)
    done = newest.market_time - SHELF.take("mar-2020", hidden=False).tape.start
    assert timedelta(microseconds=stored.body["place"]) < done, "else this test shows nothing"
    async with talking(database=database) as talk:
        assert runs(talk)[0].feed.position == done


def test_only_steps_of_the_path_are_met_wherever_it_is_held() -> None:
    reel = SHELF.take("oct-2025", hidden=False)
    whole = [each.time for each in steps_of_path(reel.feed().advance(2 * HOUR))]
    feed, pieces = reel.feed(), []
    while feed.position < 2 * HOUR:
        pieces += [each.time for each in steps_of_path(feed.advance(timedelta(seconds=47)))]
    assert pieces[: len(whole)] == whole
    assert len(pieces) - len(whole) <= 1


async def test_kill_9_while_it_plays_changes_nothing_of_its_life(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    chance = random.Random(20200312)
    for _ in range(3):
        process = await player(database, 15_000)
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        process.kill()
        assert await process.wait() == -signal.SIGKILL, "it was over before it was killed"
    process = await player(database, 100_000)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"over\n"
    assert await process.wait() == 0
    async with talking(database=database) as talk:
        killed = await hash_of(talk, (await replay_accounts(talk))[0])
        await talk.dialogue("/replay mar-2020 named", *LIFE, who="other")
        assert await played_out(talk, "other") == killed


async def player(database: str, speed: int) -> asyncio.subprocess.Process:
    """A process of its own that goes on with a life on a tape."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.services.playing", database, str(speed)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"playing\n"
    return process


async def test_an_act_and_the_player_that_store_at_once_do_not_take_each_other_for_another_process() -> None:
    async with talking() as talk:
        await talk.say("/replay mar-2020 named")
        (run,) = runs(talk)
        run.feed.resume()
        async with talk.bot.store.unit() as unit:
            await talk.bot.replays._keep(unit, run, speed="7")
            player = asyncio.create_task(talk.bot.replays._save(run))
            await asyncio.sleep(0.05)
        await player
        async with talk.bot.store.unit() as unit:
            (stored,) = await replays.running(unit)
        assert stored == run.kept


async def test_another_process_takes_a_replay_over_and_the_first_lets_it_go(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as first, playing(first):
        await first.dialogue("/replay 1", "/replay step 1h")
        async with talking(database=database) as second, playing(second):
            await second.say("/replay step 1h")
            assert runs(second)[0].feed.position == 2 * HOUR
            reply = await first.say("/replay step 1h")
            assert reply.answer.data["gone"] == 3, "each goes on from where the other one stopped"
            await first.say("/replay resume")
            runs(first)[0].feed.speed = QUICK
            await second.say("/replay pause")
            await until_over(first)


async def test_a_tape_that_is_no_more_leaves_nobody_in_its_market(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.say("/replay 1")
        kept = runs(talk)[0].kept
        async with talk.bot.store.unit() as unit:
            replays.keep(unit, kept, {**kept.body, "tape": "of-yore"})
    async with talking(database=database) as talk:
        assert runs(talk) == []
        assert (await talk.say("/price btc")).answer.data["mark"] == 50_000
        assert (await talk.say("/replay again")).answer.data["code"] == "none"
        assert (await talk.say("/replay 1")).answer.template == "replay_started"


async def test_the_store_refuses_a_body_that_is_no_longer_the_stored_one() -> None:
    async with talking() as talk:
        await talk.say("/replay 1")
        kept = runs(talk)[0].kept
        async with talk.bot.store.unit() as unit:
            replays.keep(unit, kept, {**kept.body, "place": 7})
        with pytest.raises(VersionConflict):
            async with talk.bot.store.unit() as unit:
                replays.keep(unit, kept, {**kept.body, "place": 8})
        async with talk.bot.store.unit() as unit:
            person = await people.find(unit, Identity(Platform.CONSOLE, "me"))
            assert person is not None
            stored = await replays.running_of(unit, person.id)
        assert stored is not None
        assert stored.body["place"] == 7


async def struck(talk: Talk, *lines: str, who: str = "me", act: str = "/replay oct-2025 named") -> list[str]:
    """What is told to somebody who plays the October tape through the night."""
    start = len(talk.postbox.delivered)
    await talk.dialogue(act, "/settings confirm off", "/replay step 1d", "/replay step 8h", *lines, who=who)
    await talk.dialogue("/replay step 2h", who=who)
    await talk.bot.control.flush()
    return [each.answer.template for _, each in talk.postbox.delivered[start:]]


async def test_the_october_tape_closes_a_short_that_stands_first_in_the_queue() -> None:
    async with talking() as talk:
        assert await struck(talk, "/open btc short 10x isolated 1000usdt") == ["adl_struck"]
        reply = talk.postbox.delivered[-1][1]
        account = (await replay_accounts(talk))[0]
        assert account.state.positions == {}
        (hit,) = [each for each in await happened(talk) if isinstance(each, AdlStruck)]
        data = reply.answer.data
        assert hit.fee == 0
        assert hit.price == hit.mark == Decimal(data["price"])
        assert Decimal(data["rank"]) >= Decimal(data["least"])
        assert data["lamps"] == 5
        # docs/margin.md §Liquidation, 7: profit over wallet, times the margin ratio
        pnl, wallet, ratio = (Decimal(data[each]) for each in ("pnl", "wallet", "ratio"))
        assert Decimal(data["rank"]) == pytest.approx(pnl / max(wallet, Decimal(1)) * ratio)
        assert "●●●●●" in text(reply)
        assert data["banner"]["name"] == "oct-2025"


@pytest.mark.parametrize("hidden", [True, False])
def test_the_script_strikes_exactly_those_with_all_five_lamps(hidden: bool) -> None:
    tape = SHELF.take("oct-2025", hidden=hidden).tape
    assert tape.adl
    for strike in tape.adl:
        fifth = fifth_of(tape, strike.symbol, strike.side)
        assert (lamps(strike.least_rank, fifth), lamps(strike.least_rank * Decimal("0.999"), fifth)) == (5, 4)
        assert fifth_of(tape, strike.symbol, Side.LONG) == Decimal("0.006")
    assert [lamps(Decimal(each), Decimal("0.006")) for each in ("0", "1e-9", "0.0012", "1")] == [0, 1, 3, 5]


async def test_who_stands_further_back_is_spared_and_so_is_the_losing_side() -> None:
    async with talking() as talk:
        assert (
            await struck(talk, "/open btc short 1x isolated 1000usdt", "/open eth long 1x isolated 500usdt")
            == []
        )
        positions = (await replay_accounts(talk))[0].state.positions
        assert set(positions) == {("BTCUSDT", Side.SHORT), ("ETHUSDT", Side.LONG)}
        shown = text(await talk.say("/replay status"))
        assert "Place in the queue of auto-deleveraging: ●" in shown


async def test_under_a_disguise_the_same_short_is_struck() -> None:
    reel = SHELF.take("oct-2025", hidden=True)
    coin = reel.alias_of("BTCUSDT").removesuffix("USDT").lower()
    async with talking() as talk:
        told = await struck(talk, f"/open {coin} short 10x isolated 1000usdt", act=f"/replay {reel.number}")
        assert told == ["adl_struck"]


async def test_the_sums_of_a_debrief_are_those_of_the_ledger() -> None:
    async with talking() as talk:
        await talk.say("/replay mar-2020 named")
        await talk.dialogue(*LIFE, "/replay step 20h", "/close eth")
        data = (await talk.say("/replay playout")).answer.data
        (account,) = await replay_accounts(talk)
        async with talk.bot.store.unit() as unit:
            booked = await journal.balances(unit, account.id)
        assert data["fees"] == booked["fees"]
        assert data["funding"] == -booked["funding"]
        assert data["clearance"] == booked.get("fund", 0)
        last = SHELF.take("mar-2020", hidden=False)
        *_, market = last.feed().finish()
        assert data["equity"] == account_figures(account.state, market).equity
        assert data["result"] == data["equity"] - 10_000
        assert data["ledger"] == await hash_of(talk, account)
        shown = talk.shown()
        assert facts(shown)["Liquidations"] == str(data["liquidations"])
        assert {button(shown, each).label for each in ("Same tape again", "Another tape")}


@pytest.mark.parametrize(("leverage", "mode"), PLANS)
def test_a_plan_comes_to_what_every_step_settled_makes_of_it(leverage: int, mode: object) -> None:
    """The debrief asks the engine only near a liquidation and at funding; here it is asked at every step."""
    reel = SHELF.take("mar-2020", hidden=False)
    feed = reel.feed()
    market, balance = feed.snapshot(), Decimal(10_000)
    size = market.contract("BTCUSDT").floor_quantity(
        balance * STAKE * leverage / market.quote("BTCUSDT").last
    )
    account = MarginAccount.empty()
    for intent in (Deposit(balance), Open("BTCUSDT", Side.LONG, size, leverage, mode)):  # type: ignore[arg-type]
        for event in decide(intent, account, market):
            account = account.apply(event)
    died = None
    for each in chain((market,), feed.finish()):
        for event in decide(Settle(), account, each):
            account = account.apply(event)
            died = each.time if isinstance(event, PositionLiquidated) else died
        market = each
    life = debriefed(reel, (), balance, reel.tape.length)
    plan = next(each for each in life.plans if each.leverage == leverage)
    assert plan.account == account
    assert plan.liquidated_at == died
    assert plan.curve.equity == account_figures(account, market).equity


def test_the_deepest_fall_is_from_the_highest_before_it() -> None:
    start = SHELF.take("mar-2020", hidden=False).tape.start
    curve = Curve(Decimal(100), Decimal(100))
    for number, equity in enumerate((90, 120, 60, 130, 100)):
        curve.add(Decimal(equity), start + number * HOUR)
    assert (curve.fall, curve.share, curve.at) == (Decimal(60), Decimal("0.5"), start + 2 * HOUR)
