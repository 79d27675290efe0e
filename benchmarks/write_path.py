"""One trade made durable: a unit of work against a bare aiosqlite transaction of the same writes.

The trade flips an isolated position: two events, seven postings, the new state, the answer, the spent preview. Both sides
write the same rows to files in the same directory, with the same pragmas, one after the other in every round.

    python -m benchmarks.write_path [--rounds 3] [--trades 400] [--directory /tmp]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiosqlite

from bot.core.identity import Identity, Platform, new_id
from bot.storage import Store, accounts, conversation, people, previews
from bot.storage.accounts import Account
from bot.storage.columns import canonical, to_scaled
from bot.storage.previews import Preview
from engine.account import MarginAccount
from engine.events import Deposited, Event, PositionClosed, PositionOpened, event_to_json
from engine.ledger import postings
from engine.position import MarginMode, Side

Trade = list[tuple[str, list[tuple[Any, ...]]]]
AT = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECONDS = int(AT.timestamp()) * 1_000_000
ANSWER: dict[str, Any] = {
    "template": "trade/opened",
    "data": {"symbol": "BTCUSDT", "quantity": "0.1", "price": "50000", "fee": "2.5"},
}
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def opened(side: Side) -> PositionOpened:
    """0.1 BTC with 500 USDT of isolated margin."""
    return PositionOpened(
        symbol="BTCUSDT",
        side=side,
        mode=MarginMode.ISOLATED,
        quantity=Decimal("0.1"),
        price=Decimal(50000),
        mark=Decimal(50000),
        fee=Decimal("2.5"),
        leverage=10,
        fee_rate=Decimal("0.0005"),
        transfer=Decimal("502.5"),
    )


def closed(side: Side) -> PositionClosed:
    """The whole of it, at a profit of 10 USDT."""
    return PositionClosed(
        symbol="BTCUSDT",
        side=side,
        mode=MarginMode.ISOLATED,
        quantity=Decimal("0.1"),
        price=Decimal(50000) + 100 * side.sign,
        mark=Decimal(50000),
        fee=Decimal("2.505"),
        entry_price=Decimal(50000),
        realised=Decimal(10),
        released=Decimal(500),
        fund_gap=Decimal(0),
    )


def flip(account: MarginAccount) -> tuple[Event, ...]:
    """The events of the trade, whichever side is held."""
    held = account.position("BTCUSDT")
    assert held is not None
    return (closed(held.side), opened(held.side.opposite))


@dataclass(slots=True)
class Ground:
    """A fresh database with one learner, and a preview for each trade to come."""

    path: Path
    store: Store
    account: Account
    previews: list[str]


async def prepare(path: Path, trades: int) -> Ground:
    """Opens a database in `path` and fills it."""
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    person = people.Person(new_id(20), "en", "UTC", True, Decimal("0.02"), AT, True)
    account = Account(new_id(20), person.id, accounts.MAIN, "fixed", MarginAccount.empty(), AT)
    names = [new_id(20) for _ in range(trades)]
    async with store.unit() as unit:
        people.create(unit, Identity(Platform.CONSOLE, "me"), person)
        accounts.create(unit, account)
        account = accounts.record(unit, account, [Deposited(Decimal(10_000_000)), opened(Side.LONG)], AT)
        for name in names:
            previews.put(unit, Preview(name, account.id, person.id, {"symbol": "BTCUSDT"}, AT))
    return Ground(path, store, account, names)


async def by_unit(ground: Ground, durations: list[float]) -> None:
    """The trades through the store: lock, apply, journal, ledger, state, answer, preview, commit."""
    account = ground.account
    for number, preview in enumerate(ground.previews):
        events = flip(account.state)
        started = time.perf_counter()
        async with ground.store.unit() as unit:
            await unit.lock(f"account:{account.id}")
            previews.spend(unit, preview)
            after = accounts.record(unit, account, events, AT)
            conversation.mark(unit, Platform.CONSOLE, str(number), ANSWER, AT)
        durations.append(time.perf_counter() - started)
        account = after


async def by_hand(ground: Ground, durations: list[float]) -> None:
    """The same rows, encoded beforehand, as seven awaited calls of aiosqlite."""
    trades = _encoded(ground)
    async with aiosqlite.connect(ground.path, isolation_level=None) as connection:
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
        for writes in trades:
            started = time.perf_counter()
            await connection.execute("BEGIN IMMEDIATE")
            for statement, rows in writes:
                await connection.executemany(statement, rows)
            await connection.commit()
            durations.append(time.perf_counter() - started)


def _encoded(ground: Ground) -> list[Trade]:
    trades: list[Trade] = []
    state, identity = ground.account.state, ground.account.id
    for number, preview in enumerate(ground.previews):
        before, events, entries = state.version, [], []
        for event in flip(state):
            state = state.apply(event)
            body = event_to_json(event)
            events.append(
                (identity, state.version, body["type"], MICROSECONDS, MICROSECONDS, canonical(body))
            )
            entries += [
                (identity, state.version, line, posting.account, to_scaled(posting.amount))
                for line, posting in enumerate(postings(event))
            ]
        changed = (state.version, canonical(state.to_json()), len(state.positions), identity, before)
        trades.append(
            [
                ("UPDATE previews SET spent = 1 WHERE id = ? AND spent = 0", [(preview,)]),
                (
                    "UPDATE accounts SET version=?, state=?, open_items=? WHERE id=? AND version=?",
                    [changed],
                ),
                (
                    "INSERT INTO events (account_id, seq, kind, at, market_time, body) VALUES (?,?,?,?,?,?)",
                    events,
                ),
                ("INSERT INTO postings (account_id, seq, line, ledger, amount) VALUES (?,?,?,?,?)", entries),
                (
                    "INSERT INTO processed (platform, update_id, answer, at) VALUES (?,?,?,?)",
                    [("console", str(number), canonical(ANSWER), MICROSECONDS)],
                ),
            ]
        )
    return trades


async def measure(
    directory: Path, trades: int, way: Callable[[Ground, list[float]], Awaitable[None]]
) -> float:
    """The median time of a trade in milliseconds, in a new database, the first tenth left out."""
    ground = await prepare(directory / f"{new_id()}.db", trades)
    durations: list[float] = []
    await way(ground, durations)
    await ground.store.close()
    return statistics.median(durations[trades // 10 :]) * 1000


async def main(rounds: int, trades: int, where: Path | None) -> None:
    """Prints a line for each round and the medians over the rounds."""
    hand, unit = [], []
    with tempfile.TemporaryDirectory(dir=where) as name:
        for number in range(1, rounds + 1):
            hand.append(await measure(Path(name), trades, by_hand))
            unit.append(await measure(Path(name), trades, by_unit))
            print(f"round {number}: aiosqlite {hand[-1]:.3f} ms, unit {unit[-1]:.3f} ms")
    bare, ours = statistics.median(hand), statistics.median(unit)
    print(f"median of {rounds}: aiosqlite {bare:.3f} ms, unit {ours:.3f} ms, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trades", type=int, default=400)
    parser.add_argument("--directory", type=Path)
    options = parser.parse_args()
    asyncio.run(main(options.rounds, options.trades, options.directory))
