"""Opening a database: created, migrated once, or refused for a reason and left as it was."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, select, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import (
    BackupRefused,
    DatabaseFull,
    DatabaseReadOnly,
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnusable,
    Store,
    accounts,
    journal,
    people,
)
from bot.storage.migrate import configuration
from bot.storage.revision import REVISIONS
from bot.storage.sqlite import SqliteBackend
from bot.storage.tables import NO_ONE, metadata
from bot.storage.tables import accounts as account_table
from bot.storage.tables import people as people_table
from tests.storage.scene import ROOT, identity, learner, person


def differences(connection: Connection) -> Any:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def write_something(store: Store) -> None:
    async with store.unit() as unit:
        people.create(unit, identity(), person())


def executed(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


# Migrations


async def test_the_migrations_build_what_the_tables_say(empty_url: str) -> None:
    await (await Store.open(empty_url)).close()
    if empty_url.startswith("sqlite"):
        engine = create_engine(empty_url.replace("+aiosqlite", ""))
        with engine.connect() as connection:
            assert differences(connection) == []
        engine.dispose()
    else:
        server = create_async_engine(empty_url)
        async with server.connect() as async_connection:
            assert await async_connection.run_sync(differences) == []
        await server.dispose()


async def test_every_sqlite_table_is_strict_and_stored_as_declared(file_url: str, tmp_path: Path) -> None:
    await (await Store.open(file_url)).close()
    declared = create_engine("sqlite://")
    metadata.create_all(declared)
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
    with declared.connect() as connection:
        wanted = {name: sql.rpartition(")")[2] for name, sql in connection.exec_driver_sql(query)}
    declared.dispose()
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "marginalia.db")) as connection_:
        built = {name: sql.rpartition(")")[2] for name, sql in connection_.execute(query)}
    assert built == wanted
    assert all("STRICT" in options for options in built.values())


def test_the_program_knows_every_revision_there_is() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


async def test_opening_again_changes_nothing(empty_url: str) -> None:
    store = await Store.open(empty_url)
    _, account = await learner(store)
    await store.close()
    store = await Store.open(empty_url)
    await store.ping()
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == account
    await store.close()
    await store.close()


async def test_several_processes_open_an_empty_database_at_once(empty_url: str) -> None:
    closing = "import asyncio, sys; from bot.storage import Store"
    closing += "\nasync def main():\n    store = await Store.open(sys.argv[1])\n    await store.close()\nasyncio.run(main())"
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", closing, empty_url, cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(5)
    ]
    for process in processes:
        _, said = await process.communicate()
        assert (process.returncode, said) == (0, b"")
    store = await Store.open(empty_url)
    await write_something(store)
    await store.close()


def test_a_database_up_to_date_is_opened_without_alembic(file_url: str) -> None:
    script = (
        "import asyncio, sys\nfrom bot.storage import Store\n"
        "async def main():\n    await (await Store.open(sys.argv[1])).close()\n"
        "asyncio.run(main())\n"
        "print(*[name for name in ('alembic', 'asyncpg', 'aiosqlite', 'stamina') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script, file_url]
    first = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    second = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert first.stdout.split() == ["alembic"]
    assert second.stdout.split() == []


async def test_a_database_of_a_later_version_is_left_alone(file_url: str, tmp_path: Path) -> None:
    store = await Store.open(file_url)
    await write_something(store)
    await store.close()
    path = tmp_path / "data" / "marginalia.db"
    executed(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew) as caught:
        await Store.open(file_url)
    assert (caught.value.found, caught.value.known) == ("9999", REVISIONS[-1])
    assert path.read_bytes() == before


async def test_a_later_version_on_a_server_is_left_alone(postgres_url: str) -> None:
    await (await Store.open(postgres_url)).close()
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    with pytest.raises(DatabaseTooNew):
        await Store.open(postgres_url)


async def test_sqlite_runs_with_the_settings_that_keep_trades(file_url: str) -> None:
    backend = SqliteBackend(make_url(file_url))
    await backend.migrate()
    with backend._writer.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
    assert found == ["wal", 2, 1, 5000]
    with backend._reader.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 1
    await backend.close()


async def test_connections_that_the_server_dropped_are_replaced(postgres_url: str) -> None:
    store = await Store.open(postgres_url)
    await write_something(store)
    rival = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await rival.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    await rival.close()
    await store.ping()
    await write_something(store)
    await store.close()


# What cannot be opened


async def test_missing_directories_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b c" / "d.db"
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    assert path.is_file()
    await store.close()


@pytest.mark.parametrize("content", [b"no database at all " * 500, b"SQLite format 3\0" + b"\xff" * 9000])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable) as caught:
        await Store.open(f"sqlite+aiosqlite:///{path}")
    assert str(path) in caught.value.data["database"]
    assert path.read_bytes() == content


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    executed(path, "CREATE TABLE people (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable):
        await Store.open(f"sqlite+aiosqlite:///{path}")
    assert path.read_bytes() == before


async def test_a_directory_or_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}")
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnusable):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/file/x.db")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://localhost/x", "oracle+nothing://x", "sqlite+aiosqlite:///file:x?uri=true"],
)
async def test_an_address_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnusable):
        await Store.open(url)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        await Store.open("postgresql+asyncpg://me:secret@127.0.0.1:9/none")
    assert "secret" not in str(caught.value.data)


async def test_a_database_that_the_server_does_not_have_is_unavailable(postgres_url: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        await Store.open(postgres_url.replace("/test_", "/no_such_"))


async def test_a_server_that_only_reads_is_reported(postgres_url: str) -> None:
    store = await Store.open(postgres_url)
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await connection.close()
    with pytest.raises(DatabaseReadOnly):
        await Store.open(postgres_url)
    await store.close()


# Files without permission


@contextlib.contextmanager
def ordinary_user() -> Iterator[None]:
    """Nothing is read-only for root, so root steps down for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def allow(path: Path, mode: int) -> None:
    path.chmod(mode)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that anyone can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="marginalia-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


