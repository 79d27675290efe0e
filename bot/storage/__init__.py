"""Where everything durable lives: SQLAlchemy Core on SQLite or PostgreSQL, one transaction for a unit of work.

Values and functions of an aggregate are in the module of its name: `people`, `accounts`, `journal`, `conversation`,
`tags`, `previews`, `outbox`, `chats`.
"""

from bot.storage.errors import (
    AlreadyProcessed,
    AlreadySpent,
    AmountRefused,
    BackupRefused,
    DatabaseFull,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnusable,
    LockOrder,
    NotFound,
    RowRefused,
    SerializationFailure,
    StorageError,
    ValueRefused,
    VersionConflict,
)
from bot.storage.retries import retrying
from bot.storage.store import Store
from bot.storage.unit import UnitOfWork

__all__ = [
    "AlreadyProcessed",
    "AlreadySpent",
    "AmountRefused",
    "BackupRefused",
    "DatabaseFull",
    "DatabaseLocked",
    "DatabaseReadOnly",
    "DatabaseTooNew",
    "DatabaseUnavailable",
    "DatabaseUnusable",
    "LockOrder",
    "NotFound",
    "RowRefused",
    "SerializationFailure",
    "StorageError",
    "Store",
    "UnitOfWork",
    "ValueRefused",
    "VersionConflict",
    "retrying",
]
