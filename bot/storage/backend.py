"""What a database must be able to do for a unit of work."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Executable, Row

from bot.storage.batches import Batches


class Backend(Protocol):
    """One database, SQLite or PostgreSQL; every method raises a StorageError and nothing of a driver's."""

    def require(self) -> None:
        """Raises DatabaseUnusable where opening would make a new, empty database."""

    async def migrate(self) -> None:
        """Brings the schema to the newest revision, once over all processes."""

    async def fetch(self, statement: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Reads committed rows."""

    async def flush(self, batches: Batches) -> None:
        """Writes all rows in one transaction, or none. Raises GuardBroken too."""

    async def backup(self, path: Path) -> None:
        """Copies the whole database, as it is now, into a file."""

    async def tidy(self, marks: Collection[bytes]) -> None:
        """Overwrites what deleted rows that held one of these marks have left beside the tables."""

    async def close(self) -> None:
        """Gives up every connection."""
