"""Time as a value that is passed in: nothing else in the bot asks the machine what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in UTC and aware of it."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that is moved by hand; a running one also follows real time, at an offset.

    It never goes back: a real clock that is set back goes on from where this one stood.
    Raises ValueError for a start without a time zone.
    """

    def __init__(self, start: datetime, running: bool = False, real: Clock | None = None) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware time")
        self._moment = start.astimezone(UTC)
        self._real = (real or SystemClock()) if running else None
        self._seen = self._real.now() if self._real is not None else self._moment

    @property
    def running(self) -> bool:
        return self._real is not None

    def now(self) -> datetime:
        if self._real is not None:
            seen = self._real.now()
            self._moment += max(seen - self._seen, timedelta(0))
            self._seen = seen
        return self._moment

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new time. Raises ValueError for a negative duration."""
        if by < timedelta(0):
            raise ValueError("a clock does not go back")
        self._moment = self.now() + by
        return self._moment
