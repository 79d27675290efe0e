"""The store: one database, opened, migrated, and handed out in units of work."""

from collections.abc import Collection
from pathlib import Path
from typing import Self

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.storage.backend import Backend
from bot.storage.errors import DatabaseUnusable, StorageError
from bot.storage.faults import translated
from bot.storage.locks import Locks
from bot.storage.unit import UnitOfWork

_ONE = select(1)


class Store:
    """An open database. Units of one store see each other's locks; units of two stores only each other's rows."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._locks = Locks()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, create: bool = True) -> Self:
        """Opens `sqlite+aiosqlite:///path`, `sqlite+aiosqlite://` (in memory) or `postgresql+asyncpg://…`.

        Missing directories and files are created, missing tables too, under a lock over all processes; without `create`
        a missing file is DatabaseUnusable. Raises
        DatabaseLocked, DatabaseReadOnly, DatabaseFull, DatabaseUnusable, DatabaseUnavailable or DatabaseTooNew.
        """
        backend = _backend(url)
        try:
            if not create:
                backend.require()
            await backend.migrate()
        except BaseException as error:
            await backend.close()
            if isinstance(error, StorageError):
                error.data = {**error.data, "database": make_url(url).render_as_string(hide_password=True)}
            raise
        return cls(backend)

    def unit(self) -> UnitOfWork:
        """A new unit of work, to be used as an async context manager."""
        return UnitOfWork(self._backend, self._locks)

    async def ping(self) -> None:
        """Asks the database for an answer. Raises the same errors as `open`."""
        await self._backend.fetch(_ONE, None)

    async def backup(self, path: Path) -> None:
        """Copies an SQLite database, while it is in use, to a file that appears complete or not at all.

        Raises BackupRefused for any other database.
        """
        await self._backend.backup(path)

    async def tidy(self, marks: Collection[bytes]) -> None:
        """Overwrites what deleted rows have left beside the tables of an SQLite file.

        The write-ahead log is emptied; and the file is written anew where one of these marks is still found in it.
        Raises DatabaseLocked where somebody reads all the time. On other databases it is the server's own matter.
        """
        await self._backend.tidy(marks)

    async def close(self) -> None:
        """Closes the database; a second time does nothing."""
        if not self._closed:
            self._closed = True
            await self._backend.close()


def _backend(url: str) -> Backend:
    with translated():
        parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        from bot.storage.sqlite import SqliteBackend

        return SqliteBackend(parsed)
    if kind == "postgresql":
        # asyncpg and SQLAlchemy's asyncio part take a fifth of a second to import.
        from bot.storage.postgres import PostgresBackend

        with translated():
            return PostgresBackend(parsed.set(drivername="postgresql+asyncpg"))
    raise DatabaseUnusable(reason="address", database=kind)
