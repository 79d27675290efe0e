"""Seasons: the mean ranks, taking part in half of the challenges is enough, ties share, nobody is shown who said no."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.services.challenges.score import UNRANKED
from bot.services.challenges.seasons import month_of, seasoned
from bot.storage.challenges import Member
from bot.storage.tables import NO_ONE

AT = datetime(2026, 11, 5, tzinfo=UTC)
D = Decimal


def member(who: str, score: str, **more: object) -> Member:
    made = Member(
        "c", f"account-{who}", who, who.title(), True, AT, None, None, AT, AT, D(1), D(1), D(0), 0, D(score)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_the_mean_ranks_and_not_the_sum() -> None:
    season = seasoned(
        "2026-11",
        [
            [member("ada", "0.1"), member("bob", "0.05")],
            [member("ada", "-0.3"), member("eve", "0.02")],
        ],
    )
    assert season.needed == 1
    assert [(each.rank, each.name, each.mean) for each in season.rows] == [
        (1, "Bob", D("0.05")),
        (2, "Eve", D("0.02")),
        (3, "Ada", D("-0.1")),
    ]


def test_who_played_too_few_has_no_rank() -> None:
    tables = [[member("ada", "0.1")], [member("ada", "0.1")], [member("ada", "0"), member("bob", "0.4")]]
    season = seasoned("2026-11", tables)
    assert (season.challenges, season.needed) == (3, 2)
    assert [(each.rank, each.name) for each in season.rows] == [(1, "Ada"), (None, "Bob")]


def test_equal_means_share_a_rank() -> None:
    season = seasoned("2026-11", [[member(who, "0.1") for who in ("ada", "bob")] + [member("eve", "0")]])
    assert [each.rank for each in season.rows] == [1, 1, 3]


def test_who_left_hides_or_took_no_part_is_not_in_it() -> None:
    season = seasoned(
        "2026-11",
        [
            [
                member("ada", "0.1", left_at=AT),
                member("bob", "0.1", shown=False),
                member("eve", str(UNRANKED)),
                member("joe", "-0.2"),
            ]
        ],
    )
    assert [each.name for each in season.rows] == ["Joe"]


def test_former_members_are_not_thrown_together() -> None:
    gone = [member(f"gone{each}", "0.1", person_id=NO_ONE, name="") for each in range(2)]
    season = seasoned("2026-11", [gone])
    assert [(each.rank, each.name) for each in season.rows] == [(1, ""), (1, "")]


def test_a_month_is_counted_in_utc() -> None:
    assert month_of(datetime.fromisoformat("2026-12-01T00:30:00+02:00")) == "2026-11"
