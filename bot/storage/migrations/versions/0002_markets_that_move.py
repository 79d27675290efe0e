"""Markets that move: candles and funding on record, what people want to be told, jobs, replays.

A revision keeps its own words and types: it must build the same tables whatever the program later becomes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = INT64  # units of 10⁻⁸
TIME = INT64  # microseconds since 1970 UTC
DOCUMENT = sa.Text()  # canonical JSON
FLAG = sa.Integer()  # 0 or 1


def table(name: str, *items: sa.schema.SchemaItem, clustered: bool = True) -> None:
    """Creates a table, STRICT on SQLite; `clustered` ones have no row id there."""
    options = {"sqlite_with_rowid": False} if clustered else {}
    op.create_table(name, *items, sqlite_strict=True, **options)


def column(name: str, kind: sa.types.TypeEngine[Any], *, null: bool = False) -> sa.Column[Any]:
    """A column that must be filled unless `null`."""
    return sa.Column(name, kind, nullable=null)


def key(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key of a table."""
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{name}")


def belongs(name: str, to: str) -> sa.ForeignKeyConstraint:
    """Rows that go with a person or an account."""
    single = {"people": "person_id", "accounts": "account_id"}[to]
    return sa.ForeignKeyConstraint([single], [f"{to}.id"], name=f"fk_{name}_{to}", ondelete="CASCADE")


def partial_index(name: str, on: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index of some rows only."""
    op.create_index(
        name, on, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    """Applies the revision; databases only ever move forward."""
    prices()
    attention()
    jobs_and_replays()


def prices() -> None:
    """What prices and funding rates were."""
    table(
        "candles",
        column("market", sa.Text()),
        column("minute", TIME),
        column("symbol", sa.Text()),
        *(
            column(f"{price}_{part}", MONEY)
            for price in ("mark", "last")
            for part in ("open", "high", "low", "close")
        ),
        key("candles", "market", "minute", "symbol"),
    )
    table(
        "funding_rates",
        column("market", sa.Text()),
        column("at", TIME),
        column("symbol", sa.Text()),
        column("rate", MONEY),
        key("funding_rates", "market", "at", "symbol"),
    )


def attention() -> None:
    """What people want to be told, and what they were told."""
    op.add_column("notices", sa.Column("silent", FLAG, nullable=False, server_default=sa.text("0")))
    table(
        "attention",
        column("person_id", sa.Text()),
        column("body", DOCUMENT),
        key("attention", "person_id"),
        belongs("attention", "people"),
    )
    table(
        "warnings",
        column("account_id", sa.Text()),
        column("subject", sa.Text()),
        column("stage", sa.Integer()),
        column("at", TIME),
        column("calm", FLAG),
        key("warnings", "account_id", "subject"),
        belongs("warnings", "accounts"),
    )
    table(
        "price_alerts",
        column("id", sa.Text()),
        column("person_id", sa.Text()),
        column("market", sa.Text()),
        column("symbol", sa.Text()),
        column("above", FLAG),
        column("price", MONEY),
        column("created_at", TIME),
        column("met_at", TIME, null=True),
        key("price_alerts", "id"),
        belongs("price_alerts", "people"),
        clustered=False,
    )
    op.create_index("ix_price_alerts_person_id", "price_alerts", ["person_id"])
    partial_index("ix_price_alerts_open", "price_alerts", ["market"], "met_at IS NULL")


def jobs_and_replays() -> None:
    """What is to be done later; tapes that people play."""
    table(
        "jobs",
        column("key", sa.Text()),
        column("kind", sa.Text()),
        column("due_at", TIME, null=True),
        column("body", DOCUMENT),
        column("attempts", sa.Integer()),
        key("jobs", "key"),
    )
    op.create_index("ix_jobs_due_at", "jobs", ["due_at"])
    partial_index(
        "uq_accounts_replay",
        "accounts",
        ["person_id"],
        "kind = 'replay' AND archived_at IS NULL",
        unique=True,
    )
    table(
        "replays",
        column("account_id", sa.Text()),
        column("person_id", sa.Text()),
        column("body", DOCUMENT),
        column("started_at", TIME),
        column("finished_at", TIME, null=True),
        key("replays", "account_id"),
        belongs("replays", "accounts"),
        belongs("replays", "people"),
    )
    op.create_index("ix_replays_person_id", "replays", ["person_id"])
