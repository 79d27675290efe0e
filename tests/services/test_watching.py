"""The watch in the place of the scan: what it proposes is settled, told and learnt of, as with the scan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.market import FixedFeed
from bot.services.watching import Watching
from engine.market import MarketSnapshot
from tests.harness import Talk, talking

LONG = ("/open btc long 10x isolated 500", "!press Confirm")


@asynccontextmanager
async def watched(**more: Any) -> AsyncIterator[Talk]:
    async with talking(watch=True, **more) as talk:
        yield talk


def watching(talk: Talk) -> Watching:
    proposer = talk.bot.settlement.proposer
    assert isinstance(proposer, Watching)
    return proposer


def at(talk: Talk, price: int | str) -> MarketSnapshot:
    feed = talk.bot.feed
    assert isinstance(feed, FixedFeed)
    return feed.set_price("BTCUSDT", Decimal(price))


def told(talk: Talk) -> list[str]:
    return [reply.answer.template for _, reply in talk.postbox.delivered]


async def test_it_guards_what_is_opened_and_what_was_there_at_the_start(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with watched(database=database) as talk:
        await talk.dialogue(*LONG, who="ana")
    async with watched(database=database) as talk:
        await talk.dialogue(*LONG, who="bob")
        assert await talk.bot.settlement.tick(at(talk, 45_230)) == 2, "both are warned"
        assert await talk.bot.settlement.tick(at(talk, 45_229)) == 0
        assert await talk.bot.settlement.tick(at(talk, 45_205)) == 2
        for who in ("ana", "bob"):
            assert (await talk.account(who)).positions == {}
        assert await talk.bot.settlement.tick(at(talk, 40_000)) == 0


async def test_closed_reset_and_topped_up_accounts_are_not_taken_for_what_they_were() -> None:
    async with watched() as talk:
        for who in ("closer", "starter", "topper"):
            await talk.dialogue(*LONG, who=who)
        await talk.dialogue("/close btc", "!press Confirm", who="closer")
        await talk.dialogue("/reset", "!press Confirm", who="starter")
        await talk.dialogue("/margin add 500 btc", "!press Confirm", who="topper")
        await talk.price("btc", 45_000)
        assert [each for each in told(talk) if each == "liquidated"] == []
        assert (await talk.account("topper")).positions
        await talk.price("btc", 40_000)
        assert told(talk).count("liquidated") == 1


async def test_orders_fill_and_trigger() -> None:
    async with watched() as talk:
        await talk.dialogue("/limit btc long @49000 =5000", "!press Confirm")
        await talk.dialogue(*LONG, "/sl btc 48500", "!press Confirm", who="bob")
        await talk.price("btc", 49_000)
        assert (await talk.account()).position("BTCUSDT") is not None
        assert (await talk.account("bob")).position("BTCUSDT") is not None
        await talk.price("btc", 48_400)
        assert (await talk.account("bob")).position("BTCUSDT") is None
        assert told(talk) == ["order_notice", "order_notice"]


async def test_funding_is_paid_at_its_time_and_once() -> None:
    async with watched() as talk:
        await talk.dialogue(*LONG)
        await talk.bot.control.clock(timedelta(hours=8))
        paid = (await talk.events()).count("FundingPaid")
        assert paid == 1
        await talk.bot.control.clock(timedelta(minutes=1))
        assert (await talk.events()).count("FundingPaid") == paid


async def test_a_new_threshold_counts_from_the_next_tick_on() -> None:
    async with watched() as talk:
        await talk.dialogue(*LONG)
        await talk.price("btc", 45_260)  # its ratio is a little below 80 %
        assert told(talk) == []
        await talk.dialogue("/alerts threshold 60")
        await talk.price("btc", "45259.9")
        assert told(talk) == ["margin_warning"]


async def test_what_another_process_did_is_learnt_within_a_minute(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with watched(database=database) as talk, watched(database=database) as other:
        await talk.dialogue(*LONG, who="ana")
        await other.dialogue(*LONG, who="bob")
        await other.dialogue("/close btc", "!press Confirm", who="ana")
        market = at(talk, 46_000)
        assert await talk.bot.settlement.tick(market) == 0
        await watching(talk).audit(market)
        assert await talk.bot.settlement.tick(at(talk, 45_000)) == 1, "bob, whom only the other has seen"
        assert (await talk.account("bob")).positions == {}
        assert "PositionLiquidated" not in await talk.events("ana")
        assert b"WatchFault" not in talk.bot.telemetry.exposition()
