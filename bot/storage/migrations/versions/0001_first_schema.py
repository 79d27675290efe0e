"""The first schema: people, accounts with journal and ledger, conversation, previews, outbox, chats.

A revision keeps its own words and types: it must build the same tables whatever the program later becomes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = INT64  # units of 10⁻⁸
TIME = INT64  # microseconds since 1970 UTC
DOCUMENT = sa.Text()  # canonical JSON
FLAG = sa.Integer()  # 0 or 1


def table(name: str, *items: sa.schema.SchemaItem, clustered: bool = False) -> None:
    """Creates a table, STRICT on SQLite; `clustered` ones have no row id there."""
    options = {"sqlite_with_rowid": False} if clustered else {}
    op.create_table(name, *items, sqlite_strict=True, **options)


def column(name: str, kind: sa.types.TypeEngine[Any], *, null: bool = False) -> sa.Column[Any]:
    """A column that must be filled unless `null`."""
    return sa.Column(name, kind, nullable=null)


def key(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key of a table."""
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{name}")


def belongs(name: str, to: str, columns: list[str], targets: list[str]) -> sa.ForeignKeyConstraint:
    """A foreign key; the rows go with their parent."""
    referred = [f"{to}.{target}" for target in targets]
    return sa.ForeignKeyConstraint(columns, referred, name=f"fk_{name}_{to}", ondelete="CASCADE")


def partial_index(name: str, on: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index of some rows only."""
    op.create_index(
        name, on, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    """Applies the revision; databases only ever move forward."""
    people_and_chats()
    accounts()
    conversation()
    outbox()


def people_and_chats() -> None:
    """People, the identities they speak from, group chats."""
    table(
        "people",
        column("id", sa.Text()),
        column("language", sa.Text(), null=True),
        column("time_zone", sa.Text()),
        column("confirm", FLAG),
        column("default_size", MONEY),
        column("created_at", TIME),
        column("started", FLAG),
        key("people", "id"),
    )
    table(
        "identities",
        column("platform", sa.Text()),
        column("user", sa.Text()),
        column("person_id", sa.Text()),
        column("language", sa.Text(), null=True),
        column("unreachable_at", TIME, null=True),
        key("identities", "platform", "user"),
        belongs("identities", "people", ["person_id"], ["id"]),
        clustered=True,
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"])
    table(
        "chats",
        column("platform", sa.Text()),
        column("chat", sa.Text()),
        column("language", sa.Text(), null=True),
        key("chats", "platform", "chat"),
        clustered=True,
    )


def accounts() -> None:
    """Accounts, their journal, their ledger, and the previews of their orders."""
    table(
        "accounts",
        column("id", sa.Text()),
        column("person_id", sa.Text()),
        column("kind", sa.Text()),
        column("market", sa.Text()),
        column("version", INT64),
        column("state", DOCUMENT),
        column("open_items", sa.Integer()),
        column("created_at", TIME),
        column("archived_at", TIME, null=True),
        key("accounts", "id"),
        belongs("accounts", "people", ["person_id"], ["id"]),
    )
    op.create_index("ix_accounts_person_id", "accounts", ["person_id"])
    partial_index(
        "uq_accounts_main", "accounts", ["person_id"], "kind = 'main' AND archived_at IS NULL", unique=True
    )
    partial_index("ix_accounts_exposed", "accounts", ["market"], "open_items > 0")
    table(
        "events",
        column("account_id", sa.Text()),
        column("seq", INT64),
        column("kind", sa.Text()),
        column("at", TIME),
        column("market_time", TIME),
        column("body", DOCUMENT),
        key("events", "account_id", "seq"),
        belongs("events", "accounts", ["account_id"], ["id"]),
        clustered=True,
    )
    table(
        "postings",
        column("account_id", sa.Text()),
        column("seq", INT64),
        column("line", sa.Integer()),
        column("ledger", sa.Text()),
        column("amount", MONEY),
        key("postings", "account_id", "seq", "line"),
        belongs("postings", "events", ["account_id", "seq"], ["account_id", "seq"]),
        clustered=True,
    )
    partial_index("ix_postings_fund", "postings", ["account_id"], "ledger = 'fund'")
    table(
        "tags",
        column("account_id", sa.Text()),
        column("seq", INT64),
        column("tag", sa.Text()),
        key("tags", "account_id", "seq"),
        belongs("tags", "events", ["account_id", "seq"], ["account_id", "seq"]),
        clustered=True,
    )
    table(
        "previews",
        column("id", sa.Text()),
        column("account_id", sa.Text()),
        column("person_id", sa.Text()),
        column("body", DOCUMENT),
        column("at", TIME),
        column("spent", FLAG),
        key("previews", "id"),
        belongs("previews", "accounts", ["account_id"], ["id"]),
        belongs("previews", "people", ["person_id"], ["id"]),
    )


def conversation() -> None:
    """Answers given, questions open, buttons with long words."""
    table(
        "processed",
        column("platform", sa.Text()),
        column("update_id", sa.Text()),
        column("answer", DOCUMENT),
        column("at", TIME),
        key("processed", "platform", "update_id"),
        clustered=True,
    )
    table(
        "pending",
        column("person_id", sa.Text()),
        column("chat_key", sa.Text()),
        column("line", sa.Text()),
        column("at", TIME),
        key("pending", "person_id", "chat_key"),
        belongs("pending", "people", ["person_id"], ["id"]),
        clustered=True,
    )
    table(
        "actions",
        column("token", sa.Text()),
        column("owner", sa.Text()),
        column("line", sa.Text()),
        column("at", TIME),
        key("actions", "token"),
        clustered=True,
    )


def outbox() -> None:
    """Notices and their deliveries."""
    table(
        "notices",
        column("id", sa.Text()),
        column("person_id", sa.Text()),
        column("template", sa.Text()),
        column("data", DOCUMENT),
        column("at", TIME),
        column("key", sa.Text()),
        key("notices", "id"),
        belongs("notices", "people", ["person_id"], ["id"]),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    table(
        "deliveries",
        column("notice_id", sa.Text()),
        column("platform", sa.Text()),
        column("user", sa.Text()),
        column("due_at", TIME, null=True),
        column("attempts", sa.Integer()),
        column("delivered_at", TIME, null=True),
        key("deliveries", "notice_id", "platform", "user"),
        belongs("deliveries", "notices", ["notice_id"], ["id"]),
        clustered=True,
    )
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"])
