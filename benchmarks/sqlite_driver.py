"""The store's threads against SQLAlchemy's asyncio engine on aiosqlite: one read, and one unit of a trade's writes.

Both run the same statements on files in the same directory, with the same pragmas, in turn.

    python -m benchmarks.sqlite_driver [--rounds 5] [--times 300]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.write_path import ANSWER, AT, Ground, flip, prepare
from bot.core.identity import Platform, new_id
from bot.storage import accounts, conversation, previews
from bot.storage.batches import Batches, write_all
from bot.storage.tables import accounts as account_table
from bot.storage.unit import UnitOfWork

READ = select(account_table)


def _engine(path: Path) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, connect_args={"isolation_level": None}
    )

    def prepare_connection(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare_connection)
    event.listen(
        engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
    )
    return engine


class _Collected(UnitOfWork):
    """A unit whose rows are taken from it instead of being written."""

    def __init__(self) -> None:
        super().__init__(None, None)  # type: ignore[arg-type]

    @property
    def rows(self) -> Batches:
        return self._batches


def _units(ground: Ground) -> list[Batches]:
    units, account = [], ground.account
    for number, preview in enumerate(ground.previews):
        unit = _Collected()
        previews.spend(unit, preview)
        account = accounts.record(unit, account, flip(account.state), AT)
        conversation.mark(unit, Platform.CONSOLE, str(number), ANSWER, AT)
        units.append(unit.rows)
    return units


async def _timed(times: int, work: Callable[[int], Awaitable[object]]) -> float:
    durations = []
    for number in range(times):
        started = time.perf_counter()
        await work(number)
        durations.append(time.perf_counter() - started)
    return statistics.median(durations[times // 10 :]) * 1000


async def measure(folder: Path, times: int) -> tuple[float, float, float, float]:
    """Milliseconds: read by threads, read by aiosqlite, unit by threads, unit by aiosqlite."""
    mine, other = (
        await prepare(folder / f"{new_id()}.db", times),
        await prepare(folder / f"{new_id()}.db", times),
    )
    my_units, other_units = _units(mine), _units(other)
    backend = mine.store._backend  # noqa: SLF001 - below the unit, where the two ways part
    engine = _engine(other.path)

    async def read(_: int) -> None:
        async with engine.connect() as connection:
            (await connection.execute(READ)).fetchall()

    async def write(number: int) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(write_all, other_units[number])

    result = (
        await _timed(times, lambda _: backend.fetch(READ, None)),
        await _timed(times, read),
        await _timed(times, lambda number: backend.flush(my_units[number])),
        await _timed(times, write),
    )
    await engine.dispose()
    await mine.store.close()
    await other.store.close()
    return result


async def main(rounds: int, times: int) -> None:
    """Print medians over the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        found = [await measure(Path(folder), times) for _ in range(rounds)]
    read, their_read, unit, their_unit = (statistics.median(each) for each in zip(*found, strict=True))
    print(
        f"sqlite driver, median of {rounds}: read {read:.2f} ms in a thread of ours, {their_read:.2f} ms by aiosqlite's "
        f"engine ({their_read / read:.1f}×); unit {unit:.2f} ms and {their_unit:.2f} ms ({their_unit / unit:.1f}×)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=300)
    given = parser.parse_args()
    asyncio.run(main(given.rounds, given.times))
