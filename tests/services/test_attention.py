"""What people want to be told: quiet hours by the clock on the wall, manners, thresholds."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from bot.services.attention import (
    Attention,
    Listener,
    Manner,
    NeverOff,
    QuietHours,
    Subject,
    listener,
    read_hours,
    wanted,
)
from tests.harness import talking

NIGHT = QuietHours(time(23), time(7))
NAP = QuietHours(time(13), time(15))


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("23:00-07:00", time(23), time(7)),
        ("23-7", time(23), time(7)),
        ("23:00 – 07:30", time(23), time(7, 30)),
        ("from 22:15 to 6", time(22, 15), time(6)),
        ("23h a 7h", time(23), time(7)),
        ("22-24", time(22), time(0)),
        ("9.30-10.45", time(9, 30), time(10, 45)),
    ],
)
def test_hours_that_are_understood(said: str, begin: time, end: time) -> None:
    assert read_hours(said) == QuietHours(begin, end)


@pytest.mark.parametrize("said", ["", "23:00", "25-7", "23:60-7", "7-7", "24-0", "night", "23-7-8", "-1-7"])
def test_hours_that_are_none(said: str) -> None:
    assert read_hours(said) is None


@pytest.mark.parametrize(
    ("hours", "local", "quiet"),
    [
        (NIGHT, time(22, 59, 59), False),
        (NIGHT, time(23), True),
        (NIGHT, time(0), True),
        (NIGHT, time(6, 59, 59), True),
        (NIGHT, time(7), False),
        (NAP, time(12, 59), False),
        (NAP, time(13), True),
        (NAP, time(15), False),
        (NAP, time(23), False),
    ],
)
def test_the_begin_is_quiet_and_the_end_is_not(hours: QuietHours, local: time, quiet: bool) -> None:
    assert hours.hold(local) is quiet


@pytest.mark.parametrize(
    ("at", "zone", "quiet"),
    [
        # Madrid: UTC+1 in winter, UTC+2 in summer. Clocks go forward on 29 March and back on 25 October 2026, 01:00 UTC.
        ("2026-01-10T21:59", "Europe/Madrid", False),
        ("2026-01-10T22:00", "Europe/Madrid", True),
        ("2026-07-10T20:59", "Europe/Madrid", False),
        ("2026-07-10T21:00", "Europe/Madrid", True),
        ("2026-03-29T00:59", "Europe/Madrid", True),
        ("2026-03-29T04:59", "Europe/Madrid", True),
        ("2026-03-29T05:00", "Europe/Madrid", False),
        ("2026-10-25T00:30", "Europe/Madrid", True),
        ("2026-10-25T01:30", "Europe/Madrid", True),
        ("2026-10-25T05:59", "Europe/Madrid", True),
        ("2026-10-25T06:00", "Europe/Madrid", False),
        ("2026-01-10T17:30", "Asia/Kolkata", True),
        ("2026-01-10T17:29", "Asia/Kolkata", False),
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(at: str, zone: str, quiet: bool) -> None:
    chosen = Attention(quiet=NIGHT)
    assert chosen.is_quiet(datetime.fromisoformat(at).replace(tzinfo=UTC), zone) is quiet


def test_in_quiet_hours_everything_is_silent_and_what_is_off_stays_off() -> None:
    midnight, noon = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)
    chosen = Listener(Attention(quiet=NIGHT).with_manner(Subject.PRICE, Manner.OFF))
    assert chosen.manner(Subject.LIQUIDATED, midnight) is Manner.SILENT
    assert chosen.manner(Subject.LIQUIDATED, noon) is Manner.ON
    assert chosen.manner(Subject.FUNDING, noon) is Manner.SILENT
    assert chosen.manner(Subject.PRICE, midnight) is None
    assert chosen.manner(Subject.PRICE, noon) is None


def test_a_liquidation_is_never_off() -> None:
    with pytest.raises(NeverOff):
        Attention().with_manner(Subject.LIQUIDATED, Manner.OFF)


@pytest.mark.parametrize(
    ("threshold", "ratio", "stage", "calm"),
    [
        (80, "0.7999", None, False),
        (80, "0.8", 80, False),
        (80, "0.95", 90, False),
        (80, "1", 90, False),
        (80, "0.75", None, False),
        (80, "0.7499", None, True),
        (60, "0.6", 60, False),
        (60, "0.71", 70, False),
        (60, "0.549", None, True),
        (90, "0.89", None, False),
        (90, "0.84", None, True),
    ],
)
def test_stages_and_calm(threshold: int, ratio: str, stage: int | None, calm: bool) -> None:
    chosen = Attention(threshold=threshold)
    assert (chosen.stage(Decimal(ratio)), chosen.calm(Decimal(ratio))) == (stage, calm)


def test_what_is_kept_is_read_again() -> None:
    chosen = Attention(threshold=70, quiet=NIGHT).with_manner(Subject.STOP, Manner.SILENT)
    assert Attention.from_json(chosen.to_json()) == chosen
    kept = chosen.to_json()
    del kept["manners"]["funding"]
    assert Attention.from_json(kept).manners[Subject.FUNDING] is Manner.SILENT, (
        "a subject of later has its default"
    )


async def test_choices_and_zone_are_found_together() -> None:
    async with talking() as talk:
        await talk.dialogue("/quiet 23-7", "/settings Asia/Tokyo", "/alerts funding off")
        person = (await talk.main()).person_id
        async with talk.bot.store.unit() as unit:
            found = await listener(unit, person)
            tokyo_night = datetime(2026, 1, 1, 15, tzinfo=UTC)
            assert found == Listener(found.attention, "Asia/Tokyo")
            assert await wanted(unit, person, Subject.MARGIN, tokyo_night) is Manner.SILENT
            assert await wanted(unit, person, Subject.FUNDING, tokyo_night) is None
            assert await listener(unit, "nobody") == Listener()