async def test_a_file_that_cannot_be_written_is_reported(open_directory: Path) -> None:
    path = open_directory / "read-only.db"
    url = f"sqlite+aiosqlite:///{path}"
    store = await Store.open(url)
    await write_something(store)
    await store.close()
    allow(path, 0o444)
    allow(open_directory, 0o777)
    before = path.read_bytes()
    with ordinary_user(), pytest.raises(DatabaseReadOnly):
        await Store.open(url)
    assert path.read_bytes() == before


async def test_a_directory_that_cannot_be_written_is_reported(open_directory: Path) -> None:
    path = open_directory / "read-only.db"
    url = f"sqlite+aiosqlite:///{path}"
    store = await Store.open(url)
    await store.close()
    allow(path, 0o666)
    allow(open_directory, 0o555)
    before = path.read_bytes()
    with ordinary_user():
        with pytest.raises(DatabaseReadOnly):
            await Store.open(url)
        with pytest.raises(DatabaseReadOnly):
            await Store.open(url.replace("read-only", "new"))
        with pytest.raises(DatabaseReadOnly):
            await Store.open(url.replace("read-only", "deep/er/new"))
    assert path.read_bytes() == before


async def test_a_full_disk_is_reported_and_keeps_everything_out(file_url: str) -> None:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 150")

    event.listen(Engine, "connect", limit)
    try:
        store = await Store.open(file_url)
        _, account = await learner(store)

        async def fill() -> None:
            async with store.unit() as unit:
                for _ in range(4000):
                    people.create(unit, identity(), person())

        with pytest.raises(DatabaseFull):
            await fill()
    finally:
        event.remove(Engine, "connect", limit)
    async with store.unit() as unit:
        known = await unit.fetch(select(people_table.c.id).where(people_table.c.id != NO_ONE))
        assert len(known) == 1
        assert await accounts.load(unit, account.id) == account
    await write_something(store)
    await store.close()


# Backup


async def test_a_backup_taken_in_the_middle_of_trading_opens_and_is_whole(
    file_url: str, tmp_path: Path
) -> None:
    store = await Store.open(file_url)
    await learner(store)
    target = tmp_path / "copies" / "backup.db"
    busy = asyncio.gather(*(learner(store) for _ in range(40)))
    await store.backup(target)
    await busy
    await store.backup(tmp_path / "copies" / "later.db")
    copy = await Store.open(f"sqlite+aiosqlite:///{target}")
    async with copy.unit() as unit:
        assert await journal.ledger_sum(unit) == 0
        found = [row.id for row in await unit.fetch(select(account_table.c.id))]
        assert found
        for name in found:
            assert await journal.replayed(unit, name) == (await accounts.load(unit, name)).state
    await copy.close()
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "copies" / "later.db")) as later:
        assert later.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with contextlib.closing(sqlite3.connect(tmp_path / "data" / "marginalia.db")) as source:
            assert list(later.iterdump()) == list(source.iterdump())
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == ["backup.db", "later.db"]


async def test_a_backup_replaces_an_older_one_but_never_the_database(file_url: str, tmp_path: Path) -> None:
    store = await Store.open(file_url)
    target = tmp_path / "backup.db"
    await store.backup(target)
    await learner(store)
    await store.backup(target)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    with pytest.raises(BackupRefused):
        await store.backup(tmp_path / "data" / "marginalia.db")
    await store.close()


async def test_a_database_in_memory_can_be_kept(tmp_path: Path) -> None:
    store = await Store.open("sqlite+aiosqlite://")
    _, account = await learner(store)
    await store.backup(tmp_path / "kept.db")
    await store.close()
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/kept.db")
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == account
    await store.close()


async def test_a_server_is_not_backed_up_this_way(postgres_url: str, tmp_path: Path) -> None:
    store = await Store.open(postgres_url)
    with pytest.raises(BackupRefused):
        await store.backup(tmp_path / "backup.db")
    await store.close()


async def test_closing_waits_for_a_read_whose_request_was_cancelled(tmp_path: Path) -> None:
    slow = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n"
    )
    for _ in range(3):
        store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'db'}")
        async with store.unit() as unit:
            await unit.fetch(text("SELECT 1"))
            reads = [asyncio.create_task(unit.fetch(slow)) for _ in range(3)]
            await asyncio.sleep(0.02)
            for read in reads:
                read.cancel()
            await asyncio.gather(*reads, return_exceptions=True)
        await store.close()  # with the connection closed under the read, the interpreter crashed


async def test_a_missing_file_is_not_made_where_it_must_exist(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "db"
    with pytest.raises(DatabaseUnusable):
        await Store.open(f"sqlite+aiosqlite:///{missing}", create=False)
    assert not missing.parent.exists()
