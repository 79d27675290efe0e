"""Challenges and groups: members and their plans, badges, two platforms as one person, what admins do.

A revision keeps its own words and types: it must build the same tables whatever the program later becomes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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


def of(name: str, own: str, other: str, *, gone: str = "CASCADE") -> sa.ForeignKeyConstraint:
    """Rows that belong to a row of another table."""
    return sa.ForeignKeyConstraint([own], [f"{other}.id"], name=f"fk_{name}_{other}", ondelete=gone)


def upgrade() -> None:
    """Applies the revision; databases only ever move forward."""
    challenges()
    persons()
    groups()
    op.add_column("replays", column("challenge_id", sa.Text(), null=True))
    # The owner of accounts whose person has left: nobody can speak as it.
    op.execute(
        "INSERT INTO people (id, language, time_zone, confirm, default_size, created_at, started)"
        " VALUES ('former', NULL, 'UTC', 1, 2000000, 0, 0)"
    )


def challenges() -> None:
    """Challenges, who takes part, what they planned."""
    table(
        "challenges",
        column("id", sa.Text()),
        column("kind", sa.Text()),
        column("chat_key", sa.Text(), null=True),
        column("host_id", sa.Text(), null=True),
        column("body", DOCUMENT),
        column("created_at", TIME),
        column("starts_at", TIME),
        column("ends_at", TIME),
        column("ended_at", TIME, null=True),
        column("season", sa.Text(), null=True),
        key("challenges", "id"),
        of("challenges", "host_id", "people", gone="SET NULL"),
        clustered=False,
    )
    running = sa.text("ended_at IS NULL AND kind = 'challenge'")
    op.create_index(
        "uq_challenges_running",
        "challenges",
        ["chat_key"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_index("ix_challenges_chat_key", "challenges", ["chat_key"])
    op.create_index("ix_challenges_host_id", "challenges", ["host_id"])
    table(
        "members",
        column("challenge_id", sa.Text()),
        column("account_id", sa.Text()),
        column("person_id", sa.Text()),
        column("name", sa.Text()),
        column("shown", FLAG),
        column("joined_at", TIME),
        column("focused_at", TIME, null=True),
        column("left_at", TIME, null=True),
        column("finished_at", TIME, null=True),
        column("seen_at", TIME, null=True),
        column("equity", MONEY),
        column("peak", MONEY),
        column("drawdown", MONEY),
        column("liquidations", sa.Integer()),
        column("score", MONEY),
        key("members", "challenge_id", "account_id"),
        of("members", "challenge_id", "challenges"),
        of("members", "account_id", "accounts"),
        of("members", "person_id", "people"),
    )
    somebody = sa.text("person_id <> 'former'")
    op.create_index(
        "uq_members_person",
        "members",
        ["challenge_id", "person_id"],
        unique=True,
        sqlite_where=somebody,
        postgresql_where=somebody,
    )
    op.create_index("ix_members_person_id", "members", ["person_id"])
    op.create_index("ix_members_account_id", "members", ["account_id"])
    op.create_index("ix_members_standing", "members", ["challenge_id", "score"])
    table(
        "plans",
        column("id", sa.Text()),
        column("account_id", sa.Text()),
        column("symbol", sa.Text()),
        column("side", sa.Text()),
        column("body", DOCUMENT),
        column("at", TIME),
        column("closed_at", TIME, null=True),
        column("kept", FLAG, null=True),
        key("plans", "id"),
        of("plans", "account_id", "accounts"),
        clustered=False,
    )
    op.create_index("ix_plans_account_id", "plans", ["account_id"])
    table(
        "badges",
        column("person_id", sa.Text()),
        column("badge", sa.Text()),
        column("challenge_id", sa.Text()),
        column("at", TIME),
        key("badges", "person_id", "badge", "challenge_id"),
        of("badges", "person_id", "people"),
    )


def persons() -> None:
    """One person on two platforms."""
    table(
        "link_codes",
        column("code", sa.Text()),
        column("person_id", sa.Text()),
        column("expires_at", TIME),
        key("link_codes", "code"),
        of("link_codes", "person_id", "people"),
    )
    op.create_index("ix_link_codes_person_id", "link_codes", ["person_id"])
    table(
        "link_tries",
        column("person_id", sa.Text()),
        column("tries", sa.Integer()),
        column("since", TIME),
        key("link_tries", "person_id"),
        of("link_tries", "person_id", "people"),
    )


def groups() -> None:
    """Who takes part in a chat's games, what its admins do, what is posted there."""
    table(
        "chat_people",
        column("chat_key", sa.Text()),
        column("person_id", sa.Text()),
        column("at", TIME),
        key("chat_people", "chat_key", "person_id"),
        of("chat_people", "person_id", "people"),
    )
    op.create_index("ix_chat_people_person_id", "chat_people", ["person_id"])
    table(
        "admin_log",
        column("id", sa.Text()),
        column("chat_key", sa.Text(), null=True),
        column("person_id", sa.Text(), null=True),
        column("what", sa.Text()),
        column("body", DOCUMENT),
        column("at", TIME),
        key("admin_log", "id"),
        of("admin_log", "person_id", "people", gone="SET NULL"),
        clustered=False,
    )
    op.create_index("ix_admin_log_chat_key", "admin_log", ["chat_key", "at"])
    op.create_index("ix_admin_log_person_id", "admin_log", ["person_id"])
    table(
        "bans",
        column("key", sa.Text()),
        column("body", DOCUMENT),
        column("at", TIME),
        key("bans", "key"),
    )
    table(
        "chat_posts",
        column("id", sa.Text()),
        column("platform", sa.Text()),
        column("chat", sa.Text()),
        column("template", sa.Text()),
        column("data", DOCUMENT),
        column("key", sa.Text()),
        column("at", TIME),
        column("due_at", TIME, null=True),
        column("attempts", sa.Integer()),
        column("delivered_at", TIME, null=True),
        key("chat_posts", "id"),
        sa.UniqueConstraint("key", name="uq_chat_posts_key"),
        clustered=False,
    )
    op.create_index("ix_chat_posts_due_at", "chat_posts", ["due_at"])
