"""The schema; `migrations/versions` builds the same one step by step, and a test compares the two.

Every table is STRICT on SQLite. No column is a float or a NUMERIC: money is scaled integers, times are microseconds.
"""

from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.schema import SchemaItem

from bot.storage.columns import Document, Flag, Int64, Money8, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _table(name: str, *items: SchemaItem, clustered: bool = False) -> Table:
    """A STRICT table; `clustered` ones are stored in the order of their key, without a row id, on SQLite."""
    options: dict[str, Any] = {"sqlite_with_rowid": False} if clustered else {}
    return Table(name, metadata, *items, sqlite_strict=True, **options)


people = _table(
    "people",
    Column("id", Text, primary_key=True),
    Column("language", Text),
    Column("time_zone", Text, nullable=False),
    Column("confirm", Flag, nullable=False),
    Column("default_size", Money8, nullable=False),  # fraction of equity
    Column("created_at", UtcTime, nullable=False),
    Column("started", Flag, nullable=False),
)

identities = _table(
    "identities",
    Column("platform", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("language", Text),
    Column("unreachable_at", UtcTime),
    clustered=True,
)

accounts = _table(
    "accounts",
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("version", Int64, nullable=False),
    Column("state", Document, nullable=False),
    Column("open_items", Integer, nullable=False),  # positions and orders
    Column("created_at", UtcTime, nullable=False),
    Column("archived_at", UtcTime),
    Index(
        "uq_accounts_main",
        "person_id",
        unique=True,
        sqlite_where=text("kind = 'main' AND archived_at IS NULL"),
        postgresql_where=text("kind = 'main' AND archived_at IS NULL"),
    ),
    Index(
        "uq_accounts_replay",
        "person_id",
        unique=True,
        sqlite_where=text("kind = 'replay' AND archived_at IS NULL"),
        postgresql_where=text("kind = 'replay' AND archived_at IS NULL"),
    ),
    Index(
        "ix_accounts_exposed",
        "market",
        sqlite_where=text("open_items > 0"),
        postgresql_where=text("open_items > 0"),
    ),
)

events = _table(
    "events",
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Int64, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("market_time", UtcTime, nullable=False),
    Column("body", Document, nullable=False),
    clustered=True,
)

postings = _table(
    "postings",
    Column("account_id", Text, primary_key=True),
    Column("seq", Int64, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("ledger", Text, nullable=False),
    Column("amount", Money8, nullable=False),
    ForeignKeyConstraint(["account_id", "seq"], ["events.account_id", "events.seq"], ondelete="CASCADE"),
    Index(
        "ix_postings_fund",
        "account_id",
        sqlite_where=text("ledger = 'fund'"),
        postgresql_where=text("ledger = 'fund'"),
    ),
    clustered=True,
)

tags = _table(
    "tags",
    Column("account_id", Text, primary_key=True),
    Column("seq", Int64, primary_key=True),
    Column("tag", Text, nullable=False),
    ForeignKeyConstraint(["account_id", "seq"], ["events.account_id", "events.seq"], ondelete="CASCADE"),
    clustered=True,
)

processed = _table(
    "processed",
    Column("platform", Text, primary_key=True),
    Column("update_id", Text, primary_key=True),
    Column("answer", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

pending = _table(
    "pending",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_key", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

actions = _table(
    "actions",
    Column("token", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

previews = _table(
    "previews",
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("body", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("spent", Flag, nullable=False),
)

notices = _table(
    "notices",
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("template", Text, nullable=False),
    Column("data", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("silent", Flag, nullable=False, server_default=text("0")),
)

deliveries = _table(
    "deliveries",
    Column("notice_id", Text, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("due_at", UtcTime, index=True),  # empty: nothing left to do
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", UtcTime),
    clustered=True,
)

chats = _table(
    "chats",
    Column("platform", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    Column("language", Text),
    Column("body", Document, nullable=False, server_default=text("'{}'")),  # what its admins set
    clustered=True,
)

candles = _table(
    "candles",
    Column("market", Text, primary_key=True),
    Column("minute", UtcTime, primary_key=True),
    Column("symbol", Text, primary_key=True),
    *(
        Column(f"{price}_{part}", Money8, nullable=False)
        for price in ("mark", "last")
        for part in ("open", "high", "low", "close")
    ),
    clustered=True,
)

funding_rates = _table(
    "funding_rates",
    Column("market", Text, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("rate", Money8, nullable=False),  # fraction
    clustered=True,
)

attention = _table(
    "attention",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("body", Document, nullable=False),
    clustered=True,
)

warnings = _table(
    "warnings",
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("subject", Text, primary_key=True),  # cross, or a position
    Column("stage", Integer, nullable=False),  # per cent of the way to liquidation
    Column("at", UtcTime, nullable=False),
    Column("calm", Flag, nullable=False),
    clustered=True,
)

price_alerts = _table(
    "price_alerts",
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("market", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("above", Flag, nullable=False),
    Column("price", Money8, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("met_at", UtcTime),
    Index(
        "ix_price_alerts_open",
        "market",
        sqlite_where=text("met_at IS NULL"),
        postgresql_where=text("met_at IS NULL"),
    ),
)

jobs = _table(
    "jobs",
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("due_at", UtcTime, index=True),  # empty: done
    Column("body", Document, nullable=False),
    Column("attempts", Integer, nullable=False),
    clustered=True,
)

replays = _table(
    "replays",
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", Document, nullable=False),  # tape, disguise, speed, place on the tape
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("challenge_id", Text),  # empty: a replay of one's own
    clustered=True,
)

study = _table(
    "study",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("body", Document, nullable=False),
    clustered=True,
)

lesson_places = _table(
    "lesson_places",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("lesson", Text, primary_key=True),
    Column("page", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    clustered=True,
)

cards = _table(
    "cards",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("skill", Text, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("body", Document, nullable=False),
    Column("due_at", UtcTime, nullable=False, index=True),
    clustered=True,
)

beliefs = _table(
    "beliefs",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),  # skill or misconception
    Column("name", Text, primary_key=True),
    Column("body", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

predictions = _table(
    "predictions",
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("symbol", Text, nullable=False),
    Column("guess", Money8, nullable=False),
    Column("truth", Money8, nullable=False),
    Column("at", UtcTime, nullable=False),
)

questions = _table(
    "questions",
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), index=True),  # empty: a group's
    Column("chat_key", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("poll", Text),
    Index("uq_questions_poll", "poll", unique=True),
)

reviews = _table(
    "reviews",
    Column("question_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("skill", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("right", Flag, nullable=False),
    Column("confidence", Text),  # sure, think or guess; empty: not asked
    Column("misconception", Text),
    Column("rating", Integer, nullable=False),  # as FSRS counts: 1 again to 4 easy
    Column("seconds", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

question_reports = _table(
    "question_reports",
    Column("template", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

question_verdicts = _table(
    "question_verdicts",
    Column("template", Text, primary_key=True),
    Column("hidden", Flag, nullable=False),
    Column("decided_at", UtcTime),  # empty: hidden by reports, until an admin decides
    clustered=True,
)

quiz_nights = _table(
    "quiz_nights",
    Column("id", Text, primary_key=True),
    Column("chat_key", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(
        "uq_quiz_nights_running",
        "chat_key",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

night_answers = _table(
    "night_answers",
    Column("night_id", Text, ForeignKey("quiz_nights.id", ondelete="CASCADE"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("choice", Integer, nullable=False),
    Column("right", Flag, nullable=False),
    Column("milliseconds", Int64, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

NO_ONE = "former"
"""The person that owns the accounts of those who have left; it exists in every database, and nobody can speak as it."""

challenges = _table(
    "challenges",
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # challenge or duel
    Column("chat_key", Text, index=True),  # empty: belongs to no group
    Column("host_id", Text, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("body", Document, nullable=False),  # rules, commitment, where its message is
    Column("created_at", UtcTime, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("season", Text),  # year and month, such as 2026-11
    Index(
        "uq_challenges_running",
        "chat_key",
        unique=True,
        sqlite_where=text("ended_at IS NULL AND kind = 'challenge'"),
        postgresql_where=text("ended_at IS NULL AND kind = 'challenge'"),
    ),
)

members = _table(
    "members",
    Column("challenge_id", Text, ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("shown", Flag, nullable=False),  # in the table
    Column("joined_at", UtcTime, nullable=False),
    Column("focused_at", UtcTime),  # since when it is the account of the private chat
    Column("left_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("seen_at", UtcTime),  # the market's time of the figures
    Column("equity", Money8, nullable=False),
    Column("peak", Money8, nullable=False),
    Column("drawdown", Money8, nullable=False),  # fraction of the peak
    Column("liquidations", Integer, nullable=False),
    Column("score", Money8, nullable=False),
    Index(
        "uq_members_person",
        "challenge_id",
        "person_id",
        unique=True,
        sqlite_where=text("person_id <> 'former'"),
        postgresql_where=text("person_id <> 'former'"),
    ),
    Index("ix_members_standing", "challenge_id", "score"),
    clustered=True,
)

plans = _table(
    "plans",
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("kept", Flag),
)

badges = _table(
    "badges",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("badge", Text, primary_key=True),
    Column("challenge_id", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

link_codes = _table(
    "link_codes",
    Column("code", Text, primary_key=True),  # its hash
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
    clustered=True,
)

link_tries = _table(
    "link_tries",
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    clustered=True,
)

chat_people = _table(
    "chat_people",
    Column("chat_key", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

admin_log = _table(
    "admin_log",
    Column("id", Text, primary_key=True),
    Column("chat_key", Text),  # empty: the bot as a whole
    Column("person_id", Text, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("what", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_admin_log_chat_key", "chat_key", "at"),
)

bans = _table(
    "bans",
    Column("key", Text, primary_key=True),  # a hash: whom it bars cannot be read from it
    Column("body", Document, nullable=False),
    Column("at", UtcTime, nullable=False),
    clustered=True,
)

chat_posts = _table(
    "chat_posts",
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("data", Document, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    Column("due_at", UtcTime, index=True),  # empty: nothing left to do
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", UtcTime),
)
