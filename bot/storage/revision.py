"""Which revision of the schema a database has, found out without importing Alembic."""

from sqlalchemy import Connection, inspect, text

from bot.storage.errors import DatabaseTooNew, DatabaseUnusable

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision this program knows, oldest first; `migrations/versions` holds one file for each."""


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest known revision.

    Raises DatabaseTooNew for an unknown revision, and DatabaseUnusable for an SQLite file that holds another program's
    tables.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise DatabaseUnusable(reason="foreign tables")
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    unknown = sorted(set(found) - set(REVISIONS))
    if unknown:
        raise DatabaseTooNew(found=unknown[0], known=REVISIONS[-1])
    return list(found) == [REVISIONS[-1]]
