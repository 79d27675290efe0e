"""What storage can refuse; each error carries a slug and figures, never a sentence for people."""

from collections.abc import Mapping
from typing import Any, ClassVar


class StorageError(Exception):
    """Base of everything storage raises; `code` names the case and `data` holds its details for a template."""

    code: ClassVar[str] = "storage"

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code, *(f"{name}={value}" for name, value in data.items()))
        self.data: Mapping[str, Any] = data


class DatabaseLocked(StorageError):
    """Another process held the database for longer than the busy timeout."""

    code = "database-locked"


class DatabaseReadOnly(StorageError):
    """The file, its directory or the server does not accept writes."""

    code = "database-read-only"


class DatabaseFull(StorageError):
    """The disk or the allowed size of the database is used up."""

    code = "database-full"


class DatabaseUnusable(StorageError):
    """This is no database of ours: a damaged file, another program's file, an address that cannot be understood."""

    code = "database-unusable"


class DatabaseUnavailable(StorageError):
    """The server does not answer, refuses the login, or dropped the connection."""

    code = "database-unavailable"


class DatabaseTooNew(StorageError):
    """A later version of the program wrote this database; it was left untouched."""

    code = "database-too-new"

    def __init__(self, found: str, known: str) -> None:
        super().__init__(found=found, known=known)
        self.found = found
        self.known = known


class AlreadyProcessed(StorageError):
    """This update was answered before; `answer` is the stored reply."""

    code = "already-processed"

    def __init__(self, platform: str, update: str, answer: Mapping[str, Any]) -> None:
        super().__init__(platform=platform, update=update)
        self.platform = platform
        self.update = update
        self.answer = answer


class VersionConflict(StorageError):
    """A row changed between reading and writing; nothing of the unit was kept, the caller may start anew."""

    code = "version-conflict"


class AlreadySpent(VersionConflict):
    """The preview was used before, or by someone at the same moment."""

    code = "already-spent"


class SerializationFailure(StorageError):
    """The database gave this transaction up in favour of another (SQLSTATE 40001 or 40P01); retry the whole unit."""

    code = "serialization-failure"


class RowRefused(StorageError):
    """A constraint of the schema refused a row: a key twice, a missing parent."""

    code = "row-refused"


class ValueRefused(StorageError):
    """A value has no place in its column: a naive time, text that is no text."""

    code = "value-refused"


class AmountRefused(ValueRefused):
    """An amount is not finite, has more than 8 decimal places, or leaves the range of a 64-bit integer."""

    code = "amount-refused"


class NotFound(StorageError):
    """No row has this id."""

    code = "not-found"


class LockOrder(StorageError):
    """A lock was asked for after a later one: two units doing so could wait for each other for ever."""

    code = "lock-order"


class BackupRefused(StorageError):
    """This backup cannot be made: not an SQLite database, or the target is the database itself."""

    code = "backup-refused"
