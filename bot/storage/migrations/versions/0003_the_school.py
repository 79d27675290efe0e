"""The school: lessons under way, cards and reviews, what is believed of a learner, questions asked, quiz nights.

A revision keeps its own words and types: it must build the same tables whatever the program later becomes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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


def of_person(name: str) -> sa.ForeignKeyConstraint:
    """Rows that go with a person."""
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{name}_people", ondelete="CASCADE")


def upgrade() -> None:
    """Applies the revision; databases only ever move forward."""
    learners()
    questions()
    nights()


def learners() -> None:
    """How each learner learns, and how far they have come."""
    table(
        "study",
        column("person_id", sa.Text()),
        column("body", DOCUMENT),
        key("study", "person_id"),
        of_person("study"),
    )
    table(
        "lesson_places",
        column("person_id", sa.Text()),
        column("lesson", sa.Text()),
        column("page", sa.Integer()),
        column("at", TIME),
        column("done_at", TIME, null=True),
        key("lesson_places", "person_id", "lesson"),
        of_person("lesson_places"),
    )
    table(
        "cards",
        column("person_id", sa.Text()),
        column("skill", sa.Text()),
        column("family", sa.Text()),
        column("body", DOCUMENT),
        column("due_at", TIME),
        key("cards", "person_id", "skill", "family"),
        of_person("cards"),
    )
    op.create_index("ix_cards_due_at", "cards", ["due_at"])
    table(
        "beliefs",
        column("person_id", sa.Text()),
        column("kind", sa.Text()),
        column("name", sa.Text()),
        column("body", DOCUMENT),
        column("at", TIME),
        key("beliefs", "person_id", "kind", "name"),
        of_person("beliefs"),
    )
    table(
        "predictions",
        column("id", sa.Text()),
        column("person_id", sa.Text()),
        column("symbol", sa.Text()),
        column("guess", MONEY),
        column("truth", MONEY),
        column("at", TIME),
        key("predictions", "id"),
        of_person("predictions"),
        clustered=False,
    )
    op.create_index("ix_predictions_person_id", "predictions", ["person_id"])


def questions() -> None:
    """Questions asked, how they were answered, and what people reported."""
    table(
        "questions",
        column("id", sa.Text()),
        column("person_id", sa.Text(), null=True),
        column("chat_key", sa.Text()),
        column("template", sa.Text()),
        column("body", DOCUMENT),
        column("asked_at", TIME),
        column("answered_at", TIME, null=True),
        column("poll", sa.Text(), null=True),
        key("questions", "id"),
        of_person("questions"),
        clustered=False,
    )
    op.create_index("ix_questions_person_id", "questions", ["person_id"])
    op.create_index("uq_questions_poll", "questions", ["poll"], unique=True)
    table(
        "reviews",
        column("question_id", sa.Text()),
        column("person_id", sa.Text()),
        column("skill", sa.Text()),
        column("family", sa.Text()),
        column("template", sa.Text()),
        column("right", FLAG),
        column("confidence", sa.Text(), null=True),
        column("misconception", sa.Text(), null=True),
        column("rating", sa.Integer()),
        column("seconds", sa.Integer()),
        column("at", TIME),
        key("reviews", "question_id", "person_id"),
        of_person("reviews"),
    )
    op.create_index("ix_reviews_person_id", "reviews", ["person_id"])
    table(
        "question_reports",
        column("template", sa.Text()),
        column("person_id", sa.Text()),
        column("at", TIME),
        key("question_reports", "template", "person_id"),
        of_person("question_reports"),
    )
    table(
        "question_verdicts",
        column("template", sa.Text()),
        column("hidden", FLAG),
        column("decided_at", TIME, null=True),
        key("question_verdicts", "template"),
    )


def nights() -> None:
    """Quiz nights of groups."""
    table(
        "quiz_nights",
        column("id", sa.Text()),
        column("chat_key", sa.Text()),
        column("body", DOCUMENT),
        column("created_at", TIME),
        column("ended_at", TIME, null=True),
        key("quiz_nights", "id"),
        clustered=False,
    )
    op.create_index(
        "uq_quiz_nights_running",
        "quiz_nights",
        ["chat_key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    table(
        "night_answers",
        column("night_id", sa.Text()),
        column("round", sa.Integer()),
        column("person_id", sa.Text()),
        column("choice", sa.Integer()),
        column("right", FLAG),
        column("milliseconds", INT64),
        column("at", TIME),
        key("night_answers", "night_id", "round", "person_id"),
        sa.ForeignKeyConstraint(
            ["night_id"], ["quiz_nights.id"], name="fk_night_answers_quiz_nights", ondelete="CASCADE"
        ),
        of_person("night_answers"),
    )
    op.add_column("chats", sa.Column("body", DOCUMENT, nullable=False, server_default=sa.text("'{}'")))
