"""Turns what the drivers raise into storage's own errors, by error code and never by the wording of a message."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.storage.errors import (
    DatabaseFull,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DatabaseUnusable,
    RowRefused,
    SerializationFailure,
    StorageError,
    ValueRefused,
)

_SQLITE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_BUSY: DatabaseLocked,
    sqlite3.SQLITE_LOCKED: DatabaseLocked,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_NOTADB: DatabaseUnusable,
    sqlite3.SQLITE_CORRUPT: DatabaseUnusable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnusable,
    sqlite3.SQLITE_IOERR: DatabaseUnusable,
    sqlite3.SQLITE_CONSTRAINT: RowRefused,
    sqlite3.SQLITE_MISMATCH: ValueRefused,
    sqlite3.SQLITE_TOOBIG: ValueRefused,
}
_SQLSTATES: dict[str, type[StorageError]] = {
    "40001": SerializationFailure,
    "40P01": SerializationFailure,
    "55P03": DatabaseLocked,
    "25006": DatabaseReadOnly,
    "53100": DatabaseFull,
}
_SQLSTATE_CLASSES: dict[str, type[StorageError]] = {
    "08": DatabaseUnavailable,
    "22": ValueRefused,
    "23": RowRefused,
    "28": DatabaseUnavailable,
    "3D": DatabaseUnavailable,
    "42": DatabaseUnusable,
    "53": DatabaseUnavailable,
    "57": DatabaseUnavailable,
}


@contextmanager
def translated() -> Iterator[None]:
    """Raises a StorageError in place of what SQLAlchemy, sqlite3, asyncpg or the network raise."""
    try:
        yield
    except StatementError as error:
        raise _of_statement(error) from error
    except sqlite3.Error as error:
        raise of_sqlite(error) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseUnusable(reason=type(error).__name__) from error
    except (UnicodeError, OverflowError) as error:
        raise ValueRefused(reason=type(error).__name__) from error
    except (PoolTimeout, OSError) as error:
        raise DatabaseUnavailable(reason=type(error).__name__) from error


def _of_statement(error: StatementError) -> StorageError:
    cause = error.orig
    if isinstance(cause, StorageError):
        return cause
    if isinstance(cause, sqlite3.Error):
        return of_sqlite(cause)
    if isinstance(error, DBAPIError):
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return of_sqlstate(state)
        if error.connection_invalidated:
            return DatabaseUnavailable(reason=type(cause).__name__)
        if isinstance(error, IntegrityError):
            return RowRefused()
        return DatabaseUnusable(reason=type(cause).__name__)
    return ValueRefused(reason=type(cause).__name__)


def of_sqlite(error: sqlite3.Error) -> StorageError:
    """The storage error of an SQLite result code; the extended part of the code only goes into the data."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    kind = _SQLITE.get(code & 0xFF, DatabaseUnusable) if code is not None else _without_code(error)
    return kind(reason=name)


def _without_code(error: sqlite3.Error) -> type[StorageError]:
    return ValueRefused if isinstance(error, sqlite3.InterfaceError | sqlite3.DataError) else DatabaseUnusable


def of_sqlstate(state: str) -> StorageError:
    """The storage error of an SQLSTATE."""
    kind = _SQLSTATES.get(state) or _SQLSTATE_CLASSES.get(state[:2], DatabaseUnusable)
    return kind(reason=state)
