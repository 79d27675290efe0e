"""The rows a unit has collected, grouped so that one transaction writes them with the fewest statements."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from bot.storage.errors import StorageError

Row = Mapping[str, Any]
Refusal = Callable[[], Awaitable[StorageError]]
"""Says, after the transaction was rolled back, which error a broken guard means."""


class GuardBroken(Exception):
    """A guarded row met another state than the unit had read."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


@dataclass(slots=True)
class Batch:
    """Rows of one statement. Guarded rows run one by one, each must meet exactly one row; the others go at once."""

    statement: UpdateBase
    rows: list[Row] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def run(self, connection: Connection) -> None:
        """Writes the rows. Raises GuardBroken at the first guard that fails."""
        if not self.refusals:
            connection.execute(self.statement, self.rows)
            return
        counts = self.statement.is_update or self.statement.is_delete
        for row, refusal in zip(self.rows, self.refusals, strict=True):
            try:
                result = connection.execute(self.statement, row)
            except IntegrityError as error:
                raise GuardBroken(refusal) from error
            if counts and result.rowcount != 1:
                raise GuardBroken(refusal)


class Batches:
    """Batches in the order of first use.

    A row joins the batch of its statement unless a later batch makes the order matter: it writes the same table, or
    adds rows to or removes rows from a table that this one refers to.
    """

    def __init__(self) -> None:
        self._batches: list[Batch] = []

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)

    def __bool__(self) -> bool:
        return bool(self._batches)

    def add(self, statement: UpdateBase, row: Row, refusal: Refusal | None = None) -> None:
        """Collects a row; with a refusal it is a guard."""
        batch = self._batch_of(statement, guarded=refusal is not None)
        if batch is None:
            batch = Batch(statement)
            self._batches.append(batch)
        batch.rows.append(row)
        if refusal is not None:
            batch.refusals.append(refusal)

    def _batch_of(self, statement: UpdateBase, guarded: bool) -> Batch | None:
        for batch in reversed(self._batches):
            if batch.statement is statement and bool(batch.refusals) == guarded:
                return batch
            if _ordered(batch.statement, statement):
                return None
        return None


def _ordered(earlier: UpdateBase, later: UpdateBase) -> bool:
    before, after = earlier.table, later.table
    if before is after:
        return True
    if earlier.is_update or not isinstance(after, Table):
        return False
    return any(key.column.table is before for key in after.foreign_keys)


def write_all(connection: Connection, batches: Batches) -> None:
    """Writes every batch in order; the caller owns the transaction."""
    for batch in batches:
        batch.run(connection)
