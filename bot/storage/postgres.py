"""PostgreSQL and what speaks its protocol, through asyncpg."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from asyncpg import PostgresError
from sqlalchemy import URL, Connection, Executable, Row, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.batches import Batches, write_all
from bot.storage.errors import BackupRefused, DatabaseReadOnly
from bot.storage.faults import of_sqlstate, translated
from bot.storage.revision import is_current

POOL = 10
MIGRATION_LOCK = 0x6D617267696E  # any number, the same in every process


class PostgresBackend:
    """A PostgreSQL database, shared by any number of processes."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, pool_size=POOL, max_overflow=0, pool_pre_ping=True)
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def require(self) -> None:
        """A server that is not there says so by itself."""

    async def migrate(self) -> None:
        """Brings the schema to the newest revision; one process does it, the others wait for its advisory lock."""
        with _translated():
            async with self._reader.connect() as connection:
                if await connection.scalar(text("SELECT current_setting('transaction_read_only')")) == "on":
                    raise DatabaseReadOnly(reason="transaction_read_only")
                if await connection.run_sync(is_current):
                    return
            async with self._engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                await connection.run_sync(_upgrade)

    async def fetch(self, statement: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Reads without opening a transaction."""
        with _translated():
            async with self._reader.connect() as connection:
                return (await connection.execute(statement, parameters)).fetchall()

    async def flush(self, batches: Batches) -> None:
        """Writes in one transaction."""
        with _translated():
            async with self._engine.begin() as connection:
                await connection.run_sync(write_all, batches)

    async def backup(self, path: Path) -> None:
        """Raises BackupRefused: a server has tools of its own for this."""
        await asyncio.sleep(0)
        raise BackupRefused(path=str(path))

    async def tidy(self, marks: Collection[bytes]) -> None:
        """Nothing: the server removes dead rows by itself (docs/privacy.md)."""
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Closes every connection of the pool."""
        await self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """What `translated` does, and for the login, where SQLAlchemy 2.0 lets the driver's own errors through."""
    with translated():
        try:
            yield
        except PostgresError as error:
            raise of_sqlstate(str(error.sqlstate)) from error


def _upgrade(connection: Connection) -> None:
    from bot.storage.migrate import upgrade  # Alembic takes half a second to import

    upgrade(connection)
