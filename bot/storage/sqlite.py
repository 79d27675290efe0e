"""SQLite: one writer thread, a few reader threads, and one hop between them and the event loop for a whole unit.

An asyncio driver would cost a hop for each statement, which is more than SQLite needs to run it; so SQLAlchemy's plain
engine runs inside the threads instead.
"""

import asyncio
import contextlib
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, Row, StaticPool, create_engine, event, text

from bot.storage.batches import Batches, write_all
from bot.storage.errors import BackupRefused, DatabaseLocked, DatabaseReadOnly, DatabaseUnusable
from bot.storage.faults import translated
from bot.storage.revision import is_current

READERS = 3
BUSY_SECONDS = 5.0
PIECE = 1 << 20
_T = TypeVar("_T")


class SqliteBackend:
    """An SQLite file, or a database in memory that lives as long as this object."""

    def __init__(self, url: URL) -> None:
        self.path = _path_of(url)
        plain = url.set(drivername="sqlite+pysqlite")
        settings = _settings(url)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._own = threading.local()
        self._open: list[Connection] = []
        self._reader: Engine
        if self.path is None:
            self._writer = create_engine(plain, poolclass=StaticPool, connect_args=settings)
            self._reader = self._writer.execution_options(reads=True)
            self._read_threads = self._write_thread
        else:
            self._writer = create_engine(plain, pool_size=1, max_overflow=0, connect_args=settings)
            # One each for the reading threads, and one beside them for a backup.
            self._reader = create_engine(plain, pool_size=READERS, max_overflow=1, connect_args=settings)
            self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
            event.listen(self._reader, "connect", _prepare_reader)
        event.listen(self._writer, "connect", _prepare_writer)
        event.listen(self._writer, "begin", _begin)

    def require(self) -> None:
        """Raises DatabaseUnusable where there is no such file."""
        if self.path is not None and not self.path.exists():
            raise DatabaseUnusable(reason="missing", database=str(self.path))

    async def migrate(self) -> None:
        """Brings the schema to the newest revision; the first process does it, the others wait on the write lock."""
        if self.path is not None:
            _make_directory(self.path)
        try:
            await self._in(self._write_thread, self._migrate)
        except DatabaseUnusable as error:
            # SQLite cannot even open a file whose directory takes no journal beside it.
            if (
                "CANTOPEN" in str(error.data.get("reason"))
                and self.path is not None
                and not _writable(self.path)
            ):
                raise DatabaseReadOnly(**error.data) from error
            raise

    async def fetch(self, statement: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Reads in a reader thread, in a snapshot of its own."""
        return await self._in(self._read_threads, lambda: self._fetch(statement, parameters))

    async def flush(self, batches: Batches) -> None:
        """Writes in the writer thread, in one BEGIN IMMEDIATE transaction."""
        await self._in(self._write_thread, lambda: self._flush(batches))

    async def backup(self, path: Path) -> None:
        """Copies a snapshot to `path`, which appears complete or not at all.

        Raises BackupRefused for the database's own path.
        """
        await self._in(self._read_threads, lambda: self._backup(path))

    async def tidy(self, marks: Collection[bytes]) -> None:
        """Empties the write-ahead log; writes the whole file anew where a mark is still in it. Raises DatabaseLocked.

        SQLite overwrites what is deleted (secure_delete), but not what it leaves behind when it moves rows from page to
        page: that is rare, and only a new file is free of it.
        """
        await self._in(self._write_thread, self._empty_log)
        path = self.path
        if path is not None and await self._in(self._read_threads, lambda: _holds(path, marks)):
            await self._in(self._write_thread, self._write_anew)

    async def close(self) -> None:
        """Ends the threads once they have done what was asked of them.

        A read whose request was cancelled may still be running: its connection must not be closed under it.
        """
        if self._read_threads is not self._write_thread:
            await asyncio.to_thread(self._read_threads.shutdown)
        await self._in(self._write_thread, self._dispose)
        self._write_thread.shutdown(wait=False)

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(threads, _guarded, work)

    def _fetch(self, statement: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Reads on the thread's own connection, which is kept: taking one from the pool costs as much as the read."""
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._reader.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._own.connection = connection
            self._open.append(connection)
        return connection.execute(statement, parameters).fetchall()

    def _flush(self, batches: Batches) -> None:
        with self._writer.begin() as connection:
            write_all(connection, batches)

    def _empty_log(self) -> None:
        with self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise DatabaseLocked(reason="checkpoint")

    def _write_anew(self) -> None:
        with self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute("VACUUM")
        self._empty_log()

    def _dispose(self) -> None:
        for connection in self._open:
            connection.close()
        self._reader.dispose()
        self._writer.dispose()

    def _migrate(self) -> None:
        with self._reader.connect() as connection:
            current = is_current(connection)
        with self._writer.connect() as connection:
            if current:
                _try_to_write(connection)
            else:
                _unchecked_upgrade(connection)

    def _backup(self, path: Path) -> None:
        if self.path is not None and path.exists() and path.samefile(self.path):
            raise BackupRefused(path=str(path))
        _make_directory(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            with contextlib.closing(sqlite3.connect(part)) as target, self._reader.connect() as connection:
                source = connection.connection.driver_connection
                assert isinstance(source, sqlite3.Connection)
                source.backup(target)
                target.execute(
                    "PRAGMA journal_mode = DELETE"
                )  # one file, readable from a read-only place too
            _sync(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _guarded(work: Callable[[], _T]) -> _T:
    with translated():
        return work()


def _path_of(url: URL) -> Path | None:
    if url.query.get("uri") or (url.database or "").startswith("file:"):
        raise DatabaseUnusable(reason="uri")
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def _settings(url: URL) -> dict[str, Any]:
    # Transactions are ours to begin and end; a connection serves one thread at a time, not always the same one.
    settings: dict[str, Any] = {"isolation_level": None, "check_same_thread": False}
    return settings if "timeout" in url.query else {**settings, "timeout": BUSY_SECONDS}


def _holds(path: Path, marks: Collection[bytes]) -> bool:
    """Whether a file holds one of these marks anywhere."""
    longest, end = max(map(len, marks), default=0), b""
    with path.open("rb") as file:
        while longest and (piece := file.read(PIECE)):
            piece = end + piece
            if any(each in piece for each in marks):
                return True
            end = piece[-longest:]
    return False


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise DatabaseReadOnly(path=str(path.parent)) from error
    except OSError as error:
        raise DatabaseUnusable(path=str(path.parent)) from error


def _writable(path: Path) -> bool:
    if path.is_dir():
        return True  # not a file at all, which is another fault
    return os.access(path.parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten (docs/privacy.md)


def _prepare_reader(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switches to write-ahead logging; SQLite does not apply the busy timeout to this one step."""
    give_up = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _try_to_write(connection: Connection) -> None:
    """Says at once what the first trade would meet: SQLite opens and begins on a read-only file without complaint."""
    with connection.begin() as transaction:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        transaction.rollback()


def _unchecked_upgrade(connection: Connection) -> None:
    """Upgrades with foreign keys off, since a migration may have to rebuild a table, and checks them before the commit."""
    from bot.storage.migrate import upgrade  # Alembic takes half a second to import

    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            upgrade(connection)
            if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise DatabaseUnusable(reason="foreign keys")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
