"""`/open`, confirmed, end to end with a durable commit, against a bare aiosqlite transaction of the same writes.

Ours: a press on Confirm goes through router, binder, locks, engine, wording and commit. The rival writes the very rows
that ours left in the database, encoded beforehand, in one transaction a trade, with the same pragmas on the same disk.

    python -m benchmarks.open_path [--rounds 5] [--trades 200]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import aiosqlite

from bot.bootstrap import Bot, Plan, build
from bot.core.identity import ChatRef, Identity, Platform, new_id
from bot.core.reply import Reply
from bot.core.request import Input, Pressed, Request, Said
from bot.telemetry import Telemetry

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
SIDES = ("long", "short")


async def _say(bot: Bot, what: Input) -> Reply:
    who = Identity(Platform.CONSOLE, "me")
    reply = await bot.router.handle(
        Request(new_id(), who, ChatRef(Platform.CONSOLE, "me", private=True), what)
    )
    assert reply is not None
    assert reply.answer.ok, reply.answer
    return reply


async def ours(path: Path, trades: int) -> tuple[list[float], list[float]]:
    """Seconds for each preview and each confirmation."""
    plan = Plan(
        f"sqlite+aiosqlite:///{path}", "fixed", {"BTCUSDT": Decimal(50_000)}, balance=Decimal(10_000_000)
    )
    previews, confirmations = [], []
    async with build(plan, Telemetry()) as bot:
        for number in range(trades):
            started = time.perf_counter()
            preview = await _say(bot, Said(f"/open btc {SIDES[number % 2]} 5x isolated 0.01btc"))
            shown = time.perf_counter()
            await _say(bot, Pressed(preview.buttons[0][0].payload))
            previews.append(shown - started)
            confirmations.append(time.perf_counter() - shown)
    return previews, confirmations


async def rival(source: Path, path: Path) -> list[float]:
    """Seconds for each transaction that writes one confirmation's rows again into an empty copy of the schema."""
    durations = []
    async with aiosqlite.connect(source) as old, aiosqlite.connect(path, isolation_level=None) as new:
        for pragma in PRAGMAS:
            await new.execute(f"PRAGMA {pragma}")
        await new.execute(
            "PRAGMA foreign_keys = OFF"
        )  # the people and previews around the rows are not copied
        schema = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        for (statement,) in await old.execute_fetchall(schema):
            await new.execute(statement)
        for table in ("accounts", "previews"):
            rows = [tuple(row) for row in await old.execute_fetchall(f"SELECT * FROM {table}")]
            await new.executemany(_insert(table, rows), rows)
        state = next(iter(await old.execute_fetchall("SELECT id, state, open_items FROM accounts")))
        for trade in await _trades(old):
            started = time.perf_counter()
            await new.execute("BEGIN IMMEDIATE")
            await new.execute("UPDATE previews SET spent = 1 WHERE id = ?", (trade.preview,))
            await new.execute(
                "UPDATE accounts SET version = ?, state = ?, open_items = ? WHERE id = ?",
                (trade.version, state[1], state[2], state[0]),
            )
            for table, rows in ((table, rows) for table, rows in trade.rows.items() if rows):
                await new.executemany(_insert(table, rows), rows)
            await new.commit()
            durations.append(time.perf_counter() - started)
    return durations


class _Trade:
    def __init__(self, preview: str, version: int) -> None:
        self.preview = preview
        self.version = version
        self.rows: dict[str, list[tuple[object, ...]]] = {"events": [], "postings": [], "processed": []}


async def _trades(old: aiosqlite.Connection) -> list[_Trade]:
    """The rows of every confirmation, in order: its events, their postings, and its two marks as processed."""
    spent = [
        row[0] for row in await old.execute_fetchall("SELECT id FROM previews WHERE spent = 1 ORDER BY at")
    ]
    answers = [
        tuple(row)
        for row in await old.execute_fetchall(
            "SELECT * FROM processed WHERE json_extract(answer, '$.template') = 'traded' ORDER BY at, platform"
        )
    ]
    fills = [tuple(row) for row in await old.execute_fetchall("SELECT * FROM events ORDER BY seq")]
    lines = [tuple(row) for row in await old.execute_fetchall("SELECT * FROM postings ORDER BY seq, line")]
    trades = []
    for number, preview in enumerate(spent):
        first, last = number * len(fills) // len(spent), (number + 1) * len(fills) // len(spent)
        trade = _Trade(preview, last)
        trade.rows["events"] = list(fills[first:last])
        seqs = {row[1] for row in trade.rows["events"]}
        trade.rows["postings"] = [row for row in lines if row[1] in seqs]
        trade.rows["processed"] = list(answers[2 * number : 2 * number + 2])
        trades.append(trade)
    return trades


def _insert(table: str, rows: list[tuple[object, ...]]) -> str:
    return f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})"


async def main(rounds: int, trades: int) -> None:
    """Print a line a round, and the medians."""
    ratios, times = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, rounds + 1):
            source, copy = Path(folder) / f"ours-{number}.db", Path(folder) / f"rival-{number}.db"
            previews, confirmations = (statistics.median(each) for each in await ours(source, trades))
            bare = statistics.median(await rival(source, copy))
            ratios.append(confirmations / bare)
            times.append((previews, confirmations, bare))
            print(
                f"round {number}: preview {previews * 1000:.2f} ms, confirm {confirmations * 1000:.2f} ms, "
                f"bare aiosqlite {bare * 1000:.2f} ms, ratio {ratios[-1]:.2f}"
            )
    preview, confirm, bare = (statistics.median(each) * 1000 for each in zip(*times, strict=True))
    print(
        f"open, median of {rounds}: preview {preview:.2f} ms, confirm {confirm:.2f} ms, "
        f"bare aiosqlite {bare:.2f} ms, ratio {statistics.median(ratios):.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trades", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.rounds, given.trades))
