"""Settlement: every account once, whatever else happens at the same moment."""

import asyncio
import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.core.identity import Identity, Platform
from bot.market.fixed import FixedFeed
from bot.services.settlement import GROUP
from engine.market import MarketSnapshot
from tests.harness import Postbox, Talk, talking

LONG = ("/open btc long 10x isolated 500", "!press Confirm")


def at(talk: Talk, price: int) -> MarketSnapshot:
    feed = talk.bot.feed
    assert isinstance(feed, FixedFeed)
    return feed.set_price("BTCUSDT", Decimal(price))


async def liquidations(talk: Talk, who: str = "me") -> int:
    return (await talk.events(who)).count("PositionLiquidated")


async def test_nobody_is_settled_where_no_condition_is_met() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        assert await talk.bot.settlement.tick(at(talk, 46_000)) == 0
        assert await talk.bot.settlement.tick(at(talk, 45_000)) == 1
        assert await talk.bot.settlement.tick(at(talk, 44_000)) == 0


async def test_two_settlements_at_once_settle_once() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        market = at(talk, 45_000)
        settled = await asyncio.gather(*(talk.bot.settlement.tick(market) for _ in range(5)))
        assert sum(settled) == 1
        assert await liquidations(talk) == 1
        await talk.bot.control.flush()
        assert len(talk.postbox.delivered) == 1


async def test_two_processes_at_once_settle_once(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk, talking(database=database) as other:
        for number in range(6):
            await talk.dialogue(*LONG, who=f"p{number}")
        market = at(talk, 45_000)
        settled = await asyncio.gather(talk.bot.settlement.tick(market), other.bot.settlement.tick(market))
        assert sum(settled) == 6
        for number in range(6):
            assert await liquidations(talk, f"p{number}") == 1
        await asyncio.gather(talk.bot.control.flush(), other.bot.control.flush())
        assert len(talk.postbox.delivered) + len(other.postbox.delivered) == 6


async def test_a_settlement_and_a_close_at_once_do_one_of_both() -> None:
    async with talking(wallet=1000) as talk:
        await talk.dialogue(*LONG, "/settings confirm off")
        market = at(talk, 45_000)
        await asyncio.gather(talk.bot.settlement.tick(market), talk.say("/close btc"))
        assert (await talk.account()).positions == {}
        assert await liquidations(talk) == 1, "who is due is liquidated and cannot close instead"


async def test_a_stale_price_liquidates_nobody() -> None:
    async with talking() as talk:
        await talk.dialogue(*LONG)
        fresh = at(talk, 45_000)
        stale = MarketSnapshot(
            fresh.name,
            fresh.time + timedelta(minutes=1),
            fresh.quotes,
            fresh.contracts,
            fresh.fill_rule,
            stale_after=timedelta(seconds=10),
        )
        assert await talk.bot.settlement.tick(stale) == 0
        assert await talk.bot.settlement.tick(fresh) == 1


async def test_a_market_without_the_price_liquidates_nobody(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue(*LONG)
    async with talking(database=database, prices={"ETHUSDT": Decimal(2500)}) as talk:
        await talk.price("eth", 2_400)
        assert (await talk.say("/positions")).answer.data["code"] == "unknown-symbol"
        assert await liquidations(talk) == 0


async def test_one_broken_account_does_not_keep_the_others(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}") as talk:
        for who in ("ana", "bob", "eve"):
            await talk.dialogue(*LONG, who=who)
        broken = min([await talk.main(who) for who in ("ana", "bob", "eve")], key=lambda each: each.id)
        with sqlite3.connect(path) as other:
            other.execute(
                "INSERT INTO events SELECT account_id, seq + 1, kind, at, market_time, body FROM events"
                " WHERE account_id = ? AND seq = (SELECT max(seq) FROM events WHERE account_id = ?)",
                (broken.id, broken.id),
            )
        assert await talk.bot.settlement.tick(at(talk, 45_000)) == 2
        assert b'marginalia_incidents_total{kind="RowRefused"} 1.0' in talk.bot.telemetry.exposition()
        with sqlite3.connect(path) as other:
            other.execute(
                "DELETE FROM events WHERE account_id = ? AND seq > ?", (broken.id, broken.state.version)
            )
        assert await talk.bot.settlement.tick(at(talk, 45_000)) == 1


async def test_a_state_that_cannot_be_read_does_not_keep_the_others(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}") as talk:
        for who in ("ana", "bob", "eve"):
            await talk.dialogue(*LONG, who=who)
        damaged = min([await talk.main(who) for who in ("ana", "bob", "eve")], key=lambda each: each.id)
        with sqlite3.connect(path) as other:
            kept = other.execute("SELECT state FROM accounts WHERE id = ?", (damaged.id,)).fetchone()
            other.execute("UPDATE accounts SET state = '{\"v\":99}' WHERE id = ?", (damaged.id,))
        market = at(talk, 45_000)
        assert await talk.bot.settlement.tick(market) == 2
        assert b"marginalia_incidents_total" in talk.bot.telemetry.exposition()
        with sqlite3.connect(path) as other:
            other.execute("UPDATE accounts SET state = ? WHERE id = ?", (*kept, damaged.id))
        assert await talk.bot.settlement.tick(market) == 1


async def test_more_accounts_than_a_transaction_takes() -> None:
    async with talking() as talk:
        for number in range(GROUP + 5):
            await talk.dialogue(*LONG, who=f"p{number}")
        assert await talk.bot.settlement.tick(at(talk, 45_000)) == GROUP + 5
        assert await talk.bot.settlement.tick(at(talk, 44_000)) == 0


async def test_a_tick_that_breaks_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}?timeout=0.05") as talk:
        await talk.dialogue(*LONG)
        ticks = [at(talk, 45_000)]
        feed = FeedOf(ticks * 2, path)
        bot = talk.bot
        tick = bot._tick
        await feed.run(tick)
        assert await liquidations(talk) == 1


class FeedOf:
    """Gives ticks, the first while another program holds the database."""

    def __init__(self, ticks: list[MarketSnapshot], path: Path) -> None:
        self.ticks = ticks
        self.path = path

    async def run(self, on_tick: object) -> None:
        assert callable(on_tick)
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await on_tick(self.ticks[0])
        other.execute("ROLLBACK")
        other.close()
        for each in self.ticks[1:]:
            await on_tick(each)


async def test_the_notice_comes_with_the_liquidation_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}") as talk:
        await talk.dialogue(*LONG)
        await talk.bot.settlement.tick(at(talk, 45_000))
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT count(*) FROM notices").fetchone() == (1,)
        await talk.bot.control.flush()
        assert [to for to, _ in talk.postbox.delivered] == [Identity(Platform.CONSOLE, "me")]


async def test_somebody_on_another_platform_is_told_there() -> None:
    async with talking() as talk:
        await talk.say("/open btc long 5x isolated 500", platform=Platform.TELEGRAM)
        await talk.press("Confirm", platform=Platform.TELEGRAM)
        await talk.price("btc", 40_000)
        assert talk.postbox.delivered == [], "its front is not here"
        telegram = Postbox(Platform.TELEGRAM)
        talk.bot.notifier.serve_through((talk.postbox, telegram))
        await talk.bot.control.flush()
        assert [to for to, _ in telegram.delivered] == [Identity(Platform.TELEGRAM, "me")]
        assert talk.postbox.delivered == []
