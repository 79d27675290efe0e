"""Quiet hours by the clock on the wall, and settings as they are kept."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.identity import ChatRef, Platform
from bot.services.attention import QuietHours
from bot.services.groups.settings import Settings, Starters

NIGHT = QuietHours(time(22), time(7))
MADRID = Settings(quiet=NIGHT, zone="Europe/Madrid")


@pytest.mark.parametrize(
    ("now", "loud"),
    [
        (datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 1, 10, 12, tzinfo=UTC)),
        (datetime(2026, 1, 10, 21, tzinfo=UTC), datetime(2026, 1, 11, 6, tzinfo=UTC)),
        (datetime(2026, 1, 11, 5, 59, tzinfo=UTC), datetime(2026, 1, 11, 6, tzinfo=UTC)),
        (datetime(2026, 1, 11, 6, tzinfo=UTC), datetime(2026, 1, 11, 6, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),  # an hour is left out
        (datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),  # one comes twice
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: datetime, loud: datetime) -> None:
    assert MADRID.loud_again(now) == loud
    assert MADRID.is_quiet(now) is (loud != now)


@given(
    st.builds(
        Settings,
        bound=st.booleans(),
        thread=st.none() | st.text("0123456789", min_size=1, max_size=8),
        quiet=st.none() | st.builds(QuietHours, *(st.sampled_from([time(h, m) for h in (0, 7, 23) for m in (0, 30)]),) * 2),
        zone=st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kolkata"]),
        cooldown=st.integers(0, 1440).map(lambda minutes: timedelta(minutes=minutes)),
        starters=st.sampled_from(Starters),
        announcements=st.booleans(),
    )
)  # fmt: skip
def test_what_is_kept_is_what_was_set(settings: Settings) -> None:
    assert Settings.from_json({**settings.to_json(), "gate": False, "gone": "x"}) == settings


def test_a_chat_of_which_nothing_is_kept_lets_everything() -> None:
    room = ChatRef(Platform.TELEGRAM, "1", private=False, thread="7")
    assert Settings.from_json({}) == Settings()
    assert Settings().holds_here(room)
    assert not Settings(bound=True).holds_here(room)
    assert Settings(bound=True, thread="7").holds_here(room)
    assert not Settings().is_quiet(datetime(2026, 1, 1, tzinfo=UTC))
